"""Principal components of codes against scikit-learn's, and the signs of their axes."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from aecore.principal import pca
from tests.test_projections import blobs


@pytest.mark.parametrize("dimensions", [2, 3])
def test_pca_is_scikit_learns_up_to_sign(dimensions):
    codes = blobs()
    oracle = PCA(dimensions).fit(codes)
    expected = oracle.transform(codes)
    coordinates, shares, centre, axes = pca(codes, dimensions)
    assert coordinates.shape == (90, dimensions)
    assert coordinates.dtype == np.float32
    signs = np.sign((coordinates * expected).sum(axis=0))
    np.testing.assert_allclose(coordinates * signs, expected, atol=1e-4)
    np.testing.assert_allclose(shares, oracle.explained_variance_ratio_, rtol=1e-5)
    np.testing.assert_allclose(centre, oracle.mean_, atol=1e-5)
    np.testing.assert_allclose((codes - centre) @ axes.T, coordinates, atol=1e-4)


def test_pca_takes_its_signs_from_the_reference():
    codes = blobs()
    reference = pca(codes, 3)[0] * np.float32([-1, 1, -1]) + 100
    turned = pca(codes, 3, reference)
    np.testing.assert_array_equal(turned.scores, pca(codes, 3).scores * np.float32([-1, 1, -1]))
    np.testing.assert_allclose((codes - turned.centre) @ turned.axes.T, turned.scores, atol=1e-4)


def test_pca_keeps_its_signs_while_codes_drift():
    codes, step = blobs(), blobs(seed=1)
    before = pca(codes, 2).scores
    for _ in range(20):
        codes = codes + np.float32(0.05) * step
        now = pca(codes, 2, before).scores
        assert ((now * before).sum(axis=0) > 0).all()
        before = now


def test_pca_takes_the_sign_of_one_axis_from_one_column_of_scores():
    codes = blobs()
    usual = pca(codes, 2).scores
    turned = pca(codes, 2, -usual[:, 0]).scores
    np.testing.assert_array_equal(turned, usual * np.float32([-1, 1]))


def test_pca_pads_with_zeros_where_codes_have_fewer_numbers():
    codes = blobs()[:, :1]
    coordinates, shares, _, axes = pca(codes, 3, reference=np.ones((90, 3)))
    assert coordinates.shape == (90, 3)
    assert not coordinates[:, 1:].any()
    np.testing.assert_allclose(np.abs(axes), [[1], [0], [0]])
    np.testing.assert_allclose(abs(coordinates[:, 0]), abs(codes[:, 0] - codes.mean()), atol=1e-5)
    np.testing.assert_allclose(shares, [1, 0, 0])


@pytest.mark.parametrize("codes", [np.ones((5, 4)), np.ones((1, 4)), np.zeros((3, 1))])
def test_pca_of_equal_codes_is_zero(codes):
    coordinates, shares, _, _ = pca(codes.astype(np.float32), 2)
    assert not coordinates.any()
    assert not shares.any()
