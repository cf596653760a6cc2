"""Finding similar images: the nearest of many, and how often these are of the same class.

All distances are Euclidean. Bits are compared as numbers -1 and 1, whose squared distance is
four times their Hamming distance, so that one search serves codes, pixels and bits.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from aecore.checks import labels_of, within

CHUNK = 250
"""Images whose distances to all others are held at a time."""


def as_signs(codes: Tensor, thresholds: Tensor) -> Tensor:
    """Return which units of codes are above their thresholds, as -1 and 1.

    Parameters
    ----------
    codes : Tensor, shape (m, q)
    thresholds : Tensor, shape (q,)
        For real numbers the median of each unit, so that each bit splits the images in half;
        0.5 for units that are bits already.

    Returns
    -------
    Tensor, shape (m, q), float32
    """
    return (codes > thresholds).float().mul_(2).sub_(1)


def bits_apart(distances: Tensor) -> Tensor:
    """Return Hamming distances from the Euclidean distances of `as_signs`, int64."""
    return (distances.square() / 4).round().long()


class Found(NamedTuple):
    """What lies nearest to an image.

    Attributes
    ----------
    places : Tensor, shape (k,), int64
        Nearest first; of those that are equally near, the first in the table first.
    distances : Tensor, shape (k,), float32
    """

    places: Tensor
    distances: Tensor


def similar(table: Tensor, query: Tensor, k: int, leave_out: int | None = None) -> Found:
    """Find what is nearest to one query.

    Parameters
    ----------
    table : Tensor, shape (N, q), float32
    query : Tensor, shape (q,)
    k : int
        1 to N, or to N - 1 where one is left out.
    leave_out : int, optional
        Place of the query itself in the table.

    Raises
    ------
    ValueError
        If k is out of range.
    """
    within(k, 1, len(table) - (leave_out is not None), "The number of neighbours")
    distances = (table - query).square_().sum(1).sqrt_()
    if leave_out is not None:
        distances[leave_out] = torch.inf
    places = distances.sort(stable=True).indices[:k]
    return Found(places, distances[places])


def same_class(
    table: Tensor, labels: npt.ArrayLike, queries: npt.ArrayLike, k: int
) -> npt.NDArray[np.float64]:
    """Return which share of the k images nearest to each query is of its class.

    The query itself is left out. Where several are equally near and not all of them are among
    the k, as with bits, it is the share to expect if these were drawn.

    Parameters
    ----------
    table : Tensor, shape (N, q), float32
    labels : array_like, shape (N,)
    queries : array_like, shape (m,)
        Places in the table.
    k : int
        1 to N - 1.

    Returns
    -------
    ndarray, shape (m,), float64
        0 to 1.

    Raises
    ------
    ValueError
        If k is out of range, or there is not one label for each image.
    """
    within(k, 1, len(table) - 1, "The number of neighbours")
    known = torch.from_numpy(labels_of(labels, len(table)).astype(np.int64))
    centred = table - table.mean(0)  # smaller squares are more exact
    if bool((table.abs() == 1).all()):
        centred = table  # squared distances of signs are whole numbers, which must stay exact
    squares = centred.square().sum(1)
    shares = []
    for mine in torch.tensor(np.asarray(queries, np.int64)).split(CHUNK):
        # half the squared distances, less what is the same for all: (c, N)
        distances = torch.addmm(squares / 2, centred[mine], centred.T, alpha=-1)
        distances.scatter_(1, mine[:, None], torch.inf)
        near = distances.topk(k, largest=False, sorted=True).values  # (c, k)
        last = near[:, -1:]
        same = known == known[mine, None]  # (c, N)
        before = (near < last).sum(1)
        equal = distances == last
        right = ((distances < last) & same).sum(1) + (equal & same).sum(1) * (k - before) / (
            equal.sum(1)
        )
        shares.append(right.double() / k)
    return torch.cat(shares).numpy()
