"""Combined scores by hand, and rank correlations against SciPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata, spearmanr

from aecore.agreement import combine, rank_correlation, top_overlap


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


def test_rank_averages_are_scipys():
    rows = np.random.default_rng(0).integers(0, 9, (3, 40)).astype(float)
    expected = np.mean([rankdata(row) for row in rows], axis=0) / 40
    np.testing.assert_allclose(combine(rows, "rank average"), expected)


def test_tops_overlap_where_the_same_images_are_in_both():
    first, second = np.arange(10.0), np.arange(10.0)
    assert top_overlap(first, second, 4) == 1
    assert top_overlap(first, -second, 5) == 0
    second[9] = -1
    assert top_overlap(first, second, 4) == 0.75
    with pytest.raises(ValueError, match="must be 1 to 10"):
        top_overlap(first, second, 11)
    with pytest.raises(ValueError, match="not 10 and 3"):
        top_overlap(first, [1, 2, 3], 1)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: combine([]), "At least one model"),
        (lambda: combine([[1, 2], [1]]), "some have 2 scores, others 1"),
        (lambda: combine([[1]], "median"), "by mean, maximum or rank average, not 'median'"),
        (lambda: combine([[1, -1]], scaled=True), "some are negative"),
        (lambda: combine([[np.inf]]), "must be finite"),
        (lambda: rank_correlation([1, 2], [1, 2, 3]), "not 2 and 3"),
    ],
)
def test_what_makes_no_sense_is_said(call, expected):
    with pytest.raises(ValueError, match=expected):
        call()
