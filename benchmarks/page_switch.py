"""Page switch: how long until another page stands, once the run is finished."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from benchmarks.load import Viewer
from benchmarks.measurement import Row, command_line, median, ms
from benchmarks.server import AppServer
from ui.shell import PAGES

TARGET_S = 0.3
FINISHED = "Train 10 epochs more"


def measure(quick: bool) -> list[Row]:
    """Click through all pages, some runs for the first time, then again."""
    with AppServer() as server:
        first, again = asyncio.run(_click_through(server, 2 if quick else 5))
    slowest = max(first, key=lambda page: median(first[page] + again[page]))
    time = median(first[slowest] + again[slowest])
    each = "; ".join(
        f"{page} {ms(median(first[page]))} first, {ms(median(again[page]))} again" for page in first
    )
    return [
        Row(
            "page switch, any page, run finished",
            f"≤ {ms(TARGET_S)} median",
            f"{ms(time)} median on the slowest ({each})",
            time <= TARGET_S,
        )
    ]


async def _click_through(
    server: AppServer, runs: int
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Return the seconds of each page when nothing of a run was looked at before, and after."""
    first: dict[str, list[float]] = defaultdict(list)
    again: dict[str, list[float]] = defaultdict(list)
    addresses = [page.address for page in PAGES]
    for seed in range(1, runs + 1):
        async with Viewer(server.address, f"dataset=mnist&epochs=1&seed={seed}") as viewer:
            await viewer.open()
            await viewer.press("Train")
            await viewer.sees_button(FINISHED)
            await asyncio.to_thread(server.settle)
            for times in (first, again, again):
                for page in [*addresses[1:], addresses[0]]:
                    times[page].append(await viewer.go(page))
    return first, again


if __name__ == "__main__":
    command_line(measure, __doc__)
