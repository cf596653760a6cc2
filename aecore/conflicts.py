"""Which settings do not go together, and the smallest change that mends it.

The last of them is memory: a network must be small enough for its snapshots to be kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from aecore.activations import ACTIVATIONS
from aecore.corruption import CORRUPTIONS
from aecore.datasets import DATASETS
from aecore.objectives import LOSSES

SNAPSHOT_BUDGET = 256 * 2**20
"""Bytes that a run's snapshots may take together."""
FEWEST_SNAPSHOTS = 12


def conflicts(settings: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what does not go together: why, and the smallest change that mends it."""
    loss = LOSSES[settings["loss"]]
    if settings["output_activation"] not in loss.outputs:
        output = ACTIVATIONS[settings["output_activation"]].label
        yield (
            f"{loss.short} needs outputs between 0 and 1, and a {output} output can leave them.",
            {"output_activation": loss.outputs[0]},
        )
    corruption = CORRUPTIONS[settings["noise"]]
    if settings["noise"] != "none" and settings["noise_level"] > corruption.high:
        yield (
            f"The level of {corruption.label} noise is at most {corruption.high:g}, "
            f"not {settings['noise_level']:g}.",
            {"noise_level": corruption.high},
        )
    train_size = DATASETS[settings["dataset"]].train_size
    if settings["batch_size"] > train_size:
        yield (
            f"Batch size cannot be more than the {train_size:,} training images.",
            {"batch_size": train_size},
        )
    if 4 * parameters(settings) * FEWEST_SNAPSHOTS > SNAPSHOT_BUDGET:
        hidden = tuple(max(1, size // 2) for size in settings["hidden"])
        yield (
            f"A network of {parameters(settings):,} parameters is too large to record: "
            f"{FEWEST_SNAPSHOTS} snapshots must fit into {SNAPSHOT_BUDGET // 2**20} MB.",
            {"hidden": hidden},
        )


def parameters(settings: Mapping[str, Any]) -> int:
    """Return the weights and biases of the whole network, counted."""
    height, width = DATASETS[settings["dataset"]].shape
    sizes: tuple[int, ...] = (height * width, *settings["hidden"], settings["bottleneck"])
    weights: int = sum(a * b for a, b in pairwise(sizes))
    return weights * (1 if settings["tied"] else 2) + sum(sizes[1:]) + sum(sizes[:-1])
