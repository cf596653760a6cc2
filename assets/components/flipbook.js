// Rows of pictures that change with one slider, in the browser alone. The slider and each row are
// elements of their own, which share a position by the name of their book: a row whose pictures
// stay the same is not sent again when another changes.
// data: a block with {book, label, ...} and
//   for the slider {hint, frames: [text], first, marks: [{at, label}], curves: [{name, colour}],
//     title}, values (curves × frames);
//   for a row {hint, captions: [[text]]}, pictures (frames × k × h × w), grey; one frame stands still

const CELL = 8; // what a number of a vector is drawn with
const THUMB = 20; // width of the slider's handle, also in the style sheet

export default function ({ data, parentElement }) {
  const wanted = unpack(data);
  const mine = belonging(parentElement, () => ({ root: parentElement, leave: () => {} }));
  mine.leave();
  const book = opened(wanted);
  const show = wanted.pictures ? row(mine, wanted) : slider(mine, wanted, book);
  const watcher = () => show(book.at);
  book.watchers.add(watcher);
  const { sizes } = mine;
  mine.leave = () => {
    book.watchers.delete(watcher);
    sizes?.disconnect();
  };
  watcher();
  return mine.leave;
}

/** Return the position that all elements of a book share; it outlives them. */
function opened({ book: name, first }) {
  const books = (document.__flipbooks ??= new Map());
  if (!books.has(name)) books.set(name, { at: null, watchers: new Set() });
  const book = books.get(name);
  if (first !== undefined && book.at === null) turn(book, first);
  return book;
}

function turn(book, at) {
  book.at = at;
  for (const watcher of book.watchers) watcher();
}

// -- a row of pictures ---------------------------------------------------------------

function row(mine, { label, hint, alt, captions, pictures }) {
  mine.row ??= begin(mine, () => {
    const text = words();
    const canvas = make("canvas", { role: "img" });
    const below = make("div", { class: "captions" });
    return { ...text, canvas, below, right: make("div", { class: "images" }, canvas, below) };
  });
  const { name, small, canvas, below, right } = mine.row;
  const [frames, count, height, width] = pictures.shape;
  name.textContent = label;
  small.textContent = hint;
  canvas.setAttribute("aria-label", alt);
  right.style.setProperty("--count", count);
  below.hidden = !captions.length;
  while (below.children.length > count) below.lastChild.remove();
  while (below.children.length < count) below.append(make("span"));
  return (at) => {
    const frame = Math.min(at ?? 0, frames - 1);
    draw(canvas, pictures.values.subarray(frame * count * height * width), count, height, width);
    captions[frame]?.forEach((caption, k) => (below.children[k].textContent = caption));
  };
}

/** Draw grey images side by side as `tile` of aecore/images.py lays them out. */
function draw(canvas, values, count, height, width) {
  const vector = height === 1;
  const cell = vector ? CELL : 1; // vectors are enlarged and framed, or white ends would be lost
  const frame = vector ? 1 : 0;
  const tall = height * cell + 2 * frame;
  const wide = width * cell + 2 * frame;
  const gap = Math.max(1, Math.round(wide / 14));
  const across = count * (wide + gap) - gap;
  if (canvas.width !== across || canvas.height !== tall) {
    canvas.width = across;
    canvas.height = tall;
  }
  const context = canvas.getContext("2d");
  const image = context.createImageData(across, tall);
  const colours = new Uint32Array(image.data.buffer);
  for (let k = 0; k < count; k++) {
    for (let y = 0; y < tall; y++) {
      const line = y * across + k * (wide + gap);
      for (let x = 0; x < wide; x++) {
        const edge = frame && (!x || !y || x === wide - 1 || y === tall - 1);
        const j = Math.floor((y - frame) / cell);
        const i = Math.floor((x - frame) / cell);
        const grey = edge ? 128 : values[(k * height + j) * width + i];
        colours[line + x] = 0xff000000 | (grey * 0x010101); // the same in either byte order
      }
    }
  }
  context.putImageData(image, 0, 0);
}

// -- the slider with its curves ------------------------------------------------------

function slider(mine, wanted, book) {
  mine.slider ??= begin(mine, () => {
    const text = words();
    const level = make("output");
    const legend = make("ul");
    text.left.append(level, legend);
    const range = make("input", { type: "range", min: 0, step: 1 });
    const chart = svg("svg", { class: "chart" });
    const right = make("div", { class: "slider" }, range, chart);
    return { ...text, level, legend, range, chart, right };
  });
  const { name, small, level, legend, range, chart } = mine.slider;
  const { frames, curves, marks, title, values } = wanted;
  name.textContent = wanted.label;
  small.textContent = wanted.hint;
  range.max = frames.length - 1;
  range.setAttribute("aria-label", wanted.label);
  range.oninput = () => turn(book, Number(range.value));
  legend.replaceChildren(...curves.map(({ colour }) => {
    const spot = make("i");
    spot.style.background = colour;
    return make("li", {}, spot, make("span"), make("b"));
  }));
  const plot = plotted(chart, range, frames, curves, marks, title, values);
  const follow = (event) => {
    if (event.type === "pointermove" && !event.buttons) return;
    turn(book, plot.nearest(event.clientX));
  };
  chart.onpointerdown = follow;
  chart.onpointermove = follow;
  mine.sizes = new ResizeObserver(() => plot.draw(book.at));
  mine.sizes.observe(chart);
  return (at) => {
    if (Number(range.value) !== at) range.value = at;
    level.textContent = frames[at];
    curves.forEach(({ name, texts }, c) => {
      legend.children[c].children[1].textContent = name;
      legend.children[c].children[2].textContent = texts[at];
    });
    const said = curves.map(({ name, texts }) => `${name} ${texts[at]}`);
    range.setAttribute("aria-valuetext", [frames[at], ...said].join(", "));
    plot.draw(at);
  };
}

/** Return how to draw the curves above the slider's positions, and which position is nearest. */
function plotted(chart, range, frames, curves, marks, title, { values }) {
  const last = frames.length - 1;
  const most = values.reduce((a, b) => Math.max(a, b), 0) || 1;
  const place = (at, width) => THUMB / 2 + (at / last) * (width - THUMB);
  const top = 20;
  const peak = values.indexOf(most);
  const highest = peak < 0 ? "0" : curves[Math.floor(peak / frames.length)].texts[peak % frames.length];

  function draw(at) {
    const { clientWidth: width, clientHeight: height } = chart;
    if (!width) return;
    const x = (k) => place(k, width);
    const y = (value) => height - 3 - (value / most) * (height - 3 - top);
    const line = (c) => frames.map((_, k) => `${x(k)},${y(values[c * frames.length + k])}`).join(" ");
    chart.replaceChildren(
      svg("line", { class: "axis", x1: x(0), x2: x(last), y1: y(0), y2: y(0) }),
      ...marks.flatMap(({ at: k, label }) => [
        svg("line", { class: "mark", x1: x(k), x2: x(k), y1: top - 4, y2: y(0) }),
        svg("text", { x: x(k), y: 12, "text-anchor": k > last / 2 ? "end" : k ? "middle" : "start" }, label),
      ]),
      svg("line", { class: "at", x1: x(at), x2: x(at), y1: top - 4, y2: y(0) }),
      ...curves.map(({ colour, dash }, c) =>
        svg("polyline", { points: line(c), stroke: colour, "stroke-dasharray": dash ? "6 4" : "none" })),
      ...curves.map(({ colour }, c) =>
        svg("circle", { cx: x(at), cy: y(values[c * frames.length + at]), r: 5, fill: colour })),
    );
    chart.append(
      svg("text", { x: x(last), y: y(most) - 6, "text-anchor": "end" }, highest),
      svg("text", { x: x(last) + 3, y: y(0) + 1 }, "0"),
      svg("title", {}, title),
    );
  }

  function nearest(clientX) {
    const { left, width } = range.getBoundingClientRect();
    const share = (clientX - left - THUMB / 2) / (width - THUMB);
    return Math.min(Math.max(Math.round(share * last), 0), last);
  }

  return { draw, nearest };
}

// -- elements ------------------------------------------------------------------------

/** Make an element's own parts once, words beside pictures. */
function begin(mine, parts) {
  const made = parts();
  mine.root.append(make("div", { class: "box" }, make("div", { class: "strip" }, made.left, made.right)));
  return made;
}

function words() {
  const name = make("b");
  const small = make("small");
  return { name, small, left: make("div", { class: "label" }, name, small) };
}

function svg(tag, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}
