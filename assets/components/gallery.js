// Captioned pictures, as many side by side as fit; a click or Enter picks one, Escape lets go.
// data: {tiles: [{id, source, caption, alt, marked}], size, picked}

export default function ({ data, parentElement, setStateValue }) {
  const mine = belonging(parentElement, () => {
    const list = make("div", { class: "gallery", role: "listbox" });
    parentElement.append(list);
    return { list, picked: data.picked };
  });
  const { list } = mine;
  mine.picked = data.picked;
  mine.choose = (id) => {
    mine.picked = mine.picked === id ? null : id;
    show();
    setStateValue("picked", mine.picked);
  };
  list.style.setProperty("--size", data.size);
  list.setAttribute("aria-label", data.label);

  // elements stay where they are when pictures change, so that nothing flickers or loses the keyboard
  while (list.children.length > data.tiles.length) list.lastChild.remove();
  while (list.children.length < data.tiles.length) {
    const tile = make("button", { type: "button", role: "option" }, make("img"), make("span"));
    tile.addEventListener("click", () => mine.choose(tile.tileId));
    tile.addEventListener("keydown", (event) => move(event, tile));
    list.append(tile);
  }
  data.tiles.forEach((wanted, k) => {
    const tile = list.children[k];
    const [image, caption] = tile.children;
    tile.tileId = wanted.id;
    tile.setAttribute("aria-label", wanted.alt);
    if (image.getAttribute("src") !== wanted.source) image.setAttribute("src", wanted.source);
    image.alt = "";
    caption.textContent = wanted.caption;
    tile.classList.toggle("marked", wanted.marked);
  });
  show();

  function show() {
    for (const tile of list.children) {
      tile.setAttribute("aria-selected", String(tile.tileId === mine.picked));
    }
  }

  function move(event, tile) {
    const all = [...list.children];
    const wide = Math.max(1, all.filter((other) => other.offsetTop === all[0].offsetTop).length);
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -wide, ArrowDown: wide }[event.key];
    if (event.key === "Escape" && mine.picked !== null) mine.choose(mine.picked);
    if (step === undefined) return;
    event.preventDefault();
    all[all.indexOf(tile) + step]?.focus();
  }
}
