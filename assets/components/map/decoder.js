// What the decoder makes of a place, computed here: by its own layers, or from a decoded grid.

const ACTIVATE = {
  identity: (v) => v,
  relu: (v) => each(v, (z) => Math.max(0, z)),
  sigmoid: (v) => each(v, (z) => 1 / (1 + Math.exp(-z))),
  tanh: (v) => each(v, Math.tanh),
  softmax(v) {
    const largest = v.reduce((a, b) => Math.max(a, b), -Infinity);
    each(v, (z) => Math.exp(z - largest));
    const sum = v.reduce((a, b) => a + b, 0);
    return each(v, (z) => z / sum);
  },
};

function each(values, apply) {
  for (let k = 0; k < values.length; k++) values[k] = apply(values[k]);
  return values;
}

/** Send numbers through layers [{weight: {values, shape: [out, in]}, bias, activation}]. */
function decode(layers, input) {
  let x = input;
  for (const { weight, bias, activation } of layers) {
    const [out, size] = weight.shape;
    const y = new Float32Array(out);
    const w = weight.values;
    for (let j = 0, k = 0; j < out; j++) {
      let sum = bias.values[j];
      for (let i = 0; i < size; i++, k++) sum += w[k] * x[i];
      y[j] = sum;
    }
    x = ACTIVATE[activation](y);
  }
  return x;
}

function layersOf(block) {
  return block.activations.map((activation, k) => ({ activation, weight: block[`weight${k}`], bias: block[`bias${k}`] }));
}

/** Brightness 0 to 255 of values that are shown from the data's black to its white. */
function levels(values, [black, white]) {
  return Uint8ClampedArray.from(values, (v) => ((v - black) / (white - black)) * 255);
}

/** Ways to decode, by the kind of block: each makes (x, y, point) -> levels, or null for none. */
const DECODERS = {
  layers(block) {
    const layers = layersOf(block);
    return (x, y) => levels(decode(layers, [x, y]), block.span);
  },
  codes(block) {
    const layers = layersOf(block);
    const [, q] = block.codes.shape;
    return (x, y, point) =>
      point < 0 ? null : levels(decode(layers, block.codes.values.subarray(point * q, (point + 1) * q)), block.span);
  },
  grid(block) {
    const { values, shape: [n, , pixels] } = block.grid;
    const [[x0, x1], [y0, y1]] = block.box;
    return (x, y) => {
      const [u, v] = [((x - x0) / (x1 - x0)) * (n - 1), ((y - y0) / (y1 - y0)) * (n - 1)];
      if (!(u >= 0 && v >= 0 && u <= n - 1 && v <= n - 1)) return null;
      const [column, row] = [Math.min(n - 2, Math.floor(u)), Math.min(n - 2, Math.floor(v))];
      const [a, b] = [u - column, v - row];
      const at = (row * n + column) * pixels;
      const found = new Uint8ClampedArray(pixels);
      for (let k = 0; k < pixels; k++) {
        const low = values[at + k] * (1 - a) + values[at + pixels + k] * a;
        const high = values[at + n * pixels + k] * (1 - a) + values[at + (n + 1) * pixels + k] * a;
        found[k] = low * (1 - b) + high * b;
      }
      return found;
    };
  },
  pictures(block) {
    const { values, shape: [count, pixels] } = block.pictures;
    return (x, y, point) => (point < 0 || point >= count ? null : values.subarray(point * pixels, (point + 1) * pixels));
  },
};
