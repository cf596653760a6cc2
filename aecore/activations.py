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
        Maps sums (…, k) to values (…, k).
    backward : callable
        ``(y, g) -> gradient by the sums``, from the *values* ``y`` and the gradient ``g`` by
        them, same shape.
    formula : str
        LaTeX: of a sum z.
    """

    name: str
    label: str
    help: str
    low: float
    high: float
    apply: Callable[[Tensor], Tensor]
    backward: Callable[[Tensor, Tensor], Tensor]
    formula: str

    def slope(self, y: Tensor) -> Tensor:
        """Return the derivative of an elementwise function, from its values, same shape."""
        return self.backward(y, y.new_ones(()))


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
            lambda y, g: g,
            "f(z) = z",
        ),
        Activation(
            "relu",
            "ReLU",
            "Zero below zero, unchanged above; units can die and stay zero.",
            0.0,
            math.inf,
            lambda z: z.relu(),
            lambda y, g: g * (y > 0),
            r"f(z) = \max(0, z)",
        ),
        Activation(
            "sigmoid",
            "Sigmoid",
            "Squeezes every sum into 0 to 1.",
            0.0,
            1.0,
            lambda z: z.sigmoid(),
            lambda y, g: g * (y * (1 - y)),
            r"f(z) = \frac{1}{1 + e^{-z}}",
        ),
        Activation(
            "tanh",
            "Tanh",
            "Squeezes every sum into −1 to 1.",
            -1.0,
            1.0,
            lambda z: z.tanh(),
            lambda y, g: g * (1 - y * y),
            r"f(z) = \frac{e^{z} - e^{-z}}{e^{z} + e^{-z}}",
        ),
        Activation(
            "softmax",
            "Softmax",
            "Turns the sums of all units into shares that add up to 1.",
            0.0,
            1.0,
            lambda z: z.softmax(-1),
            lambda y, g: y * (g - (y * g).sum(-1, keepdim=True)),
            r"f(z)_j = \frac{e^{z_j}}{\sum_{k} e^{z_k}}",
        ),
    )
}

UNIT_ACTIVATIONS = ("identity", "relu", "sigmoid", "tanh")
"""What a single unit can make of its own sum."""
OUTPUT_ACTIVATIONS = ("sigmoid", "relu", "identity", "softmax")
