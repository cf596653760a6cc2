"""Regular places in code space, against places and quantiles by hand."""

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from aecore.lattices import lattice, normal_quantiles


def draw(count, q, seed=0):
    scales = np.geomspace(8, 1, q)
    return (np.random.default_rng(seed).normal(size=(count, q)) * scales + 3).astype(np.float32)


def test_places_of_two_numbers_are_the_codes_themselves_and_up_is_up():
    codes = draw(400, 2)
    found = lattice(codes, 5)
    assert found.axes == ("code 1", "code 2")
    lows, highs = np.percentile(codes, [1, 99], axis=0)
    places = found.codes().view(5, 5, 2)  # rows from the top
    np.testing.assert_allclose(places[0, 0], [lows[0], highs[1]], rtol=1e-5)
    np.testing.assert_allclose(places[-1, -1], [highs[0], lows[1]], rtol=1e-5)
    np.testing.assert_allclose(places[:, :, 0], places[:1, :, 0].expand(5, -1))
    np.testing.assert_allclose(places[2, :, 0], np.linspace(lows[0], highs[0], 5), rtol=1e-5)


def test_more_numbers_are_cut_along_their_principal_plane():
    codes = draw(300, 6)
    oracle = PCA(2).fit(codes)
    found = lattice(codes, 4)
    assert found.axes == ("component 1", "component 2")
    places = found.codes().numpy()
    np.testing.assert_allclose(
        oracle.inverse_transform(oracle.transform(places)), places, atol=1e-3
    )
    reach = np.abs(np.percentile(oracle.transform(codes), [1, 99], axis=0))
    np.testing.assert_allclose(np.abs(found.across).max(), reach[:, 0].max(), rtol=1e-3)


def test_components_keep_the_signs_of_a_reference():
    codes = draw(300, 6)
    scores = PCA(2).fit_transform(codes)
    for sign in (1, -1):
        found = lattice(codes, 4, reference=sign * scores)
        right = found.codes()[3] - found.codes()[0]
        onwards = (codes - codes.mean(0)) @ right.numpy()
        assert np.corrcoef(onwards, scores[:, 0])[0, 1] * sign > 0.99


def test_a_code_of_one_number_is_a_row():
    found = lattice(draw(100, 1), 7)
    assert found.codes().shape == (7, 1)
    assert found.axes == ("code 1", "")
    assert (np.diff(found.codes()[:, 0]) > 0).all()


@pytest.mark.parametrize("q", [1, 2, 5])
def test_the_prior_is_cut_into_equally_likely_parts(q):
    found = lattice(draw(100, q), 9, prior=True)
    np.testing.assert_allclose(found.across, normal_quantiles(9))
    middle = found.codes()[len(found.codes()) // 2]
    np.testing.assert_allclose(middle, np.zeros(q), atol=1e-6)


def test_quantiles_are_those_of_the_normal_distribution():
    shares = torch.distributions.Normal(0.0, 1.0).cdf(torch.tensor(normal_quantiles(4)))
    np.testing.assert_allclose(shares, [0.125, 0.375, 0.625, 0.875], atol=1e-6)


def test_codes_that_are_all_alike_make_a_grid_of_one_place():
    for q in (1, 2, 4):
        found = lattice(np.full((5, q), 2, np.float32), 3)
        np.testing.assert_allclose(found.codes(), np.full((3 if q == 1 else 9, q), 2))
