"""How long training will take on this machine, told from the runs that it has trained before.

A cost model says how one network's work compares with another's; the speed of a comparable run
makes seconds of it. Where nothing comparable was ever trained, `ASSUMED_SPEED` does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from aecore.config import RunConfig
from aecore.runs import Run

ASSUMED_SPEED = 4e10
"""Multiplications a second that a worker is taken to do while nothing is known of the machine:
one core of a laptop of these years, by the count of `work`."""

STEP_WORK = 1.3e7
"""Work that a training step costs whatever its size, in multiplications."""
PIXEL_WORK, NOISE_WORK = 90.0, 200.0
"""Work that each pixel costs beside the network's own, and noise on it more."""
PLACES = 50.0
"""Times that a weight of a network of convolutions does its work on an image, all in all."""
RECORD_WORK = 4e7
"""Work of writing down a snapshot and its measurements."""
EVALUATION = 1 / 3
"""Work of looking at an image, as a share of that of learning from it."""
RUN_S = 0.3
"""Seconds of a run that are no training: loading, writing, waiting for a turn."""
ALIKE = 0.3
"""How much further apart than the most comparable run others are that count as much."""
ENOUGH_S = 0.2
"""Seconds of training from which a recorded speed is more than a guess."""


@dataclass(frozen=True)
class Pace:
    """What one run tells about the machine.

    Attributes
    ----------
    config : RunConfig
    images_per_second : float
        As its training recorded it, of one worker.
    """

    config: RunConfig
    images_per_second: float


def pace(run: Run) -> Pace | None:
    """Return what a run tells about the machine, None where it was hardly trained."""
    progress = run.progress()
    if progress.seconds < ENOUGH_S or not 0 < progress.images_per_second < math.inf:
        return None
    return Pace(run.config, progress.images_per_second)


def work(config: RunConfig) -> float:
    """Return the work of learning from one image, in multiplications; a rough count.

    Forward, backward by the weights and backward by the units take one multiplication each for
    every weight. Recording the run, four times in each of its first 25 epochs, has its share.
    """
    weights = float(config.parameters)
    if config.architecture != "dense":
        weights *= PLACES
    if config.contractive:
        weights *= 2 if config.architecture == "dense" and not config.hidden else 5
    pixel = PIXEL_WORK + (NOISE_WORK if config.corruption else 0.0)
    own = 3 * weights + pixel * config.pixels
    records = (4 * min(config.epochs, 25) + max(config.epochs - 25, 0)) / config.epochs
    measured = 2 * min(1000, config.train_size) * EVALUATION * own
    recorded = records * (measured + RECORD_WORK) / config.train_size
    return own + STEP_WORK / config.batch_size + recorded


def seconds_of(config: RunConfig, paces: Sequence[Pace], step: int = 0) -> float:
    """Return about how long one worker takes to train a run to its epochs, and to measure it.

    Parameters
    ----------
    config : RunConfig
    paces : sequence of Pace
        Of runs on this machine, in any order.
    step : int
        Steps that are trained already.
    """
    images = (config.target_step - step) / config.steps_per_epoch * config.train_size
    evaluated = config.train_size * EVALUATION
    return max(images + evaluated, 0.0) / speed(config, paces) + RUN_S


def speed(config: RunConfig, paces: Sequence[Pace]) -> float:
    """Return the images a second that one worker will learn from.

    That of the most comparable runs, corrected by how much more or less work an image is; the
    middle one, as some were trained while the machine had other things to do.
    """
    if not paces:
        return ASSUMED_SPEED / work(config)
    apart = {known: _distance(known.config, config) for known in paces}
    alike = [known for known in apart if apart[known] <= min(apart.values()) + ALIKE]
    return median(known.images_per_second * work(known.config) for known in alike) / work(config)


def seconds(configs: Sequence[RunConfig], paces: Sequence[Pace], workers: int) -> float:
    """Return about how long it takes to train runs from the start, side by side.

    Parameters
    ----------
    configs : sequence of RunConfig
        Those that are still to be trained.
    paces : sequence of Pace
        As for `seconds_of`.
    workers : int
        Runs that are trained at a time.
    """
    each = [seconds_of(config, paces) for config in configs]
    return together(each, workers)


def together(each: Sequence[float], workers: int) -> float:
    """Return how long jobs take that are shared evenly; none is faster than by itself."""
    return max(sum(each) / max(1, workers), max(each, default=0.0))


def _distance(one: RunConfig, other: RunConfig) -> float:
    """Return how far apart two networks are in how they are trained; 0 for the same speed."""
    apart = abs(math.log(work(one) / work(other)))
    apart += abs(math.log(one.batch_size / other.batch_size))
    for name in ("device", "architecture", "code", "noise", "loss", "dataset"):
        apart += _WEIGHTS[name] * (getattr(one, name) != getattr(other, name))
    return apart + _WEIGHTS["contractive"] * (bool(one.contractive) != bool(other.contractive))


_WEIGHTS = {
    "device": 20.0,
    "architecture": 10.0,
    "contractive": 5.0,
    "code": 1.0,
    "noise": 0.5,
    "loss": 0.2,
    "dataset": 0.5,
}
"""How much less comparable a run is that differs in a setting."""
