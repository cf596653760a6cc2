"""Corruptions do what they say, as often as they say, and repeatably."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from aecore.corruption import CORRUPTIONS, Noise
from aecore.randomness import generator

SPOILING = [name for name in CORRUPTIONS if name != "none"]
DRAWN = [name for name in SPOILING if name != "downsampling"]
COUNT = 200_000
SHAPE = (10, 10)


def grey():
    """Return images without a pixel at 0 or 1, so that changed ones can be counted."""
    return torch.full((COUNT // 100, 100), 0.25)


def rising():
    """Return images that no corruption leaves as they are, no pixel at 0 or 1."""
    return torch.linspace(0.1, 0.9, 100).expand(500, 100).clone()


def near(count, share):
    """Tell whether a count of independent events fits a share, within five deviations."""
    return abs(count - COUNT * share) <= 5 * (COUNT * share * (1 - share)) ** 0.5


def test_none_shows_the_images_themselves():
    x = grey()
    assert Noise("none", 0.7)(x, generator(0, "test")) is x


@pytest.mark.parametrize("level", [0.1, 0.5, 2.0])
def test_gaussian_noise_has_the_standard_deviation_asked_for(level):
    added = Noise("gaussian", level)(grey(), generator(0, "test")) - 0.25
    assert added.mean().abs() < 5 * level / COUNT**0.5
    assert added.std().item() == pytest.approx(level, rel=0.01)
    within = (added.abs() < level).sum().item()
    assert near(within, 0.6826895)  # of a normal distribution


@pytest.mark.parametrize("level", [0.1, 0.5, 0.9])
def test_masking_blackens_the_share_asked_for(level):
    spoiled = Noise("masking", level)(grey(), generator(0, "test"))
    assert near((spoiled == 0).sum().item(), level)
    assert (spoiled[spoiled != 0] == 0.25).all()


@pytest.mark.parametrize("level", [0.1, 0.5, 0.9])
def test_salt_and_pepper_come_in_equal_shares(level):
    spoiled = Noise("salt-and-pepper", level)(grey(), generator(0, "test"))
    assert near((spoiled == 0).sum().item(), level / 2)
    assert near((spoiled == 1).sum().item(), level / 2)
    assert ((spoiled == 0) | (spoiled == 1) | (spoiled == 0.25)).all()


@pytest.mark.parametrize("name", ["masking", "salt-and-pepper"])
def test_shares_of_nothing_and_of_everything(name):
    assert torch.equal(Noise(name, 0.0)(grey(), generator(0, "test")), grey())
    assert not (Noise(name, 1.0)(grey(), generator(0, "test")) == 0.25).any()


@pytest.mark.parametrize("name", SPOILING)
def test_clean_images_are_left_alone(name):
    x = rising()
    spoiled = Noise(name, 0.5, shape=SHAPE)(x, generator(0, "test"))
    assert torch.equal(x, rising())
    assert spoiled.shape == x.shape
    assert spoiled.dtype == x.dtype
    assert not torch.equal(spoiled, x)


@pytest.mark.parametrize("name", DRAWN)
def test_the_generator_alone_decides(name):
    noise = Noise(name, 0.5, shape=SHAPE)
    first = noise(rising(), generator(0, "test", 4))
    torch.manual_seed(9)
    torch.rand(3)
    assert torch.equal(first, noise(rising(), generator(0, "test", 4)))
    for other in (generator(1, "test", 4), generator(0, "other", 4), generator(0, "test", 5)):
        assert not torch.equal(first, noise(rising(), other))


def test_downsampling_is_not_drawn():
    noise = Noise("downsampling", 0.5, shape=SHAPE)
    assert torch.equal(noise(rising(), generator(0, "a")), noise(rising(), generator(1, "b")))


@pytest.mark.parametrize("name", SPOILING)
def test_the_global_generator_is_not_drawn_from(name):
    before = torch.get_rng_state()
    Noise(name, 0.5, shape=SHAPE)(rising(), generator(0, "test"))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("name", SPOILING)
def test_level_0_changes_nothing(name):
    x = rising()
    assert torch.equal(Noise(name, 0.0, shape=SHAPE)(x, generator(0, "test")), x)


# -- clipping and truncation ---------------------------------------------------------


@pytest.mark.parametrize("name", SPOILING)
def test_clipping_sets_back_to_the_ends_what_leaves_0_to_1(name):
    clipped = Noise(name, 0.9, clip=True, shape=SHAPE)(rising(), generator(0, "test"))
    free = Noise(name, 0.9, shape=SHAPE)(rising(), generator(0, "test"))
    np.testing.assert_array_equal(clipped.numpy(), np.clip(free.numpy(), 0, 1))
    assert CORRUPTIONS[name].additive == bool(((free < 0) | (free > 1)).any())


@pytest.mark.parametrize("level", [0.3, 1.0, 2.0])
def test_truncated_noise_follows_the_truncated_normal_distribution(level):
    x = grey()
    spoiled = Noise("truncated-gaussian", level)(x, generator(0, "test"))
    assert (spoiled >= x).all()
    assert (spoiled <= x + level).all()
    drawn = ((spoiled - x) / level).double().numpy().ravel()
    expected = stats.truncnorm(0, 1)
    assert drawn.mean() == pytest.approx(expected.mean(), abs=5 * expected.std() / COUNT**0.5)
    assert drawn.std() == pytest.approx(expected.std(), rel=0.01)
    assert stats.kstest(drawn[:20_000], expected.cdf).pvalue > 1e-3


# -- structured ----------------------------------------------------------------------


def erased_places(shape, level, m=300):
    spoiled = Noise("block", level, shape=shape)(
        torch.full((m, math.prod(shape)), 0.25), generator(0, "test")
    )
    return (spoiled == 0).view(m, *shape).numpy()


@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (7, 7), (4, 9), (1, 4), (2, 2)])
@pytest.mark.parametrize("level", [0.01, 0.25, 0.5, 0.81, 1.0])
def test_a_block_is_one_rectangle_of_the_area_asked_for(shape, level):
    height, width = shape
    tall, wide = (round(math.sqrt(level) * size) for size in shape)
    for image in erased_places(shape, level, 50):
        assert image.sum() == tall * wide
        if tall * wide:
            rows, columns = np.flatnonzero(image.any(1)), np.flatnonzero(image.any(0))
            assert (len(rows), len(columns)) == (np.ptp(rows) + 1, np.ptp(columns) + 1)
            assert (len(rows), len(columns)) == (tall, wide)
    if height == width and (level * height * width) ** 0.5 % 1 == 0:
        assert tall * wide == level * height * width


def test_a_block_lies_everywhere_equally_often():
    places = erased_places((8, 8), 0.25, 20_000)
    assert (places.sum((1, 2)) == 16).all()
    corners = [(image.any(1).argmax(), image.any(0).argmax()) for image in places]
    counts = np.zeros((5, 5))
    np.add.at(counts, tuple(np.transpose(corners)), 1)
    assert stats.chisquare(counts.ravel()).pvalue > 1e-3


def test_downsampling_by_half_gives_means_of_two_by_two():
    x = torch.rand(7, 64, generator=generator(0, "test"))
    spoiled = Noise("downsampling", 0.5, shape=(8, 8))(x, generator(0, "test"))
    means = x.numpy().reshape(7, 4, 2, 4, 2).mean((2, 4))
    expected = np.kron(means, np.ones((2, 2)))
    np.testing.assert_allclose(spoiled.view(7, 8, 8).numpy(), expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("shape", "level", "small"),
    [
        ((28, 28), 0.75, 49),
        ((7, 7), 0.5, 16),
        ((1, 4), 0.5, 2),
        ((8, 8), 0.95, 1),
        ((2, 2), 0.9, 1),
    ],
)
def test_downsampling_leaves_as_many_numbers_as_it_says(shape, level, small):
    x = torch.rand(3, math.prod(shape), generator=generator(0, "test"))
    spoiled = Noise("downsampling", level, shape=shape)(x, generator(0, "test"))
    assert spoiled.shape == x.shape
    assert [len(image.unique()) for image in spoiled] == [small] * 3
    if small == 1:
        torch.testing.assert_close(spoiled[:, 0], x.mean(1))


def test_every_corruption_is_explained():
    for name, entry in CORRUPTIONS.items():
        assert entry.name == name
        assert entry.label
        assert entry.help.endswith(".")
        assert name == "none" or (entry.symbol and entry.level_help.endswith(".") and entry.high)


def test_noise_says_whether_there_is_any():
    assert not Noise("none")
    assert all(Noise(name, 0.1) for name in SPOILING)
