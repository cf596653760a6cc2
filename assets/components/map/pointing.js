// Mouse, finger, wheel and keyboard on the map, as the few things that they mean.

const STILL_PX = { mouse: 4, touch: 9, pen: 6 };
const TWICE_PX = 20; // two quick clicks nearer than that are a double click
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Listen on a canvas; acts: {hover, click, pan, zoom, rectangle, selected, fit, hop, enter, escape}. */
function pointing(canvas, acts, selecting) {
  const down = new Map(); // pointers that are pressed, by id
  let drag = null; // {start, moved, rectangle}
  let last = { time: -Infinity, place: [0, 0] }; // of the click before

  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, at(event));
    const rectangle = down.size === 1 && (event.shiftKey || selecting());
    drag = { start: at(event), moved: down.size > 1, rectangle };
    if (drag.moved) acts.rectangle(null);
  });

  canvas.addEventListener("pointermove", (event) => {
    const now = at(event);
    const before = down.get(event.pointerId);
    if (!before) return event.pointerType === "mouse" ? acts.hover(...now) : undefined;
    const apart = Math.hypot(now[0] - drag.start[0], now[1] - drag.start[1]);
    if (!drag.moved && apart < (STILL_PX[event.pointerType] ?? 6)) return;
    drag.moved = true;
    if (down.size === 2) pinch(event.pointerId, before, now);
    else if (drag.rectangle) acts.rectangle([drag.start, now]);
    else acts.pan(now[0] - before[0], now[1] - before[1]);
    down.set(event.pointerId, now);
    if (event.pointerType === "mouse" && !drag.rectangle) acts.hover(...now);
  });

  function pinch(id, before, now) {
    const [other] = [...down].filter(([key]) => key !== id).map(([, place]) => place);
    const length = (p) => Math.max(10, Math.hypot(p[0] - other[0], p[1] - other[1]));
    acts.zoom((now[0] + other[0]) / 2, (now[1] + other[1]) / 2, length(now) / length(before));
    acts.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
  }

  const lift = (event) => {
    if (!down.delete(event.pointerId)) return;
    const touch = event.pointerType !== "mouse";
    if (down.size || !drag) return;
    if (event.type === "pointerup" && drag.rectangle && drag.moved) acts.selected(drag.start, at(event));
    else if (event.type === "pointerup" && !drag.moved) {
      const [now, time] = [at(event), event.timeStamp];
      const again = time - last.time < 350 && Math.hypot(now[0] - last.place[0], now[1] - last.place[1]) < TWICE_PX;
      last = { time, place: now };
      acts.click(...now, touch, again);
    }
    acts.rectangle(null);
    drag = null;
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    const speed = event.ctrlKey ? 0.01 : 0.0015; // a pinch on a trackpad arrives as Ctrl and a wheel
    acts.zoom(...at(event), Math.exp(-event.deltaY * lines * speed));
    acts.hover(...at(event));
  }, { passive: false });

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      Enter: acts.enter, " ": acts.enter, Escape: acts.escape, 0: acts.fit,
      "+": () => acts.zoom(null, null, 1.5), "=": () => acts.zoom(null, null, 1.5), "-": () => acts.zoom(null, null, 1 / 1.5),
    }[event.key];
    if (ARROWS[event.key]) acts.hop(...ARROWS[event.key]);
    else if (act) act();
    else return;
    event.preventDefault();
  });
}
