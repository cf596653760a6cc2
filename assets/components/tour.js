// A card with a few steps, each of which points at a control; it blocks nothing.
// data: {turn, steps: [{title, text, targets}], words: {title, next, done, skip, count}}
//
// It opens by itself once in a browser, and whenever a later turn begins. That it was shown is
// kept from that moment on; a browser that keeps nothing never shows it unasked.

const SEEN = "autoencoder-explorer tour";
const EDGE = 6; // pixels between a control and the frame around it

function neverShown() {
  try {
    if (localStorage.getItem(SEEN)) return false;
    localStorage.setItem(SEEN, "shown");
    return localStorage.getItem(SEEN) === "shown";
  } catch {
    return false;
  }
}

export default function ({ data, parentElement }) {
  const state = (window.aeTour ??= { turn: 0, step: 0, open: neverShown() });
  const mine = belonging(parentElement, () => build(parentElement, state));
  mine.data = data;
  const asked = data.turn > state.turn;
  if (asked) Object.assign(state, { turn: data.turn, step: 0, open: true });
  mine.show();
  if (asked) mine.card.focus();
}

function build(parentElement, state) {
  const mine = {};
  // both stand above all else on the page, in the browser's top layer
  const ring = make("div", { class: "ring", popover: "manual", "aria-hidden": "true" });
  const count = make("small", {});
  const title = make("b", { id: "tour-title" });
  const text = make("p", { id: "tour-text" });
  const said = make("div", { "aria-live": "polite" }, count, title, text);
  const skip = make("button", { type: "button", class: "skip", onclick: close });
  const next = make("button", { type: "button", class: "next", onclick: forward });
  mine.card = make(
    "div",
    { class: "card", popover: "manual", role: "dialog", tabindex: "-1", "aria-labelledby": "tour-title", "aria-describedby": "tour-text" },
    said,
    make("div", { class: "buttons" }, skip, next),
  );
  parentElement.append(ring, mine.card);

  mine.show = () => {
    const { steps, words } = mine.data;
    const step = steps[state.step];
    if (!state.open) return stop();
    const last = state.step === steps.length - 1;
    put(count, `${words.title} · ${words.count.replace("%1", state.step + 1).replace("%2", steps.length)}`);
    put(title, step.title);
    put(text, step.text);
    put(skip, words.skip);
    put(next, last ? words.done : words.next);
    skip.hidden = last;
    start();
    point();
    lift(mine.card, true);
  };

  function forward() {
    if (state.step === mine.data.steps.length - 1) return close();
    state.step += 1;
    mine.show();
  }

  function close() {
    state.open = false;
    mine.show();
  }

  function escape(event) {
    if (event.key === "Escape" && !event.defaultPrevented) close();
  }

  // controls come, go and move while the pages are drawn: the frame looks again and again
  function start() {
    if (mine.timer) return;
    mine.timer = setInterval(point, 250);
    document.addEventListener("keydown", escape);
    document.addEventListener("scroll", point, true);
    window.addEventListener("resize", point);
  }

  function stop() {
    for (const part of [ring, mine.card]) lift(part, false);
    clearInterval(mine.timer);
    mine.timer = undefined;
    document.removeEventListener("keydown", escape);
    document.removeEventListener("scroll", point, true);
    window.removeEventListener("resize", point);
  }

  function point() {
    if (!mine.card.isConnected) return stop();
    const place = mine.data.steps[state.step].targets.map(seen).find(Boolean);
    lift(ring, Boolean(place));
    if (!place) return;
    ring.style.left = `${place.left - EDGE}px`;
    ring.style.top = `${place.top - EDGE}px`;
    ring.style.width = `${place.right - place.left + 2 * EDGE}px`;
    ring.style.height = `${place.bottom - place.top + 2 * EDGE}px`;
  }

  return mine;
}

/** Write a text where it is another: one that stays is not read out again. */
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Show a popover, or hide it, if it is not so yet. */
function lift(part, up) {
  if (part.isConnected && part.matches(":popover-open") !== up) part.togglePopover(up);
}

/** Return where the first element of a selector is seen, kept inside the window; else nothing. */
function seen(selector) {
  for (const element of document.querySelectorAll(selector)) {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const inside = {
      left: Math.max(left, EDGE + 3),
      top: Math.max(top, EDGE + 3),
      right: Math.min(right, innerWidth - EDGE - 3),
      bottom: Math.min(bottom, innerHeight - EDGE - 3),
    };
    if (inside.right - inside.left > 8 && inside.bottom - inside.top > 8) return inside;
  }
  return undefined;
}
