"""Which steps of a run are measured and kept: a function of its settings alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from aecore.config import RunConfig

_DENSE_EPOCHS = 25
"""Epochs measured four times each; later ones once."""


def measured_steps(config: RunConfig) -> Iterator[int]:
    """Yield, without end, the steps at which a run is measured and photographed.

    0, 1, 2, 5, 10, 20, 50, … within the first quarter epoch, then every quarter,
    then every epoch's end.
    """
    per_epoch = config.steps_per_epoch
    quarter = max(1, round(per_epoch / 4))
    yield from _early(quarter)
    last = 0
    for k in count(1):
        epoch, part = divmod(k, 4)
        if part and epoch >= _DENSE_EPOCHS:
            continue
        step = round(k * per_epoch / 4)
        if step > last:  # a tiny data set has fewer steps than quarters
            yield step
            last = step


def _early(limit: int) -> Iterator[int]:
    yield 0
    for power in count():
        for digit in (1, 2, 5):
            step = digit * 10**power
            if step >= limit:
                return
            yield step


def measured_up_to(config: RunConfig, step: int) -> list[int]:
    """Return the measured steps up to and including ``step``, increasing."""
    steps: list[int] = []
    for s in measured_steps(config):
        if s > step:
            return steps
        steps.append(s)
    raise AssertionError("unreachable: the schedule has no end")


def kept_steps(config: RunConfig, reached: int) -> list[int]:
    """Return the steps whose snapshots a run keeps once it has reached a step.

    All measured ones while they are few. Past ``config.most_snapshots``, the first
    epoch's (an even choice of them for the largest networks), the newest, and every
    epoch's end, then every 2nd, 4th, … epoch's end. What is kept later is always among
    what was kept before.

    Parameters
    ----------
    config : RunConfig
    reached : int
        Last step trained.

    Returns
    -------
    list of int
        Increasing, starting with 0.
    """
    most, per_epoch = config.most_snapshots, config.steps_per_epoch
    steps = measured_up_to(config, reached)
    if len(steps) <= most // 2:
        return steps
    first_epoch = measured_up_to(config, per_epoch - 1)
    stride = -(-len(first_epoch) // (most // 2))
    kept = [step for step in first_epoch[::stride] if step <= reached]
    later = [step for step in steps if step >= per_epoch]
    if len(kept) + len(later) < most:
        kept += later
    else:
        kept += _ends(per_epoch, reached, most - len(kept) - 1)
    return kept if steps[-1] == kept[-1] else [*kept, steps[-1]]


def _ends(per_epoch: int, reached: int, at_most: int) -> list[int]:
    """Return the end of every, or every 2nd, 4th, … epoch, so that there are few enough."""
    ends = range(per_epoch, reached + 1, per_epoch)
    while len(ends) > at_most:
        ends = ends[1::2]
    return list(ends)
