"""Server start: how long until somebody who is waiting at the door sees a page."""

from __future__ import annotations

import asyncio
import time

from benchmarks.load import Viewer
from benchmarks.measurement import Row, command_line, median
from benchmarks.server import AppServer

TARGET_S = 4.0


def measure(quick: bool) -> list[Row]:
    """Start servers one after the other, each with an empty home."""
    answered, usable = zip(*(_start() for _ in range(2 if quick else 5)), strict=True)
    return [
        Row(
            "server start → page usable",
            f"≤ {TARGET_S:.0f} s",
            f"{median(usable):.1f} s median, {max(usable):.1f} s at most of {len(usable)} "
            f"(port answers after {median(answered):.1f} s)",
            median(usable) <= TARGET_S,
        )
    ]


def _start() -> tuple[float, float]:
    """Return the seconds until the port answers, and until the first page stands."""
    began = time.perf_counter()
    with AppServer() as server:
        answered = time.perf_counter() - began
        asyncio.run(_open(server.address))
        return answered, time.perf_counter() - began


async def _open(address: str) -> None:
    async with Viewer(address) as viewer:
        await viewer.open()


if __name__ == "__main__":
    command_line(measure, __doc__)
