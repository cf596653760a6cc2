"""Training against PCA, against a step of plain autograd, and against itself in pieces."""

import json
from functools import lru_cache
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

from aecore.choosing import nearest
from aecore.config import RunConfig, from_dict
from aecore.datasets import load, missing
from aecore.evaluation import pixels
from aecore.objectives import LOSSES, PENALTIES
from aecore.randomness import generator
from aecore.training import as_pixels, penalties, restore, start, train
from tests.drawn import configs

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
    "kl": {"kl_sparsity": 3.0, "code_activation": "sigmoid"},
    "l1": {"l1_sparsity": 0.1, "unit_columns": False, "hidden": (9,)},
    "unit columns": {"l2_sparsity": 0.1, "tied": True},
    "contractive": {"contractive": 0.1, "code_activation": "sigmoid", "hidden": (9,)},
    "k-sparse": {"code": "k-sparse", "active": 3, "tied": True},
    "variational": {"code": "variational", "beta": 2.0, "hidden": (9,), "noise": "gaussian"},
    "binary": {"code": "binary", "code_activation": "sigmoid", "code_noise": 2.0},
    "convolutional": {"architecture": "convolutional", "channels": (3, 2), "bottleneck": 4},
    "feature maps": {
        "architecture": "feature-maps", "channels": (3, 2), "contractive": 0.1,
        "code_activation": "tanh",
    },
}  # fmt: skip

pytestmark = pytest.mark.usefixtures("one_thread")


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
        seen = config.corruption(clean, source)
        through = model.run(seen, generator(config.seed, "code", step))
        objective = LOSSES[config.loss].value(through.logits, clean, model.output).mean()
        for name, penalty in PENALTIES.items():
            if name in config.penalties:
                objective = objective + getattr(config, name) * penalty.value(model, through)
        optimizer.zero_grad()
        objective.backward()
        optimizer.step()
        if variant == "unit columns":
            with torch.no_grad():
                rows = model.encoder_weights[0]  # tied: rows of the encoder, columns of the decoder
                rows /= rows.norm(dim=1, keepdim=True)
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
@settings(max_examples=4)
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
    sums = state.model.sums
    state.model.sums = lambda x: inputs.append(x.clone()) or sums(x)
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
    x = torch.rand(5, 64)
    model = start(RunConfig()).model
    assert penalties(model, model.run(x)) == {}
    model = start(RunConfig(weight_decay=0.5, l1_sparsity=2.0)).model
    on = penalties(model, model.run(x))
    total = sum(w.square().sum() for w in model.weights).item()
    assert on.keys() == {"weight_decay", "l1_sparsity"}
    assert on["weight_decay"].item() == pytest.approx(0.5 * total, rel=1e-6)
    lengths = model.encode(x).abs().sum(1).mean().item()
    assert on["l1_sparsity"].item() == pytest.approx(2 * lengths, rel=1e-6)


def test_the_objective_is_summed_over_pixels_and_averaged_over_the_batch():
    config = RunConfig(batch_size=50, **LINEAR)
    first = start(config).model
    order = torch.randperm(1437, generator=generator(0, "order", 0))
    x = digits()[order[:50]].double().numpy() / 255
    w = first.encoder_weights[0].detach().double().numpy()
    v = first.decoder_weights[0].detach().double().numpy()
    apart = x @ w.T @ v.T - x
    gradient = np.zeros_like(v)
    for image, difference in zip(x, apart, strict=True):
        gradient += 2 * np.outer(difference, w @ image) / 50
    state = trained(config, 1)
    moment = state.optimizer.state[state.model.decoder_weights[0]]["exp_avg"]
    np.testing.assert_allclose(moment.numpy(), 0.1 * gradient, atol=1e-5)  # Adam's β₁ is 0.9


# -- unit columns, clean epochs ------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [{}, {"tied": True}, {"hidden": (9,)}, {"code": "variational", "tied": True},
     {"architecture": "convolutional"}, {"architecture": "feature-maps"}],
)  # fmt: skip
def test_columns_keep_length_1_only_where_it_is_switched_on(settings):
    def lengths(**more):
        config = RunConfig(**settings, **more, learning_rate=0.01)
        columns = trained(config, 3).model.from_code().detach()
        return columns.flatten(0, -2).norm(dim=0)

    for penalty in ("l1_sparsity", "l2_sparsity"):
        switched_on = lengths(**{penalty: 0.1})
        torch.testing.assert_close(switched_on, torch.ones_like(switched_on))
        assert (lengths(**{penalty: 0.1}, unit_columns=False) - 1).abs().max() > 0.01
    assert (lengths() - 1).abs().max() > 0.01


def test_without_unit_columns_a_network_shrinks_its_code_and_grows_its_decoder():
    def sizes(unit_columns):
        config = RunConfig(l1_sparsity=0.5, unit_columns=unit_columns, batch_size=32, **LINEAR)
        model = trained(config, 450).model
        with torch.no_grad():
            code = model.encode(as_pixels(digits())).abs().mean().item()
        return code, model.from_code().norm(dim=0).mean().item()

    (honest_code, honest_column), (code, column) = sizes(True), sizes(False)
    assert honest_column == pytest.approx(1, rel=1e-4)
    assert code < honest_code
    assert column > 1.2


def test_noise_starts_after_the_clean_epochs():
    noisy = {"noise": "masking", "noise_level": 0.5, "batch_size": 720}  # 2 steps an epoch
    late = RunConfig(**noisy, clean_epochs=2)
    clean, now = RunConfig(batch_size=720), RunConfig(**noisy)
    same(trained(late, 4).weights(), trained(clean, 4).weights())
    filters = [trained(config, 5).model.weights[0] for config in (late, clean, now)]
    assert not torch.equal(filters[0], filters[1])
    assert not torch.equal(filters[0], filters[2])


# -- any settings --------------------------------------------------------------------

SMALL = configs(
    dataset=st.sampled_from(["digits", "patches", "one-hot", "noise"]),
    patch_source=st.sampled_from(["photos", "digits"]),
    size=st.sampled_from([5, 8]),
    hidden=st.lists(st.integers(1, 9), max_size=3),
    channels=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    bottleneck=st.integers(1, 9),
    active=st.integers(1, 9),
    batch_size=st.integers(1, 40),
    learning_rate=st.floats(1e-6, 0.1),
    subset=st.sampled_from([0, 100]),
)


@lru_cache
def some_images(dataset, options):
    """Return the first training images; of digits where outliers would need files."""
    known = dict(options) if missing(dataset, dict(options)) is None else {}
    return pixels(load(dataset, known).train_images[:200])


def trains(config, layer):
    """Return the names of the parameters that a step trains."""
    names = [name for name, _ in start(config).model.named_parameters()]
    if layer is None:
        return {*names}
    last = len(config.hidden)
    mine = {f"encoder_weights.{layer}", f"encoder_biases.{layer}", f"decoder_biases.{last - layer}"}
    if config.pretraining == "autoencoders":
        mine.add(f"decoder_weights.{last - layer}")
    return mine & {*names}


def stepped(config, images, first):
    state = start(config)
    state.step = first
    assert next(train(config, images, state)) == first + 1
    return state


@settings(max_examples=300)
@given(SMALL, st.integers(0, 4))
def test_any_settings_train_and_survive(config, phase):
    # there and back
    assert from_dict(json.loads(config.to_json())) == config
    assert nearest(config.to_query(), "digits") == (config, [])
    # a step of the first phase, or of one that pretraining comes to later
    phase = min(phase, config.pretrained_layers)
    first = phase * config.pretraining_epochs * config.steps_per_epoch
    layer = config.pretrained_layer(first)
    images = some_images(config.dataset, tuple(config.data_options.items()))
    state = stepped(config, images, first)
    parameters = dict(state.model.named_parameters())
    trained_here = {name for name, parameter in parameters.items() if parameter.grad is not None}
    assert trained_here == trains(config, layer)
    for name in trained_here:
        assert parameters[name].grad.isfinite().all()
    flat = {config.hidden_activation, config.output_activation, config.code_activation}
    full = config.noise in ("none", "gaussian", "truncated-gaussian") and config.code != "binary"
    if full and not flat & {"relu", "softmax"}:  # nothing is cut off: gradients are not all 0
        assert all(parameters[name].grad.any() for name in trained_here)
    # finite, and again the same
    with torch.no_grad():
        x = as_pixels(images[:20])
        through = state.model.run(x, generator(0, "code"))
        parts = [LOSSES[config.loss].value(through.logits, x, state.model.output)]
        parts += penalties(state.model, through).values()
    assert all(part.isfinite().all() for part in parts)
    same(stepped(config, images, first).tensors(), state.tensors())


def test_pixels_range_from_0_to_1():
    stored = torch.arange(256, dtype=torch.uint8)[None]
    shown = as_pixels(stored)
    assert shown.dtype == torch.float32
    np.testing.assert_allclose(shown.numpy(), np.arange(256)[None] / 255, rtol=1e-6)
    assert shown.max() <= 1


def test_clean_epochs_are_counted_after_pretraining(monkeypatch):
    settings = {"hidden": (12,), "pretraining": "autoencoders", "pretraining_epochs": 1}
    config = RunConfig(
        **settings, noise="masking", noise_level=0.5, clean_epochs=1, subset=64, batch_size=32
    )
    noisy = []
    monkeypatch.setattr(
        "aecore.corruption.Noise.__call__", lambda self, x, source: noisy.append(1) or x
    )
    images = torch.zeros(64, 64, dtype=torch.uint8)
    steps = train(config, images, start(config))
    for step in steps:
        assert bool(noisy) == (step > config.last_step(1))
        if step == config.last_step(1) + 2:
            break
