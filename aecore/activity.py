"""How active the units of a layer are over some images, which of them are dead, and why."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from aecore.activations import Activation
from aecore.config import RunConfig
from aecore.language import text as _
from aecore.models import Autoencoder

LAST = -1
"""The last layer before the output, whose units the decoder's atoms belong to."""

CHUNK = 1000
"""Images looked at a time."""

STILL = 0.01
"""Share of the range, or of the liveliest unit's spread, below which a unit is dead."""


def layer_names(config: RunConfig) -> list[str]:
    """Return what the encoder's layers are called, in order: ``Code`` is the last."""
    hidden = len(config.layer_sizes) - 2
    names = [
        _("First hidden layer"),
        *(_("Hidden layer {number}", number=k + 1) for k in range(1, hidden)),
    ]
    return [*names[:hidden], _("Code")]


def layer_activation(model: Autoencoder, layer: int) -> Activation:
    """Return the activation function of a layer's units.

    Parameters
    ----------
    model : Autoencoder
    layer : int
        From 0, the first, to the code; or `LAST`.

    Raises
    ------
    ValueError
        If there is no such layer.
    """
    code = model.depth - 1
    if not LAST <= layer <= code:
        raise ValueError(f"There is no layer {layer}: choose 0 to {code}, or {LAST} for the last.")
    is_code = layer == code or (layer == LAST and code == 0)
    return model.code_activation if is_code else model.hidden


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
def unit_activity(model: Autoencoder, images: Tensor, layer: int = 0) -> UnitActivity:
    """Measure the units of a layer.

    Parameters
    ----------
    model : Autoencoder
    images : Tensor, shape (m, n), float32
        Pixels 0 to 1, at least one image; "dead" is about test images.
    layer : int
        From 0, the first, to the code; or `LAST`.

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


@dataclass(frozen=True, eq=False)
class Responses:
    """One number for every image and unit: the largest over the unit's places.

    Attributes
    ----------
    values : Tensor, shape (m, units)
    sums : Tensor, shape (m, units)
        Before the activation; they tell images apart on which the values are the same, as on
        all those where a unit is silent. Of `LAST` they are the values.
    places : int
        Places of a unit: 1, or the positions of a convolution's map.
    """

    values: Tensor
    sums: Tensor
    places: int = 1

    def ranking(self, unit: int) -> Tensor:
        """Return the images' places by a unit's value, largest first, (m,) int64.

        Equal values are ordered by their sums, equal sums stay in their order.
        """
        by_sum = self.sums[:, unit].argsort(descending=True, stable=True)
        return by_sum[self.values[by_sum, unit].argsort(descending=True, stable=True)]


@torch.no_grad()
def responses(model: Autoencoder, images: Tensor, layer: int = 0) -> Responses:
    """Return how strongly each unit of a layer answers to each image.

    Parameters
    ----------
    model : Autoencoder
    images : Tensor, shape (m, n), float32
        Pixels 0 to 1.
    layer : int
        From 0, the first, to the code; or `LAST`.

    Raises
    ------
    ValueError
        If there is no such layer.
    """
    layer_activation(model, layer)
    places, found = 1, []
    for chunk in _values(model, images, layer):
        places = chunk.shape[1]
        found.append(chunk.amax(1))
    values = torch.cat(found)
    if layer == LAST:
        return Responses(values, values, places)
    sums = [model.layer_sums(chunk, layer).amax(1) for chunk in images.split(CHUNK)]
    return Responses(values, torch.cat(sums), places)


def _values(model: Autoencoder, images: Tensor, layer: int) -> Iterator[Tensor]:
    """Yield a layer's values on all images, (≤ 1000, places, units) at a time."""
    for chunk in images.split(CHUNK):
        if layer == LAST:
            yield model.before_output(model.encode(chunk))
        else:
            yield model.layer_values(chunk, layer)


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
