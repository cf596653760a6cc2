"""Ways through code space: a straight line between two codes, and one unit moved alone."""

from __future__ import annotations

import torch
from torch import Tensor

STEPS = 11
"""Places on a way, both ends included."""
LOWEST, HIGHEST = 0.01, 0.99
"""Quantiles of a unit's values between which it is swept: a few odd images do not stretch it."""


def between(first: Tensor, second: Tensor, steps: int = STEPS) -> Tensor:
    """Return equally spaced places on the straight line between two vectors.

    Between two codes this is a walk through code space, between two images a cross-fade.

    Parameters
    ----------
    first, second : Tensor, shape (k,)
    steps : int
        2 or more.

    Returns
    -------
    Tensor, shape (steps, k)
        Begins with `first` and ends with `second`, exactly.
    """
    shares = torch.linspace(0, 1, steps)[:, None]
    return (1 - shares) * first + shares * second


def by_spread(codes: Tensor) -> Tensor:
    """Return the units of codes (m, q) by decreasing standard deviation, (q,); ties in order."""
    return codes.std(0, correction=0).argsort(descending=True, stable=True)


def swept_values(codes: Tensor, unit: int, steps: int = STEPS) -> Tensor:
    """Return equally spaced values from the 1st to the 99th percentile of a unit, (steps,).

    Parameters
    ----------
    codes : Tensor, shape (m, q)
        Of the images that say how far the unit moves.
    unit : int
        0 to q - 1.
    steps : int
    """
    ends = codes[:, unit].quantile(torch.tensor([LOWEST, HIGHEST]))
    return between(ends[:1], ends[1:], steps)[:, 0]


def swept(held: Tensor, unit: int, values: Tensor) -> Tensor:
    """Return a code (q,) with one of its units set to each of some values, (steps, q)."""
    codes = held.repeat(len(values), 1)
    codes[:, unit] = values
    return codes


def two_of_different_classes(labels: Tensor, source: torch.Generator) -> tuple[int, int]:
    """Draw two images to walk between, of different classes where there are two.

    Parameters
    ----------
    labels : Tensor, shape (N,)
        N at least 1; classes below 0, which are outliers, are not drawn.
    source : torch.Generator

    Returns
    -------
    tuple of int
        Places; twice the same where there is one image alone.
    """
    order = torch.randperm(len(labels), generator=source)
    known = order[labels[order] >= 0]
    known = known if len(known) else order
    first, others = known[0], known[1:]
    differing = others[labels[others] != labels[first]]
    second = torch.cat([differing, others, known])[0]
    return int(first), int(second)
