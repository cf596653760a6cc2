"""Curves, areas and verdicts against scikit-learn and counted pairs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    precision_recall_fscore_support,
    roc_auc_score,
    roc_curve,
)

from aecore.detection import (
    auc,
    average_precision,
    judge,
    precision_recall,
    roc,
    threshold_above,
)


@st.composite
def scored(draw):
    """Draw scores, many of them equal, and which are odd: at least one is, one is not."""
    scores = draw(st.lists(st.integers(0, 6).map(float), min_size=2, max_size=30))
    size = len(scores)
    truth = draw(st.lists(st.booleans(), min_size=size, max_size=size).filter(_mixed))
    return scores, truth


def _mixed(truth):
    return any(truth) and not all(truth)


@given(scored())
def test_precision_and_recall_are_scikit_learns(case):
    scores, truth = case
    precision, recall, thresholds = precision_recall_curve(truth, scores)
    curve = precision_recall(scores, truth)
    np.testing.assert_allclose(curve.thresholds, thresholds[::-1])
    np.testing.assert_allclose(curve.precision, precision[-2::-1])  # it adds a point (0, 1)
    np.testing.assert_allclose(curve.recall, recall[-2::-1])


@given(scored())
def test_the_roc_curve_is_scikit_learns(case):
    scores, truth = case
    false, true, thresholds = roc_curve(truth, scores, drop_intermediate=False)
    curve = roc(scores, truth)
    np.testing.assert_allclose(curve.thresholds, thresholds)
    np.testing.assert_allclose(curve.false_positive, false)
    np.testing.assert_allclose(curve.true_positive, true)


@given(scored())
def test_areas_are_scikit_learns(case):
    scores, truth = case
    assert auc(scores, truth) == pytest.approx(roc_auc_score(truth, scores))
    expected = average_precision_score(truth, scores)
    assert average_precision(scores, truth) == pytest.approx(expected)


@given(scored())
def test_the_area_is_the_share_of_pairs_in_the_right_order(case):
    scores, truth = np.array(case[0]), np.array(case[1])
    odd, ordinary = scores[truth], scores[~truth]
    pairs = np.sign(odd[:, None] - ordinary) / 2 + 0.5
    assert auc(scores, truth) == pytest.approx(pairs.mean())


def test_a_case_by_hand():
    curve = precision_recall([0.9, 0.5, 0.5, 0.1], [True, True, False, True])
    assert curve.thresholds.tolist() == [0.9, 0.5, 0.1]
    np.testing.assert_allclose(curve.precision, [1, 2 / 3, 3 / 4])
    np.testing.assert_allclose(curve.recall, [1 / 3, 2 / 3, 1])


def test_perfect_and_useless_scores():
    truth = [False] * 5 + [True] * 5
    assert auc(range(10), truth) == average_precision(range(10), truth) == 1
    assert auc([1] * 10, truth) == average_precision([1] * 10, truth) == 0.5
    assert auc(range(10, 0, -1), truth) == 0


def test_all_may_be_odd_where_nothing_ordinary_is_needed():
    assert average_precision([1, 2], [True, True]) == 1


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: precision_recall([1, 2], [False, False]), "must be odd, and none is"),
        (lambda: roc([1, 2], [True, True]), "must be ordinary, and none is"),
        (lambda: auc([1, 2], [False, False]), "must be odd, and none is"),
        (lambda: roc([1, np.nan], [True, False]), "must be finite"),
        (lambda: roc([1, 2], [True]), "2 scores needs one answer"),
        (lambda: roc([], []), "one for each image"),
        (lambda: roc([[1]], [[True]]), "one for each image"),
    ],
)
def test_what_makes_no_sense_is_said(call, expected):
    with pytest.raises(ValueError, match=expected):
        call()


@given(scored())
def test_a_verdict_is_scikit_learns(case):
    scores, truth = case
    for threshold in [*sorted(set(scores)), -1.0]:
        found = judge(scores, truth, threshold)
        called = np.asarray(scores) > threshold
        precision, recall, f1, _ = precision_recall_fscore_support(
            truth, called, average="binary", zero_division=np.nan
        )
        np.testing.assert_allclose(found.precision, precision)
        assert found.recall == pytest.approx(recall)
        assert found.f1 == pytest.approx(0 if np.isnan(f1) else f1)
        assert found.alarms == (called & ~np.asarray(truth)).sum()


@given(st.lists(st.integers(0, 20).map(float), min_size=1, max_size=30), st.floats(0, 1))
def test_a_threshold_leaves_at_most_a_share_above_it(scores, share):
    threshold = threshold_above(scores, share)
    assert threshold in scores
    assert np.mean(np.asarray(scores) > threshold) <= share
    lower = [value for value in scores if value < threshold]
    if lower:
        assert np.mean(np.asarray(scores) > max(lower)) > share - 1 / len(scores)


def test_a_threshold_and_a_verdict_of_nonsense_are_refused():
    with pytest.raises(ValueError, match="from 0 to 1"):
        threshold_above([1.0], 1.5)
    with pytest.raises(ValueError, match="none is"):
        judge([1.0, 2.0], [False, False], 0.5)
