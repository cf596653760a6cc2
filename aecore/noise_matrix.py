"""Noise in training against noise at test time: the same images at several levels of a noise.

One draw of random numbers serves all levels of a noise, so that an image changes smoothly with
the level, and errors at two levels differ by the level alone. Importing this module does not
import torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from aecore.corruption import CORRUPTIONS, Noise

if TYPE_CHECKING:
    from torch import Tensor

    from aecore.config import RunConfig

IMAGES, IMAGES_OF_CONVOLUTIONS = 500, 200
"""Test images that a cell of the matrix is the mean of; fewer where each takes long."""

TRAIN_STOPS = (0.0, 0.1, 0.3, 0.5, 1.0)
"""Usual levels of noise in training; 0 is no noise."""

TEST_STOPS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
"""Usual levels at test time. Of an image at the highest level of a noise nothing may be left."""


def train_levels(kind: str, own: float | None = None) -> tuple[float, ...]:
    """Return the levels of noise in training that are compared, increasing.

    Parameters
    ----------
    kind : str
        A key of `aecore.corruption.CORRUPTIONS`, not ``none``.
    own : float, optional
        A level that has to be among them.
    """
    usual = {level for level in TRAIN_STOPS if level < CORRUPTIONS[kind].high}
    return tuple(sorted(usual if own is None else usual | {own}))


def rows(config: RunConfig, kind: str) -> list[RunConfig]:
    """Return settings that differ in the noise in training alone, its level increasing.

    Parameters
    ----------
    config : RunConfig
        Among them, where it has no noise or one of this kind.
    kind : str
        A key of `aecore.corruption.CORRUPTIONS`, not ``none``.
    """
    own = config.noise_level if config.noise == kind else None
    return [
        replace(config, noise=kind, noise_level=level) if level else replace(config, noise="none")
        for level in train_levels(kind, own)
    ]


def test_levels(kind: str) -> tuple[float, ...]:
    """Return the levels of noise at test time that are compared, increasing."""
    return tuple(level for level in TEST_STOPS if level < CORRUPTIONS[kind].high)


def sweep(kind: str) -> tuple[float, ...]:
    """Return about twenty levels of a noise from 0 to its highest, evenly spaced."""
    high = CORRUPTIONS[kind].high
    steps_of_one = 10 if high > 1 else 20
    return tuple(k / steps_of_one for k in range(round(high * steps_of_one) + 1))


def noises(kind: str, levels: Sequence[float], like: Noise) -> tuple[Noise, ...]:
    """Return a noise at several levels, clipped and shaped like another."""
    return tuple(Noise(kind, level, like.clip, like.shape) for level in levels)


def errors(
    models: Sequence[Callable[[Tensor], Tensor]],
    images: Tensor,
    noises: Sequence[Noise],
    seed: int,
) -> Tensor:
    """Return the reconstruction error of each model under each noise.

    Parameters
    ----------
    models : sequence of callable
        Networks or others, (m, n) -> (m, n).
    images : Tensor, shape (m, n)
        Clean; what has to come out.
    noises : sequence of Noise
        What is done to what goes in, with the same random numbers for all of them.
    seed : int
        Source of the random numbers.

    Returns
    -------
    Tensor, shape (models, noises), float32
        Squared difference to the clean images, mean over images and pixels.
    """
    import torch

    from aecore.randomness import generator

    table = torch.empty(len(models), len(noises))
    with torch.no_grad():
        for column, noise in enumerate(noises):
            noisy = noise(images, generator(seed, "noise matrix"))
            for row, model in enumerate(models):
                table[row, column] = (model(noisy) - images).square().mean()
    return table
