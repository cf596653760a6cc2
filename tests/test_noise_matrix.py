"""Levels of noise, and errors of models under each, against a plain double loop."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aecore.config import FIELDS, RunConfig
from aecore.corruption import CORRUPTIONS, Noise
from aecore.models import initialise
from aecore.noise_matrix import errors, noises, rows, sweep, test_levels, train_levels
from aecore.randomness import generator
from aecore.reconstruction import spoil
from tests.drawn import configs

test_levels.__test__ = False  # a function of the library, not a test

KINDS = [name for name in CORRUPTIONS if name != "none"]


def test_errors_are_those_of_a_double_loop():
    images = torch.rand(30, 64, generator=torch.Generator().manual_seed(0))
    models = [
        initialise(RunConfig(bottleneck=3)),
        initialise(RunConfig(bottleneck=5, seed=1)),
        lambda x: x / 2,
    ]
    levels = noises("gaussian", (0.0, 0.3, 0.7), Noise("none", clip=True, shape=(8, 8)))
    table = errors(models, images, levels, seed=4)
    assert table.shape == (3, 3)
    for row, model in enumerate(models):
        for column, noise in enumerate(levels):
            total = 0.0
            noisy = noise(images, generator(4, "noise matrix"))
            for k in range(len(images)):
                out = model(noisy[[k]]).detach().numpy()[0].astype(np.float64)
                total += ((out - images[k].numpy()) ** 2).sum()
            assert float(table[row, column]) == pytest.approx(total / 30 / 64, rel=1e-5)
    assert not table.requires_grad


def test_what_changes_nothing_has_an_error_that_grows_with_the_level():
    images = torch.rand(50, 64)
    levels = (0.0, 0.2, 0.4, 0.8)
    (row,) = errors([lambda x: x], images, noises("masking", levels, Noise("none")), 0).tolist()
    assert row[0] == 0
    assert row == sorted(row)
    (gaussian,) = errors([lambda x: x], images, noises("gaussian", levels, Noise("none")), 0)
    # one draw for all levels: the error is exactly the level squared times that of level 1
    torch.testing.assert_close(gaussian / gaussian[1], torch.tensor(levels) ** 2 / 0.04)


@pytest.mark.parametrize("kind", KINDS)
def test_levels_are_possible_and_increase(kind):
    high = CORRUPTIONS[kind].high
    assert FIELDS["noise_level"].high >= high
    fine = sweep(kind)
    assert fine[0] == 0
    assert fine[-1] == pytest.approx(high)
    np.testing.assert_allclose(np.diff(fine), fine[1])
    assert 18 <= len(fine) <= 22
    for levels in (train_levels(kind), test_levels(kind)):
        assert levels[0] == 0
        assert list(levels) == sorted(set(levels))
        assert levels[-1] < high
    assert train_levels(kind, 0.3) == train_levels(kind)
    assert set(train_levels(kind, 0.85)) == {*train_levels(kind), 0.85}
    for level in train_levels(kind, high):
        RunConfig(noise=kind if level else "none", noise_level=level or 0.3)


@pytest.mark.parametrize("kind", KINDS)
def test_an_image_changes_smoothly_with_the_level(kind):
    images, places = torch.rand(3, 64), torch.tensor([4, 0, 17])
    seen = [
        spoil(images, places, n, 0) for n in noises(kind, sweep(kind), Noise("none", shape=(8, 8)))
    ]
    assert torch.equal(seen[0], images)
    steps = [float((b - a).abs().mean()) for a, b in pairwise(seen)]
    if kind in ("gaussian", "truncated-gaussian"):
        np.testing.assert_allclose(steps, steps[0], rtol=1e-4)
    if kind == "masking":  # what is black stays black
        for a, b in pairwise(seen):
            assert (b[a == 0] == 0).all()


def test_all_levels_keep_how_a_run_clips_and_what_its_images_are():
    like = Noise("masking", 0.4, clip=True, shape=(8, 8))
    first, second = noises("block", (0.1, 0.2), like)
    assert first == Noise("block", 0.1, True, (8, 8))
    assert second == Noise("block", 0.2, True, (8, 8))


@settings(max_examples=60)
@given(configs(), st.sampled_from(KINDS))
def test_any_run_has_its_rows_which_differ_in_the_noise_alone(config, kind):
    found = rows(config, kind)
    assert 4 <= len(found) <= 6
    assert len({row.identity for row in found}) == len(found)
    if config.noise == "none" or (config.noise == kind and config.noise_level > 0):
        assert config.identity in {row.identity for row in found}
    of_noise = {"noise", "noise_level", "clip", "clean_epochs"}
    for row in found:
        differing = {n for n, v in row.as_dict().items() if v != config.as_dict()[n]}
        assert differing <= of_noise
