"""Live refresh: what viewers wait for, how runs take turns, and what memory it takes."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from aecore.runs import RunStore
from benchmarks.load import Viewer
from benchmarks.measurement import Others, Row, command_line, median, ms, quantile
from benchmarks.server import PATIENCE_S, AppServer

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
    joined : list of float
        Seconds until the page stood, of each who came with the others.
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
    joined: list[float] = field(default_factory=list)
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
    """Watch with more and more viewers, each with a run of their own, then all with one."""
    seconds = 12 if quick else 30
    own = {count: watch(count, seconds) for count in (1, 5, 30, 60, 100)}
    one = {count: watch(count, seconds, one_run=True) for count in (30, 100)}
    thirty = own[30]
    return [
        latency("one viewer, live refresh", own[1], 0.04),
        latency("five viewers, five runs", own[5]),
        latency("thirty viewers, thirty runs", thirty, 0.06, 0.25),
        _pauses(thirty),
        _fairness(thirty),
        _memory(thirty),
        *(latency(f"{count} viewers, {count} runs", own[count]) for count in (60, 100)),
        latency("thirty viewers of one run", one[30]),
        latency("hundred viewers of one run", one[100], late=0.5),
    ]


@dataclass(frozen=True)
class Sight:
    """What a class looks at.

    Attributes
    ----------
    page : str
        Its address; the first one unless given.
    also : str
        What the address says beside the settings.
    press : str
        The label of a button there that the first of them presses, before the others come.
    """

    page: str = ""
    also: str = ""
    press: str = ""


def watch(
    count: int,
    seconds: float,
    *,
    one_run: bool = False,
    sight: Sight | None = None,
    within: float = 0.0,
) -> Watched:
    """Start a server, and let a class watch its runs for a while.

    Parameters
    ----------
    count : int
        Viewers.
    seconds : float
    one_run : bool
        Whether all watch the same run.
    sight : Sight, optional
        What they watch; the first page unless given.
    within : float
        Seconds within which all open the page, as a class does; 0 for one after the other.
    """
    with AppServer() as server:
        seen = asyncio.run(_watch(server, count, seconds, one_run, sight or Sight(), within))
        seen.server_mb, seen.worker_mb = server.memory()
        seen.troubles += server.troubles()
    return seen


async def _watch(
    server: AppServer, count: int, seconds: float, one_run: bool, sight: Sight, within: float
) -> Watched:
    seen = Watched(count)
    async with AsyncExitStack() as stack:
        queries = [f"dataset=mnist&epochs={EPOCHS}&seed={1 if one_run else i + 1}{sight.also}"
                   for i in range(count)]  # fmt: skip
        first = await _come(server, stack, queries[0], "")
        await asyncio.to_thread(server.settle)
        await first.press("Train")
        await _wait_for_pictures(server)
        if sight.page:
            await first.go(sight.page)
        if sight.press:
            await first.press(sight.press)
        if within:
            viewers = await _all_at_once(server, stack, queries[1:], sight.page, within, seen)
        else:
            viewers = [await _come(server, stack, query, sight.page) for query in queries[1:]]
        viewers.insert(0, first)
        if not one_run:
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


async def _come(server: AppServer, stack: AsyncExitStack, query: str, page: str) -> Viewer:
    viewer = await stack.enter_async_context(Viewer(server.address, query))
    await viewer.open(page)
    return viewer


async def _all_at_once(
    server: AppServer,
    stack: AsyncExitStack,
    queries: list[str],
    page: str,
    within: float,
    seen: Watched,
) -> list[Viewer]:
    """Let a class open a page within some seconds, and note how long each waits for it."""

    async def come(query: str, after: float) -> Viewer:
        await asyncio.sleep(after)
        began = time.perf_counter()
        viewer = await _come(server, stack, query, page)
        seen.joined.append(time.perf_counter() - began)
        return viewer

    pause = within / max(len(queries), 1)
    return list(await asyncio.gather(*(come(q, pause * i) for i, q in enumerate(queries))))


async def _wait_for_pictures(server: AppServer) -> None:
    """Wait until there is something to see of the first run."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if any(run.steps() for run in RunStore(server.home / "runs").runs()):
            return
        await asyncio.sleep(0.1)
    raise RuntimeError("The first run does not begin.")


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


def latency(what: str, seen: Watched, middle: float = 0.0, late: float = 0.0) -> Row:
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
