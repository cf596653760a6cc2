// The points: where they are and move to, which are seen, which is nearest, which lie in a rectangle.

const CELLS = 64; // of the index, each way
const TRAVEL_MS = 350;

class Cloud {
  constructor() {
    this.count = 0;
    this.at = new Float32Array(0); // as drawn, x and y in turn
    this.to = this.at; // as they will be
    this.seen = new Uint8Array(0); // 0 where a class is hidden
    this.matching = null; // 1 where a search matches, null without one
  }

  /** Take new places; the same points travel there, others appear there. */
  place(points, same) {
    const moving = same && points.length === this.to.length && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.from = moving ? this.at.slice() : null;
    this.began = performance.now();
    this.to = points;
    this.at = moving ? this.at : points;
    this.count = points.length / 2;
    this._index();
  }

  /** Move on; whether there is still some way to go. */
  travel() {
    if (!this.from) return false;
    const share = Math.min(1, (performance.now() - this.began) / TRAVEL_MS);
    if (share === 1) {
      this.at = this.to;
      this.from = null;
      return false;
    }
    const eased = share * share * (3 - 2 * share);
    const at = new Float32Array(this.to.length);
    for (let k = 0; k < at.length; k++) at[k] = this.from[k] + (this.to[k] - this.from[k]) * eased;
    this.at = at;
    return true;
  }

  _index() {
    const { to, count } = this;
    let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < count; i++) {
      x0 = Math.min(x0, to[2 * i]); x1 = Math.max(x1, to[2 * i]);
      y0 = Math.min(y0, to[2 * i + 1]); y1 = Math.max(y1, to[2 * i + 1]);
    }
    this.corner = [x0, y0];
    this.cell = [(x1 - x0) / CELLS || 1, (y1 - y0) / CELLS || 1];
    this.starts = new Int32Array(CELLS * CELLS + 1);
    this.members = new Int32Array(count);
    const cells = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      cells[i] = this._column(to[2 * i], 0) + CELLS * this._column(to[2 * i + 1], 1);
      this.starts[cells[i] + 1]++;
    }
    for (let c = 0; c < CELLS * CELLS; c++) this.starts[c + 1] += this.starts[c];
    const next = this.starts.slice();
    for (let i = 0; i < count; i++) this.members[next[cells[i]]++] = i;
  }

  _column(value, axis) {
    const k = Math.floor((value - this.corner[axis]) / this.cell[axis]);
    return Math.min(CELLS - 1, Math.max(0, k || 0));
  }

  /** Call for every point seen between two places. */
  _within([xa, ya], [xb, yb], call) {
    const [left, right] = [this._column(Math.min(xa, xb), 0), this._column(Math.max(xa, xb), 0)];
    const [low, high] = [this._column(Math.min(ya, yb), 1), this._column(Math.max(ya, yb), 1)];
    for (let row = low; row <= high; row++) {
      const end = this.starts[row * CELLS + right + 1];
      for (let k = this.starts[row * CELLS + left]; k < end; k++) {
        if (this.seen[this.members[k]]) call(this.members[k]);
      }
    }
  }

  /** The point nearest to a pixel within a radius, or -1. */
  nearest(view, px, py, radius) {
    let found = -1;
    let least = radius * radius;
    this._within(view.toPlace(px - radius, py - radius), view.toPlace(px + radius, py + radius), (i) => {
      const [x, y] = view.toScreen(this.to[2 * i], this.to[2 * i + 1]);
      const distance = (x - px) ** 2 + (y - py) ** 2;
      if (distance <= least) [least, found] = [distance, i];
    });
    return found;
  }

  /** The points inside a rectangle of pixels. */
  inside(view, [xa, ya], [xb, yb]) {
    const [p, q] = [view.toPlace(xa, ya), view.toPlace(xb, yb)];
    const [x0, x1] = [Math.min(p[0], q[0]), Math.max(p[0], q[0])];
    const [y0, y1] = [Math.min(p[1], q[1]), Math.max(p[1], q[1])];
    const found = [];
    this._within(p, q, (i) => {
      const [x, y] = [this.to[2 * i], this.to[2 * i + 1]];
      if (x >= x0 && x <= x1 && y >= y0 && y <= y1) found.push(i);
    });
    return found.sort((a, b) => a - b);
  }

  /** The nearest point from a pixel in a direction (dx, dy), or -1. */
  towards(view, px, py, dx, dy) {
    let [found, least] = [-1, Infinity];
    for (let i = 0; i < this.count; i++) {
      if (!this.seen[i]) continue;
      const [x, y] = view.toScreen(this.to[2 * i], this.to[2 * i + 1]);
      const along = (x - px) * dx + (y - py) * dy;
      const across = Math.abs((x - px) * dy - (y - py) * dx);
      if (along < 1 || across > along) continue;
      if (along + 2 * across < least) [least, found] = [along + 2 * across, i];
    }
    return found;
  }
}
