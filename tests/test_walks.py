"""Walks and sweeps, against numpy and the network's own reconstructions."""

import numpy as np
import pytest
import torch

from aecore.config import RunConfig
from aecore.models import initialise
from aecore.randomness import generator
from aecore.walks import STEPS, between, by_spread, swept, swept_values, two_of_different_classes


def draw(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def test_a_walk_begins_and_ends_with_the_images_own_reconstructions():
    network = initialise(RunConfig(dataset="digits", bottleneck=5))
    x = draw(2, 64)
    with torch.no_grad():
        start, end = network.encode(x)
        way = network.decode(between(start, end))
        torch.testing.assert_close(way[[0, -1]], network(x))
    assert len(way) == STEPS


def test_a_cross_fade_is_a_weighted_mean_of_both_images():
    first, second = draw(2, 64, seed=1)
    expected = [(1 - t) * first.numpy() + t * second.numpy() for t in np.linspace(0, 1, 7)]
    found = between(first, second, 7)
    np.testing.assert_allclose(found, np.stack(expected), atol=1e-6)
    assert torch.equal(found[0], first) and torch.equal(found[-1], second)


def test_places_on_the_line_are_equally_far_from_each_other():
    way = between(*draw(2, 9, seed=2))
    steps = way.diff(dim=0).norm(dim=1)
    torch.testing.assert_close(steps, steps[:1].expand(STEPS - 1))


def test_units_are_ordered_by_their_standard_deviation():
    codes = draw(50, 4) * torch.tensor([1.0, 9.0, 0.0, 3.0]) + 5
    assert by_spread(codes).tolist() == [1, 3, 0, 2]
    assert by_spread(torch.ones(3, 4)).tolist() == [0, 1, 2, 3]


def test_a_sweep_goes_from_the_1st_to_the_99th_percentile():
    codes = draw(501, 3, seed=3)
    expected = np.linspace(*np.percentile(codes[:, 1].numpy(), [1, 99]), 11)
    np.testing.assert_allclose(swept_values(codes, 1), expected, rtol=1e-5)
    assert swept_values(torch.full((4, 1), 2.5), 0).tolist() == [2.5] * 11


def test_all_other_units_are_held():
    held, values = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-1.0, 7.0])
    assert swept(held, 2, values).tolist() == [[1, 2, -1], [1, 2, 7]]
    assert held.tolist() == [1, 2, 3]


@pytest.mark.parametrize("seed", range(8))
def test_a_pair_is_of_two_classes_and_of_no_outlier(seed):
    labels = torch.tensor([-1, 4, 4, 4, 7, -1, 4])
    first, second = two_of_different_classes(labels, generator(seed, "walk"))
    assert {int(labels[first]), int(labels[second])} == {4, 7}


def test_other_turns_have_other_pairs():
    labels = torch.arange(100) % 10
    pairs = {two_of_different_classes(labels, generator(0, "walk", k)) for k in range(10)}
    assert len(pairs) > 5


@pytest.mark.parametrize(("labels", "different"), [([2, 2, 2], True), ([2], False), ([-1], False)])
def test_one_class_or_one_image_will_do(labels, different):
    first, second = two_of_different_classes(torch.tensor(labels), generator(0, "walk"))
    assert (first != second) == different
