"""Activation functions by name: what a unit makes of its weighted sum.

Importing this module does not import torch: entries call tensor methods only.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Activation:
    """One activation function.

    Attributes
    ----------
    low, high : float
        Range of the function's values.
    apply : callable
        Elementwise function, any shape.
    slope : callable
        Derivative, *as a function of the output* ``y``, same shape.
    """

    name: str
    label: str
    help: str
    low: float
    high: float
    apply: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]


ACTIVATIONS: dict[str, Activation] = {
    entry.name: entry
    for entry in (
        Activation(
            "identity",
            "Identity",
            "Passes the sum on unchanged.",
            -math.inf,
            math.inf,
            lambda z: z,
            lambda y: y.new_ones(()),
        ),
        Activation(
            "relu",
            "ReLU",
            "Zero below zero, unchanged above; units can die and stay zero.",
            0.0,
            math.inf,
            lambda z: z.relu(),
            lambda y: (y > 0).to(y.dtype),
        ),
        Activation(
            "sigmoid",
            "Sigmoid",
            "Squeezes every sum into 0 to 1.",
            0.0,
            1.0,
            lambda z: z.sigmoid(),
            lambda y: y * (1 - y),
        ),
        Activation(
            "tanh",
            "Tanh",
            "Squeezes every sum into −1 to 1.",
            -1.0,
            1.0,
            lambda z: z.tanh(),
            lambda y: 1 - y * y,
        ),
    )
}

OUTPUT_ACTIVATIONS = ("sigmoid", "relu", "identity")
