"""What single units have learned: the patterns they answer to and draw, and how active they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from aecore.activations import Activation
from aecore.models import Autoencoder

Layer = Literal["first", "code"]

CHUNK = 1000
"""Images looked at a time."""

STILL = 0.01
"""Share of the range, or of the liveliest unit's spread, below which a unit is dead."""


def encoder_filters(model: Autoencoder) -> Tensor:
    """Return the first layer's weights, one row a unit, (units, n)."""
    return model.first_weights().detach()


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


@dataclass(frozen=True, eq=False)
class UnitActivity:
    """How each unit of a layer behaves over some images; every tensor has shape (units,).

    Attributes
    ----------
    mean, std, lowest, highest : Tensor, float32
        Of the unit's values over the images (standard deviation with divisor m).
    rate : Tensor, float32
        Share of the images, 0 to 1, on which the unit is active: above the middle of its
        range (sigmoid 0.5, tanh 0), above 0 where the range has no middle.
    dead : Tensor, bool
        Whether the unit does nothing: never leaves the lower end of its range (ReLU: 0);
        spans less than 1 % of its range (sigmoid, tanh); or is constant, or spreads less
        than 1 % of what the unit with the largest standard deviation does (identity).
    """

    mean: Tensor
    std: Tensor
    lowest: Tensor
    highest: Tensor
    rate: Tensor
    dead: Tensor


@torch.no_grad()
def unit_activity(model: Autoencoder, images: Tensor, layer: Layer = "first") -> UnitActivity:
    """Measure the units of a layer.

    Parameters
    ----------
    model : Autoencoder
    images : Tensor, shape (m, n), float32
        Pixels 0 to 1, at least one image; "dead" is about test images.
    layer : {"first", "code"}
        The first layer is the code itself where there are no hidden layers.

    Raises
    ------
    ValueError
        If there are no images, or no such layer.
    """
    activation = layer_activation(model, layer)
    if len(images) == 0:
        raise ValueError("The activity of units needs at least one image to look at.")
    threshold = _threshold(activation)
    total = squares = active = torch.zeros((), dtype=torch.float64)
    lowest, highest = torch.tensor(math.inf), torch.tensor(-math.inf)
    seen = 0
    for chunk in _values(model, images, layer):
        values = chunk.flatten(0, 1)  # (≤ 1000 · places, units)
        seen += len(values)
        exact = values.double()
        total, squares = total + exact.sum(0), squares + exact.square().sum(0)
        active = active + (values > threshold).sum(0)
        lowest = torch.minimum(lowest, values.amin(0))
        highest = torch.maximum(highest, values.amax(0))
    mean = total / seen
    std = (squares / seen - mean.square()).clamp(min=0).sqrt()
    std = torch.where(lowest == highest, 0, std)
    return UnitActivity(
        mean=mean.float(),
        std=std.float(),
        lowest=lowest,
        highest=highest,
        rate=(active / seen).float(),
        dead=_dead(activation, std, lowest, highest),
    )


def layer_activation(model: Autoencoder, layer: Layer) -> Activation:
    """Return the activation function of a layer's units.

    Raises
    ------
    ValueError
        If there is no such layer.
    """
    if layer not in ("first", "code"):
        raise ValueError(f"There is no layer {layer!r}: choose first or code.")
    return model.hidden if layer == "first" and _has_hidden(model) else model.code_activation


def _has_hidden(model: Autoencoder) -> bool:
    return len(model.config.layer_sizes) > 2


@torch.no_grad()
def strongest_images(
    model: Autoencoder, images: Tensor, unit: int, count: int, layer: Layer = "first"
) -> Tensor:
    """Return which images a unit answers to most.

    Parameters
    ----------
    model : Autoencoder
    images : Tensor, shape (m, n), float32
        Pixels 0 to 1.
    unit : int
        Number of the unit in its layer, from 0.
    count : int
        Images wanted.
    layer : {"first", "code"}

    Returns
    -------
    Tensor, shape (min(count, m),), int64
        Places of the images, largest value first; equals stay in their order.

    Raises
    ------
    ValueError
        If there is no such layer.
    """
    layer_activation(model, layer)
    values = [chunk[..., unit].amax(1) for chunk in _values(model, images, layer)]
    return torch.cat(values).argsort(descending=True, stable=True)[:count]


def _values(model: Autoencoder, images: Tensor, layer: Layer) -> Iterator[Tensor]:
    """Yield a layer's values on all images, (≤ 1000, places, units) at a time."""
    for chunk in images.split(CHUNK):
        yield model.first_layer(chunk) if layer == "first" else model.encode(chunk)[:, None]


def _threshold(activation: Activation) -> float:
    """Return the value above which a unit counts as active."""
    middle = (activation.low + activation.high) / 2
    return middle if math.isfinite(middle) else 0.0


def _dead(activation: Activation, std: Tensor, lowest: Tensor, highest: Tensor) -> Tensor:
    low, high = activation.low, activation.high
    if math.isfinite(high - low):
        return highest - lowest < STILL * (high - low)
    if math.isfinite(low):
        return highest <= low
    return (lowest == highest) | (std < STILL * std.max())


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
