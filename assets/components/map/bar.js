// Above the map: search, buttons, and the legend, whose classes can be hidden.

class Bar {
  /** acts: {search, pictures, select, zoom, fit, classes} */
  constructor(acts) {
    this.acts = acts;
    this.hidden = new Set();
    this.search = make("input", {
      type: "search", placeholder: "Class or #number", "aria-label": "Find a class or an image number",
      title: "Marks all images of a class, or the image with a number (#12). Enter goes there.",
      oninput: () => acts.search(this.search.value, false),
      onkeydown: (event) => event.key === "Enter" && acts.search(this.search.value, true),
    });
    this.found = make("span", { class: "found", role: "status" });
    this.pictures = this._toggle("Pictures", "Draw images instead of dots; zoom in to see more of them.", acts.pictures);
    this.select = this._toggle("Select", "Draw a rectangle around points; with a mouse, dragging with Shift does the same.", acts.select);
    const zoom = [["−", "Zoom out (key −)", 1 / 1.5], ["+", "Zoom in (key +)", 1.5]].map(([text, title, factor]) =>
      make("button", { type: "button", title, "aria-label": title, onclick: () => acts.zoom(factor) }, text));
    const fit = make("button", { type: "button", title: "Show all (key 0, or a double click)", onclick: acts.fit }, "Fit");
    this.legend = make("div", { class: "legend", role: "group", "aria-label": "Classes" });
    const buttons = make("div", { class: "buttons" }, this.pictures, this.select, ...zoom, fit);
    this.element = make("div", { class: "bar" }, make("div", { class: "finding" }, this.search, this.found), this.legend, buttons);
  }

  _toggle(text, title, act) {
    const button = make("button", { type: "button", title, "aria-pressed": "false" }, text);
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      act(on);
    });
    return button;
  }

  /** Take the classes [{kind, name, count}] that are on the map. */
  classes(found, colours) {
    const key = JSON.stringify([found, colours]);
    if (key === this.key) return;
    this.key = key;
    const all = make("button", { type: "button", class: "all", onclick: () => this._hide([]) }, "Show all");
    this.chips = found.map(({ kind, name, count, own }) => {
      const symbol = own ? ownCanvas() : symbolCanvas(kind, colours, 5.5, 2);
      const title = `${count.toLocaleString("en")} on the map. Click hides or shows them, Shift-click shows them alone.`;
      const chip = make("button", { type: "button", class: "chip", title, "aria-pressed": "true" }, symbol, name);
      chip.addEventListener("click", (event) => {
        const others = found.map((entry) => entry.kind).filter((k) => k !== kind);
        const next = new Set(this.hidden);
        if (!next.delete(kind)) next.add(kind);
        this._hide(event.shiftKey ? others : [...next]);
      });
      chip.kind = kind;
      return chip;
    });
    this.all = all;
    this.legend.replaceChildren(...this.chips, all);
    this._hide([...this.hidden].filter((kind) => found.some((entry) => entry.kind === kind)), true);
  }

  _hide(kinds, quiet = false) {
    this.hidden = new Set(kinds);
    for (const chip of this.chips) chip.setAttribute("aria-pressed", String(!this.hidden.has(chip.kind)));
    this.all.hidden = !this.hidden.size;
    if (!quiet) this.acts.classes();
  }
}

function ownCanvas() {
  const canvas = make("canvas", { width: 36, height: 36, "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  drawOwn(context, 9, 9, 7, "transparent");
  return canvas;
}
