"""How well scores tell the odd from the ordinary where the answer is known.

Also how several models' scores are combined, and how alike two rankings are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PrecisionRecall:
    """Precision and recall when everything from a threshold upwards is called odd.

    Attributes
    ----------
    thresholds : ndarray, shape (t,)
        The different scores, largest first.
    precision : ndarray, shape (t,)
        Share of what is called odd that is odd.
    recall : ndarray, shape (t,)
        Share of what is odd that is called so, increasing to 1.
    """

    thresholds: Floats
    precision: Floats
    recall: Floats


@dataclass(frozen=True, eq=False)
class Roc:
    """Receiver operating characteristic: both shares at each threshold.

    Attributes
    ----------
    thresholds : ndarray, shape (t + 1,)
        Infinity, then the different scores, largest first.
    false_positive : ndarray, shape (t + 1,)
        Share of what is ordinary that is called odd, increasing from 0 to 1.
    true_positive : ndarray, shape (t + 1,)
        Share of what is odd that is called odd, increasing from 0 to 1.
    """

    thresholds: Floats
    false_positive: Floats
    true_positive: Floats


def precision_recall(scores: npt.ArrayLike, truth: npt.ArrayLike) -> PrecisionRecall:
    """Return precision and recall at each score that occurs.

    Parameters
    ----------
    scores : array_like, shape (N,)
        Large for the odd, such as reconstruction errors.
    truth : array_like, shape (N,), bool
        Which are odd; at least one.

    Raises
    ------
    ValueError
        If a score is not finite, lengths differ, or nothing is odd.
    """
    thresholds, hits, alarms = _counts(scores, truth)
    return PrecisionRecall(thresholds, hits / (hits + alarms), hits / _some(hits, "odd"))


def average_precision(scores: npt.ArrayLike, truth: npt.ArrayLike) -> float:
    """Return the mean precision, each threshold's weighted with the recall it adds, 0 to 1.

    Parameters
    ----------
    scores, truth
        As for `precision_recall`.

    Raises
    ------
    ValueError
        As `precision_recall`.
    """
    curve = precision_recall(scores, truth)
    return float((np.diff(curve.recall, prepend=0.0) * curve.precision).sum())


def roc(scores: npt.ArrayLike, truth: npt.ArrayLike) -> Roc:
    """Return the ROC curve.

    Parameters
    ----------
    scores, truth
        As for `precision_recall`; at least one must be ordinary, too.

    Raises
    ------
    ValueError
        If a score is not finite, lengths differ, or all or none are odd.
    """
    thresholds, hits, alarms = _counts(scores, truth)
    return Roc(
        np.concatenate([[np.inf], thresholds]),
        np.concatenate([[0.0], alarms / _some(alarms, "ordinary")]),
        np.concatenate([[0.0], hits / _some(hits, "odd")]),
    )


def auc(scores: npt.ArrayLike, truth: npt.ArrayLike) -> float:
    """Return the area under the ROC curve, 0 to 1.

    It is the chance that of one odd and one ordinary image the odd one has the larger score,
    equal scores counting half (Hanley & McNeil 1982).

    Parameters
    ----------
    scores, truth
        As for `roc`.

    Raises
    ------
    ValueError
        As `roc`.
    """
    curve = roc(scores, truth)
    return float(np.trapezoid(curve.true_positive, curve.false_positive))


def _counts(scores: npt.ArrayLike, truth: npt.ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return the different scores, largest first, and how many odd and ordinary reach each."""
    values = _finite(scores)
    odd = np.asarray(truth, bool)
    if odd.shape != values.shape:
        raise ValueError(
            f"Each of {len(values):,} scores needs one answer, and there are answers of shape "
            f"{odd.shape}."
        )
    order = np.argsort(-values, kind="stable")
    values, odd = values[order], odd[order]
    last = np.append(np.flatnonzero(np.diff(values)), len(values) - 1)  # of each score
    hits = odd.cumsum()[last].astype(np.float64)
    return values[last], hits, last + 1 - hits


def _some(counts: Floats, what: str) -> float:
    if not counts[-1]:
        raise ValueError(f"At least one image must be {what}, and none is.")
    return float(counts[-1])


def _finite(scores: npt.ArrayLike) -> Floats:
    values = np.asarray(scores, np.float64)
    if values.ndim != 1 or not values.size:
        raise ValueError(f"Scores must be a list with one for each image, not of {values.shape}.")
    if not np.isfinite(values).all():
        raise ValueError("Scores must be finite numbers, and some are not.")
    return values


@dataclass(frozen=True)
class Verdict:
    """What comes of calling everything above a threshold odd.

    Attributes
    ----------
    threshold : float
    found, missed, alarms : int
        What is odd and called so, what is odd and not called so, what is ordinary and called
        odd.
    """

    threshold: float
    found: int
    missed: int
    alarms: int

    @property
    def precision(self) -> float:
        """Share of what is called odd that is odd; not a number where nothing is."""
        called = self.found + self.alarms
        return self.found / called if called else float("nan")

    @property
    def recall(self) -> float:
        """Share of what is odd that is called so."""
        return self.found / (self.found + self.missed)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, 0 to 1."""
        return 2 * self.found / (2 * self.found + self.missed + self.alarms)


def threshold_above(scores: npt.ArrayLike, share: float) -> float:
    """Return the smallest score that at most a share of all scores exceed.

    Parameters
    ----------
    scores : array_like, shape (N,)
    share : float
        0 (the largest score is returned) to 1.

    Raises
    ------
    ValueError
        If a score is not finite, or the share out of range.
    """
    values = np.sort(_finite(scores))
    if not 0 <= share <= 1:
        raise ValueError(f"A share lies from 0 to 1, and {share} does not.")
    return float(values[max(len(values) - 1 - int(share * len(values)), 0)])


def judge(scores: npt.ArrayLike, truth: npt.ArrayLike, threshold: float) -> Verdict:
    """Compare what lies above a threshold with what is odd.

    Parameters
    ----------
    scores, truth
        As for `precision_recall`.
    threshold : float
        Larger scores are called odd.

    Raises
    ------
    ValueError
        As `precision_recall`.
    """
    values = _finite(scores)
    _counts(values, truth)
    odd, called = np.asarray(truth, bool), values > threshold
    found = int((odd & called).sum())
    missed = int((odd & ~called).sum())
    if not found + missed:
        raise ValueError("At least one image must be odd, and none is.")
    return Verdict(threshold, found, missed, int((~odd & called).sum()))


COMBINATIONS: dict[str, Callable[[npt.NDArray[Any]], npt.NDArray[Any]]] = {
    "mean": lambda scores: scores.mean(axis=0),
    "maximum": lambda scores: scores.max(axis=0),
    "rank average": lambda scores: np.mean(
        [(_centred_ranks(row) + (len(row) + 1) / 2) / len(row) for row in scores], axis=0
    ),
}
"""Ways to make one score of several models', (models, N) -> (N,)."""


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
    rows = [_finite(row) for row in scores]
    if not rows:
        raise ValueError("At least one model's scores are needed.")
    if lengths := {len(row) for row in rows} - {len(rows[0])}:
        raise ValueError(
            f"All models must score the same images, and some have {len(rows[0]):,} scores, "
            f"others {min(lengths):,}."
        )
    if scaled:
        rows = [_scaled(row) for row in rows]
    return np.asarray(COMBINATIONS[how](np.stack(rows)), np.float64)


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
    ranks = [_centred_ranks(_finite(scores)) for scores in (first, second)]
    if len(ranks[0]) != len(ranks[1]):
        raise ValueError(
            f"Both models must score the same images, not {len(ranks[0]):,} and {len(ranks[1]):,}."
        )
    lengths = [float(np.linalg.norm(row)) for row in ranks]
    if not all(lengths):
        raise ValueError("A model that gives all images the same score ranks nothing.")
    return float(np.clip(ranks[0] @ ranks[1] / (lengths[0] * lengths[1]), -1, 1))


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
    rows = [_finite(scores) for scores in (first, second)]
    if len(rows[0]) != len(rows[1]):
        raise ValueError(
            f"Both models must score the same images, not {len(rows[0]):,} and {len(rows[1]):,}."
        )
    if not 1 <= count <= len(rows[0]):
        raise ValueError(f"The count must be 1 to {len(rows[0]):,}, not {count}.")
    top, other = (np.argsort(-row, kind="stable")[:count] for row in rows)
    return len(np.intersect1d(top, other)) / count
