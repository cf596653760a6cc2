// Draws the map: axes and points on one canvas, and what follows the pointer on another above it.

const RING = 9;
const MOST_NAMED = 12; // own images, beside whose points their names stand

class Painter {
  constructor(below, above) {
    this.below = below;
    this.above = above;
    this.sprites = new Map();
  }

  /** Take size and colours; canvases have the screen's own pixels. */
  fit(width, height) {
    this.ratio = Math.min(3, devicePixelRatio || 1);
    for (const canvas of [this.below, this.above]) {
      const [w, h] = [Math.round(width * this.ratio), Math.round(height * this.ratio)];
      if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
    }
    [this.width, this.height] = [width, height];
  }

  theme() {
    const style = getComputedStyle(this.below);
    this.ink = style.getPropertyValue("--st-text-color") || "#222";
    this.ground = style.getPropertyValue("--st-background-color") || "#fff";
    this.primary = style.getPropertyValue("--st-primary-color") || "#c2185b";
    this.font = style.fontFamily;
    const look = `${this.ink}${this.ground}${this.ratio}`;
    if (look !== this.look) this.sprites.clear();
    this.look = look;
  }

  _begin(canvas) {
    const context = canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return context;
  }

  /** Draw axes and points. scene: {view, cloud, kinds, colours, own, names, atlas, pictures, axes} */
  base(scene) {
    this.theme();
    const context = this._begin(this.below);
    this._axes(context, scene);
    context.save();
    context.beginPath();
    context.rect(MARGIN.left, 0, this.width - MARGIN.left, this.height - MARGIN.bottom);
    context.clip();
    this._points(context, scene);
    this._own(context, scene);
    context.restore();
  }

  _axes(context, { view, axes }) {
    const [left, right, top, bottom] = [MARGIN.left, this.width - MARGIN.right, MARGIN.top, this.height - MARGIN.bottom];
    const [x0, y0] = view.toPlace(left, bottom);
    const [x1, y1] = view.toPlace(right, top);
    context.font = `13px ${this.font}`;
    context.fillStyle = context.strokeStyle = this.ink;
    context.lineWidth = 1;
    const line = (strong, ...[xa, ya, xb, yb]) => {
      context.globalAlpha = strong ? 0.3 : 0.1;
      context.beginPath();
      context.moveTo(xa, ya);
      context.lineTo(xb, yb);
      context.stroke();
      context.globalAlpha = 0.75;
    };
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const { value, text } of View.ticks(x0, x1, view.now.sx, 80)) {
      const x = Math.round(view.toScreen(value, 0)[0]) + 0.5;
      line(value === 0, x, top, x, bottom);
      context.fillText(text, x, bottom + 4);
    }
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const { value, text } of axes[1] ? View.ticks(y0, y1, view.now.sy, 55) : []) {
      const y = Math.round(view.toScreen(0, value)[1]) + 0.5;
      line(value === 0, left, y, right, y);
      context.fillText(text, left - 5, y);
    }
    context.globalAlpha = 1;
    context.font = `14px ${this.font}`;
    context.textAlign = "center";
    context.textBaseline = "bottom";
    context.fillText(axes[0], (left + right) / 2, this.height);
    context.save();
    context.translate(0, (top + bottom) / 2);
    context.rotate(-Math.PI / 2);
    context.textBaseline = "top";
    context.fillText(axes[1], 0, 0);
    context.restore();
  }

  _sprite(kind, colours, r) {
    const key = `${kind}/${r}`;
    if (!this.sprites.has(key)) this.sprites.set(key, symbolCanvas(kind, colours, r, this.ratio, this.ground));
    return this.sprites.get(key);
  }

  _points(context, scene) {
    const { view, cloud, kinds, colours, count } = scene;
    const usual = count > 4000 ? 3 : count > 1500 ? 3.6 : 4.4;
    const r = Math.round(2 * usual * Math.min(2, Math.max(1, view.zoom) ** 0.25)) / 2;
    const { x: cx, y: cy, sx, sy } = view.now;
    const { at, seen, matching } = cloud;
    const pictured = scene.pictures && scene.atlas?.sheet ? this._pictured(scene) : null;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    const ratio = this.ratio;
    const [limitX, limitY] = [this.width * ratio, this.height * ratio];
    for (const strong of matching ? [0, 1] : [1]) {
      context.globalAlpha = strong ? 0.9 : 0.1;
      for (let i = 0; i < count; i++) {
        if (!seen[i] || pictured?.has(i) || (matching && matching[i] !== strong)) continue;
        const sprite = this._sprite(kinds[i], colours, r);
        const half = sprite.width / 2;
        const x = Math.round((view.middleX + (at[2 * i] - cx) * sx) * ratio - half);
        const y = Math.round((view.middleY - (at[2 * i + 1] - cy) * sy) * ratio - half);
        if (x > -20 && y > -20 && x < limitX && y < limitY) context.drawImage(sprite, x, y);
      }
    }
    context.restore();
    if (pictured) this._pictures(context, scene, pictured);
  }

  /** The points drawn as pictures, and where: the first in each cell, so that they can be told apart. */
  _pictured({ view, cloud, count, atlas }) {
    const wide = Math.max(1, atlas.width / atlas.height);
    const height = Math.min(64, 20 * Math.max(0.8, Math.sqrt(view.zoom))) / Math.min(wide, 4) ** 0.5;
    const size = [height * wide, height];
    const [ox, oy] = view.toScreen(0, 0); // cells move along when the map does
    const taken = new Map();
    for (const strong of cloud.matching ? [1, 0] : [1]) {
      for (let i = 0; i < count; i++) {
        if (!cloud.seen[i] || (cloud.matching && cloud.matching[i] !== strong)) continue;
        const [x, y] = view.toScreen(cloud.at[2 * i], cloud.at[2 * i + 1]);
        if (x < 0 || y < 0 || x > this.width || y > this.height) continue;
        const cell = Math.floor((x - ox) / size[0]) * 65536 + Math.floor((y - oy) / size[1]);
        if (!taken.has(cell)) taken.set(cell, [i, x, y]);
      }
    }
    const found = new Map([...taken.values()].map(([i, x, y]) => [i, [x, y]]));
    found.tile = size;
    return found;
  }

  _pictures(context, { cloud, atlas, inked, kinds, colours }, pictured) {
    const [w, h] = pictured.tile;
    for (const [i, [x, y]] of pictured) {
      context.globalAlpha = cloud.matching && !cloud.matching[i] ? 0.15 : 1;
      if (inked) atlas.draw(context, i, x - w / 2, y - h / 2, w, h, inked);
      else {
        context.strokeStyle = colours[kinds[i] % colours.length];
        context.lineWidth = 3;
        context.strokeRect(x - w / 2, y - h / 2, w, h);
        atlas.draw(context, i, x - w / 2, y - h / 2, w, h);
      }
    }
    context.globalAlpha = 1;
  }

  _own(context, { view, cloud, count, names }) {
    context.font = `600 13px ${this.font}`;
    context.textAlign = "left";
    context.textBaseline = "middle";
    for (let i = count; i < cloud.count; i++) {
      if (!cloud.seen[i]) continue;
      const [x, y] = view.toScreen(cloud.at[2 * i], cloud.at[2 * i + 1]);
      context.globalAlpha = cloud.matching && !cloud.matching[i] ? 0.25 : 1;
      drawOwn(context, x, y, 9, this.ground);
      if (names.length <= MOST_NAMED) this._label(context, names[i - count], x + 12, y);
    }
    context.globalAlpha = 1;
  }

  _label(context, text, x, y) {
    context.lineWidth = 3;
    context.strokeStyle = this.ground;
    context.strokeText(text, x, y);
    context.fillStyle = this.ink;
    context.fillText(text, x, y);
  }

  /** Draw what follows pointer and picks. marks: {picked, numbered, hovered, label, place, rectangle, focused} */
  marks({ view, cloud }, { picked, numbered, hovered, label, place, rectangle, focused }) {
    const context = this._begin(this.above);
    context.font = `600 13px ${this.font}`;
    context.textBaseline = "middle";
    const ring = (i, r, colour, width) => {
      const [x, y] = view.toScreen(cloud.at[2 * i], cloud.at[2 * i + 1]);
      for (const [line, stroke] of [[width + 2.5, this.ground], [width, colour]]) {
        context.beginPath();
        context.arc(x, y, r, 0, 7);
        context.lineWidth = line;
        context.strokeStyle = stroke;
        context.stroke();
      }
      return [x, y];
    };
    if (place) this._cross(context, view.toScreen(...place));
    if (hovered >= 0) {
      const [x, y] = ring(hovered, RING + (focused ? 2 : 0), this.ink, focused ? 3 : 2);
      const room = this.width - x - 20 > context.measureText(label).width;
      context.textAlign = room ? "left" : "right";
      this._label(context, label, x + (room ? 15 : -15), Math.max(12, y));
    }
    picked.forEach((i, k) => {
      const [x, y] = ring(i, numbered ? RING : 6, this.primary, 2.5);
      if (!numbered) return;
      context.beginPath();
      context.arc(x + RING, y - RING, 9, 0, 7);
      context.fillStyle = this.primary;
      context.fill();
      context.fillStyle = "#fff";
      context.textAlign = "center";
      context.fillText(String(k + 1), x + RING, y - RING + 0.5);
    });
    if (rectangle) {
      const [[xa, ya], [xb, yb]] = rectangle;
      context.fillStyle = context.strokeStyle = this.primary;
      context.globalAlpha = 0.15;
      context.fillRect(xa, ya, xb - xa, yb - ya);
      context.globalAlpha = 1;
      context.lineWidth = 1.5;
      context.strokeRect(xa, ya, xb - xa, yb - ya);
    }
  }

  _cross(context, [x, y]) {
    for (const [width, colour] of [[3, this.ground], [1.2, this.ink]]) {
      context.beginPath();
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        context.moveTo(x + 3 * dx, y + 3 * dy);
        context.lineTo(x + 9 * dx, y + 9 * dy);
      }
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.stroke();
    }
  }
}
