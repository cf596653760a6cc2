// A pad to draw on with mouse, finger or pen; after each stroke the picture so far is sent as a PNG.
// data: {name, cleared, label}; event drawn: {picture}, null where the pad is empty
// Strokes are kept beside the element, so that a page that is left and opened again still has them.

const SIDE = 280; // pixels of the picture that is sent
const SHOWN = 560; // pixels of the canvas, which may be large on a screen
const BOX = [4 / 28, 24 / 28]; // where MNIST's digits lie
const MOST_BEFORE = 100; // strokes that can be taken back

function padOf(name) {
  globalThis.aePads ??= new Map();
  if (!globalThis.aePads.has(name)) {
    globalThis.aePads.set(name, { strokes: [], before: [], width: 24 / SIDE, cleared: null });
  }
  return globalThis.aePads.get(name);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const mine = belonging(parentElement, () => begin(parentElement, padOf(data.name)));
  mine.send = (picture) => setTriggerValue("drawn", { picture });
  mine.canvas.setAttribute("aria-label", data.label);
  mine.speak(data.texts);
  if (mine.pad.cleared !== data.cleared) {
    if (mine.pad.cleared !== null) Object.assign(mine.pad, { strokes: [], before: [] });
    mine.pad.cleared = data.cleared;
    mine.show();
  }
}

function begin(parent, pad) {
  const canvas = make("canvas", { width: SHOWN, height: SHOWN, tabindex: 0, role: "img" });
  const undo = make("button", { type: "button" });
  const clear = make("button", { type: "button" });
  const width = make("input", {
    type: "range", min: 10, max: 50, step: 2, value: Math.round(pad.width * SIDE),
  });
  const pen = make("span");
  const tools = make("div", { class: "tools" }, undo, clear, make("label", {}, pen, width));
  const frame = make("div", { class: "draw" }, canvas, tools);
  parent.append(frame);
  const speak = (texts) => {
    [undo.textContent, undo.title] = [texts.undo, texts.undoHelp];
    [clear.textContent, clear.title] = [texts.clear, texts.clearHelp];
    pen.textContent = texts.pen;
    width.setAttribute("aria-label", texts.width);
  };
  const mine = { canvas, pad, send: () => {}, show, speak };
  let stroke = null;
  let pointer = null;

  const place = (event) => {
    const { left, top, width: wide, height } = canvas.getBoundingClientRect();
    return [(event.clientX - left) / wide, (event.clientY - top) / height];
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button !== 0) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    stroke = { width: pad.width, points: [place(event)] };
    show();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const each of passed.length ? passed : [event]) stroke.points.push(place(each));
    show();
  });
  const lift = (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    change([...pad.strokes, stroke]);
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);

  undo.addEventListener("click", back);
  clear.addEventListener("click", () => change([]));
  width.addEventListener("input", () => (pad.width = Number(width.value) / SIDE));
  frame.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      back();
    }
  });
  show();
  return mine;

  function change(strokes) {
    stroke = null;
    pad.before = [...pad.before, pad.strokes].slice(-MOST_BEFORE);
    pad.strokes = strokes;
    tell();
  }

  function back() {
    if (!pad.before.length || stroke) return;
    pad.strokes = pad.before.pop();
    tell();
  }

  function tell() {
    show();
    mine.send(pad.strokes.length ? picture() : null);
  }

  function show() {
    const pen = canvas.getContext("2d");
    paint(pen, SHOWN, stroke ? [...pad.strokes, stroke] : pad.strokes);
    const [from, to] = BOX.map((share) => share * SHOWN);
    pen.setLineDash([8, 8]);
    pen.lineWidth = 2;
    pen.strokeStyle = "rgba(130, 170, 220, 0.5)";
    pen.strokeRect(from, from, to - from, to - from);
    pen.setLineDash([]);
    undo.disabled = !pad.before.length;
    clear.disabled = !pad.strokes.length;
  }

  function picture() {
    const sheet = make("canvas", { width: SIDE, height: SIDE });
    paint(sheet.getContext("2d"), SIDE, pad.strokes);
    return sheet.toDataURL("image/png");
  }
}

/** Draw strokes in white on black: round, and smooth between the places that the pointer told of. */
function paint(pen, side, strokes) {
  pen.fillStyle = "#000";
  pen.fillRect(0, 0, side, side);
  pen.strokeStyle = pen.fillStyle = "#fff";
  pen.lineCap = pen.lineJoin = "round";
  for (const { width, points } of strokes) {
    const at = points.map(([x, y]) => [x * side, y * side]);
    pen.lineWidth = width * side;
    pen.beginPath();
    if (at.length === 1) {
      pen.arc(...at[0], pen.lineWidth / 2, 0, 2 * Math.PI);
      pen.fill();
      continue;
    }
    pen.moveTo(...at[0]);
    for (let k = 1; k < at.length - 1; k++) {
      pen.quadraticCurveTo(...at[k], (at[k][0] + at[k + 1][0]) / 2, (at[k][1] + at[k + 1][1]) / 2);
    }
    pen.lineTo(...at[at.length - 1]);
    pen.stroke();
  }
}
