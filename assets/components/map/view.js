// Which part of the plane is seen: from places to pixels and back, zooming, panning, ticks.

const MARGIN = { left: 46, right: 10, top: 10, bottom: 40 };
const FARTHEST = 0.4; // of the scale at which everything fits
const NEAREST = 400;

class View {
  constructor() {
    this.box = [[-1, 1], [-1, 1]];
    this.equal = false; // whether both axes have one scale
    this.width = this.height = 100;
    this.free = null; // {x, y, sx, sy} once somebody moved it: the middle, and pixels a unit
  }

  get fit() {
    const [[x0, x1], [y0, y1]] = this.box;
    let sx = Math.max(1, this.width - MARGIN.left - MARGIN.right) / (x1 - x0 || 1);
    let sy = Math.max(1, this.height - MARGIN.top - MARGIN.bottom) / (y1 - y0 || 1);
    if (this.equal) sx = sy = Math.min(sx, sy);
    return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, sx, sy };
  }

  get now() { return this.free ?? this.fit; }
  get middleX() { return (MARGIN.left + this.width - MARGIN.right) / 2; }
  get middleY() { return (MARGIN.top + this.height - MARGIN.bottom) / 2; }
  /** How much nearer than at the beginning. */
  get zoom() { return this.now.sx / this.fit.sx; }

  toScreen(x, y) {
    const { x: cx, y: cy, sx, sy } = this.now;
    return [this.middleX + (x - cx) * sx, this.middleY - (y - cy) * sy];
  }

  toPlace(px, py) {
    const { x: cx, y: cy, sx, sy } = this.now;
    return [cx + (px - this.middleX) / sx, cy - (py - this.middleY) / sy];
  }

  pan(dx, dy) {
    const { x, y, sx, sy } = this.now;
    this.free = { x: x - dx / sx, y: y + dy / sy, sx, sy };
  }

  /** Zoom by a factor so that what is at a pixel stays there. */
  zoomAt(px, py, factor) {
    const { sx, sy } = this.now;
    const allowed = Math.min(NEAREST, Math.max(FARTHEST, this.zoom * factor)) / this.zoom;
    const [x, y] = this.toPlace(px, py);
    this.free = {
      sx: sx * allowed,
      sy: sy * allowed,
      x: x - (px - this.middleX) / (sx * allowed),
      y: y + (py - this.middleY) / (sy * allowed),
    };
  }

  reset() { this.free = null; }

  /** Move so that a place is seen; whether that was necessary. */
  reveal(x, y) {
    const [px, py] = this.toScreen(x, y);
    if (px > MARGIN.left && px < this.width - MARGIN.right && py > MARGIN.top && py < this.height - MARGIN.bottom) return false;
    this.free = { ...this.now, x, y };
    return true;
  }

  /** Round numbers between two ends, at least so many pixels apart. */
  static ticks(low, high, scale, apart) {
    const power = 10 ** Math.floor(Math.log10(apart / scale));
    const step = [1, 2, 5, 10].map((d) => d * power).find((d) => d * scale >= apart);
    const found = [];
    for (let k = Math.ceil(low / step); k * step <= high; k++) found.push(k * step);
    const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
    return found.map((value) => ({ value, text: written(value, digits) }));
  }
}

/** Write a number with a true minus sign, and never minus zero. */
function written(value, digits) {
  const text = value.toFixed(Math.min(digits, 8));
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}
