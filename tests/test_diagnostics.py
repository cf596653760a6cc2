"""What each kind of autoencoder is about, against distributions, autograd and known subspaces."""

import math

import numpy as np
import pytest
import torch
from torch import distributions

from aecore.baselines import fit
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.diagnostics import DIAGNOSTICS, FEW, diagnose, principal_angles
from aecore.evaluation import pixels
from aecore.models import initialise, load_weights
from aecore.wording import short

LINEAR = {"loss": "mse", "output_activation": "identity", "bottleneck": 3}
BINARY = {"code": "binary", "code_activation": "sigmoid", "bottleneck": 4}
SHOWN = {
    "mean-activation": {"kl_sparsity": 3.0, "code_activation": "tanh", "sparsity_target": 0.2},
    "code-lengths": {"l1_sparsity": 0.1},
    "use": {"code": "k-sparse", "active": 3},
    "information": {"code": "variational"},
    "sensitivity": {"contractive": 0.1, "code_activation": "sigmoid", "hidden": (9,)},
    "principal-angles": LINEAR,
    "bits": BINARY,
}


def network(**settings):
    config = RunConfig(**settings)
    return load_weights(config, initialise(config).state_dict())


def digits():
    return pixels(load("digits").train_images)


def images(m=200):
    return digits()[:m].float() / 255


def found(model, known=None, x=None):
    """Return findings by the name of their diagnostic."""
    x = images() if x is None else x
    return {entry.name: finding for entry, finding in diagnose(model, x, known)}


@pytest.fixture(scope="module")
def baseline():
    return fit(digits())


# -- which are shown -----------------------------------------------------------------


@pytest.mark.parametrize("name", SHOWN)
def test_each_kind_has_its_own(name, baseline):
    model = network(**SHOWN[name])
    findings = found(model, baseline)
    assert [*findings] == [name]
    finding = findings[name]
    count = FEW if DIAGNOSTICS[name].per == "image" else model.config.code_size
    assert finding.values.shape == (count,)
    assert finding.values.dtype == np.float32
    assert np.isfinite(finding.values).all()
    assert finding.summary[-1] == "."
    assert finding.summary.count("**") % 2 == 0


def test_a_plain_network_has_none(baseline):
    assert found(network(), baseline) == {}
    assert {*SHOWN} == {*DIAGNOSTICS}
    for name, entry in DIAGNOSTICS.items():
        assert entry.name == name
        assert entry.label
        assert entry.axis
        assert entry.help.endswith(".")
        assert entry.per in ("unit", "image", "angle")


def test_several_penalties_have_several():
    both = network(l2_sparsity=0.1, contractive=0.1, code="k-sparse", active=3)
    assert {*found(both)} == {"code-lengths", "use", "sensitivity"}
    assert {*found(network(contractive=0.1, **BINARY))} == {"sensitivity", "bits"}


def test_nothing_is_found_where_numbers_are_no_numbers():
    model = network(l1_sparsity=0.1)
    with torch.no_grad():
        model.encoder_weights[0].fill_(math.nan)
    assert found(model) == {}


@pytest.mark.parametrize("architecture", ["convolutional", "feature-maps"])
@pytest.mark.parametrize("name", [name for name in SHOWN if name != "principal-angles"])
def test_convolutions_are_measured_too(architecture, name):
    model = network(**SHOWN[name] | {"architecture": architecture, "channels": (3, 2), "active": 2})
    finding = found(model)[name]
    assert len(finding.values) == (FEW if name == "sensitivity" else model.config.code_size)


# -- values --------------------------------------------------------------------------


def test_mean_activation_is_that_of_units_from_0_to_1():
    model = network(**SHOWN["mean-activation"])
    finding = found(model)["mean-activation"]
    expected = (np.tanh(model.sums(images()).double().numpy()).mean(0) + 1) / 2
    np.testing.assert_allclose(finding.values, expected, rtol=1e-4)
    assert finding.line == 0.2
    assert "wanted ρ 0.2" in finding.summary


def test_code_lengths_are_mean_absolute_values():
    finding = found(network(l1_sparsity=0.1))["code-lengths"]
    model = network(l1_sparsity=0.1)
    expected = np.abs(model.encode(images()).numpy()).mean(0)
    np.testing.assert_allclose(finding.values, expected, rtol=1e-5)
    assert f"Sum of |code| **{short(expected.sum())}** an image" in finding.summary
    assert f"columns are {short(1.0)} long" in finding.summary


def test_use_counts_the_images_that_a_unit_speaks_for():
    model = network(code="k-sparse", active=3)
    finding = found(model)["use"]
    z = model.sums(images()).numpy()
    strongest = np.argsort(-z, axis=1)[:, :3]
    counts = np.bincount(strongest.ravel(), minlength=16)
    np.testing.assert_allclose(finding.values, counts / 200, rtol=1e-6)
    assert f"never used: **{(counts == 0).sum()}**" in finding.summary


def test_information_is_the_divergence_from_the_prior():
    model = network(code="variational", bottleneck=5)
    with torch.no_grad():
        model.encoder_weights[0][2].zero_()  # μ = 0 and log σ² = 0: the prior itself
        model.encoder_weights[0][7].zero_()
    finding = found(model)["information"]
    mean, log_variance = model.sums(images()).chunk(2, dim=1)
    mine = distributions.Normal(mean, (0.5 * log_variance).exp())
    prior = distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
    expected = distributions.kl_divergence(mine, prior).mean(0).numpy()
    np.testing.assert_allclose(finding.values, expected, rtol=1e-4, atol=1e-6)
    assert finding.values[2] == 0
    assert f"{(expected > 0.1).sum()} of 5 units carry" in finding.summary
    assert "nats" in finding.summary
    assert "squared error" in found(network(code="variational", loss="mse"))["information"].summary


@pytest.mark.parametrize("settings", [{"hidden": (9,)}, {}, {"tied": True, "code": "k-sparse"}])
def test_sensitivity_is_the_norm_of_the_jacobian(settings):
    model = network(contractive=0.1, code_activation="sigmoid", **settings)
    x = images(6)
    expected = [
        torch.autograd.functional.jacobian(lambda v: model.encode(v[None])[0], image).norm().item()
        for image in x
    ]
    finding = found(model, x=x)["sensitivity"]
    np.testing.assert_allclose(finding.values, expected, rtol=1e-4)


def test_bits_are_counted_after_rounding():
    model = network(**BINARY)
    finding = found(model)["bits"]
    h = model.sums(images()).sigmoid().numpy()
    np.testing.assert_allclose(finding.values, (h > 0.5).mean(0), rtol=1e-6)
    decided = ((h < 0.1) | (h > 0.9)).mean()
    assert f"**{decided:.0%}**" in finding.summary


# -- angles to PCA -------------------------------------------------------------------


def with_decoder(columns, **settings):
    """Return a linear network whose decoder has these columns, (64, q)."""
    model = network(**LINEAR | {"bottleneck": columns.shape[1]} | settings)
    with torch.no_grad():
        model.decoder_weights[0].copy_(columns)
        model.decoder_biases[0].fill_(0.3)
    return model


def test_angles_to_pca_of_known_subspaces(baseline):
    axes = baseline.components.T  # (64, 64)
    mixed = axes[:, :3] @ torch.tensor([[1.0, 2.0, 0.0], [0.0, -3.0, 1.0], [0.5, 0.0, 4.0]])
    np.testing.assert_allclose(principal_angles(with_decoder(mixed), baseline), 0, atol=0.05)
    apart = axes[:, [0, 1, 10]]
    found_angles = principal_angles(with_decoder(apart), baseline)
    np.testing.assert_allclose(found_angles, [0, 0, 90], atol=0.05)
    turned = axes[:, :3].clone()
    turned[:, 2] = math.cos(math.radians(30)) * axes[:, 2] + 0.5 * axes[:, 20]  # by 30°
    angles = principal_angles(with_decoder(turned), baseline)
    np.testing.assert_allclose(angles, [0, 0, 30], atol=0.05)


def test_angles_of_deep_and_tied_and_overcomplete_linear_networks(baseline):
    deep = network(**LINEAR, hidden=(9,), hidden_activation="identity")
    both = deep.decoder_weights[1] @ deep.decoder_weights[0]  # (64, 3)
    axes = baseline.components[:3].double().numpy()
    q, _ = np.linalg.qr(both.double().numpy())
    cosines = np.linalg.svd(axes @ q, compute_uv=False)
    expected = np.rad2deg(np.arccos(cosines.clip(-1, 1)))
    np.testing.assert_allclose(principal_angles(deep, baseline), np.sort(expected), atol=1e-3)
    tied = network(**LINEAR, tied=True)
    free = with_decoder(tied.encoder_weights[0].T)
    np.testing.assert_allclose(
        principal_angles(tied, baseline), principal_angles(free, baseline), atol=1e-3
    )
    more = network(**LINEAR | {"bottleneck": 80})
    np.testing.assert_allclose(principal_angles(more, baseline), 0, atol=0.2)


def test_without_a_baseline_there_are_no_angles():
    assert found(network(**LINEAR)) == {}
