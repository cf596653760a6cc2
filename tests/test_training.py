"""Training against PCA, against a step of plain autograd, and against itself in pieces."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load as unpack
from safetensors.torch import save as pack
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA

from aecore.config import RunConfig
from aecore.corruption import corrupt
from aecore.datasets import load
from aecore.evaluation import pixels
from aecore.objectives import LOSSES
from aecore.randomness import generator
from aecore.training import as_pixels, penalties, restore, start, train

LINEAR = {"loss": "mse", "output_activation": "identity"}
VARIANTS = {
    "plain": {},
    "noise": {"noise": "gaussian", "noise_level": 0.4},
    "masking": {"noise": "masking", "tied": True},
    "tied": {"tied": True, "hidden": (12,), "code_activation": "sigmoid"},
    "decay": {"weight_decay": 0.01, **LINEAR},
    "all": {
        "hidden": (16, 12), "hidden_activation": "tanh", "code_activation": "relu", "tied": True,
        "weight_decay": 0.001, "noise": "salt-and-pepper", "loss": "mse",
        "output_activation": "relu", "seed": 7,
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def one_thread():
    """Train as the workers do: another number of threads may round differently."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def digits():
    return pixels(load("digits").train_images)


def trained(config, steps, state=None):
    """Train for a number of steps more."""
    state = state or start(config)
    end = state.step + steps
    if steps:
        for step in train(config, digits(), state):
            if step == end:
                break
    return state


def same(one, other):
    assert one.keys() == other.keys()
    for name, tensor in one.items():
        assert tensor.dtype == other[name].dtype
        assert torch.equal(tensor, other[name]), name


def test_a_linear_autoencoder_reaches_pca():
    config = RunConfig(bottleneck=4, batch_size=1437, learning_rate=0.03, **LINEAR)
    model = trained(config, 1000).model
    x = digits().numpy() / 255
    pca = PCA(4).fit(x)
    best = ((pca.inverse_transform(pca.transform(x)) - x) ** 2).mean()
    with torch.no_grad():
        reached = (model(as_pixels(digits())).numpy() - x).astype(np.float64)
    assert best * 0.9999 < (reached**2).mean() < best * 1.01
    angles = subspace_angles(model.decoder_weights[0].detach().numpy(), pca.components_.T)
    assert np.degrees(angles.max()) < 2


@pytest.mark.parametrize("variant", VARIANTS)
def test_three_steps_as_autograd_and_adam_make_them(variant):
    config = RunConfig(batch_size=100, learning_rate=0.01, **VARIANTS[variant])
    mine = trained(config, 3)

    model = start(config).model
    optimizer = torch.optim.Adam(model.parameters(), lr=config.learning_rate)
    order = torch.randperm(1437, generator=generator(config.seed, "order", 0))
    for step in range(3):
        clean = digits()[order[100 * step : 100 * (step + 1)]].float() / 255
        source = generator(config.seed, "noise", step)
        seen = corrupt(clean, config.noise, config.noise_level, source)
        logits = model.logits(model.encode(seen))
        loss = LOSSES[config.loss].value(logits, clean, model.output).mean()
        decay = sum(w.square().sum() for w in model.weights)
        optimizer.zero_grad()
        (loss + config.weight_decay * decay).backward()
        optimizer.step()
    untrained = start(config).model.state_dict()
    for name, expected in model.state_dict().items():
        torch.testing.assert_close(mine.model.state_dict()[name], expected, rtol=1e-4, atol=1e-5)
        assert not torch.equal(expected, untrained[name])


def test_weight_decay_makes_weights_smaller():
    def norm(decay):
        state = trained(RunConfig(weight_decay=decay, batch_size=32), 100)
        return sum(w.square().sum().item() for w in state.model.weights)

    assert norm(1.0) < 0.5 * norm(0.0)


@pytest.mark.parametrize("variant", VARIANTS)
@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, 59), max_size=5))
def test_in_pieces_as_in_one_go(variant, cuts):
    # 45 steps an epoch: a cut may fall before, on, or after its end
    config = RunConfig(batch_size=32, **VARIANTS[variant])
    if variant not in _WHOLE:
        _WHOLE[variant] = trained(config, 60).tensors()
    state = start(config)
    for first, last in pairwise([0, *sorted(cuts), 60]):
        state = trained(config, last - first, state)
        torch.rand(3)  # the global generator does not matter
        state = restore(config, unpack(pack(state.tensors())), last)
    same(state.tensors(), _WHOLE[variant])


_WHOLE = {}


def test_the_seed_decides():
    weights = [trained(RunConfig(seed=seed), 5).weights() for seed in (0, 0, 1)]
    same(weights[0], weights[1])
    assert not torch.equal(weights[0]["encoder_weights.0"], weights[2]["encoder_weights.0"])


def test_every_epoch_shows_every_image_once_in_another_order():
    config = RunConfig(batch_size=100)
    orders = [torch.randperm(1437, generator=generator(0, "order", epoch)) for epoch in (0, 1)]
    assert not torch.equal(*orders)
    seen = []

    class Watched(torch.Tensor):
        def index_select(self, dim, index):
            assert dim == 0
            seen.append(index.clone())
            return super().index_select(dim, index).as_subclass(torch.Tensor)

    state = start(config)
    steps = train(config, digits().as_subclass(Watched), state)
    for _ in range(2 * config.steps_per_epoch):
        next(steps)
    assert [len(batch) for batch in seen[:15]] == [100] * 14 + [37]
    assert torch.equal(torch.cat(seen[:15]), orders[0])
    assert torch.equal(torch.cat(seen[15:]), orders[1])


def test_noise_is_fresh_at_every_showing():
    config = RunConfig(noise="gaussian", batch_size=1437)
    state = start(config)
    inputs = []
    encode = state.model.encode
    state.model.encode = lambda x: inputs.append(x.clone()) or encode(x)
    steps = train(config, digits(), state)
    next(steps), next(steps)
    added = [x.sort(0).values for x in inputs]  # whatever the order of the images
    assert not torch.allclose(*added)


def test_a_checkpoint_of_another_network_is_refused():
    tensors = trained(RunConfig(), 2).tensors()
    with pytest.raises((KeyError, RuntimeError)):
        restore(RunConfig(bottleneck=3), tensors, 2)
    with pytest.raises((KeyError, RuntimeError)):
        restore(RunConfig(hidden=(5,)), tensors, 2)
    del tensors["adam.encoder_weights.0.exp_avg"]
    with pytest.raises(KeyError):
        restore(RunConfig(), tensors, 2)


def test_penalties_are_the_ones_switched_on():
    model = start(RunConfig()).model
    assert penalties(RunConfig(), model) == {}
    on = penalties(RunConfig(weight_decay=0.5), model)
    total = sum(w.square().sum() for w in model.weights)
    assert on.keys() == {"weight_decay"}
    assert on["weight_decay"].item() == pytest.approx(0.5 * total.item(), rel=1e-6)


def test_pixels_range_from_0_to_1():
    stored = torch.arange(256, dtype=torch.uint8)[None]
    shown = as_pixels(stored)
    assert shown.dtype == torch.float32
    np.testing.assert_allclose(shown.numpy(), np.arange(256)[None] / 255, rtol=1e-6)
    assert shown.max() <= 1
