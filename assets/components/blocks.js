// Keeps a block of data for the other components of the page, by the name in its header; shows nothing.
// A block of its own is sent again only when it changes, whatever happens to the others.

export default function ({ data, parentElement }) {
  const mine = belonging(parentElement, () => ({}));
  if (mine.data !== data) {
    if (mine.block) keptBlocks().drop(mine.block);
    Object.assign(mine, { data, block: unpack(data) });
  }
  const { block } = mine;
  keptBlocks().keep(block); // also where nothing changed: cleaning up has dropped it
  return () => keptBlocks().drop(block);
}
