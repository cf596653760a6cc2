"""Several models' scores of the same images: made one, and how far the models agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from aecore.checks import Floats, scores_of, within


@dataclass(frozen=True)
class Combination:
    """One way to make one score of several models'.

    Attributes
    ----------
    apply : callable
        ``scores (models, N) -> (N,)``.
    formula : str
        LaTeX: of the scores s of K models, or of an image's ranks r among N.
    """

    name: str
    help: str
    apply: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]
    formula: str


COMBINATIONS: dict[str, Combination] = {
    entry.name: entry
    for entry in (
        Combination(
            "mean",
            "The mean of all models' scores: all have a say, errors of single ones even out.",
            lambda scores: scores.mean(axis=0),
            r"\frac{1}{K} \sum_{k=1}^{K} s_k(x)",
        ),
        Combination(
            "maximum",
            "The largest of all models' scores: one model that is surprised is enough.",
            lambda scores: scores.max(axis=0),
            r"\max_{k} s_k(x)",
        ),
        Combination(
            "rank average",
            "The mean of the places that the models give an image, as a share: 1 for what all "
            "find oddest, whatever the size of their scores.",
            lambda scores: np.mean(
                [(_centred_ranks(row) + (len(row) + 1) / 2) / len(row) for row in scores], axis=0
            ),
            r"\frac{1}{K} \sum_{k=1}^{K} \frac{r_k(x)}{N}",
        ),
    )
}
"""Ways to make one score of several models', by name."""


def combine(scores: Sequence[npt.ArrayLike], how: str = "mean", scaled: bool = False) -> Floats:
    """Make one score of several models' scores of the same images.

    Parameters
    ----------
    scores : sequence of array_like, shape (N,)
        Of each model.
    how : {"mean", "maximum", "rank average"}
        The last is the mean of each model's ranks, as a share: 1 for what all find oddest.
    scaled : bool
        Whether each model's scores are first divided by their mean, so that a network which
        reconstructs everything badly does not outvote the others. As they are by default: the
        mean or the maximum of the reconstruction errors.

    Returns
    -------
    ndarray, shape (N,), float64

    Raises
    ------
    ValueError
        If there are no models or another `how`, lengths differ, or a score is not finite; or
        is negative where it is to be scaled.
    """
    if how not in COMBINATIONS:
        *others, last = COMBINATIONS
        raise ValueError(f"Scores are combined by {', '.join(others)} or {last}, not {how!r}.")
    rows = [scores_of(row) for row in scores]
    if not rows:
        raise ValueError("At least one model's scores are needed.")
    if lengths := {len(row) for row in rows} - {len(rows[0])}:
        raise ValueError(
            f"All models must score the same images, and some have {len(rows[0]):,} scores, "
            f"others {min(lengths):,}."
        )
    if scaled:
        rows = [_scaled(row) for row in rows]
    return np.asarray(COMBINATIONS[how].apply(np.stack(rows)), np.float64)


def _scaled(row: Floats) -> Floats:
    if row.min() < 0:
        raise ValueError("Only scores of 0 and more can be scaled, and some are negative.")
    mean = row.mean()
    return row / mean if mean > 0 else row


def rank_correlation(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Return Spearman's rank correlation of two models' scores of the same images.

    Parameters
    ----------
    first, second : array_like, shape (N,)

    Returns
    -------
    float
        1 for the same order, -1 for the reverse one; equal scores share their mean rank.

    Raises
    ------
    ValueError
        If lengths differ, a score is not finite, or one model gives all images the same
        score, which ranks nothing.
    """
    ranks = [_centred_ranks(row) for row in _pair(first, second)]
    lengths = [float(np.linalg.norm(row)) for row in ranks]
    if not all(lengths):
        raise ValueError("A model that gives all images the same score ranks nothing.")
    return float(np.clip(ranks[0] @ ranks[1] / (lengths[0] * lengths[1]), -1, 1))


def _pair(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[Floats, Floats]:
    rows = scores_of(first), scores_of(second)
    if len(rows[0]) != len(rows[1]):
        raise ValueError(
            f"Both models must score the same images, not {len(rows[0]):,} and {len(rows[1]):,}."
        )
    return rows


def _centred_ranks(values: Floats) -> Floats:
    """Return ranks minus their mean, equals sharing theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    mean_rank = counts.cumsum() - (counts - 1) / 2  # of each different value, from 1
    centred: Floats = mean_rank[places] - (len(values) + 1) / 2
    return centred


def top_overlap(first: npt.ArrayLike, second: npt.ArrayLike, count: int) -> float:
    """Return the share of the images with the largest scores that two models agree on.

    Parameters
    ----------
    first, second : array_like, shape (N,)
    count : int
        How many of the largest scores are looked at, 1 to N; of equal ones the first.

    Raises
    ------
    ValueError
        If lengths differ, a score is not finite, or the count is out of range.
    """
    rows = _pair(first, second)
    within(count, 1, len(rows[0]), "The count")
    top, other = (np.argsort(-row, kind="stable")[:count] for row in rows)
    return len(np.intersect1d(top, other)) / count
