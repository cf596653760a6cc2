// Many small pictures in one: PNG from the server, drawn tile by tile.

class Mosaic {
  /** block: {png, columns, count, shape: [h, w]}; `ready` is called when it can be drawn. */
  constructor(block, ready) {
    [this.height, this.width] = block.shape;
    this.columns = block.columns;
    this.count = block.count;
    this.sheet = null;
    createImageBitmap(new Blob([block.png.values], { type: "image/png" })).then((bitmap) => {
      this.sheet = bitmap;
      ready();
    });
  }

  corner(i) {
    return [(i % this.columns) * this.width, Math.floor(i / this.columns) * this.height];
  }

  draw(context, i, x, y, width, height, sheet = this.sheet) {
    if (!sheet || i < 0 || i >= this.count) return;
    const [left, top] = this.corner(i);
    context.drawImage(sheet, left, top, this.width, this.height, x, y, width, height);
  }

  /** The same with brightness as ink in the colour of each picture: `colourOf(i)` is [r, g, b]. */
  inked(colourOf) {
    const canvas = make("canvas", { width: this.sheet.width, height: this.sheet.height });
    const context = canvas.getContext("2d");
    context.drawImage(this.sheet, 0, 0);
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    const words = new Uint32Array(image.data.buffer); // little-endian: alpha, blue, green, red
    for (let i = 0; i < this.count; i++) {
      const [r, g, b] = colourOf(i);
      const colour = (b << 16) | (g << 8) | r;
      const [left, top] = this.corner(i);
      for (let y = top; y < top + this.height; y++) {
        let k = y * canvas.width + left;
        for (const end = k + this.width; k < end; k++) words[k] = ((words[k] & 255) << 24) | colour;
      }
    }
    context.putImageData(image, 0, 0);
    return canvas;
  }
}

function rgb(hex) {
  const value = parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
