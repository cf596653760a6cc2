// Captioned pictures, as many side by side as fit; a click or Enter picks one, Escape lets go.
// data: {tiles: [{id, source, caption, alt, marked}], size, label, required, key, turn, picked}
//
// What is picked is known here; data only say what it was when a turn began, so that a click
// needs no new data. It outlives the element, which may be put up anew within a turn.

const PICKS = (window.aePicks ??= new Map());

export default function ({ data, parentElement, setStateValue }) {
  const mine = belonging(parentElement, () => {
    const list = make("div", { class: "gallery", role: "listbox" });
    parentElement.append(list);
    return { list };
  });
  const { list } = mine;
  const known = PICKS.get(data.key);
  if (known?.turn !== data.turn) PICKS.set(data.key, { turn: data.turn, picked: data.picked });
  const choice = PICKS.get(data.key);
  mine.choose = (id) => {
    if (data.required && choice.picked === id) return;
    choice.picked = choice.picked === id ? null : id;
    show();
    setStateValue("picked", choice.picked);
  };
  mine.release = (event) => {
    if (choice.picked === null || data.required) return;
    event.preventDefault();
    mine.choose(choice.picked);
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
    // what is read out begins with what is seen
    const said = wanted.alt.includes(wanted.caption) ? wanted.alt : `${wanted.caption}: ${wanted.alt}`;
    tile.setAttribute("aria-label", said);
    if (image.getAttribute("src") !== wanted.source) image.setAttribute("src", wanted.source);
    image.alt = "";
    caption.textContent = wanted.caption;
    tile.classList.toggle("marked", wanted.marked);
  });
  show();

  function show() {
    for (const tile of list.children) {
      tile.setAttribute("aria-selected", String(tile.tileId === choice.picked));
    }
  }

  function move(event, tile) {
    const all = [...list.children];
    const wide = Math.max(1, all.filter((other) => other.offsetTop === all[0].offsetTop).length);
    const last = all.length - 1;
    const at = all.indexOf(tile);
    if (event.key === "Escape") mine.release(event);
    const to = {
      ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - wide, ArrowDown: at + wide,
      Home: 0, End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[to]?.focus();
  }
}
