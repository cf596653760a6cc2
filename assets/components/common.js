// What all components share: opening a block of data, and keeping what belongs to an element.

const ARRAYS = {
  uint8: Uint8Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** Open what `pack` of ui/components.py made: the header's entries, and {values, shape} of each array. */
function unpack(block) {
  const bytes = block.slice(); // aligned, whatever message it came in
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const { header, arrays } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const found = { ...header };
  for (const [name, { type, shape, at }] of Object.entries(arrays)) {
    const count = shape.reduce((product, n) => product * n, 1);
    found[name] = { values: new ARRAYS[type](bytes.buffer, 4 + length + at, count), shape };
  }
  return found;
}

/** Return what belongs to a mounted component, made by `begin` the first time; new data come to the same. */
function belonging(parent, begin) {
  const host = parent.host ?? parent;
  host.__belonging ??= begin();
  return host.__belonging;
}

/** Make an element: tag, attributes, children. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Return the blocks that `blocks` components of this page keep; "change" tells of new ones.
 * While Streamlit rebuilds a page there can be two of a name for a moment: the later one counts. */
function keptBlocks() {
  if (!globalThis.aeBlocks) {
    const kept = new Map(); // of each name, the blocks in the order in which they came
    const put = (name, blocks) => {
      const before = kept.get(name)?.at(-1);
      kept.set(name, blocks);
      if (blocks.length && blocks.at(-1) !== before) keeper.dispatchEvent(new CustomEvent("change", { detail: name }));
    };
    const others = (block) => (kept.get(block.name) ?? []).filter((other) => other !== block);
    const keeper = Object.assign(new EventTarget(), {
      get: (name) => kept.get(name)?.at(-1),
      keep(block) {
        if (!kept.get(block.name)?.includes(block)) put(block.name, [...others(block), block]);
      },
      drop(block) { put(block.name, others(block)); },
    });
    globalThis.aeBlocks = keeper;
  }
  return globalThis.aeBlocks;
}

/** Put values into the places of a text: `{name} picked`. */
function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
