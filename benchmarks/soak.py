"""A long lesson: thirty viewers change settings at random, and what grows meanwhile."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import psutil

from aecore.datasets import available
from benchmarks.load import Viewer
from benchmarks.measurement import HEADER, Row, command_line, median, ms, quantile
from benchmarks.server import AppServer
from ui.navigation import PAGES

VIEWERS = 30
PAUSE_S = (2.0, 12.0)
"""Between two things that a viewer does."""
EVERY_S = 5.0
"""Between two looks at the server's processes."""
SETTLED = 0.4
"""Share of the time after which nothing new should be needed any more: caches are filled."""
MOST_MB_AN_HOUR = 30.0
STORE_MB = "256"
"""So little room for runs that old ones are removed all along, as in a long term's use."""


@dataclass(frozen=True)
class Look:
    """The server's processes at one moment.

    Attributes
    ----------
    hours : float
        Since the beginning.
    server_mb, workers_mb : float
    files, threads, processes : int
        Open file descriptors and threads of the server; its child processes.
    """

    hours: float
    server_mb: float
    workers_mb: float
    files: int
    threads: int
    processes: int


@dataclass
class Soaked:
    """What a long lesson came to."""

    looks: list[Look]
    refreshes: list[float]
    acts: int
    troubles: list[str]

    def slope(self, name: str) -> float:
        """Return how fast something grows, per hour, once it has settled: a fitted line."""
        hours = self.looks[-1].hours
        settled = [look for look in self.looks if look.hours >= SETTLED * hours]
        times = [look.hours for look in settled]
        return float(np.polyfit(times, [getattr(look, name) for look in settled], 1)[0])


def measure(quick: bool) -> list[Row]:
    """Soak for five minutes, or for one."""
    return rows(soak(60 if quick else 300))


def soak(seconds: float, viewers: int = VIEWERS, tell: bool = False) -> Soaked:
    """Let viewers do things at random for some time."""
    with AppServer(AE_STORE_MB=STORE_MB) as server:
        soaked = asyncio.run(_soak(server, seconds, viewers, tell))
        soaked.troubles += server.troubles()
    return soaked


async def _soak(server: AppServer, seconds: float, count: int, tell: bool) -> Soaked:
    soaked = Soaked([], [], 0, [])
    end = time.monotonic() + seconds
    students = [asyncio.create_task(_student(server, k, end, soaked)) for k in range(count)]
    began = time.monotonic()
    while time.monotonic() < end:
        await asyncio.sleep(EVERY_S)
        soaked.looks.append(look(server.process, (time.monotonic() - began) / 3600))
        if tell and len(soaked.looks) % 12 == 0:
            print(soaked.looks[-1], file=sys.stderr, flush=True)
    for student in students:
        student.cancel()
    for result in await asyncio.gather(*students, return_exceptions=True):
        if isinstance(result, Exception):
            soaked.troubles.append(f"{type(result).__name__}: {result}")
    return soaked


def look(server: psutil.Process, hours: float) -> Look:
    """Look at a server and its children."""
    children = []
    for child in server.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            children.append(child.memory_info().rss / 2**20)
    return Look(
        hours, server.memory_info().rss / 2**20, sum(children), server.num_fds(),
        server.num_threads(), len(children),
    )  # fmt: skip


async def _student(server: AppServer, number: int, end: float, soaked: Soaked) -> None:
    """Come with some settings, do this and that, go; come again."""
    chance = random.Random(number)
    while time.monotonic() < end:
        viewer = Viewer(server.address, _query(chance))
        try:
            async with viewer:
                await viewer.open(chance.choice(["", *(info.address for info in PAGES)]))
                for _ in range(chance.randint(3, 15)):
                    await asyncio.sleep(chance.uniform(*PAUSE_S))
                    await _act(viewer, chance)
                    soaked.acts += 1
                if chance.random() < 0.3:
                    await viewer.vanish()
        finally:
            soaked.refreshes += viewer.refreshes
            soaked.troubles += viewer.exceptions


def _query(chance: random.Random) -> str:
    """Return an address: half the class follows one of a few links."""
    dataset = "mnist" if available("mnist") and chance.random() < 0.5 else "digits"
    seed = chance.randint(1, 3) if chance.random() < 0.5 else chance.randint(10, 9999)
    noise = chance.choice(["", "&noise=gaussian", "&noise=masking"])
    return (
        f"dataset={dataset}&bottleneck={chance.choice([2, 4, 8, 16, 32])}&seed={seed}{noise}"
        f"&loss={chance.choice(['mse', 'bce'])}&epochs={chance.randint(1, 5)}"
    )


async def _act(viewer: Viewer, chance: random.Random) -> None:
    """Press a button of training, go to another page, or change a setting."""
    known = [label for label in ("Train", "Stop", "Continue") if label in viewer.buttons]
    act = chance.random()
    if act < 0.35 and known:
        await viewer.press(chance.choice(known))
    elif act < 0.7 or not viewer.fields:
        await viewer.go(chance.choice(PAGES).address)
    else:
        await viewer.choose(chance.choice(sorted(viewer.fields)), chance.random())


def rows(soaked: Soaked) -> list[Row]:
    """Return what grew, per hour, and what went wrong."""
    last, minutes = soaked.looks[-1], 60 * soaked.looks[-1].hours
    what = f"soak, {minutes:.0f} min, {VIEWERS} viewers at random"
    return [
        Row(
            f"{what}: memory",
            f"≤ {MOST_MB_AN_HOUR:g} MB an hour, the server",
            f"{soaked.slope('server_mb'):+.0f} MB an hour the server ({last.server_mb:.0f} MB at "
            f"the end), {soaked.slope('workers_mb'):+.0f} MB an hour the workers "
            f"({last.workers_mb:.0f} MB), fitted after {SETTLED:.0%} of the time",
            soaked.slope("server_mb") <= MOST_MB_AN_HOUR,
        ),
        Row(
            f"{what}: file descriptors, threads, processes",
            "no growth",
            f"{soaked.slope('files'):+.0f}, {soaked.slope('threads'):+.0f} and "
            f"{soaked.slope('processes'):+.0f} an hour ({last.files}, {last.threads} and "
            f"{last.processes} at the end)",
            max(map(soaked.slope, ("files", "threads", "processes"))) <= 30,
        ),
        Row(
            f"{what}: {soaked.acts:,} acts",
            "no traceback",
            f"{len(soaked.troubles)} errors"
            + (f": {soaked.troubles[0][:300]}" if soaked.troubles else "")
            + f"; refresh {ms(median(soaked.refreshes))} median, "
            f"{ms(quantile(soaked.refreshes, 0.95))} at the 95th percentile",
            not soaked.troubles,
        ),
    ]


if __name__ == "__main__":
    if "--minutes" in sys.argv:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--minutes", type=float, help="how long")
        print(HEADER, *rows(soak(60 * parser.parse_args().minutes, tell=True)), sep="\n")
    else:
        command_line(measure, __doc__)
