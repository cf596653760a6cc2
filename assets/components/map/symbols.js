// One symbol and one colour for each class, so that colour alone never tells two apart.

const OUTLINES = [
  (c, r) => c.arc(0, 0, r, 0, 7),
  (c, r) => c.rect(-0.85 * r, -0.85 * r, 1.7 * r, 1.7 * r),
  (c, r) => corners(c, r * 1.2, [-90, 30, 150]),
  (c, r) => corners(c, r * 1.2, [0, 90, 180, 270]),
  (c, r) => corners(c, r * 1.2, [90, 210, 330]),
  (c, r) => cross(c, r * 1.15),
  (c, r) => { c.rotate(Math.PI / 4); cross(c, r * 1.2); },
  (c, r) => star(c, r * 1.3, 5),
  (c, r) => c.rect(-1.3 * r, -0.5 * r, 2.6 * r, r),
  (c, r) => { c.arc(0, 0, r * 1.05, 0, 7); c.moveTo(r * 0.45, 0); c.arc(0, 0, r * 0.45, 0, 7, true); },
];

function corners(c, r, degrees) {
  for (const a of degrees) c.lineTo(r * Math.cos((a * Math.PI) / 180), r * Math.sin((a * Math.PI) / 180));
  c.closePath();
}

function cross(c, r) {
  const t = r * 0.36;
  for (const [x, y] of [[t, r], [t, t], [r, t], [r, -t], [t, -t], [t, -r], [-t, -r], [-t, -t], [-r, -t], [-r, t], [-t, t], [-t, r]]) c.lineTo(x, y);
  c.closePath();
}

function star(c, r, points) {
  for (let k = 0; k < 2 * points; k++) {
    const [a, l] = [(k * Math.PI) / points - Math.PI / 2, k % 2 ? r * 0.45 : r];
    c.lineTo(l * Math.cos(a), l * Math.sin(a));
  }
  c.closePath();
}

/** Draw the symbol of class k (another for each of a hundred) at a pixel. */
function drawSymbol(context, k, colours, x, y, r, edge) {
  context.save();
  context.translate(x, y);
  context.beginPath();
  OUTLINES[(k + Math.floor(k / colours.length)) % OUTLINES.length](context, r);
  context.fillStyle = colours[k % colours.length];
  context.fill("evenodd");
  if (edge) {
    context.strokeStyle = edge;
    context.lineWidth = 0.6;
    context.stroke();
  }
  context.restore();
}

const OWN_COLOUR = "#d6006c";

/** Draw the mark of an own image. */
function drawOwn(context, x, y, r, edge) {
  context.save();
  context.translate(x, y);
  context.beginPath();
  star(context, r, 5);
  context.lineWidth = 3;
  context.strokeStyle = edge;
  context.stroke();
  context.fillStyle = OWN_COLOUR;
  context.fill();
  context.restore();
}

/** Return a small canvas with a symbol, for the legend and for drawing it many times. */
function symbolCanvas(k, colours, r, ratio, edge) {
  const side = Math.ceil(2 * (1.4 * r + 1) * ratio);
  const canvas = make("canvas", { width: side, height: side, "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  drawSymbol(context, k, colours, side / ratio / 2, side / ratio / 2, r, edge);
  return canvas;
}
