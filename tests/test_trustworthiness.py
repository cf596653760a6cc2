"""Trustworthiness: scikit-learn's, on all points and from some of them."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness as oracle

from aecore.trustworthiness import in_words, trustworthiness

RNG = np.random.default_rng(0)
CODES = RNG.normal(size=(700, 8)).astype(np.float32)


@pytest.mark.parametrize("neighbours", [1, 5, 15])
@pytest.mark.parametrize("points", [PCA(2).fit_transform(CODES), RNG.normal(size=(700, 3))])
def test_it_is_scikit_learns(points, neighbours):
    expected = oracle(CODES, points, n_neighbors=neighbours)
    assert trustworthiness(CODES, points, neighbours) == pytest.approx(expected, abs=1e-5)


def test_some_points_are_enough_for_an_estimate():
    points = PCA(2).fit_transform(CODES)
    assert trustworthiness(CODES, points, most=200) == pytest.approx(
        trustworthiness(CODES, points), abs=0.02
    )
    assert trustworthiness(CODES, points, most=10_000) == trustworthiness(CODES, points)


def test_the_codes_themselves_are_trusted_wholly_at_any_scale_and_place():
    moved = CODES * np.float32(1e-20) + np.float32(0)
    assert trustworthiness(CODES, moved) == 1
    assert trustworthiness(CODES * np.float32(1e25), CODES) == 1
    assert trustworthiness(CODES, RNG.normal(size=(700, 2))) == pytest.approx(0.5, abs=0.05)


def test_few_points_have_few_neighbours_or_none_to_judge():
    assert trustworthiness(CODES[:3], CODES[:3]) is None
    expected = oracle(CODES[:9], CODES[:9, :2], n_neighbors=4)
    assert trustworthiness(CODES[:9], CODES[:9, :2]) == pytest.approx(expected, abs=1e-5)


def test_equal_codes_count_as_equally_near():
    two = np.repeat([[0.0], [1.0]], 40, axis=0)
    assert trustworthiness(two, two + RNG.normal(0, 0.01, two.shape), 15) == 1
    assert trustworthiness(np.ones((40, 3)), RNG.normal(size=(40, 2))) is None


def test_progress_ends_with_all_done():
    shares = []
    trustworthiness(CODES, CODES[:, :2], progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="number of points"):
        trustworthiness(CODES, CODES[:10, :2])
    with pytest.raises(ValueError, match="finite"):
        trustworthiness(CODES, np.full((700, 2), np.nan))


def test_every_score_has_words():
    said = [in_words(score) for score in (1.0, 0.95, 0.8, 0.5, 0.0)]
    assert "nearly all" in said[0]
    assert len(set(said)) == 4
