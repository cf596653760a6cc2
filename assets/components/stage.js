// On the stage keys step, follow and pause, unless what has the focus makes use of them itself.
// data: none; "moved" is how far the arrow keys went since the page was opened.
//
// It is counted here: a key that is held down is faster than the pages.

const WAY = (window.aeStage ??= { moved: 0 });
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

export default function ({ setStateValue }) {
  const bare = (event) => !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey);

  const step = (event) => {
    const typed = event.target.closest?.("input, textarea, select, [contenteditable=true]");
    if (!STEPS[event.key] || event.defaultPrevented || typed || !bare(event)) return;
    WAY.moved += STEPS[event.key];
    setStateValue("moved", WAY.moved);
  };

  // before anybody else hears of a key
  const sort = (event) => {
    const at = event.composedPath()[0];
    if (!event.isTrusted || !at.matches) return;
    const space = event.key === " ";
    const { host } = at.getRootNode(); // of a picture, a map or a pad
    if (host) {
      const own = at.matches("input, textarea") ? event.key !== "Escape" : space || STEPS[event.key];
      const stop = (later) => (own || later.defaultPrevented) && later.stopPropagation();
      host.addEventListener("keydown", stop, { once: true });
    } else if (space && at.matches("button, summary, a")) {
      event.stopPropagation(); // the browser presses it
    } else if (space && at.matches("input[type=range]")) {
      document.body.dispatchEvent(new KeyboardEvent("keydown", event));
    }
  };

  // what was pressed by hand gives the keys back
  const released = () => setTimeout(() => document.activeElement?.closest("input[type=range], button")?.blur());

  document.addEventListener("keydown", step);
  document.addEventListener("pointerup", released);
  window.addEventListener("keydown", sort, true);
  document.body.dataset.keys = "on"; // pressed before, they would do nothing
  return () => {
    delete document.body.dataset.keys;
    document.removeEventListener("keydown", step);
    document.removeEventListener("pointerup", released);
    window.removeEventListener("keydown", sort, true);
  };
}
