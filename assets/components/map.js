// The latent map: points of images on a plane of code space, to move about in, to look at and to pick from.
// It draws from blocks that are kept beside it: NAME/about, /atlas, /own, /points and /decoder.
// Moving the pointer asks the server nothing; only picks are told. data: {name}

const REACH = { mouse: 14, touch: 26 }; // pixels around a pointer in which a point is meant
const MOST_TOLD = 1000;

export default function ({ data, parentElement, setStateValue }) {
  const map = belonging(parentElement, () => new LatentMap(parentElement, data.name));
  map.tell = (places) => setStateValue("picked", places);
  return () => map.end();
}

class LatentMap {
  constructor(parent, name) {
    this.name = name;
    this.view = new View();
    this.cloud = new Cloud();
    this.readout = new Readout();
    this.bar = new Bar({
      search: (text, go) => this.search(text, go),
      pictures: (on) => { this.pictures = on; this.redraw(); },
      select: (on) => { this.selecting = on; this.field.classList.toggle("selecting", on); },
      zoom: (factor) => this.zoom(null, null, factor),
      fit: () => this.fit(),
      classes: () => this.filter(),
    });
    const below = make("canvas", { "aria-hidden": "true" });
    this.canvas = make("canvas", { class: "above", tabindex: "0", role: "application" });
    this.field = make("div", { class: "field" }, below, this.canvas);
    this.root = make("div", { class: "map" }, this.bar.element, this.field, this.readout.element);
    this.painter = new Painter(below, this.canvas);
    this.picked = []; // places of images, the most recent last
    this.hovered = -1;
    this.place = null; // that is looked at, on the plane
    this.pointer = null; // pixel of the pointer, where it is that which looks
    this.frames = 0;
    pointing(this.canvas, this.acts(), () => this.selecting);
    parent.append(this.root);
    this.sized = new ResizeObserver(() => this.resize());
    this.sized.observe(this.field);
    this.changed = ({ detail }) => detail.startsWith(`${name}/`) && this.refresh();
    keptBlocks().addEventListener("change", this.changed);
    this.themed = new MutationObserver(() => this.redraw()); // light or dark is a class of what is around
    this.themed.observe((parent.host ?? parent).parentElement, { attributes: true, attributeFilter: ["class"] });
    this.refresh();
  }

  end() {
    this.ended = true;
    this.sized.disconnect();
    this.themed.disconnect();
    keptBlocks().removeEventListener("change", this.changed);
  }

  // -- what the server sends ---------------------------------------------------------

  refresh() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.take();
    });
  }

  take() {
    const [about, atlas, own, points, decoder] = ["about", "atlas", "own", "points", "decoder"].map((part) => keptBlocks().get(`${this.name}/${part}`));
    if (this.ended || !about || !atlas || !own || !points || !decoder) return;
    if (points.images !== atlas.count || about.layout !== points.layout) return; // the rest is on its way
    const first = !this.about;
    if (about !== this.about) this.takeAbout(about);
    if (atlas !== this.atlasBlock || own !== this.ownBlock) this.takeImages(atlas, own);
    if (points !== this.points) {
      this.cloud.place(points.points.values, !first && points.layout === this.points.layout && points.key === this.points.key);
      this.points = points;
      if (!first) this.lookAgain();
    }
    if (decoder !== this.decoderBlock) {
      this.decoderBlock = decoder;
      this.decode = DECODERS[decoder.kind](decoder);
    }
    this.filter();
    if (first) {
      this.picked = about.picked.filter((place) => this.pointOf.has(place));
      const start = this.picked.length ? this.pointOf.get(this.picked.at(-1)) : 0;
      this.look(start);
    } else this.show();
    this.keepPicks();
    this.root.dataset.axes = points.axes.join(" / ");
    this.redraw();
  }

  takeAbout(about) {
    if (this.about && about.layout !== this.about.layout) {
      this.view.reset();
      this.pointer = null;
    }
    this.about = about;
    this.view.box = about.box;
    this.view.equal = about.equal;
    this.bar.speak(about.texts);
    this.readout.begin(about.shape, about.titles, about.texts);
    this.canvas.setAttribute("aria-label", about.label);
  }

  takeImages(atlas, own) {
    const again = () => { this.inked = null; this.redraw(); this.show(); };
    if (atlas !== this.atlasBlock) this.atlas = new Mosaic(atlas, again);
    if (own !== this.ownBlock) this.own = own.count ? new Mosaic(own, again) : null;
    [this.atlasBlock, this.ownBlock] = [atlas, own];
    const { colours, classes } = this.about;
    this.kinds = Int32Array.from(atlas.labels.values, (label) => (label < 0 ? classes.length : label));
    this.places = [...atlas.places.values, ...own.names.map((_, k) => atlas.total + k)];
    this.pointOf = new Map(this.places.map((place, i) => [place, i]));
    this.names = [...classes, this.about.texts.outlier];
    const counts = new Map();
    for (const kind of this.kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const found = [...counts.keys()].sort((a, b) => a - b).map((kind) => ({ kind, name: this.names[kind], count: counts.get(kind) }));
    if (own.count) found.push({ kind: -1, name: this.about.texts.own, count: own.count, own: true });
    this.bar.classes(found, colours);
    this.colours = colours;
  }

  // -- points ------------------------------------------------------------------------

  kindOf(i) { return i < this.kinds.length ? this.kinds[i] : -1; }

  nameOf(i) {
    const place = this.places[i];
    const own = i >= this.kinds.length;
    return own ? this.ownBlock.names[i - this.kinds.length] : `${this.names[this.kinds[i]]} · #${place}`;
  }

  filter() {
    if (!this.points) return;
    const { cloud } = this;
    cloud.seen = Uint8Array.from({ length: cloud.count }, (_, i) => (this.bar.hidden.has(this.kindOf(i)) ? 0 : 1));
    if (this.hovered >= 0 && !cloud.seen[this.hovered]) this.hovered = -1;
    this.root.dataset.seen = cloud.seen.reduce((sum, one) => sum + one, 0);
    this.search(this.bar.search.value, false);
  }

  search(text, go) {
    if (!this.points) return;
    const wanted = text.trim().toLowerCase();
    const { cloud } = this;
    cloud.matching = null;
    this.bar.found.textContent = "";
    if (wanted) {
      const number = /^#?\d+$/.test(wanted) ? Number(wanted.replace("#", "")) : null;
      const named = (i) => {
        if (i >= this.kinds.length) return this.nameOf(i).toLowerCase().includes(wanted);
        const name = this.names[this.kinds[i]].toLowerCase();
        return number === null ? name.includes(wanted) : name === wanted;
      };
      cloud.matching = Uint8Array.from({ length: cloud.count }, (_, i) => (this.places[i] === number || named(i) ? 1 : 0));
      const count = cloud.matching.reduce((sum, one) => sum + one, 0);
      this.bar.found.textContent = count ? filled(this.about.texts.found, { found: count.toLocaleString("en") }) : this.about.texts.none;
      if (go && count) this.look(cloud.matching.indexOf(1), true);
    }
    this.redraw();
  }

  keepPicks() {
    const kept = this.picked.filter((place) => this.pointOf.has(place));
    if (kept.length !== this.picked.length) this.pick(kept, this.many);
  }

  pick(places, many = false) {
    this.picked = places;
    this.many = many;
    this.tell?.(places);
    this.marks();
  }

  toggle(i) {
    const place = this.places[i];
    const before = this.many ? [] : this.picked;
    const next = before.includes(place) ? before.filter((other) => other !== place) : [...before, place].slice(-2);
    const { texts } = this.about;
    this.readout.say(filled(next.includes(place) ? texts.picked : texts.letGo, { name: this.nameOf(i) }));
    this.pick(next);
  }

  // -- looking -----------------------------------------------------------------------

  acts() {
    return {
      hover: (x, y) => this.hover(x, y, REACH.mouse),
      click: (x, y, touch, again) => this.click(x, y, touch, again),
      pan: (dx, dy) => { this.view.pan(dx, dy); this.redraw(); },
      zoom: (x, y, factor) => this.zoom(x, y, factor),
      rectangle: (ends) => { this.rectangle = ends; this.marks(); },
      selected: (a, b) => this.select(a, b),
      fit: () => this.fit(),
      hop: (dx, dy) => this.hop(dx, dy),
      enter: () => this.hovered >= 0 && this.toggle(this.hovered),
      escape: () => this.picked.length && this.pick([]),
    };
  }

  hover(px, py, reach) {
    if (!this.points) return;
    this.focused = false;
    this.pointer = [px, py, reach];
    this.place = this.view.toPlace(px, py);
    this.hovered = this.cloud.nearest(this.view, px, py, reach);
    this.show();
  }

  /** Look at a point as if the pointer were on it. */
  look(i, move = false) {
    if (i < 0 || i >= this.cloud.count) return;
    const [x, y] = [this.cloud.to[2 * i], this.cloud.to[2 * i + 1]];
    if (move && this.view.reveal(x, y)) this.redraw();
    this.place = [x, y];
    this.pointer = null;
    this.hovered = i;
    this.show();
  }

  /** Points have moved: look at what is under the pointer now, or go along with the point. */
  lookAgain() {
    if (this.pointer) this.hover(...this.pointer);
    else this.look(this.hovered < this.cloud.count ? Math.max(0, this.hovered) : 0);
  }

  click(x, y, touch, again) {
    this.hover(x, y, touch ? REACH.touch : REACH.mouse);
    if (this.hovered >= 0 && !again) this.toggle(this.hovered);
    else if (this.hovered < 0 && again) this.fit();
  }

  select(a, b) {
    const found = this.cloud.inside(this.view, a, b).slice(0, MOST_TOLD);
    this.pick(found.map((i) => this.places[i]), true);
    this.readout.say(`${found.length} selected`);
  }

  hop(dx, dy) {
    if (!this.points) return;
    const start = this.hovered >= 0 ? this.cloud.to.subarray(2 * this.hovered, 2 * this.hovered + 2) : this.place ?? [0, 0];
    const next = this.cloud.towards(this.view, ...this.view.toScreen(...start), dx, dy);
    if (next < 0) return;
    this.focused = true;
    this.look(next, true);
    this.readout.say(this.nameOf(next));
  }

  zoom(x, y, factor) {
    this.view.zoomAt(x ?? this.view.middleX, y ?? this.view.middleY, factor);
    this.redraw();
  }

  fit() {
    this.view.reset();
    this.redraw();
  }

  // -- drawing -----------------------------------------------------------------------

  resize() {
    const { clientWidth, clientHeight } = this.field;
    if (!clientWidth) return;
    [this.view.width, this.view.height] = [clientWidth, clientHeight];
    this.painter.fit(clientWidth, clientHeight);
    if (this.points) this.paint();
  }

  /** Draw all of it again before the next frame. */
  redraw() {
    if (this.drawing || !this.points) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      if (!this.ended) this.paint();
    });
  }

  paint() {
    const moving = this.cloud.travel();
    if (this.pictures && this.about.ink && !this.inked && this.atlas.sheet) {
      const colours = this.colours.map(rgb);
      this.inked = this.atlas.inked((i) => colours[this.kinds[i] % colours.length]);
    }
    const { view, cloud, kinds, colours, atlas, inked, pictures } = this;
    this.painter.base({ view, cloud, kinds, colours, atlas, inked, pictures, axes: this.points.axes, names: this.ownBlock.names, count: kinds.length });
    this.paintMarks();
    this.root.dataset.drawn = String(Number(this.root.dataset.drawn ?? 0) + 1);
    if (moving) this.redraw();
  }

  /** Show what is under the pointer before the next frame, once however often it moved. */
  show() {
    if (this.showing) return;
    this.showing = true;
    requestAnimationFrame(() => {
      this.showing = false;
      if (!this.ended && this.place) this.paintReadout();
      this.paintMarks();
    });
  }

  paintReadout() {
    const { hovered, place, about } = this;
    const own = hovered >= this.kinds.length;
    if (hovered < 0) this.readout.showImage(null, 0, "");
    else this.readout.showImage(own ? this.own : this.atlas, own ? hovered - this.kinds.length : hovered, this.caption(hovered));
    const found = this.decode(...place, hovered);
    const at = filled(about.texts.at, { place: place.map((value) => written(value, 2)).join(", ") });
    this.readout.showDecoded(found, about.placeless ? "" : at, about.missing);
    this.frames += 1;
    Object.assign(this.root.dataset, { frames: this.frames, under: hovered < 0 ? "" : this.places[hovered], at: place.join(",") });
  }

  caption(i) {
    const { texts } = this.about;
    if (i >= this.kinds.length) return filled(texts.yours, { name: this.nameOf(i) });
    return filled(texts.image, { name: this.names[this.kinds[i]], number: this.places[i].toLocaleString("en") });
  }

  marks() { this.show(); }

  paintMarks() {
    if (!this.points) return;
    const { view, cloud, hovered, place, rectangle, focused } = this;
    const picked = this.picked.map((id) => this.pointOf.get(id)).filter((i) => i < cloud.count && cloud.seen[i]);
    this.painter.marks({ view, cloud }, {
      picked, hovered, rectangle, focused, numbered: !this.many, place: this.about.placeless ? null : place,
      label: hovered < 0 || (this.kindOf(hovered) < 0 && this.own.count <= MOST_NAMED) ? "" : this.nameOf(hovered),
    });
  }
}
