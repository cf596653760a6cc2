"""What a heavy analysis of one viewer costs the others: their refreshes without and with it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import psutil

from aecore.analysis import NICENESS
from benchmarks.load import Viewer
from benchmarks.measurement import Row, command_line, median, ms, processor_time, quantile
from benchmarks.server import AppServer

VIEWERS = 10
SLOWER = 1.5
"""Times that a refresh may take longer: a third process wants a part of two cores."""


def measure(quick: bool) -> list[Row]:
    """Let a class watch its runs, then one of it ask for UMAP of all test images."""
    with AppServer() as server:
        return [asyncio.run(_measure(server, 8 if quick else 20))]


async def _measure(server: AppServer, seconds: float) -> Row:
    async with AsyncExitStack() as stack:
        viewers = []
        for number in range(VIEWERS):
            query = f"dataset=mnist&epochs=200&seed={number + 1}"
            viewers.append(await stack.enter_async_context(Viewer(server.address, query)))
            await viewers[-1].open()
            await viewers[-1].sees_button("Train")
            await viewers[-1].press("Train")
        await asyncio.sleep(10)
        alone = await _refreshes(viewers, seconds)
        asker = await stack.enter_async_context(
            Viewer(server.address, "dataset=mnist&epochs=200&seed=1&layout=umap&points=10000")
        )
        await asker.open("latent_space")
        (label,) = (label for label in asker.buttons if label.startswith("Compute UMAP"))
        await asker.press(label)
        analysis = _analysis(server)
        spent = processor_time(analysis)
        beside = await _refreshes(viewers, seconds)
        spent = processor_time(analysis) - spent
    ratio = median(beside) / median(alone)
    return Row(
        f"refresh of {VIEWERS} viewers, {VIEWERS} runs, while one of them has UMAP of 10,000 "
        "images computed, against before",
        f"≤ {SLOWER:g} ×",
        f"{ratio:.2f} × ({ms(median(alone))} median, {ms(quantile(alone, 0.95))} at the 95th "
        f"percentile; with it {ms(median(beside))}, {ms(quantile(beside, 0.95))}; the analysis "
        f"had {spent / seconds:.0%} of a core)",
        ratio <= SLOWER,
    )


async def _refreshes(viewers: list[Viewer], seconds: float) -> list[float]:
    for viewer in viewers:
        viewer.refreshes.clear()
    await asyncio.sleep(seconds)
    return [refresh for viewer in viewers for refresh in viewer.refreshes]


def _analysis(server: AppServer) -> psutil.Process:
    """Return the process that does nothing but analyses; it is the one of the lowest priority."""
    children = server.process.children(recursive=True)
    (found,) = (child for child in children if child.nice() == NICENESS)
    return found


if __name__ == "__main__":
    command_line(measure, __doc__)
