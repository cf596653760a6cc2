"""How well scores tell the odd from the ordinary where the answer is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aecore.checks import Floats, scores_of


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
    values = scores_of(scores)
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
    values = np.sort(scores_of(scores))
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
    values = scores_of(scores)
    _counts(values, truth)
    odd, called = np.asarray(truth, bool), values > threshold
    found = int((odd & called).sum())
    missed = int((odd & ~called).sum())
    if not found + missed:
        raise ValueError("At least one image must be odd, and none is.")
    return Verdict(threshold, found, missed, int((~odd & called).sum()))
