// Above the map: search, buttons, and the legend, whose classes can be hidden.

class Bar {
  /** acts: {search, pictures, select, zoom, fit, classes} */
  constructor(acts) {
    this.acts = acts;
    this.hidden = new Set();
    this.search = make("input", {
      type: "search",
      oninput: () => acts.search(this.search.value, false),
      onkeydown: (event) => event.key === "Enter" && acts.search(this.search.value, true),
    });
    this.found = make("span", { class: "found", role: "status" });
    this.pictures = this._toggle(acts.pictures);
    this.select = this._toggle(acts.select);
    this.zoom = [["−", 1 / 1.5], ["+", 1.5]].map(([text, factor]) =>
      make("button", { type: "button", onclick: () => acts.zoom(factor) }, text));
    this.fit = make("button", { type: "button", onclick: acts.fit });
    this.legend = make("div", { class: "legend", role: "group" });
    const buttons = make("div", { class: "buttons" }, this.pictures, this.select, ...this.zoom, this.fit);
    this.element = make("div", { class: "bar" }, make("div", { class: "finding" }, this.search, this.found), this.legend, buttons);
    this.element.style.visibility = "hidden"; // until it has words
  }

  /** Take the words of the language in use. */
  speak(texts) {
    this.texts = texts;
    Object.assign(this.search, { placeholder: texts.search, title: texts.marks });
    this.search.setAttribute("aria-label", texts.find);
    const said = [[this.pictures, "pictures"], [this.select, "select"], [this.fit, "fit"]];
    for (const [button, name] of said) [button.textContent, button.title] = [texts[name], texts[`${name}Help`]];
    for (const [k, title] of [texts.out, texts.in].entries()) {
      this.zoom[k].title = title;
      this.zoom[k].setAttribute("aria-label", title);
    }
    this.legend.setAttribute("aria-label", texts.classes);
    this.element.style.visibility = "";
  }

  _toggle(act) {
    const button = make("button", { type: "button", "aria-pressed": "false" });
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      act(on);
    });
    return button;
  }

  /** Take the classes [{kind, name, count}] that are on the map. */
  classes(found, colours) {
    const key = JSON.stringify([found, colours, this.texts]);
    if (key === this.key) return;
    this.key = key;
    const all = make("button", { type: "button", class: "all", onclick: () => this._hide([]) }, this.texts.all);
    this.chips = found.map(({ kind, name, count, own }) => {
      const symbol = own ? ownCanvas() : symbolCanvas(kind, colours, 5.5, 2);
      const title = filled(this.texts.chip, { number: count.toLocaleString("en") });
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
