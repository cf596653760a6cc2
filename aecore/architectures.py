"""Shapes of networks by name: which layers lead to the code, counted without building any.

Importing this module does not import torch; `aecore.models` builds the networks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Any

KERNEL = 3
"""Height and width of a convolution's kernels, pixels."""

Settings = Mapping[str, Any]
Shape = tuple[int, int]


@dataclass(frozen=True)
class Architecture:
    """One way to connect image, code and reconstruction.

    Attributes
    ----------
    layers : callable
        ``(settings, image shape) -> units of each layer from image to code``, (n, …, q).
    parameters : callable
        ``(settings, image shape, encoder outputs a code unit) -> weights and biases``.
    title : callable
        ``(settings, image shape) -> the layers in a few words``.
    formula : str
        LaTeX: what leads from an image x to its code h, or back to x̂.
    """

    name: str
    label: str
    help: str
    layers: Callable[[Settings, Shape], tuple[int, ...]]
    parameters: Callable[[Settings, Shape, int], int]
    title: Callable[[Settings, Shape], str]
    formula: str


def halved(shape: Shape) -> Shape:
    """Return what a convolution of stride 2 leaves of an image's height and width."""
    return (shape[0] + 1) // 2, (shape[1] + 1) // 2


def map_shapes(settings: Settings, shape: Shape) -> list[tuple[int, int, int]]:
    """Return (channels, height, width) of the image and of every convolution's maps."""
    maps = [(1, *shape)]
    for channels in settings["channels"]:
        maps.append((channels, *halved(maps[-1][1:])))
    return maps


# -- dense ---------------------------------------------------------------------------


def _dense_layers(settings: Settings, shape: Shape) -> tuple[int, ...]:
    return prod(shape), *settings["hidden"], settings["bottleneck"]


def _dense_parameters(settings: Settings, shape: Shape, outputs: int) -> int:
    sizes: tuple[int, ...] = _dense_layers(settings, shape)
    weights: int = sum(a * b for a, b in pairwise(sizes))
    up = 0 if settings["tied"] else weights
    extra: int = (outputs - 1) * (sizes[-2] + 1) * sizes[-1]  # the encoder's last layer is wider
    return weights + up + extra + sum(sizes[1:]) + sum(sizes[:-1])


def _dense_title(settings: Settings, shape: Shape) -> str:
    sizes = _dense_layers(settings, shape)
    return "–".join(map(str, sizes + sizes[-2::-1]))


# -- convolutions --------------------------------------------------------------------


def _convolutions(settings: Settings, shape: Shape, outputs: int) -> int:
    """Count a chain of convolutions and its mirror image; the last may have more outputs."""
    counts = [m[0] for m in map_shapes(settings, shape)]
    weights = sum(a * b for a, b in pairwise(counts)) * KERNEL**2
    extra = (outputs - 1) * (counts[-2] * KERNEL**2 + 1) * counts[-1]
    return 2 * weights + extra + sum(counts[1:]) + sum(counts[:-1])


def _convolutional_layers(settings: Settings, shape: Shape) -> tuple[int, ...]:
    return *map(prod, map_shapes(settings, shape)), settings["bottleneck"]


def _convolutional_parameters(settings: Settings, shape: Shape, outputs: int) -> int:
    flat, q = prod(map_shapes(settings, shape)[-1]), int(settings["bottleneck"])
    return _convolutions(settings, shape, 1) + (flat + 1) * q * outputs + (q + 1) * flat


def _maps(settings: Settings) -> str:
    return "–".join(map(str, settings["channels"]))


def _convolutional_title(settings: Settings, shape: Shape) -> str:
    return f"convolutions {_maps(settings)}, code of {settings['bottleneck']}"


def _feature_map_layers(settings: Settings, shape: Shape) -> tuple[int, ...]:
    return tuple(map(prod, map_shapes(settings, shape)))


def _feature_map_title(settings: Settings, shape: Shape) -> str:
    channels, height, width = map_shapes(settings, shape)[-1]
    return f"convolutions {_maps(settings)}, code of {channels}×{height}×{width}"


ARCHITECTURES: dict[str, Architecture] = {
    entry.name: entry
    for entry in (
        Architecture(
            "dense",
            "Dense",
            "Every unit sees all of the layer before.",
            _dense_layers,
            _dense_parameters,
            _dense_title,
            r"h = f(W_1 x + b_1), \qquad \hat{x} = g(W_2 h + b_2)",
        ),
        Architecture(
            "convolutional",
            "Convolutional",
            "Small patterns are looked for everywhere; a dense layer leads to the code and back.",
            _convolutional_layers,
            _convolutional_parameters,
            _convolutional_title,
            r"y_k = f\Bigl(\sum_{c} W_{kc} * x_c + b_k\Bigr), \qquad h = f(W y + b)",
        ),
        Architecture(
            "feature-maps",
            "Convolutional, maps as code",
            "The last convolution's maps are the code: it keeps its places in the image.",
            _feature_map_layers,
            _convolutions,
            _feature_map_title,
            r"h_k = f\Bigl(\sum_{c} W_{kc} * x_c + b_k\Bigr)",
        ),
    )
}
