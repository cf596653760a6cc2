"""Curves and areas against scikit-learn, counted pairs and SciPy's rank correlation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from aecore.detection import (
    auc,
    average_precision,
    combine,
    precision_recall,
    rank_correlation,
    roc,
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


def test_models_are_combined_as_they_are_by_default():
    scores = [[0.1, 0.4], [0.3, 0.2], [0.2, 0.0]]
    np.testing.assert_allclose(combine(scores), [0.2, 0.2])
    np.testing.assert_allclose(combine(scores, "maximum"), [0.3, 0.4])
    assert combine([[1, 2]]).tolist() == [1, 2]


def test_scaled_models_weigh_the_same():
    weak = np.array([0.0, 1.0, 2.0])
    strong = 100 * weak[::-1]
    np.testing.assert_allclose(combine([weak, strong], "mean", scaled=True), [1, 1, 1])
    np.testing.assert_allclose(combine([weak, strong], "maximum", scaled=True), [2, 1, 2])
    assert combine([[0, 0]], scaled=True).tolist() == [0, 0]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=30))
def test_the_rank_correlation_is_scipys(pairs):
    first, second = np.array(pairs).T
    if np.ptp(first) and np.ptp(second):
        expected = spearmanr(first, second).statistic
        assert rank_correlation(first, second) == pytest.approx(expected, abs=1e-12)
    else:
        with pytest.raises(ValueError, match="ranks nothing"):
            rank_correlation(first, second)


def test_only_the_order_matters():
    scores = np.random.default_rng(0).random(50)
    assert rank_correlation(scores, np.exp(5 * scores)) == pytest.approx(1)
    assert rank_correlation(scores, -scores) == pytest.approx(-1)


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
        (lambda: combine([]), "At least one model"),
        (lambda: combine([[1, 2], [1]]), "some have 2 scores, others 1"),
        (lambda: combine([[1]], "median"), "by mean or maximum, not 'median'"),
        (lambda: combine([[1, -1]], scaled=True), "some are negative"),
        (lambda: combine([[np.inf]]), "must be finite"),
        (lambda: rank_correlation([1, 2], [1, 2, 3]), "not 2 and 3"),
    ],
)
def test_what_makes_no_sense_is_said(call, expected):
    with pytest.raises(ValueError, match=expected):
        call()
