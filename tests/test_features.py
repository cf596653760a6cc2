"""Codes as features, against nearest means, the gradient at the optimum, and counting of pairs."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aecore.datasets import load
from aecore.features import (
    TEMPLATE_DECAY,
    TOLERANCE,
    adjusted_rand,
    cluster,
    linear_probe,
    softmax_templates,
)


def blobs(count=150, width=4, seed=0):
    """Return codes in three groups far apart, and their groups."""
    groups = np.arange(count) % 3
    noise = np.random.default_rng(seed).normal(size=(count, width))
    return (8 * np.eye(3, width)[groups] + noise).astype(np.float32), groups


@pytest.fixture(scope="module")
def digits():
    data = load("digits")
    pixels = [images.reshape(-1, 64) / 255 for images in (data.train_images, data.test_images)]
    return pixels[0], data.train_labels, pixels[1], data.test_labels


# -- linear probe --------------------------------------------------------------------


def test_what_is_far_apart_is_told_apart():
    (train, labels), (test, expected) = blobs(), blobs(seed=1)
    assert linear_probe(train, labels, test, expected) == 1
    assert linear_probe(train, labels, test, (expected + 1) % 3) == 0


def test_a_probe_of_pixels_reaches_what_linear_classifiers_reach(digits):
    assert 0.9 < linear_probe(*digits) < 0.99


def test_units_and_offsets_of_features_do_not_matter():
    train, labels = blobs(seed=2)
    test, expected = blobs(seed=3)
    train, test = train / 6, test / 6  # near enough to confuse some
    scale, shift = np.float32([1e-3, 1, 50, 1e4]), np.float32([0, 5, -50, 1e3])
    plain = linear_probe(train, labels, test, expected)
    scaled = linear_probe(train * scale + shift, labels, test * scale + shift, expected)
    assert scaled == pytest.approx(plain, abs=0.02)


def test_a_probe_cannot_tell_a_ring_from_its_middle():
    rng = np.random.default_rng(0)
    angle, labels = rng.uniform(0, 2 * np.pi, 400), np.arange(400) % 2
    ring = labels[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    assert linear_probe(ring[:200], labels[:200], ring[200:], labels[200:]) < 0.8


def test_dead_units_do_no_harm():
    train, labels = blobs()
    dead = np.concatenate([train, np.full((150, 2), 3.0)], axis=1)
    assert linear_probe(dead, labels, dead, labels) == 1
    assert linear_probe(np.zeros((6, 2)), [0, 0, 0, 0, 1, 1], np.zeros((2, 2)), [0, 1]) == 0.5


# -- templates -----------------------------------------------------------------------


def test_templates_make_the_penalised_loss_stationary(digits):
    images, labels, _, _ = digits
    weights = softmax_templates(images, labels).astype(float)  # (10, 64)
    sums = images @ weights.T
    classes = np.eye(10)[labels]
    bias = np.zeros(10)
    for _ in range(300):  # the biases that belong to these weights
        shares = np.exp(sums + bias)
        shares /= shares.sum(axis=1, keepdims=True)
        bias += 5 * (classes - shares).mean(axis=0)
    slope = (shares - classes).T @ images / len(images) + TEMPLATE_DECAY * weights
    at_zero = (0.1 - classes).T @ images / len(images)
    assert np.abs(slope).max() < TOLERANCE < np.abs(at_zero).max() / 50


def test_templates_classify(digits):
    images, labels, test, expected = digits
    weights = softmax_templates(images, labels)
    assert weights.shape == (10, 64) and weights.dtype == np.float32
    np.testing.assert_allclose(weights.sum(axis=0), 0, atol=1e-5)
    assert ((test @ weights.T).argmax(axis=1) == expected).mean() > 0.85


def test_two_classes_have_opposite_templates():
    images = np.array([[1, 0, 0.5], [0, 1, 0.5]] * 20)
    weights = softmax_templates(images, [3, 7] * 20)
    assert weights.shape == (2, 3)
    np.testing.assert_array_equal(weights[0], -weights[1])
    assert weights[0, 0] > 0.5 and weights[0, 1] < -0.5
    assert abs(weights[0, 2]) < 0.01


# -- clusters ------------------------------------------------------------------------


def test_k_means_finds_groups_that_are_far_apart():
    codes, groups = blobs()
    assignment = cluster(codes, 3, seed=0)
    assert assignment.dtype == np.int64
    assert adjusted_rand(assignment, groups) == 1
    for group in range(3):
        assert len(set(assignment[groups == group])) == 1


def test_each_code_is_nearest_to_its_own_groups_mean():
    codes = np.random.default_rng(0).normal(size=(200, 3))
    assignment = cluster(codes, 5, seed=0)
    means = np.stack([codes[assignment == group].mean(axis=0) for group in range(5)])
    apart = np.linalg.norm(codes[:, None] - means, axis=2)
    assert (apart.argmin(axis=1) == assignment).mean() > 0.98


def test_a_seed_fixes_the_groups():
    codes = np.random.default_rng(0).normal(size=(200, 3))
    np.testing.assert_array_equal(cluster(codes, 5, 1), cluster(codes, 5, 1))
    assert any((cluster(codes, 5, 1) != cluster(codes, 5, seed)).any() for seed in (2, 3, 4))


def test_equal_codes_are_one_group():
    assert not cluster(np.ones((20, 2)), 3, 0).any()


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=25))
def test_the_adjusted_rand_index_is_that_of_counted_pairs(both):
    pairs = list(combinations(both, 2))
    together = sum(a[0] == b[0] and a[1] == b[1] for a, b in pairs)
    first, second = (sum(a[i] == b[i] for a, b in pairs) for i in (0, 1))
    chance = first * second / len(pairs)
    most = (first + second) / 2
    expected = 1.0 if most == chance else (together - chance) / (most - chance)
    groups, labels = np.array(both).T
    assert adjusted_rand(groups, labels) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: linear_probe([[1.0]], [0], [[1.0]], [0]), "at least two classes"),
        (lambda: linear_probe([[1.0], [np.inf]], [0, 1], [[1.0]], [0]), "must be finite"),
        (lambda: linear_probe([[1.0], [2.0]], [0, 1], [[1.0, 2.0]], [0]), "not 1 and 2"),
        (lambda: linear_probe([[1.0], [2.0]], [0, 1], [[1.0]], [0, 1]), "needs one label"),
        (lambda: softmax_templates([[1.0], [2.0]], [0]), "2 images needs one label"),
        (lambda: softmax_templates([[1.0], [2.0]], [4, 4]), "at least two classes"),
        (lambda: cluster([[1.0], [2.0]], 3), "groups must be 1 to 2, not 3"),
        (lambda: cluster([[1.0], [2.0]], 0), "groups must be 1 to 2, not 0"),
        (lambda: adjusted_rand([0, 1], [0]), "2 images needs one label"),
        (lambda: adjusted_rand([], []), "where there are images"),
    ],
)
def test_what_makes_no_sense_is_said(call, expected):
    with pytest.raises(ValueError, match=expected):
        call()
