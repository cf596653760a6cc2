"""Training speed: an epoch through the engine against the usual loop and the bare products.

All on one thread and taken in turns. The engine's epoch has everything in it: slices,
checkpoints, snapshots, measurements, and the evaluation of both splits at the end of the run.
Ratios are of processor time, which a busy machine disturbs least, and of time on the clock.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from aecore import slices
from aecore.config import RunConfig
from aecore.datasets import Dataset, load
from aecore.engine import LONGEST_SLICE_S, Engine
from aecore.evaluation import pixels
from aecore.training import as_pixels
from benchmarks.measurement import Row, command_line, median, own_processor_time

FASTER_THAN_LOOP, SLOWER_THAN_PRODUCTS = 4.0, 5.0
BATCH, CODE = 256, 32


class Time(NamedTuple):
    """Seconds an epoch, on the clock and of this process's and its children's processor time."""

    wall: float
    spent: float


def measure(quick: bool) -> list[Row]:
    """Measure epochs in turns."""
    torch.set_num_threads(1)
    data = load("mnist")
    images = as_pixels(pixels(data.train_images))
    epochs, rounds = (3, 2) if quick else (10, 5)
    seeds = count(1)
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Path(folder) / "engine", 1)
        engine.warm_up("mnist")
        _train(engine, data, RunConfig(dataset="mnist", epochs=1))  # waits for the worker

        def config() -> RunConfig:
            return RunConfig(
                dataset="mnist", bottleneck=CODE, batch_size=BATCH, epochs=epochs, seed=next(seeds)
            )

        takes: dict[str, Callable[[], Time]] = {
            "engine": lambda: _time(lambda: _train(engine, data, config()), epochs),
            "slices": lambda: _time(lambda: _advance(Path(folder) / "slices", config()), epochs),
            "loop": lambda: _time(lambda: _loop_epoch(images)),
            "products": lambda: _time(lambda: _products_epoch(images)),
        }
        times: dict[str, list[Time]] = {name: [] for name in takes}
        for _ in range(rounds):
            for name, take in takes.items():
                times[name].append(take())
        engine.close()
    return [_against_loop(times), _against_products(times)]


def _time(action: Callable[[], None], epochs: int = 1) -> Time:
    began, spent = time.perf_counter(), own_processor_time()
    action()
    wall, spent = time.perf_counter() - began, own_processor_time() - spent
    return Time(wall / epochs, spent / epochs)


def _ratio(times: dict[str, list[Time]], slow: str, fast: str) -> Time:
    """Return the medians of the ratios within each round."""
    pairs = list(zip(times[slow], times[fast], strict=True))
    walls, spent = ([a[i] / b[i] for a, b in pairs] for i in (0, 1))
    return Time(median(walls), median(spent))


def _seconds(times: dict[str, list[Time]], name: str) -> str:
    return f"{median([each.spent for each in times[name]]):.2f} s"


def _against_loop(times: dict[str, list[Time]]) -> Row:
    ratio, here = _ratio(times, "loop", "engine"), _ratio(times, "loop", "slices")
    measured = (
        f"{ratio.spent:.1f} × ({_seconds(times, 'engine')} against {_seconds(times, 'loop')} of "
        f"processor time; on the clock {ratio.wall:.1f} ×; slices without a worker "
        f"{here.spent:.1f} ×)"
    )
    return Row(
        f"epoch of MNIST 784-{CODE}-784 through the engine, against the DataLoader loop",
        f"≥ {FASTER_THAN_LOOP:.0f} ×",
        measured,
        ratio.spent >= FASTER_THAN_LOOP,
    )


def _against_products(times: dict[str, list[Time]]) -> Row:
    ratio, here = _ratio(times, "engine", "products"), _ratio(times, "slices", "products")
    measured = (
        f"{ratio.spent:.1f} × ({_seconds(times, 'products')} of processor time; on the clock "
        f"{ratio.wall:.1f} ×; slices without a worker {here.spent:.1f} ×)"
    )
    what, target = "the same, against its matrix products", f"≤ {SLOWER_THAN_PRODUCTS:.0f} ×"
    return Row(what, target, measured, ratio.spent <= SLOWER_THAN_PRODUCTS)


def _train(engine: Engine, data: Dataset, config: RunConfig) -> None:
    """Have a run trained by a worker process."""
    run = engine.want(config, data.fingerprint, "benchmark")
    while not run.done(config.epochs):
        if reason := run.failure():
            raise RuntimeError(reason)
        time.sleep(0.01)


def _advance(root: Path, config: RunConfig) -> None:
    """Train a run in this process, slice by slice."""
    while not slices.advance(str(root), config.as_dict(), LONGEST_SLICE_S).done:
        pass


def _loop_epoch(images: Tensor) -> None:
    """Train an epoch as tutorials do."""
    model = nn.Sequential(
        nn.Linear(images.shape[1], CODE), nn.Linear(CODE, images.shape[1]), nn.Sigmoid()
    )
    optimizer = torch.optim.Adam(model.parameters())
    loader = DataLoader(TensorDataset(images), batch_size=BATCH, shuffle=True)
    for (batch,) in loader:
        optimizer.zero_grad()
        loss = binary_cross_entropy(model(batch), batch)
        loss.backward()
        optimizer.step()


def _products_epoch(images: Tensor) -> None:
    """Make an epoch's matrix products alone, into memory that is there."""
    x, gradient = images[:BATCH].clone(), images[BATCH : 2 * BATCH].clone()  # (m, n)
    n = x.shape[1]
    down, up = torch.rand(CODE, n), torch.rand(n, CODE)
    code, out = torch.empty(BATCH, CODE), torch.empty(BATCH, n)
    grad_code, grad_down, grad_up = map(torch.empty_like, (code, down, up))
    steps = math.ceil(len(images) / BATCH)
    for _ in range(steps):
        torch.mm(x, down.T, out=code)
        torch.mm(code, up.T, out=out)
        torch.mm(gradient.T, code, out=grad_up)
        torch.mm(gradient, up, out=grad_code)
        torch.mm(grad_code.T, x, out=grad_down)


if __name__ == "__main__":
    command_line(measure, __doc__)
