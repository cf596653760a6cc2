"""What is measured, on which images, under which noise; recomputed here in NumPy."""

import numpy as np
import pytest
import torch
from scipy import stats

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
from aecore.objectives import LOSSES
from aecore.randomness import generator
from aecore.training import penalties

NOISY = {"noise": "masking", "noise_level": 0.5, "seed": 3}
MASKING = Noise("masking", 0.5)


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
        parts = [*probes(pixels(images), split, MASKING, 3)]
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
    first = next(probes(pixels(data.train_images), "train", MASKING, 3))
    assert torch.equal(first.noisy, train.noisy)
    assert torch.equal(train.index, order(1437, "train")[:CHUNK])


def test_the_corruption_of_test_images_is_frozen_by_the_seed():
    data = load("digits")
    _, one = live_probes(RunConfig(**NOISY), data)
    again = next(probes(pixels(data.test_images), "test", MASKING, 3))
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


# -- the parts of the objective, recomputed without autograd or torch -------------------


def forward(model, x, draw=None):
    """Return the code before and after the draw, and the outputs, of a network 64–q–64."""
    w, b, v, c = (
        parameters[0].detach().double().numpy()
        for parameters in (
            model.encoder_weights, model.encoder_biases,
            model.decoder_matrices(), model.decoder_biases,
        )
    )  # fmt: skip
    z = x @ w.T + b
    h = z if draw is None else z[:, : z.shape[1] // 2] + draw * np.exp(z[:, z.shape[1] // 2 :] / 2)
    h = 1 / (1 + np.exp(-h)) if model.config.code_activation == "sigmoid" else h
    return w, v, z, h, 1 / (1 + np.exp(-(h @ v.T + c)))


def bce(y, x):
    return -(x * np.log(y) + (1 - x) * np.log(1 - y)).sum(1).mean()


def live(config):
    train, _ = live_probes(config, load("digits"))
    return train.clean.double().numpy(), train.noisy.double().numpy()


def test_a_sparse_contractive_denoising_objective_adds_up():
    config = RunConfig(
        kl_sparsity=3.0, sparsity_target=0.1, l1_sparsity=0.2, l2_sparsity=0.3, contractive=0.1,
        weight_decay=0.01, code_activation="sigmoid", tied=True, **NOISY,
    )  # fmt: skip
    model = initialise(config)
    clean, noisy = live(config)
    w, _, _, h, y = forward(model, noisy)
    rho = h.mean(0)
    expected = {
        "train_loss": bce(y, clean),
        "kl_sparsity": 3 * (stats.bernoulli.entropy(0.1) * -len(rho)
                            - (0.1 * np.log(rho) + 0.9 * np.log(1 - rho)).sum()),
        "l1_sparsity": 0.2 * np.abs(h).sum(1).mean(),
        "l2_sparsity": 0.3 * (h**2).sum(1).mean(),
        "contractive": 0.1 * ((h * (1 - h)) ** 2 @ (w**2).sum(1)).mean(),
        "weight_decay": 0.01 * (w**2).sum(),  # tied: once
    }  # fmt: skip
    row = measure(config, model, load("digits"))
    assert {key: 64 * row[key] for key in expected} == pytest.approx(expected, rel=1e-4)
    assert {*row} == {*expected, *ALWAYS}
    through = model.run(torch.tensor(noisy).float())
    loss = LOSSES["bce"].value(through.logits, torch.tensor(clean).float(), model.output)
    objective = loss.mean() + sum(penalties(model, through).values())
    total = 64 * sum(row[key] for key in expected)
    assert objective.item() == pytest.approx(total, rel=1e-5)


ALWAYS = [f"{split}_{key}" for split in ("train", "test") for key in ("loss", "mse", "mse_clean")]


def test_a_variational_objective_adds_up():
    config = RunConfig(code="variational", beta=2.0, bottleneck=3)
    model = initialise(config)
    clean, _ = live(config)
    draw = torch.empty(1000, 3).normal_(generator=generator(0, "train code", 0)).double().numpy()
    _, _, z, _, y = forward(model, clean, draw)
    mean, log_variance = z[:, :3], z[:, 3:]
    kl = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(1).mean()
    row = measure(config, model, load("digits"))
    assert 64 * row["train_loss"] == pytest.approx(bce(y, clean), rel=1e-5)
    assert 64 * row["beta"] == pytest.approx(2 * kl, rel=1e-5)
    # errors are of the codes that are read out: the means
    *_, seen = forward(model, clean, 0)
    assert row["train_mse"] == pytest.approx(((seen - clean) ** 2).mean(), rel=1e-5)
    assert row["train_mse_clean"] == row["train_mse"]


@pytest.mark.parametrize(
    "settings",
    [
        {"code": "variational"},
        {"code": "binary", "code_activation": "sigmoid", "noise": "gaussian"},
        {"code": "k-sparse", "active": 3, "noise": "block"},
        {"architecture": "feature-maps", "channels": (2, 2), "code": "variational"},
        {"hidden": (9,), "contractive": 0.1, "noise": "downsampling"},
    ],
)
def test_measuring_again_gives_the_same(settings):
    config = RunConfig(**settings)
    model = initialise(config)
    first = measure(config, model, load("digits"))
    torch.manual_seed(5)
    torch.rand(2)
    assert measure(config, model, load("digits")) == first
    whole = measure_whole(config, model, load("digits"))
    assert measure_whole(config, model, load("digits")) == whole
    assert all(np.isfinite(value) for value in [*first.values(), *whole.values()])
    test = [f"test_{key}" for key in ("loss", "mse", "mse_clean")]  # 360 images: one chunk
    assert {key: whole[key] for key in test} == pytest.approx({key: first[key] for key in test})


def test_bits_are_rounded_in_the_error_and_not_in_the_loss():
    config = RunConfig(code="binary", code_activation="sigmoid", code_noise=0.0, loss="mse")
    model = initialise(config)
    row = measure(config, model, load("digits"))
    clean, _ = live(config)
    _, v, _, h, y = forward(model, clean)
    assert row["train_loss"] == pytest.approx(((y - clean) ** 2).mean(), rel=1e-5)
    rounded = 1 / (1 + np.exp(-((h > 0.5) @ v.T)))  # biases are 0 at the start
    assert row["train_mse"] == pytest.approx(((rounded - clean) ** 2).mean(), rel=1e-5)


def test_measuring_leaves_the_network_alone():
    config = RunConfig(weight_decay=0.5, contractive=0.1, **NOISY)
    model = initialise(config)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    measure(config, model, load("digits"))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())


def test_pixels_share_memory_with_the_images():
    images = load("digits").test_images
    assert pixels(images).shape == (360, 64)
    assert pixels(images).data_ptr() == images.ctypes.data
