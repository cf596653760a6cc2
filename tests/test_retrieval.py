"""Finding similar images, against brute force in numpy, and shares of classes with ties."""

import numpy as np
import pytest
import torch

from aecore.neighbours import same_class_share
from aecore.retrieval import as_signs, bits_apart, same_class, similar

RNG = np.random.default_rng(0)
TABLE = RNG.normal(size=(60, 5)).astype(np.float32)
LABELS = RNG.integers(0, 3, 60)
BITS = RNG.integers(0, 2, (60, 4))


def test_the_nearest_are_those_of_brute_force():
    table = torch.tensor(TABLE)
    far = np.linalg.norm(TABLE - TABLE[7], axis=1)
    found = similar(table, table[7], 10, leave_out=7)
    assert found.places.tolist() == np.argsort(far)[1:11].tolist()
    np.testing.assert_allclose(found.distances, np.sort(far)[1:11], rtol=1e-5)
    assert similar(table, table[7], 1).places.tolist() == [7]


def test_bits_are_compared_by_hamming_distance_and_first_come_first():
    signs = as_signs(torch.tensor(BITS).float(), torch.full((4,), 0.5))
    assert set(signs.unique().tolist()) == {-1, 1}
    hamming = (BITS[3] != BITS).sum(axis=1)
    hamming[3] = 99
    found = similar(signs, signs[3], 20, leave_out=3)
    assert found.places.tolist() == np.argsort(hamming, kind="stable")[:20].tolist()
    assert bits_apart(found.distances).tolist() == np.sort(hamming)[:20].tolist()


def test_thresholds_at_the_median_split_the_images_in_half():
    table = torch.tensor(TABLE)
    assert as_signs(table, table.median(dim=0).values).sum(0).abs().max() <= 1


def test_shares_without_ties_are_those_of_the_exact_search():
    queries = np.array([3, 50, 0])
    found = same_class(torch.tensor(TABLE), LABELS, queries, 7)
    np.testing.assert_allclose(found, same_class_share(TABLE, LABELS, 7)[queries], atol=1e-6)


def test_shares_with_ties_are_what_to_expect_of_any_order():
    signs = as_signs(torch.tensor(BITS).float(), torch.full((4,), 0.5))
    expected = []
    for query in range(60):
        hamming = (BITS[query] != BITS).sum(axis=1)
        others = np.delete(np.arange(60), query)
        shares = []
        for _ in range(400):
            drawn = others[np.lexsort((RNG.random(59), hamming[others]))][:10]
            shares.append((LABELS[drawn] == LABELS[query]).mean())
        expected.append(np.mean(shares))
    found = same_class(signs, LABELS, np.arange(60), 10)
    np.testing.assert_allclose(found, expected, atol=0.05)
    assert found.mean() == pytest.approx(np.mean(expected), abs=0.005)


def test_equal_codes_give_the_share_of_the_class_among_the_others():
    found = same_class(torch.ones(10, 3), [0] * 4 + [1] * 6, [0, 9], 3)
    np.testing.assert_allclose(found, [3 / 9, 5 / 9])


def test_a_number_of_neighbours_that_is_not_there_is_refused():
    table = torch.tensor(TABLE)
    with pytest.raises(ValueError, match="number of neighbours"):
        similar(table, table[0], 60, leave_out=0)
    with pytest.raises(ValueError, match="number of neighbours"):
        same_class(table, LABELS, [0], 60)
    with pytest.raises(ValueError, match="one label"):
        same_class(table, LABELS[:5], [0], 3)
