"""Corruptions by name: what is done to an image before a denoising autoencoder sees it.

Importing this module does not import torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from aecore.randomness import normal, uniform

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
        ``(images (m, n), level, generator, (height, width)) -> (m, n)``.
    formula : str
        LaTeX: the spoiled image x̃ from the image x.
    additive : bool
        Whether it can leave [0, 1], so that clipping is a choice.
    drawn : bool
        Whether it draws random numbers; else it does the same to every image.
    """

    name: str
    label: str
    symbol: str
    help: str
    level_help: str
    high: float
    apply: Callable[[Tensor, float, torch.Generator, tuple[int, int]], Tensor]
    formula: str
    additive: bool = False
    drawn: bool = True


Shape = tuple[int, int]


def _none(x: Tensor, level: float, generator: torch.Generator, shape: Shape) -> Tensor:
    return x


def _gaussian(x: Tensor, level: float, generator: torch.Generator, shape: Shape) -> Tensor:
    return normal(x, generator).mul_(level).add_(x)


def _masking(x: Tensor, level: float, generator: torch.Generator, shape: Shape) -> Tensor:
    return uniform(x, generator).ge_(level).mul_(x)  # 0 or 1 times each pixel


def _salt_and_pepper(x: Tensor, level: float, generator: torch.Generator, shape: Shape) -> Tensor:
    u = uniform(x, generator)
    # 0 or 1 as numbers: with truth values it takes ten times as long
    kept, bright = u.clone().ge_(level), u.ge_(level / 2)
    return bright.sub_(kept).addcmul_(kept, x)  # salt, or pepper, or the pixel itself


def _truncated_gaussian(
    x: Tensor, level: float, generator: torch.Generator, shape: Shape
) -> Tensor:
    from torch import special

    below, above = 0.5, 0.5 * (1 + math.erf(1 / math.sqrt(2)))  # normal distribution at 0 and 1
    share = uniform(x, generator).mul_(above - below).add_(below)
    added: Tensor = special.ndtri(share).clamp_(0, 1)
    return added.mul_(level).add_(x)


def _block(x: Tensor, level: float, generator: torch.Generator, shape: Shape) -> Tensor:
    import torch

    height, width = shape
    side = math.sqrt(level)  # of both the height and the width
    tall, wide = round(side * height), round(side * width)
    if not tall or not wide:
        return x
    u = uniform(x[:, :2], generator)
    top = (u[:, :1] * (height - tall + 1)).floor()  # (m, 1)
    left = (u[:, 1:] * (width - wide + 1)).floor()
    rows, columns = torch.arange(height, device=x.device), torch.arange(width, device=x.device)
    across = ((rows >= top) & (rows < top + tall)).to(x.dtype)  # (m, height)
    along = ((columns >= left) & (columns < left + wide)).to(x.dtype)
    kept = 1 - across[:, :, None] * along[:, None, :]  # (m, height, width), 0 or 1
    return x * kept.flatten(1)


@lru_cache(maxsize=64)
def _blur(size: int, small: int) -> Tensor:
    """Return the matrix that shrinks a line by averaging and enlarges it, (size, size)."""
    import torch

    shrink, enlarge = torch.zeros(small, size), torch.zeros(size, small)
    for k in range(small):
        first, end = k * size // small, -(-(k + 1) * size // small)
        shrink[k, first:end] = 1 / (end - first)
    enlarge[range(size), [k * small // size for k in range(size)]] = 1
    return enlarge @ shrink


def _downsampling(x: Tensor, level: float, generator: torch.Generator, shape: Shape) -> Tensor:
    down, across = (_blur(size, max(1, round(size * (1 - level)))).to(x) for size in shape)
    return (down @ x.view(-1, *shape) @ across.t()).flatten(1)  # rows, then columns


CORRUPTIONS: dict[str, Corruption] = {
    entry.name: entry
    for entry in (
        Corruption(
            "none",
            "None",
            "",
            "Images are shown as they are.",
            "",
            0.0,
            _none,
            r"\tilde{x} = x",
        ),
        Corruption(
            "gaussian",
            "Gaussian",
            "σ",
            "Adds an independent normal number to every pixel.",
            "Standard deviation σ; pixels range from 0 to 1.",
            2.0,
            _gaussian,
            r"\tilde{x}_j = x_j + \sigma \varepsilon_j, \quad \varepsilon_j \sim \mathcal{N}(0, 1)",
            additive=True,
        ),
        Corruption(
            "truncated-gaussian",
            "Gaussian, 0 to 1 only",
            "+",
            "Adds to every pixel a normal number that is drawn again until it lies in 0 to 1.",
            "Factor of numbers from N(0, 1) that lie between 0 and 1.",
            2.0,
            _truncated_gaussian,
            r"\tilde{x}_j = x_j + p\, \varepsilon_j, \quad"
            r" \varepsilon_j \sim \mathcal{N}(0, 1) \mid 0 \le \varepsilon_j \le 1",
            additive=True,
        ),
        Corruption(
            "masking",
            "Masking",
            "masked",
            "Sets a random share of the pixels to black.",
            "Share of pixels set to 0.",
            1.0,
            _masking,
            r"\tilde{x}_j = \begin{cases} 0 & u_j < p \\ x_j & u_j \ge p \end{cases},"
            r" \quad u_j \sim \mathcal{U}(0, 1)",
        ),
        Corruption(
            "salt-and-pepper",
            "Salt and pepper",
            "flipped",
            "Sets a random share of the pixels to black or white, evenly.",
            "Share of pixels set to 0 or 1.",
            1.0,
            _salt_and_pepper,
            r"\tilde{x}_j = \begin{cases} 0 & u_j < p / 2 \\ 1 & p / 2 \le u_j < p \\"
            r" x_j & u_j \ge p \end{cases}, \quad u_j \sim \mathcal{U}(0, 1)",
        ),
        Corruption(
            "block",
            "Erased block",
            "erased",
            "Sets a block at a random place to black; the network has to fill it in.",
            "Share of the image that is erased.",
            1.0,
            _block,
            r"\tilde{x}_j = \begin{cases} 0 & j \in B \\ x_j & j \notin B \end{cases},"
            r" \quad |B| \approx p\, n",
        ),
        Corruption(
            "downsampling",
            "Downsampling",
            "resolution lost",
            "Shrinks the image and enlarges it again; the network has to sharpen it.",
            "Share of the rows and of the columns that is lost.",
            0.95,
            _downsampling,
            r"\tilde{X} = E_h S_h X S_w^{\top} E_w^{\top}",
            drawn=False,
        ),
    )
}


@dataclass(frozen=True)
class Noise:
    """A corruption as a run has it: which one, and how strong.

    Attributes
    ----------
    name : str
        A key of `CORRUPTIONS`.
    level : float
        Strength, from 0 to the entry's ``high``.
    clip : bool
        Whether pixels that leave [0, 1] are set back to its ends.
    shape : (int, int)
        Height and width of the images; only structured corruptions need it.
    """

    name: str
    level: float = 0.0
    clip: bool = False
    shape: tuple[int, int] = (0, 0)

    def __bool__(self) -> bool:
        """Tell whether it does anything at all."""
        return self.name != "none"

    def __call__(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """Corrupt a batch of images.

        Parameters
        ----------
        x : Tensor, shape (m, n)
            Clean images. Not changed.
        generator : torch.Generator
            Source of the random numbers.

        Returns
        -------
        Tensor, shape (m, n)
            May leave [0, 1] under additive noise that is not clipped.
        """
        spoiled = CORRUPTIONS[self.name].apply(x, self.level, generator, self.shape)
        return spoiled.clamp(0, 1) if self.clip else spoiled
