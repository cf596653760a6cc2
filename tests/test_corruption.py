"""Corruptions do what they say, as often as they say, and repeatably."""

import pytest
import torch

from aecore.corruption import CORRUPTIONS, corrupt
from aecore.randomness import generator

SPOILING = [name for name in CORRUPTIONS if name != "none"]
COUNT = 200_000


def grey():
    """Return images without a pixel at 0 or 1, so that changed ones can be counted."""
    return torch.full((COUNT // 100, 100), 0.25)


def near(count, share):
    """Tell whether a count of independent events fits a share, within five deviations."""
    return abs(count - COUNT * share) <= 5 * (COUNT * share * (1 - share)) ** 0.5


def test_none_shows_the_images_themselves():
    x = grey()
    assert corrupt(x, "none", 0.7, generator(0, "test")) is x


@pytest.mark.parametrize("level", [0.1, 0.5, 2.0])
def test_gaussian_noise_has_the_standard_deviation_asked_for(level):
    added = corrupt(grey(), "gaussian", level, generator(0, "test")) - 0.25
    assert added.mean().abs() < 5 * level / COUNT**0.5
    assert added.std().item() == pytest.approx(level, rel=0.01)
    within = (added.abs() < level).sum().item()
    assert near(within, 0.6826895)  # of a normal distribution


@pytest.mark.parametrize("level", [0.1, 0.5, 0.9])
def test_masking_blackens_the_share_asked_for(level):
    spoiled = corrupt(grey(), "masking", level, generator(0, "test"))
    assert near((spoiled == 0).sum().item(), level)
    assert (spoiled[spoiled != 0] == 0.25).all()


@pytest.mark.parametrize("level", [0.1, 0.5, 0.9])
def test_salt_and_pepper_come_in_equal_shares(level):
    spoiled = corrupt(grey(), "salt-and-pepper", level, generator(0, "test"))
    assert near((spoiled == 0).sum().item(), level / 2)
    assert near((spoiled == 1).sum().item(), level / 2)
    assert ((spoiled == 0) | (spoiled == 1) | (spoiled == 0.25)).all()


@pytest.mark.parametrize("name", ["masking", "salt-and-pepper"])
def test_shares_of_nothing_and_of_everything(name):
    assert torch.equal(corrupt(grey(), name, 0.0, generator(0, "test")), grey())
    assert not (corrupt(grey(), name, 1.0, generator(0, "test")) == 0.25).any()


@pytest.mark.parametrize("name", SPOILING)
def test_clean_images_are_left_alone(name):
    x = grey()
    spoiled = corrupt(x, name, 0.5, generator(0, "test"))
    assert torch.equal(x, grey())
    assert spoiled.shape == x.shape
    assert spoiled.dtype == x.dtype


@pytest.mark.parametrize("name", SPOILING)
def test_the_generator_alone_decides(name):
    first = corrupt(grey(), name, 0.5, generator(0, "test", 4))
    torch.manual_seed(9)
    torch.rand(3)
    assert torch.equal(first, corrupt(grey(), name, 0.5, generator(0, "test", 4)))
    for other in (generator(1, "test", 4), generator(0, "other", 4), generator(0, "test", 5)):
        assert not torch.equal(first, corrupt(grey(), name, 0.5, other))


@pytest.mark.parametrize("name", SPOILING)
def test_the_global_generator_is_not_drawn_from(name):
    before = torch.get_rng_state()
    corrupt(grey(), name, 0.5, generator(0, "test"))
    assert torch.equal(torch.get_rng_state(), before)


def test_every_corruption_is_explained():
    for name, entry in CORRUPTIONS.items():
        assert entry.name == name
        assert entry.label
        assert entry.help.endswith(".")
        assert name == "none" or (entry.symbol and entry.level_help.endswith(".") and entry.high)
