"""Which input a unit of any layer answers to most, found by climbing its sum.

Without a limit the answer would be "infinitely bright", so the input keeps to a length. In the
first layer the best input of a length is known: the unit's weights, scaled. In a deeper one it
has to be searched for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from aecore.activity import responses
from aecore.architectures import halved
from aecore.models import Autoencoder

STEPS = 40
SCALINGS = 12
"""Rounds in which a direction is made long enough although no pixel may pass 1."""
TINY = 1e-12


@dataclass(frozen=True)
class Limits:
    """What inputs are allowed.

    Attributes
    ----------
    farthest : callable
        ``(slopes (k, n), lengths (k, 1)) -> (k, n)``: the allowed inputs that lie farthest in
        the direction of some slopes; 0 where a slope is 0 everywhere.
    mend : callable
        ``(inputs (k, n), lengths (k, 1)) -> (k, n)``: inputs, brought back to what is allowed.
    """

    name: str
    label: str
    help: str
    farthest: Callable[[Tensor, Tensor], Tensor]
    mend: Callable[[Tensor, Tensor], Tensor]


def _scaled(x: Tensor, length: Tensor) -> Tensor:
    scaled: Tensor = x * (length / x.norm(dim=1, keepdim=True).clamp(min=TINY))
    return scaled


def _shortened(x: Tensor, length: Tensor) -> Tensor:
    x = x.clamp(0, 1)
    too_long = x.norm(dim=1, keepdim=True) > length
    return torch.where(too_long, _scaled(x, length), x)


def _brightest(slopes: Tensor, length: Tensor) -> Tensor:
    """Return the image with pixels 0 to 1 and at most this length that lies farthest.

    It is ``min(c · slope, 1)`` where the slope is positive, with the c that fits the length
    (the Karush–Kuhn–Tucker conditions), found by scaling what is still below 1.
    """
    x = _scaled(slopes.clamp(min=0), length)
    for _ in range(SCALINGS):
        full = x >= 1
        rest = torch.where(full, 0, x)
        left = (length.square() - full.sum(1, keepdim=True)).clamp(min=0).sqrt()
        factor = left / rest.norm(dim=1, keepdim=True).clamp(min=TINY)
        x = torch.where(full, 1, rest * factor.clamp(min=1))
    return x.clamp(max=1)


LIMITS: dict[str, Limits] = {
    entry.name: entry
    for entry in (
        Limits(
            "pixels",
            "0 to 1",
            "Pixels from black to white, no brighter than the test image that the unit likes best.",
            _brightest,
            _shortened,
        ),
        Limits(
            "signed",
            "any sign",
            "Pixels may also be darker than black: blue is where the unit wants nothing to be.",
            _scaled,
            _scaled,
        ),
    )
}


@dataclass(frozen=True, eq=False)
class Maximised:
    """Inputs that units answer to most.

    Attributes
    ----------
    inputs : Tensor, shape (k, n)
    sums : Tensor, shape (k,)
        Each unit's sum on its input.
    """

    inputs: Tensor
    sums: Tensor


def maximise(
    objective: Callable[[Tensor], Tensor],
    starts: Tensor,
    lengths: Tensor,
    limits: str = "signed",
    shape: tuple[int, int] | None = None,
    steps: int = STEPS,
) -> Maximised:
    """Climb k functions at once, each by its own input.

    Every step goes part of the way to the allowed input that lies farthest along the slope
    (Frank & Wolfe 1956): all of the way at first, so that little is left of the start, and
    less and less. The best input on the way is returned.

    Parameters
    ----------
    objective : callable
        ``inputs (k, n) -> values (k,)``, differentiable, row by row.
    starts : Tensor, shape (k, n)
        Inputs to begin with; they are brought to what is allowed.
    lengths : Tensor, shape (k,)
        Euclidean length of each input, above 0; with limits "pixels" at most.
    limits : str
        A key of `LIMITS`.
    shape : tuple of int, optional
        Height and width of the inputs as images. With it slopes are blurred (weights 1, 2, 1
        each way) before each step, so that the inputs become smooth.
    steps : int

    Returns
    -------
    Maximised
        Never worse than the allowed starts. For linear functions and limits "signed" without
        blurring: the weights, scaled to the lengths.

    References
    ----------
    Erhan, Bengio, Courville & Vincent 2009, *Visualizing higher-layer features of a deep
    network*, for activation maximisation under a norm constraint.
    """
    allowed, length = LIMITS[limits], lengths[:, None]
    x = allowed.mend(starts, length)
    best = x
    highest = torch.full((len(x),), -torch.inf)
    for step in range(steps + 1):
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            values = objective(x)
            (slopes,) = torch.autograd.grad(values.sum(), x)
        x, values = x.detach(), values.detach()
        better = values > highest
        highest = torch.where(better, values, highest)
        best = torch.where(better[:, None], x, best)
        if shape is not None:
            slopes = _blurred(slopes, shape)
        flat = ~slopes.any(1, keepdim=True)  # nothing to climb: stay
        share = 1 - step / steps
        moved = (1 - share) * x + share * allowed.farthest(slopes, length)
        x = torch.where(flat, x, allowed.mend(moved, length))
    return Maximised(best, highest)


def _blurred(slopes: Tensor, shape: tuple[int, int]) -> Tensor:
    """Blur slopes (k, n): what climbs before still climbs, as the blur is positive definite."""
    height, width = shape
    if min(height, width) == 1:  # vectors have no neighbours
        return slopes
    once = torch.tensor([0.25, 0.5, 0.25])
    kernel = (once[:, None] * once)[None, None]
    return conv2d(slopes.view(-1, 1, height, width), kernel, padding=1).flatten(1)


def most_activating_inputs(
    model: Autoencoder,
    layer: int,
    units: Tensor,
    images: Tensor,
    limits: str = "signed",
    *,
    smooth: bool = False,
) -> Maximised:
    """Return the inputs to which units of an encoder's layer answer most.

    Each search begins with the one of some images to which the unit answers most, and keeps to
    its length (or to the images' mean length, where that is more). Of a convolution's maps the
    place in the middle is looked at.

    Parameters
    ----------
    model : Autoencoder
    layer : int
        From 0, the first, to the code.
    units : Tensor, shape (k,), int64
    images : Tensor, shape (m, n)
        Pixels 0 to 1, not all black.
    limits : str
        A key of `LIMITS`.
    smooth : bool
        Blur slopes, see `maximise`.
    """
    count = torch.arange(len(units))
    starts = images[responses(model, images, layer).sums.argmax(0)[units]]
    lengths = starts.norm(dim=1).clamp(min=float(images.norm(dim=1).mean()))

    def objective(x: Tensor) -> Tensor:
        sums = model.layer_sums(x, layer)  # (k, places, units)
        return sums[count, _middle(model, layer, sums.shape[1]), units]

    shape = model.config.shape if smooth else None
    return maximise(objective, starts, lengths, limits, shape)


def _middle(model: Autoencoder, layer: int, places: int) -> int:
    """Return the place in the middle of a map."""
    if places == 1:
        return 0
    shape = model.config.shape
    for _ in range(layer + 1):
        shape = halved(shape)
    height, width = shape
    return (height // 2) * width + width // 2
