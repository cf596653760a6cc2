// Keeps a block of data for the other components of the page, by the name in its header; shows nothing.
// A block of its own is sent again only when it changes, whatever happens to the others.

export default function ({ data, parentElement }) {
  const mine = belonging(parentElement, () => ({}));
  if (mine.data !== data) {
    mine.data = data;
    mine.block = unpack(data);
    keptBlocks().keep(mine.block);
  }
  return () => keptBlocks().drop(mine.block);
}
