"""Networks: shapes, mirrored layers, tied weights, and how they start."""

import math
from itertools import pairwise

import pytest
import torch

from aecore.config import RunConfig
from aecore.models import Autoencoder, initialise, load_weights

NETWORKS = [
    {"bottleneck": 5},
    {"bottleneck": 5, "tied": True},
    {"bottleneck": 5, "hidden": (20, 10)},
    {"bottleneck": 80, "hidden": (20, 10, 30), "tied": True},
]


@pytest.mark.parametrize("settings", NETWORKS)
def test_layers_mirror_each_other(settings):
    config = RunConfig(**settings)
    model = initialise(config)
    down = [tuple(w.shape) for w in model.encoder_weights]
    up = [tuple(w.shape) for w in model.decoder_matrices()]
    sizes = config.layer_sizes
    assert sizes == (64, *settings.get("hidden", ()), settings["bottleneck"])
    assert down == [(b, a) for a, b in pairwise(sizes)]
    assert up == [(a, b) for b, a in reversed(down)]
    assert [len(b) for b in model.decoder_biases] == [*sizes[-2::-1]]


@pytest.mark.parametrize("settings", NETWORKS)
def test_parameters_are_counted_as_torch_counts_them(settings):
    config = RunConfig(**settings)
    assert config.parameters == sum(p.numel() for p in initialise(config).parameters())


@pytest.mark.parametrize("settings", NETWORKS)
def test_images_to_codes_and_back(settings):
    model = initialise(RunConfig(**settings))
    x = torch.rand(3, 64)
    assert model.encode(x).shape == (3, settings["bottleneck"])
    assert model(x).shape == (3, 64)
    torch.testing.assert_close(model(x), model.decode(model.encode(x)))
    torch.testing.assert_close(model(x), model.logits(model.encode(x)).sigmoid())


def test_the_forward_pass_by_hand():
    config = RunConfig(
        bottleneck=4, hidden=(7,), hidden_activation="tanh", code_activation="relu", loss="mse",
        output_activation="identity",
    )  # fmt: skip
    model = initialise(config)
    with torch.no_grad():
        for bias in [*model.encoder_biases, *model.decoder_biases]:
            bias.uniform_(-1, 1)
    x = torch.rand(3, 64)
    (w1, w2), (b1, b2) = model.encoder_weights, model.encoder_biases
    (v1, v2), (c1, c2) = model.decoder_weights, model.decoder_biases
    code = (torch.tanh(x @ w1.T + b1) @ w2.T + b2).clamp(min=0)
    torch.testing.assert_close(model.encode(x), code)
    torch.testing.assert_close(model(x), torch.tanh(code @ v1.T + c1) @ v2.T + c2)


@pytest.mark.parametrize("hidden", [(), (9,)])
def test_tied_weights_share_storage_and_gradient(hidden):
    tied = initialise(RunConfig(bottleneck=5, hidden=hidden, tied=True))
    encoder, decoder = [*tied.encoder_weights], tied.decoder_matrices()
    for down, up in zip(encoder, reversed(decoder), strict=True):
        assert up.data_ptr() == down.data_ptr()
        assert torch.equal(up, down.T)
    # an untied network with the same weights: its two gradients add up to the tied one
    free = initialise(RunConfig(bottleneck=5, hidden=hidden))
    with torch.no_grad():
        for mine, theirs in zip(free.encoder_weights, encoder, strict=True):
            mine.copy_(theirs)
        for mine, theirs in zip(free.decoder_weights, decoder, strict=True):
            mine.copy_(theirs)
    x = torch.rand(6, 64)
    for model in (tied, free):
        (model(x) - x).square().sum().backward()
    pairs = zip(encoder, free.encoder_weights, reversed([*free.decoder_weights]), strict=True)
    for shared, down, up in pairs:
        assert up.grad.abs().max() > 0
        torch.testing.assert_close(shared.grad, down.grad + up.grad.T)


def test_starting_weights_are_glorot_uniform_and_come_from_the_seed():
    config = RunConfig(dataset="mnist", bottleneck=100)
    model = initialise(config)
    limit = math.sqrt(6 / 884)
    for weight in model.weights:
        assert weight.abs().max() <= limit
        assert weight.std().item() == pytest.approx(limit / math.sqrt(3), rel=0.02)
    assert not any(b.any() for b in [*model.encoder_biases, *model.decoder_biases])
    torch.manual_seed(5)
    again, other = initialise(config), initialise(RunConfig(dataset="mnist", seed=1))
    assert torch.equal(model.weights[0], again.weights[0])
    assert not torch.equal(model.weights[0][:16], other.weights[0])


def test_recorded_weights_come_back_without_gradients():
    config = RunConfig(hidden=(9,), tied=True)
    model = initialise(config)
    loaded = load_weights(config, model.state_dict())
    x = torch.rand(2, 64)
    assert torch.equal(loaded(x), model(x))
    assert not any(p.requires_grad for p in loaded.parameters())
    with pytest.raises(RuntimeError):
        load_weights(RunConfig(hidden=(8,), tied=True), model.state_dict())
    with pytest.raises(RuntimeError):
        load_weights(RunConfig(hidden=(9,)), model.state_dict())


def test_a_new_network_is_blank():
    assert not any(p.any() for p in Autoencoder(RunConfig()).parameters())
