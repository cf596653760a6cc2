"""Live refresh: what viewers wait for, how runs take turns, and what memory it takes."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from aecore.runs import RunStore
from benchmarks.load import Viewer
from benchmarks.measurement import Others, Row, command_line, median, ms, quantile
from benchmarks.server import AppServer

EPOCHS = 200
"""So many that no run ends while it is watched."""
LONGEST_PAUSE_S, UNFAIR = 6.0, 3.0
SERVER_MB, WORKER_MB = 700, 600


@dataclass
class Watched:
    """What a class has seen.

    Attributes
    ----------
    viewers : int
    refreshes : list of float
        Seconds, of all viewers.
    pause : float
        Longest time, in seconds, for which a run did not move.
    steps : list of int
        Steps that each run gained.
    cost : float
        Processor time of the server, in seconds, for each refresh.
    others : float
        Share of the machine that was busy with something else.
    server_mb, worker_mb : float
        Memory at the end.
    troubles : list of str
        Exceptions on pages and lines in the server's log.
    """

    viewers: int
    refreshes: list[float] = field(default_factory=list)
    pause: float = 0.0
    steps: list[int] = field(default_factory=list)
    cost: float = 0.0
    others: float = 0.0
    server_mb: float = 0.0
    worker_mb: float = 0.0
    troubles: list[str] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Median refresh, in seconds."""
        return median(self.refreshes)

    @property
    def late(self) -> float:
        """95th percentile of the refreshes, in seconds."""
        return quantile(self.refreshes, 0.95)


def measure(quick: bool) -> list[Row]:
    """Watch with one, five and thirty viewers, then with a hundred of one run."""
    seconds = 12 if quick else 30
    one, five, thirty = (watch(count, seconds) for count in (1, 5, 30))
    rows = [
        _latency("one viewer, live refresh", one, 0.04),
        _latency("five viewers, five runs", five),
        _latency("thirty viewers, thirty runs", thirty, 0.06, 0.25),
        _pauses(thirty),
        _fairness(thirty),
        _memory(thirty),
    ]
    hundred = watch(100, seconds, one_run=True)
    return [*rows, _latency("hundred viewers of one run", hundred, late=0.5)]


def watch(count: int, seconds: float, *, one_run: bool = False) -> Watched:
    """Start a server, and let a class watch its runs for a while."""
    with AppServer() as server:
        seen = asyncio.run(_watch(server, count, seconds, one_run))
        seen.server_mb, seen.worker_mb = server.memory()
        seen.troubles += server.troubles()
    return seen


async def _watch(server: AppServer, count: int, seconds: float, one_run: bool) -> Watched:
    seen = Watched(count)
    async with AsyncExitStack() as stack:
        viewers = []
        for i in range(count):
            query = f"dataset=mnist&epochs={EPOCHS}&seed={1 if one_run else i + 1}"
            viewer = await stack.enter_async_context(Viewer(server.address, query))
            await viewer.open()
            viewers.append(viewer)
            if i == 0:
                await asyncio.to_thread(server.settle)
        await asyncio.gather(*(_start(viewer, 0.1 * i) for i, viewer in enumerate(viewers)))
        await asyncio.sleep(5)
        for viewer in viewers:
            viewer.refreshes.clear()
        others, spent = Others(), server.processor_time()
        seen.pause, seen.steps = await _follow(server, seconds)
        for viewer in viewers:
            seen.refreshes += viewer.refreshes
            seen.troubles += viewer.exceptions
        seen.cost = (server.processor_time() - spent) / max(len(seen.refreshes), 1)
        seen.others = others.share()
    return seen


async def _start(viewer: Viewer, after: float) -> None:
    """Press Train; or join, where others have pressed it already."""
    await asyncio.sleep(after)
    if "Train" in viewer.buttons:
        await viewer.press("Train")


async def _follow(server: AppServer, seconds: float) -> tuple[float, list[int]]:
    """Return the longest time for which any run stood still, and the steps that each gained."""
    runs = list(RunStore(server.home / "runs").runs())
    began = now = time.monotonic()
    first = {run.id: run.progress().step for run in runs}
    last, moved, pause = dict(first), dict.fromkeys(first, began), 0.0
    while now < began + seconds:
        await asyncio.sleep(0.2)
        now = time.monotonic()
        for run in runs:
            step = run.progress().step
            pause = max(pause, now - moved[run.id])
            if step != last[run.id]:
                last[run.id], moved[run.id] = step, now
    return pause, [last[name] - first[name] for name in first]


def _latency(what: str, seen: Watched, middle: float = 0.0, late: float = 0.0) -> Row:
    targets = [f"≤ {ms(middle)} median"] if middle else []
    targets += [f"≤ {ms(late)} at the 95th percentile"] if late else []
    held = seen.median <= (middle or seen.median) and seen.late <= (late or seen.late)
    measured = (
        f"{ms(seen.median)} median, {ms(seen.late)} at the 95th percentile of "
        f"{len(seen.refreshes)} ({ms(seen.cost)} of processor time each; "
        f"{seen.others:.0%} of the machine busy with others)"
    )
    if seen.troubles:
        held, measured = False, f"{measured}; {len(seen.troubles)} errors: {seen.troubles[0]}"
    return Row(what, ", ".join(targets) or "no target", measured, held if targets else None)


def _pauses(seen: Watched) -> Row:
    target = f"≤ {LONGEST_PAUSE_S:.0f} s"
    held = seen.pause <= LONGEST_PAUSE_S
    return Row("longest that any of thirty runs stood still", target, f"{seen.pause:.1f} s", held)


def _fairness(seen: Watched) -> Row:
    ratio = max(seen.steps) / max(min(seen.steps), 1)
    what = "most steps of thirty runs against fewest"
    return Row(what, f"≤ {UNFAIR:.0f} ×", f"{ratio:.1f} ×", ratio <= UNFAIR)


def _memory(seen: Watched) -> Row:
    return Row(
        "memory with thirty viewers",
        f"≤ {SERVER_MB} MB the server, ≤ {WORKER_MB} MB a worker",
        f"{seen.server_mb:.0f} MB the server, {seen.worker_mb:.0f} MB the largest worker",
        seen.server_mb <= SERVER_MB and seen.worker_mb <= WORKER_MB,
    )


if __name__ == "__main__":
    command_line(measure, __doc__)
