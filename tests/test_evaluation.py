"""What is measured, on which images, under which noise; recomputed here in NumPy."""

import numpy as np
import pytest
import torch

from aecore.config import RunConfig
from aecore.corruption import Noise
from aecore.datasets import load
from aecore.evaluation import (
    CHUNK,
    errors,
    live_probes,
    measure,
    measure_whole,
    order,
    pixels,
    probes,
)
from aecore.models import initialise
from aecore.randomness import generator

NOISY = {"noise": "masking", "noise_level": 0.5, "seed": 3}


def numpy_errors(config, model, clean, noisy):
    """Return loss, mse and mse_clean per pixel, computed in double precision."""

    def reconstruct(x):
        w, b = (
            [*model.encoder_weights, *model.decoder_weights],
            [*model.encoder_biases, *model.decoder_biases],
        )
        z = (x @ w[0].detach().numpy().T + b[0].detach().numpy()).astype(np.float64)
        z = z @ w[1].detach().numpy().T + b[1].detach().numpy()
        return 1 / (1 + np.exp(-z))

    y, x = reconstruct(noisy), clean.astype(np.float64)
    mse = ((y - x) ** 2).mean()
    bce = -(x * np.log(y) + (1 - x) * np.log(1 - y)).mean()
    return {
        "loss": bce if config.loss == "bce" else mse,
        "mse": mse,
        "mse_clean": ((reconstruct(clean) - x) ** 2).mean(),
    }


@pytest.mark.parametrize("loss", ["bce", "mse"])
@pytest.mark.parametrize("noise", [{}, NOISY])
def test_errors_are_means_per_pixel(loss, noise):
    config = RunConfig(loss=loss, **noise)
    model = initialise(config)
    _, test = live_probes(config, load("digits"))
    expected = numpy_errors(config, model, test.clean.numpy(), test.noisy.numpy())
    assert errors(config, model, test) == pytest.approx(expected, rel=1e-5)


def test_the_whole_split_is_measured_once_image_by_image():
    config, data = RunConfig(dataset="digits", **NOISY), load("digits")
    model = initialise(config)
    row = measure_whole(config, model, data)
    for split, images in (("train", data.train_images), ("test", data.test_images)):
        parts = [*probes(pixels(images), split, "masking", 0.5, 3)]
        places = torch.cat([part.index for part in parts])
        assert torch.equal(places.sort().values, torch.arange(len(images)))
        clean = np.concatenate([part.clean.numpy() for part in parts])
        noisy = np.concatenate([part.noisy.numpy() for part in parts])
        np.testing.assert_allclose(clean, images[places].reshape(-1, 64) / 255, rtol=1e-6)
        expected = numpy_errors(config, model, clean, noisy)
        for key, value in expected.items():
            assert row[f"{split}_{key}"] == pytest.approx(value, rel=1e-5)


def test_the_live_probe_is_the_first_thousand():
    config, data = RunConfig(**NOISY), load("digits")
    train, test = live_probes(config, data)
    assert (len(train.index), len(test.index)) == (CHUNK, 360)
    first = next(probes(pixels(data.train_images), "train", "masking", 0.5, 3))
    assert torch.equal(first.noisy, train.noisy)
    assert torch.equal(train.index, order(1437, "train")[:CHUNK])


def test_the_corruption_of_test_images_is_frozen_by_the_seed():
    data = load("digits")
    _, one = live_probes(RunConfig(**NOISY), data)
    again = next(probes(pixels(data.test_images), "test", "masking", 0.5, 3))
    assert torch.equal(one.noisy, again.noisy)
    by_hand = Noise("masking", 0.5)(one.clean, generator(3, "test noise", 0))
    assert torch.equal(one.noisy, by_hand)
    _, other = live_probes(RunConfig(noise="masking", noise_level=0.5, seed=4), data)
    assert not torch.equal(one.noisy, other.noisy)
    assert torch.equal(one.clean, other.clean)  # the same images for every run


def test_splits_are_spoiled_apart():
    train, test = live_probes(RunConfig(**NOISY), load("digits"))
    hidden = [(probe.noisy != probe.clean)[:360] for probe in (train, test)]
    assert not torch.equal(*hidden)


def test_without_noise_all_runs_share_one_probe():
    data = load("digits")
    one, other = (live_probes(RunConfig(seed=seed), data) for seed in (0, 1))
    assert one is other
    assert one[1].noisy is one[1].clean


def test_penalties_add_to_the_loss_in_both_measurements():
    config, data = RunConfig(weight_decay=0.5), load("digits")
    model = initialise(config)
    live, whole = measure(config, model, data), measure_whole(config, model, data)
    assert live.keys() == whole.keys()
    total = sum(w.square().sum().item() for w in model.weights)
    for row in (live, whole):
        assert row["weight_decay"] == pytest.approx(0.5 * total / 64, rel=1e-5)
    plain = RunConfig()
    assert measure(plain, model, data).keys() == measure_whole(plain, model, data).keys()
    assert measure(plain, model, data)["test_loss"] == live["test_loss"]


def test_measuring_leaves_the_network_alone():
    config = RunConfig(weight_decay=0.5, **NOISY)
    model = initialise(config)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    measure(config, model, load("digits"))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())


def test_pixels_share_memory_with_the_images():
    images = load("digits").test_images
    assert pixels(images).shape == (360, 64)
    assert pixels(images).data_ptr() == images.ctypes.data
