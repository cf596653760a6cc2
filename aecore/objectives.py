"""What training minimises: reconstruction losses and penalties, by name.

The scale is fixed: the loss is summed over the pixels of an image and averaged over
the batch, penalties are added as written; only displays divide by the pixel count.
Importing this module does not import torch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from aecore.activations import Activation
    from aecore.models import Autoencoder


@dataclass(frozen=True)
class Loss:
    """One reconstruction loss.

    Attributes
    ----------
    value : callable
        ``(logits (m, n), targets (m, n), output activation) -> (m,)``, summed over pixels.
    gradient : callable
        Same arguments; derivative of the batch mean of `value` by the logits, (m, n).
        Written out because it is faster than autograd through the loss.
    outputs : tuple of str
        Output activations that the loss can be used with.
    """

    name: str
    label: str
    short: str
    help: str
    value: Callable[[Tensor, Tensor, Activation], Tensor]
    gradient: Callable[[Tensor, Tensor, Activation], Tensor]
    outputs: tuple[str, ...]


def _mse(z: Tensor, x: Tensor, output: Activation) -> Tensor:
    return (output.apply(z) - x).square().sum(1)


def _mse_gradient(z: Tensor, x: Tensor, output: Activation) -> Tensor:
    y = output.apply(z)
    return (y - x).mul_(2 / len(x)).mul_(output.slope(y))


def _bce(z: Tensor, x: Tensor, output: Activation) -> Tensor:
    from torch.nn.functional import binary_cross_entropy_with_logits

    return binary_cross_entropy_with_logits(z, x, reduction="none").sum(1)


def _bce_gradient(z: Tensor, x: Tensor, output: Activation) -> Tensor:
    return z.sigmoid().sub_(x).mul_(1 / len(x))


LOSSES: dict[str, Loss] = {
    entry.name: entry
    for entry in (
        Loss(
            "bce",
            "Binary cross-entropy (BCE)",
            "BCE",
            "Treats every pixel as the chance of being white. Never reaches 0 on grey images.",
            _bce,
            _bce_gradient,
            ("sigmoid",),
        ),
        Loss(
            "mse",
            "Mean squared error (MSE)",
            "MSE",
            "The squared difference of every pixel. 0 is perfect.",
            _mse,
            _mse_gradient,
            ("sigmoid", "relu", "identity"),
        ),
    )
}


@dataclass(frozen=True)
class Penalty:
    """One term beside the reconstruction loss, switched on by a setting of the same name.

    Attributes
    ----------
    value : callable
        ``(model) -> scalar``; multiplied by the setting's value.
    """

    name: str
    label: str
    help: str
    value: Callable[[Autoencoder], Tensor]


def _weight_decay(model: Autoencoder) -> Tensor:
    total = model.weights[0].square().sum()
    for weight in model.weights[1:]:
        total = total + weight.square().sum()
    return total


PENALTIES: dict[str, Penalty] = {
    entry.name: entry
    for entry in (
        Penalty(
            "weight_decay",
            "Weight decay λ",
            "λ times the sum of all squared weights, biases excepted; keeps weights small.",
            _weight_decay,
        ),
    )
}


def bce_floor(x: Tensor) -> float:
    """Return the smallest BCE that any reconstruction of ``x`` can reach, per pixel.

    It is the mean entropy (nats) of the target pixels, above 0 on grey images.

    Parameters
    ----------
    x : Tensor
        Pixels in [0, 1], any shape.
    """
    from torch import xlogy

    return float(-(xlogy(x, x) + xlogy(1 - x, 1 - x)).mean())
