// Two pictures: the image under the pointer, and what the decoder makes of the place.

class Readout {
  constructor() {
    this.shape = [1, 1];
    [this.original, this.decoded] = ["original", "decoded"].map((name) => {
      const canvas = make("canvas", { class: name });
      const [title, caption, gone] = [make("b"), make("span", { class: "caption" }), make("em")];
      const frame = make("div", { class: "frame" }, canvas, gone);
      return { canvas, title, caption, gone, figure: make("figure", {}, title, frame, caption) };
    });
    this.said = make("span", { class: "unseen", role: "status" });
    this.element = make("div", { class: "readout" }, this.original.figure, this.decoded.figure, this.said);
  }

  /** Take the form of the pictures, their titles, and what else is said. */
  begin(shape, titles, texts) {
    this.texts = texts;
    if (String(shape) !== String(this.shape)) {
      this.shape = shape;
      for (const { canvas } of [this.original, this.decoded]) [canvas.height, canvas.width] = shape;
      this.element.classList.toggle("flat", shape[1] > 3 * shape[0]);
    }
    [this.original.title.textContent, this.decoded.title.textContent] = titles;
    for (const { canvas, title } of [this.original, this.decoded]) {
      if (canvas.hasAttribute("role")) continue;
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", title.textContent);
    }
  }

  /** Show a tile of a mosaic, or why there is none. */
  showImage(mosaic, tile, caption) {
    const { canvas, caption: line, gone } = this.original;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (mosaic) mosaic.draw(context, tile, 0, 0, canvas.width, canvas.height);
    gone.textContent = mosaic ? "" : this.texts.nobody;
    line.textContent = caption;
    canvas.setAttribute("aria-label", caption || this.texts.nobodyLabel);
  }

  /** Show levels of brightness (h · w), or that there are none. */
  showDecoded(found, caption, missing) {
    const { canvas, caption: line, gone } = this.decoded;
    const context = canvas.getContext("2d");
    const image = context.createImageData(canvas.width, canvas.height);
    if (found) {
      const words = new Uint32Array(image.data.buffer);
      for (let k = 0; k < words.length; k++) words[k] = (255 << 24) | (found[k] * 0x010101);
    }
    context.putImageData(image, 0, 0);
    gone.textContent = found ? "" : missing;
    line.textContent = caption;
    canvas.setAttribute("aria-label", `${this.decoded.title.textContent} ${caption}`);
  }

  say(text) {
    this.said.textContent = text;
  }
}
