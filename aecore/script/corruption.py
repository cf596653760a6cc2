"""Noise in a script, by the names of `aecore.corruption.CORRUPTIONS`."""

from __future__ import annotations

import math
from collections.abc import Callable

from aecore.config import RunConfig
from aecore.script.text import indented


def corruption(config: RunConfig) -> list[str]:
    """Return the function that spoils images, if the settings want any to be spoiled."""
    if not config.corruption:
        return []
    what, lines = _CORRUPTIONS[config.noise](config)
    *before, result = lines
    result = f"({result}).clamp(0, 1)" if config.clip else result
    body = [f'"""{what}"""', *before, f"return {result}"]
    return [f"def spoil(x):\n{indented(body)}"]


_Lines = tuple[str, list[str]]
"""What is done, in a sentence, and the lines that do it, the last of them an expression."""


def _gaussian(config: RunConfig) -> _Lines:
    return (
        "Add a normal number to every pixel.",
        [f"x + {config.noise_level!r} * torch.randn_like(x)"],
    )


def _truncated(config: RunConfig) -> _Lines:
    below = 0.5 * math.erf(1 / math.sqrt(2))
    return (
        "Add to every pixel a normal number that lies in 0 to 1.",
        [
            f"share = 0.5 + {below:.10f} * torch.rand_like(x)  # the quantiles of 0 to 1",
            f"x + {config.noise_level!r} * torch.special.ndtri(share).clamp(0, 1)",
        ],
    )


def _masking(config: RunConfig) -> _Lines:
    return (
        "Set a random share of the pixels to black.",
        [f"x * (torch.rand_like(x) >= {config.noise_level!r})"],
    )


def _salt_and_pepper(config: RunConfig) -> _Lines:
    level = config.noise_level
    return (
        "Set a random share of the pixels to black or white, evenly.",
        [
            f"u = torch.rand_like(x) / {level!r}" if level else "u = torch.ones_like(x)",
            "x.masked_fill(u < 0.5, 0.0).masked_fill((u >= 0.5) & (u < 1), 1.0)",
        ],
    )


def _block(config: RunConfig) -> _Lines:
    height, width = config.shape
    side = math.sqrt(config.noise_level)
    tall, wide = round(side * height), round(side * width)
    if not tall or not wide:
        return "Leave the images as they are: the block is smaller than a pixel.", ["x"]
    return (
        f"Set a block of {tall} x {wide} pixels at a random place to black.",
        [
            f"top = (torch.rand(len(x), 1) * {height - tall + 1}).floor()",
            f"left = (torch.rand(len(x), 1) * {width - wide + 1}).floor()",
            f"rows, columns = torch.arange({height}), torch.arange({width})",
            f"across = (rows >= top) & (rows < top + {tall})  # (m, {height})",
            f"along = (columns >= left) & (columns < left + {wide})  # (m, {width})",
            "x.masked_fill((across[:, :, None] & along[:, None, :]).flatten(1), 0.0)",
        ],
    )


def _downsampling(config: RunConfig) -> _Lines:
    height, width = config.shape
    small = tuple(max(1, round(size * (1 - config.noise_level))) for size in config.shape)
    return (
        f"Shrink the images to {small[0]} x {small[1]} pixels, and enlarge them again.",
        [
            f"small = F.adaptive_avg_pool2d(x.view(-1, 1, {height}, {width}), {small})",
            f"F.interpolate(small, ({height}, {width})).flatten(1)",
        ],
    )


_CORRUPTIONS: dict[str, Callable[[RunConfig], _Lines]] = {
    "gaussian": _gaussian,
    "truncated-gaussian": _truncated,
    "masking": _masking,
    "salt-and-pepper": _salt_and_pepper,
    "block": _block,
    "downsampling": _downsampling,
}
