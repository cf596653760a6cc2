"""How far a picture of codes can be trusted: whether neighbours in it are neighbours in truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from aecore.checks import matrix, within
from aecore.language import text as _

if TYPE_CHECKING:
    from torch import Tensor

NEIGHBOURS = 15
"""Points of the picture that are looked at around each."""
CHUNK = 500
"""Points whose distances to all others are held at a time."""


def trustworthiness(
    codes: npt.ArrayLike,
    points: npt.ArrayLike,
    neighbours: int = NEIGHBOURS,
    most: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> float | None:
    """Return how well a layout keeps strangers out of neighbourhoods.

    Of each point's k neighbours in the layout, those that are not among its k neighbours by
    code are counted, each by how far down the list they really are:
    ``1 − 2 / (m k (2m − 3k − 1)) · Σ_i Σ_j max(0, r(i, j) − k)``, where r(i, j) is the rank of
    neighbour j among the codes, by distance from i. It is a mean over points, so that some of
    them are enough to estimate it.

    Parameters
    ----------
    codes : array_like, shape (m, q)
    points : array_like, shape (m, d)
        The layout.
    neighbours : int
        k; less than m/2, and no more are looked at where there are few points.
    most : int, optional
        Points that are asked for their neighbours, evenly from the first to the last; all if
        not given. Time grows as this times m.
    progress : callable, optional
        Told the share that is done.

    Returns
    -------
    float or None
        0 to 1: 1 if all neighbours in the layout are neighbours by code. A layout at random
        has about 0.5. None where fewer than four points, or codes that are all the same, leave
        nothing to judge.

    Raises
    ------
    ValueError
        If a number is not finite, or there is not one point for each code.

    References
    ----------
    Venna & Kaski 2001, *Neighborhood preservation in nonlinear projection methods*.
    """
    import torch

    table, laid = matrix(codes, "Codes"), matrix(points, "Points")
    count = len(table)
    within(len(laid), count, count, "The number of points")
    k = min(neighbours, (count - 1) // 2)
    if count < 4 or not np.ptp(table, axis=0).any():
        return None
    far, near = (torch.from_numpy(_centred(values)) for values in (table, laid))
    asked = torch.arange(count)
    if most is not None and most < count:
        asked = torch.linspace(0, count - 1, most).long()
    penalty = 0
    for start in range(0, len(asked), CHUNK):
        mine = asked[start : start + CHUNK]  # (c,)
        shown = _distances(near, mine).topk(k, largest=False).indices  # (c, k)
        by_code = _distances(far, mine)  # (c, m)
        reached = by_code.gather(1, shown)  # (c, k)
        for j in range(k):
            ranks = (by_code < reached[:, j, None]).sum(1) + 1
            penalty += int((ranks - k).clamp(min=0).sum())
        if progress is not None:
            progress(min(1.0, (start + CHUNK) / len(asked)))
    return 1 - 2 * penalty / (len(asked) * k * (2 * count - 3 * k - 1))


def _centred(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return values about their mean, in units of the largest: squares then stay finite."""
    centred = values - values.mean(axis=0, dtype=np.float64)
    return np.asarray(centred / (np.abs(centred).max() or 1.0), np.float64)


def _distances(values: Tensor, mine: Tensor) -> Tensor:
    """Return squared distances of some points to all, (c, m); to itself each is infinite."""
    own = values[mine]
    squares = values.square().sum(1)
    distances = (squares - 2 * own @ values.T).add_(squares[mine, None])
    distances.scatter_(1, mine[:, None], float("inf"))
    return distances


def in_words(score: float) -> str:
    """Say in a few words what a score means."""
    for least, words in (
        (0.97, _("nearly all neighbours in the picture are neighbours in code space")),
        (0.9, _("most neighbours in the picture are neighbours in code space")),
        (0.75, _("many neighbours in the picture are far apart in code space")),
    ):
        if score >= least:
            return words
    return _("that two points are neighbours in the picture says little about their codes")
