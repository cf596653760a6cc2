"""A class on every page: thirty join one run within two seconds, and watch it."""

from __future__ import annotations

from benchmarks.measurement import Row, command_line, median, ms, quantile
from benchmarks.viewers import latency, watch
from ui.navigation import PAGES

VIEWERS = 30
WITHIN_S = 2.0


def measure(quick: bool) -> list[Row]:
    """Let a class join on each page."""
    rows = []
    for info in PAGES:
        seen = watch(VIEWERS, 8 if quick else 20, one_run=True, page=info.address, within=WITHIN_S)
        row = latency(f"{VIEWERS} viewers of one run on {info.title}", seen)
        joined = f"joined in {ms(median(seen.joined))}, at most {ms(quantile(seen.joined, 1.0))}"
        rows.append(Row(row.what, row.target, f"{joined}; {row.measured}", row.held))
    return rows


if __name__ == "__main__":
    command_line(measure, __doc__)
