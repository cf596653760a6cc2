"""A class on every page: thirty join one run within two seconds, and watch it."""

from __future__ import annotations

from benchmarks.measurement import Row, command_line, median, ms, quantile
from benchmarks.viewers import EPOCHS, Sight, latency, watch
from ui.navigation import PAGES

VIEWERS = 30
WITHIN_S = 2.0
BUSY = {
    "compare": Sight(
        "compare", f"&pin=epochs:{EPOCHS},seed:1&pin=epochs:{EPOCHS},bottleneck:8", "Train 1 run"
    ),
    "sweep": Sight("sweep", "&sweep=bottleneck:2,4,8,12", "Start"),
}
"""What there is to see on pages that are about other runs than the one in the sidebar."""


def measure(quick: bool) -> list[Row]:
    """Let a class join on each page."""
    rows = []
    for info in PAGES:
        sight = BUSY.get(info.address, Sight(info.address))
        seen = watch(VIEWERS, 8 if quick else 20, one_run=True, sight=sight, within=WITHIN_S)
        what = f"{VIEWERS} viewers of one run on {info.title}"
        joined = f"joined in {ms(median(seen.joined))}, at most {ms(quantile(seen.joined, 1.0))}"
        if seen.refreshes:
            row = latency(what, seen)
            rows.append(Row(what, row.target, f"{joined}; {row.measured}", row.held))
        else:
            held = False if seen.troubles else None
            then = seen.troubles[0] if seen.troubles else "nothing on it moves"
            rows.append(Row(what, "no target", f"{joined}; {then}", held))
    return rows


if __name__ == "__main__":
    command_line(measure, __doc__)
