"""Greedy pretraining: who learns when, contrastive divergence by hand, and exact likelihoods."""

import itertools
import math

import numpy as np
import pytest
import torch
from safetensors.torch import load as unpack
from safetensors.torch import save as pack
from torch import nn

from aecore.config import RunConfig
from aecore.datasets import load
from aecore.evaluation import pixels
from aecore.models import initialise
from aecore.pretraining import PRETRAININGS, layer_of, pretrain
from aecore.randomness import generator
from aecore.settings import PRETRAININGS as LABELS
from aecore.training import restore, start, train

WAYS = ["autoencoders", "rbms"]
DEEP = {
    "hidden": (9, 7), "bottleneck": 5, "hidden_activation": "sigmoid", "code_activation": "sigmoid",
    "batch_size": 720, "pretraining_epochs": 2,
}  # fmt: skip
KINDS = {
    "plain": {},
    "tied": {"tied": True},
    "linear code": {"code_activation": "identity"},
    "noise": {"noise": "masking", "noise_level": 0.3, "tied": True},
    "unit columns": {"l1_sparsity": 0.1},
}

pytestmark = pytest.mark.usefixtures("one_thread")


def digits():
    return pixels(load("digits").train_images)


def trained(config, steps, state=None):
    state = state or start(config)
    training = train(config, digits(), state)
    for _ in range(steps):
        next(training)
    return state


def same(one, other):
    assert one.keys() == other.keys()
    for name, tensor in one.items():
        assert torch.equal(tensor, other[name]), name


# -- who learns when -----------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_phases_follow_the_epochs(way):
    config = RunConfig(**DEEP, pretraining=way, epochs=3)  # 2 steps an epoch
    assert config.steps_per_epoch == 2
    assert config.pretrained_layers == 3
    layers = [config.pretrained_layer(step) for step in range(18)]
    assert layers == [0] * 4 + [1] * 4 + [2] * 4 + [None] * 6
    assert config.pretraining_span == 6
    assert config.target_step == 2 * (3 * 2 + 3)
    assert RunConfig(**DEEP).pretrained_layer(0) is None
    assert RunConfig(**DEEP, epochs=3).target_step == 6


def learns(way, k, tied):
    """Return the names of what layer k of three changes."""
    names = {f"encoder_weights.{k}", f"encoder_biases.{k}", f"decoder_biases.{2 - k}"}
    return names if tied else names | {f"decoder_weights.{2 - k}"}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_layers_that_do_not_learn_stay_as_they_are_to_the_last_bit(way, kind):
    config = RunConfig(**DEEP | KINDS[kind], pretraining=way)
    state = start(config)
    steps = train(config, digits(), state)
    for step in range(14):
        before = {name: value.clone() for name, value in state.weights().items()}
        next(steps)
        changed = {n for n, value in state.weights().items() if not torch.equal(value, before[n])}
        layer = config.pretrained_layer(step)
        expected = {*before} if layer is None else learns(way, layer, config.tied)
        assert changed == expected, step


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "unit columns"])
def test_the_way_back_of_an_rbm_is_its_own_weights_transposed(kind):
    config = RunConfig(**DEEP | KINDS[kind], pretraining="rbms")
    model = trained(config, 12).model
    for down, up in zip(model.encoder_weights, reversed(model.decoder_matrices()), strict=True):
        assert torch.equal(up, down.T)
    # fine-tuning is of all weights, each its own
    model = trained(config, 14).model
    pairs = zip(model.encoder_weights, reversed(model.decoder_matrices()), strict=True)
    assert all(torch.equal(up, down.T) == config.tied for down, up in pairs)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_in_pieces_as_in_one_go(way, kind):
    config = RunConfig(**DEEP | KINDS[kind], pretraining=way)
    whole = trained(config, 16).tensors()
    for cuts in ([1], [4], [5, 7, 12], [3, 8, 13], range(1, 16)):
        state = start(config)
        for first, last in itertools.pairwise([0, *cuts, 16]):
            state = trained(config, last - first, state)
            state = restore(config, unpack(pack(state.tensors())), last)
        same(state.tensors(), whole)


# -- as autoencoders -----------------------------------------------------------------


@pytest.mark.parametrize("noise", ["none", "masking"])
@pytest.mark.parametrize("loss", ["bce", "mse"])
def test_a_layer_learns_as_an_autoencoder_of_what_is_below(noise, loss):
    config = RunConfig(
        **DEEP, pretraining="autoencoders", noise=noise, loss=loss, learning_rate=0.01
    )
    mine = trained(config, 8).model  # layers 0 and 1 are done
    first = start(config).model

    def as_layers(k):
        down, up = nn.Linear(*DIMENSIONS[k]), nn.Linear(*DIMENSIONS[k][::-1])
        with torch.no_grad():
            down.weight.copy_(first.encoder_weights[k])
            up.weight.copy_(first.decoder_weights[2 - k])
            down.bias.zero_(), up.bias.zero_()
        return down, up, torch.optim.Adam([*down.parameters(), *up.parameters()], lr=0.01)

    layers = [as_layers(0), as_layers(1)]
    for step in range(8):
        epoch, position = divmod(step, 2)
        order = torch.randperm(1437, generator=generator(0, "order", epoch))
        clean = digits()[order[720 * position : 720 * (position + 1)]].float() / 255
        seen = config.corruption(clean, generator(0, "noise", step))
        k = step // 4
        with torch.no_grad():
            for down, _, _ in layers[:k]:
                clean, seen = down(clean).sigmoid(), down(seen).sigmoid()
        down, up, optimizer = layers[k]
        given_back = up(down(seen).sigmoid()).sigmoid()
        if loss == "bce" and k == 0:
            errors = nn.functional.binary_cross_entropy(given_back, clean, reduction="none")
        else:
            errors = (given_back - clean).square()
        optimizer.zero_grad()
        errors.sum(1).mean().backward()
        optimizer.step()
    for k, (down, up, _) in enumerate(layers):
        close = {"rtol": 1e-4, "atol": 1e-5}
        torch.testing.assert_close(mine.encoder_weights[k], down.weight, **close)
        torch.testing.assert_close(mine.encoder_biases[k], down.bias, **close)
        torch.testing.assert_close(mine.decoder_weights[2 - k], up.weight, **close)
        torch.testing.assert_close(mine.decoder_biases[2 - k], up.bias, **close)


DIMENSIONS = [(64, 9), (9, 7), (7, 5)]


def test_each_layer_lowers_its_own_error():
    config = RunConfig(**DEEP | {"batch_size": 32}, pretraining="autoencoders", learning_rate=0.01)
    x = digits().float() / 255
    state = start(config)

    def error(k):
        layer = layer_of(state.model, k)
        with torch.no_grad():
            below = state.model.hidden_layers(x)[k]
            h = layer.activation.apply(below @ layer.weight.T + layer.bias)
            back = layer.below.apply(h @ layer.back_weight.T + layer.back_bias)
        return (back - below).square().mean().item()

    for k in range(3):
        before = error(k)
        trained(config, 2 * config.steps_per_epoch, state)
        assert error(k) < 0.9 * before


# -- as RBMs -------------------------------------------------------------------------


def tiny(code="sigmoid"):
    """Return a network 2–2–2 with weights that are not alike."""
    config = RunConfig(
        dataset="one-hot", length=2, batch_size=2, hidden=(2,), bottleneck=2, pretraining="rbms",
        hidden_activation="sigmoid", code_activation=code,
    )  # fmt: skip
    model = initialise(config).double()
    weights = torch.tensor([[0.3, -1.2], [2.0, 0.7]])
    with torch.no_grad():
        for k in range(2):
            layer = layer_of(model, k)
            layer.weight.copy_(weights + k)
            layer.bias.copy_(torch.tensor([0.1, -0.4]))
            layer.back_bias.copy_(torch.tensor([-0.2, 0.5]))
    return config, model


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def divergence_by_hand(layer, data, draws, gaussian):
    """Return the gradients of CD-1, image by image and unit by unit."""
    w = layer.weight.detach().numpy()
    b, c = layer.bias.detach().numpy(), layer.back_bias.detach().numpy()

    def hidden_mean(v):
        sums = [sum(w[j, i] * v[i] for i in range(2)) + b[j] for j in range(2)]
        return sums if gaussian else [sigmoid(z) for z in sums]

    weight, hidden, visible = np.zeros((2, 2)), np.zeros(2), np.zeros(2)
    for v0, drawn in zip(data, draws, strict=True):
        h0 = hidden_mean(v0)
        state = [
            mean + e if gaussian else float(e < mean) for mean, e in zip(h0, drawn, strict=True)
        ]
        v1 = [sigmoid(sum(w[j, i] * state[j] for j in range(2)) + c[i]) for i in range(2)]
        h1 = hidden_mean(v1)
        for i in range(2):
            visible[i] -= (v0[i] - v1[i]) / len(data)
            for j in range(2):
                weight[j, i] -= (v0[i] * h0[j] - v1[i] * h1[j]) / len(data)
        for j in range(2):
            hidden[j] -= (h0[j] - h1[j]) / len(data)
    return weight, hidden, visible


@pytest.mark.parametrize(("code", "k"), [("sigmoid", 0), ("sigmoid", 1), ("identity", 1)])
def test_contrastive_divergence_by_hand(code, k):
    _, model = tiny(code)
    layer = layer_of(model, k)
    data = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.25, 0.5]], dtype=torch.float64)
    draws = torch.empty(3, 2, dtype=torch.float64)
    gaussian = code == "identity"
    source = generator(0, "test")
    draws = draws.normal_(generator=source) if gaussian else draws.uniform_(generator=source)
    PRETRAININGS["rbms"].gradients(layer, data, data, generator(0, "test"))
    expected = divergence_by_hand(layer, data.tolist(), draws.tolist(), gaussian)
    found = (layer.weight.grad, layer.bias.grad, layer.back_bias.grad)
    for mine, by_hand in zip(found, expected, strict=True):
        np.testing.assert_allclose(mine.numpy(), by_hand, rtol=1e-9)


def test_the_draws_of_an_rbm_come_from_the_generator():
    def weights(seed, noise=0):
        torch.manual_seed(noise)
        config, model = tiny()
        optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
        x = torch.eye(2, dtype=torch.float64)
        pretrain(config, model, 0, x, x, generator(seed, "test"), optimizer.step)
        return model.encoder_weights[0].detach().clone()

    assert torch.equal(weights(0), weights(0, noise=3))
    assert any(not torch.equal(weights(0), weights(seed)) for seed in range(1, 6))


def log_likelihood(layer, data):
    """Return the exact mean log-likelihood of binary images under a small RBM."""

    def free_energy(v):
        hidden = nn.functional.softplus(v @ layer.weight.T + layer.bias).sum(1)
        return -(v @ layer.back_bias + hidden)

    everything = torch.tensor([*itertools.product((0.0, 1.0), repeat=data.shape[1])])
    with torch.no_grad():
        return (-free_energy(data)).mean() - (-free_energy(everything)).logsumexp(0)


def test_contrastive_divergence_raises_the_likelihood_of_the_data():
    config = RunConfig(
        dataset="one-hot", length=6, batch_size=6, hidden=(4,), bottleneck=2, pretraining="rbms",
        hidden_activation="sigmoid", code_activation="sigmoid", learning_rate=0.02,
        pretraining_epochs=100,
    )  # fmt: skip
    state, data = start(config), torch.eye(6)
    layer = layer_of(state.model, 0)
    before = log_likelihood(layer, data)
    assert before.item() == pytest.approx(6 * math.log(0.5), abs=0.6)  # about as by chance
    steps, reached = train(config, data.mul(255).to(torch.uint8), state), []
    for _ in range(100):
        next(steps)
        reached.append(log_likelihood(layer, data))
    assert reached[-1] > before + 1
    assert max(reached) < math.log(1 / 6)  # no model does better


def test_every_way_is_named_in_the_settings():
    assert {"none", *PRETRAININGS} == LABELS.keys()
    assert {*PRETRAININGS} == {*WAYS}
    assert all(entry.name == name for name, entry in PRETRAININGS.items())
