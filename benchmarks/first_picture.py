"""Train pressed: how long until the first reconstruction is there, workers warm."""

from __future__ import annotations

import asyncio

from benchmarks.load import Viewer
from benchmarks.measurement import Row, command_line, median, ms
from benchmarks.server import AppServer

TARGET_S = 0.5


def measure(quick: bool) -> list[Row]:
    """Press Train in fresh sessions, each with settings that nobody has trained yet."""
    with AppServer() as server:
        times = asyncio.run(_press(server, 4 if quick else 10))
    measured = f"{ms(median(times))} median, {ms(max(times))} at most of {len(times)}"
    return [
        Row(
            "Train pressed → first picture, workers warm",
            f"≤ {ms(TARGET_S)}",
            measured,
            median(times) <= TARGET_S,
        )
    ]


async def _press(server: AppServer, count: int) -> list[float]:
    times = []
    for seed in range(1, count + 1):
        async with Viewer(server.address, f"dataset=mnist&seed={seed}") as viewer:
            await viewer.open()
            await asyncio.to_thread(server.settle)
            times.append(await viewer.press("Train", shows="Reconstructed"))
            await viewer.sees_button("Stop")
            await viewer.press("Stop")
    return times


if __name__ == "__main__":
    command_line(measure, __doc__)
