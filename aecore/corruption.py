"""Corruptions by name: what is done to an image before a denoising autoencoder sees it.

Importing this module does not import torch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True)
class Corruption:
    """One way to spoil images.

    Attributes
    ----------
    symbol : str
        How the level is abbreviated in a status line.
    level_help : str
        What the level means, with its unit.
    high : float
        Largest sensible level; the smallest is 0.
    apply : callable
        ``(images (m, n) in [0, 1], level, generator) -> (m, n)``.
    """

    name: str
    label: str
    symbol: str
    help: str
    level_help: str
    high: float
    apply: Callable[[Tensor, float, torch.Generator], Tensor]


def _uniform(like: Tensor, generator: torch.Generator) -> Tensor:
    return like.new_empty(like.shape).uniform_(generator=generator)


def _none(x: Tensor, level: float, generator: torch.Generator) -> Tensor:
    return x


def _gaussian(x: Tensor, level: float, generator: torch.Generator) -> Tensor:
    return x + level * x.new_empty(x.shape).normal_(generator=generator)


def _masking(x: Tensor, level: float, generator: torch.Generator) -> Tensor:
    return x * (_uniform(x, generator) >= level)


def _salt_and_pepper(x: Tensor, level: float, generator: torch.Generator) -> Tensor:
    u = _uniform(x, generator)
    x = x.masked_fill(u < level / 2, 0.0)  # pepper: half of the spoiled pixels
    return x.masked_fill((u >= level / 2) & (u < level), 1.0)  # salt: the other half


CORRUPTIONS: dict[str, Corruption] = {
    entry.name: entry
    for entry in (
        Corruption("none", "None", "", "Images are shown as they are.", "", 0.0, _none),
        Corruption(
            "gaussian",
            "Gaussian",
            "σ",
            "Adds an independent normal number to every pixel.",
            "Standard deviation σ; pixels range from 0 to 1.",
            2.0,
            _gaussian,
        ),
        Corruption(
            "masking",
            "Masking",
            "masked",
            "Sets a random share of the pixels to black.",
            "Share of pixels set to 0.",
            1.0,
            _masking,
        ),
        Corruption(
            "salt-and-pepper",
            "Salt and pepper",
            "flipped",
            "Sets a random share of the pixels to black or white, evenly.",
            "Share of pixels set to 0 or 1.",
            1.0,
            _salt_and_pepper,
        ),
    )
}


def corrupt(x: Tensor, name: str, level: float, generator: torch.Generator) -> Tensor:
    """Corrupt a batch of images.

    Parameters
    ----------
    x : Tensor, shape (m, n)
        Clean images, pixels in [0, 1]. Not changed.
    name : str
        A key of `CORRUPTIONS`.
    level : float
        Strength, from 0 to the entry's ``high``.
    generator : torch.Generator
        Source of the random numbers.

    Returns
    -------
    Tensor, shape (m, n)
        May leave [0, 1] under Gaussian noise.
    """
    return CORRUPTIONS[name].apply(x, level, generator)
