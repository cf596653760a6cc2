"""Which images are looked at, what goes in, and what comes out."""

import pytest
import torch

from aecore.config import RunConfig
from aecore.corruption import CORRUPTIONS, Noise
from aecore.models import initialise
from aecore.reconstruction import CHOICES, choose, codes, decoded, one_of_each, reconstruct, spoil

LABELS = torch.tensor([3, 1, 1, 0, 3, 0])
ERRORS = torch.tensor([0.5, 0.1, 0.5, 0.9, 0.2, 0.1])


def test_errors_are_squared_differences_per_pixel():
    original, noisy = torch.tensor([[0.0, 1.0], [0.5, 0.5]]), torch.tensor([[1.0, 1.0], [0.0, 0.0]])
    seen = reconstruct(lambda x: x / 2, original, noisy)
    assert seen.reconstructed.tolist() == [[0.5, 0.5], [0, 0]]
    assert seen.difference.tolist() == [[0.5, -0.5], [-0.5, -0.5]]
    assert seen.errors.tolist() == [0.25, 0.25]
    assert seen.original is original
    assert seen.noisy is noisy


def test_what_goes_in_is_the_noisy_image():
    model = initialise(RunConfig())
    original, noisy = torch.rand(3, 64), torch.rand(3, 64)
    seen = reconstruct(model, original, noisy)
    assert torch.equal(seen.reconstructed, model(noisy))
    assert not seen.reconstructed.requires_grad


@pytest.mark.parametrize("name", [name for name in CORRUPTIONS if name != "none"])
def test_an_image_is_spoiled_alike_whatever_is_beside_it(name):
    noise = Noise(name, 0.4, shape=(8, 8))
    images, places = torch.rand(4, 64), torch.tensor([5, 9, 2, 700])
    all_four = spoil(images, places, noise, 1)
    assert not torch.equal(all_four, images)
    assert torch.equal(all_four[[2]], spoil(images[[2]], places[[2]], noise, 1))
    assert torch.equal(all_four.flip(0), spoil(images.flip(0), places.flip(0), noise, 1))
    assert spoil(images[:0], places[:0], noise, 1).shape == (0, 64)
    if name != "downsampling":  # which is not drawn
        assert not torch.equal(all_four, spoil(images, places, noise, 2))
        twenty = spoil(images[[0] * 20], torch.arange(20), noise, 1)
        assert not torch.equal(twenty, twenty[[0] * 20])


def test_without_noise_the_images_are_the_same():
    images = torch.rand(2, 64)
    assert spoil(images, torch.tensor([0, 1]), Noise("none"), 1) is images
    assert spoil(images, torch.tensor([0, 1]), RunConfig().corruption, 1) is images


def test_one_of_each_class_is_the_first():
    assert one_of_each(LABELS, 4).tolist() == [3, 1, 0]  # no image of class 2
    assert one_of_each(LABELS, 4, at_most=2).tolist() == [3, 1]
    assert one_of_each(LABELS, 1).tolist() == [0, 1, 2, 3, 4, 5]
    assert one_of_each(LABELS, 1, at_most=2).tolist() == [0, 1]
    assert one_of_each(LABELS[:0], 10).tolist() == []


def test_choosing_by_error():
    assert choose("best", ERRORS, LABELS, None, 3, 0).tolist() == [1, 5, 4]
    assert choose("worst", ERRORS, LABELS, None, 3, 0).tolist() == [3, 0, 2]
    assert choose("worst", ERRORS, LABELS, 1, 3, 0).tolist() == [2, 1]
    assert choose("best", ERRORS, LABELS, 2, 3, 0).tolist() == []


def test_choosing_at_random_is_repeatable_and_fair():
    errors, labels = torch.rand(500), torch.arange(500) % 10
    drawn = [choose("random", errors, labels, None, 500, seed) for seed in (0, 0, 1)]
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
    assert torch.equal(drawn[0].sort().values, torch.arange(500))
    assert (labels[choose("random", errors, labels, 7, 20, 0)] == 7).all()


def test_choosing_per_class_takes_one_of_each_in_turn():
    labels = torch.tensor([2] * 50 + [0] * 30 + [-1] * 5 + [1] * 2)
    errors = torch.rand(len(labels))
    drawn = [choose("classes", errors, labels, None, 9, seed) for seed in (0, 0, 1)]
    assert labels[drawn[0]].tolist() == [0, 1, 2, 0, 1, 2, 0, 2, 0]
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
    every = choose("classes", errors, labels, None, 500, 0)
    assert sorted(every.tolist()) == [k for k, label in enumerate(labels) if label >= 0]
    assert (labels[choose("classes", errors, labels, 1, 5, 0)] == 1).all()


def test_every_choice_is_explained():
    for name, entry in CHOICES.items():
        assert entry.name == name
        assert entry.label
        assert entry.help.endswith(".")


def test_codes_in_chunks_as_in_one():
    model = initialise(RunConfig(bottleneck=3))
    images = torch.rand(2500, 64)
    found = codes(model, images)
    torch.testing.assert_close(found, model.encode(images).detach())
    assert not found.requires_grad
    assert codes(model, images[:0]).shape == (0, 3)
    pictures = decoded(model, found)
    torch.testing.assert_close(pictures, model(images).detach())
    assert not pictures.requires_grad
