"""What single units look for and what they draw, as pictures; and in which order to show them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from aecore.activity import UnitActivity
from aecore.models import Autoencoder


def encoder_filters(model: Autoencoder) -> Tensor:
    """Return the first layer's weights, one row a unit, (units, n)."""
    return model.layer_weights(0).detach()


def decoder_atoms(model: Autoencoder) -> Tensor:
    """Return what each unit of the last hidden layer adds to the output, (units, n).

    These are the columns of the decoder's last matrix; without hidden layers the units are
    those of the code. Of convolutions they are the last kernels.
    """
    return model.last_weights().detach().contiguous()


def most_activating(weights: Tensor) -> Tensor:
    """Return the input of length 1 that each unit answers to most.

    Parameters
    ----------
    weights : Tensor, shape (units, n)

    Returns
    -------
    Tensor, shape (units, n)
        ``x_j = W_ij / sqrt(Σ_j W_ij²)``; a row of zeros stays zero.

    References
    ----------
    Ng, *Sparse autoencoder*, CS294A lecture notes, on visualizing a trained autoencoder.
    """
    largest = weights.abs().amax(1, keepdim=True)
    scaled = weights / torch.where(largest > 0, largest, 1)  # squares can no longer underflow
    length = scaled.norm(dim=1, keepdim=True)
    return scaled / torch.where(length > 0, length, 1)


# -- orders --------------------------------------------------------------------------


@dataclass(frozen=True)
class Order:
    """A way to arrange units.

    Attributes
    ----------
    key : callable
        ``(weights (units, k), UnitActivity) -> (units,)``; the largest come first, and
        equals by their number.
    """

    name: str
    label: str
    help: str
    key: Callable[[Tensor, UnitActivity], Tensor]


ORDERS: dict[str, Order] = {
    entry.name: entry
    for entry in (
        Order(
            "number",
            "Number",
            "As the network numbers them.",
            lambda weights, activity: -torch.arange(len(weights)),
        ),
        Order(
            "norm",
            "Size of the weights",
            "Units with the largest weights (Euclidean norm) first.",
            lambda weights, activity: weights.norm(dim=1),
        ),
        Order(
            "mean",
            "Mean activation",
            "Units with the largest mean value over the test images first.",
            lambda weights, activity: activity.mean,
        ),
        Order(
            "spread",
            "Spread",
            "Units whose values differ most between test images first.",
            lambda weights, activity: activity.std,
        ),
        Order(
            "rate",
            "Activation rate",
            "Units that are active on most test images first.",
            lambda weights, activity: activity.rate,
        ),
        Order(
            "dead-first",
            "Dead units first",
            "Units that do nothing on any test image first.",
            lambda weights, activity: activity.dead.int(),
        ),
        Order(
            "dead-last",
            "Dead units last",
            "Units that do nothing on any test image last.",
            lambda weights, activity: -activity.dead.int(),
        ),
    )
}


def arrange(name: str, weights: Tensor, activity: UnitActivity) -> Tensor:
    """Return the units' numbers in an order of `ORDERS`.

    Parameters
    ----------
    name : str
        Key of `ORDERS`.
    weights : Tensor, shape (units, k)
        One row a unit.
    activity : UnitActivity
        Of the same units.

    Returns
    -------
    Tensor, shape (units,), int64
        A permutation.
    """
    return ORDERS[name].key(weights, activity).argsort(descending=True, stable=True)
