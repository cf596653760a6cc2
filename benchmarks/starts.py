"""Servers and runs started and stopped again and again: what is left behind, and what grows.

Servers follow each other on one store, told to end and killed in turn; then one server's run is
started and stopped as often by a viewer. Not one of the speeds: ``python -m benchmarks.starts``.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import psutil

from aecore.config import RunConfig
from aecore.datasets import load
from aecore.runs import Run, RunStore
from benchmarks.load import Viewer
from benchmarks.measurement import HEADER, Row
from benchmarks.server import PATIENCE_S, AppServer

FIRST, SECOND = (RunConfig(batch_size=1, epochs=1000, seed=seed) for seed in (1, 2))
"""Runs that do not end while this goes on: one for all servers, one to be started and stopped."""
LEFT_AFTER_S = 30
MOST_GROWTH = 0.05
"""Share of the memory, from the first quarter of the cycles to the last, that is no growth."""


@dataclass(frozen=True)
class Seen:
    """What a server takes at the end of a cycle."""

    megabytes: float
    threads: int
    descriptors: int
    children: int
    files: int
    """In the store, without snapshots and the lists of wishes, which last as long as a lease."""


def main() -> None:
    """Run the cycles, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.starts", description=__doc__)
    parser.add_argument("--cycles", type=int, default=200, help="of servers, and of the run")
    cycles = parser.parse_args().cycles
    print(HEADER, flush=True)
    with tempfile.TemporaryDirectory(prefix="starts-") as folder:
        for row in servers(Path(folder) / "home", cycles):
            print(row, flush=True)
        for row in runs(Path(folder) / "home", cycles):
            print(row, flush=True)


def servers(home: Path, cycles: int) -> list[Row]:
    """Start a server, train a little, end it; every other one is killed."""
    seen: list[Seen] = []
    orphans = troubles = stuck = 0
    for cycle in range(cycles):
        server = AppServer()
        server.home = home
        with server:
            before = _step(home)
            stuck += not asyncio.run(_goes_on(server, home, before))
            seen.append(_look(server, home))
            family = server.process.children(recursive=True)
            if cycle % 2:
                server.process.kill()
            else:
                server.process.terminate()
            server.process.wait(LEFT_AFTER_S)
            alive = psutil.wait_procs(family, timeout=LEFT_AFTER_S)[1]
            orphans += len(alive)
            troubles += len(server.troubles())
            for process in alive:
                process.kill()
    what = f"{cycles} servers in a row"
    return [
        Row(f"{what}: processes left behind", "0", str(orphans), orphans == 0),
        Row(f"{what}: runs that did not go on", "0", str(stuck), stuck == 0),
        Row(f"{what}: lines of trouble in the logs", "0", str(troubles), troubles == 0),
        *_growth(what, seen),
    ]


async def _goes_on(server: AppServer, home: Path, before: int) -> bool:
    """Open the run, and tell whether it is trained further than it was."""
    async with Viewer(server.address, urlencode(FIRST.to_query())) as viewer:
        await viewer.open()
        for label in ("Train", "Continue"):
            if label in viewer.buttons:
                await viewer.press(label)
        until = time.monotonic() + PATIENCE_S
        while _step(home) <= before and time.monotonic() < until:
            await asyncio.sleep(0.05)
        return _step(home) > before


def runs(home: Path, cycles: int) -> list[Row]:
    """Start and stop one server's run."""
    server = AppServer()
    server.home = home
    with server:
        seen, exceptions = asyncio.run(_start_and_stop(server, home, cycles))
        troubles = [*server.troubles(), *exceptions]
    what = f"{cycles} starts and stops of a run"
    return [
        Row(f"{what}: lines of trouble", "0", str(len(troubles)), not troubles),
        *_growth(what, seen),
    ]


async def _start_and_stop(
    server: AppServer, home: Path, cycles: int
) -> tuple[list[Seen], list[str]]:
    seen = []
    async with Viewer(server.address, urlencode(SECOND.to_query())) as viewer:
        await viewer.open()
        for _ in range(cycles):
            await _press(viewer, "Train", "Continue")
            await _press(viewer, "Stop")
            seen.append(_look(server, home))
        return seen, viewer.exceptions


async def _press(viewer: Viewer, *labels: str) -> None:
    """Press the first button of these that there is."""
    async with asyncio.timeout(PATIENCE_S):
        while not (there := [label for label in labels if label in viewer.buttons]):
            await asyncio.sleep(0.01)
    await viewer.press(there[0])


def _look(server: AppServer, home: Path) -> Seen:
    process = server.process
    files = sum(path.suffix != ".safetensors" for path in (home / "runs").rglob("*"))
    return Seen(
        process.memory_info().rss / 2**20,
        process.num_threads(),
        process.num_fds(),
        len(process.children(recursive=True)),
        files,
    )


def _growth(what: str, seen: Sequence[Seen]) -> list[Row]:
    """Compare the first quarter of the cycles with the last."""
    quarter = max(len(seen) // 4, 1)
    rows = []
    for name, unit, slack in (
        ("megabytes", " MB", MOST_GROWTH),
        ("threads", "", 0.0),
        ("descriptors", "", 0.0),
        ("children", "", 0.0),
        ("files", "", 0.0),
    ):
        values = [getattr(each, name) for each in seen]
        first, last = np.median(values[:quarter]), np.median(values[-quarter:])
        slope = np.polyfit(range(len(values)), values, 1)[0] if len(values) > 1 else 0.0
        rows.append(
            Row(
                f"{what}: {name}",
                "no growth",
                f"{first:.0f} → {last:.0f}{unit} ({slope:+.3f}{unit} a cycle)",
                bool(last <= first * (1 + slack) + 2 * (not slack)),
            )
        )
    return rows


def _step(home: Path) -> int:
    run: Run | None = RunStore(home / "runs").find(FIRST, load(FIRST.dataset).fingerprint)
    return run.progress().step if run else 0


if __name__ == "__main__":
    main()
