"""A cluster against processes of this machine: images a second with 1 and 2 workers, and the way.

Scheduler and workers are processes of this machine, too, so that both have the same cores. Each
time some runs are trained side by side from the start to the end: slices, checkpoints, snapshots,
measurements and all that the way to a worker and back costs are in it.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from aecore.cluster import Cluster
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.engine import Engine
from aecore.workers import Pool, Processes
from benchmarks.measurement import Row, command_line, median
from benchmarks.server import free_port
from cluster import programs
from cluster.keeping import Keeper

RUNS = 4
KEEPS = 0.8
"""Share of the local speed that a cluster is to keep with as many workers."""
PATIENCE_S = 60.0


def measure(quick: bool) -> list[Row]:
    """Measure with 1 and with 2 workers, here and on a cluster."""
    epochs, calls = (2, 20) if quick else (6, 100)
    seeds = count(1)
    speeds: dict[tuple[str, int], float] = {}
    ways: dict[str, float] = {}
    for workers in (1, 2):
        for kind, place in (("here", _here), ("cluster", _cluster)):
            with tempfile.TemporaryDirectory() as folder, place(Path(folder), workers) as pool:
                engine = Engine(Path(folder), pool)
                try:
                    _wait_for_workers(engine, workers)
                    _train(engine, [_config(next(seeds), 1) for _run in range(2 * workers)])  # warm
                    ways.setdefault(kind, _round_trip(pool, calls))
                    configs = [_config(next(seeds), epochs) for _run in range(RUNS)]
                    speeds[kind, workers] = _train(engine, configs)
                finally:
                    engine.close()
    return [*_speed_rows(speeds), _way_row(ways)]


def _config(seed: int, epochs: int) -> RunConfig:
    return RunConfig(dataset="mnist", bottleneck=32, epochs=epochs, seed=seed)


@contextmanager
def _here(home: Path, workers: int) -> Iterator[Pool]:
    yield Processes(workers)


@contextmanager
def _cluster(home: Path, workers: int) -> Iterator[Pool]:
    """Start a scheduler and workers, as ``python -m cluster`` does."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    over = threading.Event()
    with Keeper() as keeper:
        keeper.keep("scheduler", programs.scheduler("127.0.0.1", port), programs.SCHEDULER)
        for number in range(workers):
            keeper.keep(f"worker {number}", programs.worker(address, home), programs.WORKER)
        watching = threading.Thread(target=keeper.watch, args=(over.is_set,))
        watching.start()
        try:
            yield Cluster(address, home)
        finally:
            over.set()
            watching.join()


def _wait_for_workers(engine: Engine, workers: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while engine.queue()[1] < workers:
        if time.monotonic() > until:
            raise RuntimeError("The workers did not join.")
        time.sleep(0.05)


def _train(engine: Engine, configs: list[RunConfig]) -> float:
    """Train runs side by side to their ends, and return the images a second."""
    data = load("mnist")
    began = time.perf_counter()
    left = {engine.want(config, data.fingerprint, "benchmark"): config for config in configs}
    while left:
        for run, config in list(left.items()):
            if reason := run.failure():
                raise RuntimeError(reason)
            if run.done(config.epochs):
                del left[run]
        time.sleep(0.01)
    images = sum(config.epochs for config in configs) * len(data.train_images)
    return images / (time.perf_counter() - began)


def _round_trip(pool: Pool, calls: int) -> float:
    """Return the seconds from sending the least there is to do until its result is here."""
    times = []
    for _call in range(calls):
        began = time.perf_counter()
        pool.submit(int).result(PATIENCE_S)
        times.append(time.perf_counter() - began)
    return median(times)


def _speed_rows(speeds: dict[tuple[str, int], float]) -> list[Row]:
    rows = []
    for workers in (1, 2):
        here, there = speeds["here", workers], speeds["cluster", workers]
        rows.append(
            Row(
                f"{RUNS} runs of MNIST, cluster against here, workers: {workers}",
                f"≥ {KEEPS:g} ×",
                f"{there / here:.2f} × ({there:,.0f} against {here:,.0f} images/s)",
                there >= KEEPS * here,
            )
        )
    here, there = (speeds[kind, 2] / speeds[kind, 1] for kind in ("here", "cluster"))
    what = "the same, 2 workers against 1"
    rows.append(Row(what, "", f"{there:.2f} × on the cluster, {here:.2f} × here"))
    return rows


def _way_row(ways: dict[str, float]) -> Row:
    here, there = (1000 * ways[kind] for kind in ("here", "cluster"))
    return Row("to a worker and back", "", f"{there:.1f} ms on the cluster, {here:.1f} ms here")


if __name__ == "__main__":
    command_line(measure, __doc__)
