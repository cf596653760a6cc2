"""Networks: shapes, mirrored layers, tied weights, and how they start."""

import math
from itertools import pairwise

import pytest
import torch
from torch import nn

from aecore import autoencoder
from aecore.activations import ACTIVATIONS
from aecore.codes import CODES
from aecore.config import RunConfig
from aecore.models import build, initialise, load_weights
from aecore.randomness import generator

NETWORKS = [
    {"bottleneck": 5},
    {"bottleneck": 5, "tied": True},
    {"bottleneck": 5, "hidden": (20, 10)},
    {"bottleneck": 80, "hidden": (20, 10, 30), "tied": True},
]
CONVOLUTIONS = [
    {"architecture": "convolutional", "channels": (3,)},
    {"architecture": "convolutional", "channels": (4, 3)},
    {"architecture": "feature-maps", "channels": (3,)},
    {"architecture": "feature-maps", "channels": (4, 2)},
]
ODD = {"dataset": "noise", "size": 5, "bottleneck": 4, "active": 2, "hidden_activation": "tanh"}


def alive(**settings):
    """Return a network in double precision whose biases are not 0."""
    model = initialise(RunConfig(**settings)).double()
    source = generator(0, "biases")
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "bias" in name:
                parameter.uniform_(-0.5, 0.5, generator=source)
    return model


def images(m=3, n=25):
    return torch.rand(m, n, generator=generator(0, "images"), dtype=torch.float64)


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


@pytest.mark.parametrize("hidden", [(), (9,), (12, 9)])
@pytest.mark.parametrize("code", ["plain", "variational", "k-sparse"])
def test_tied_weights_share_storage_and_gradient(hidden, code):
    settings = {"bottleneck": 5, "hidden": hidden, "code": code, "active": 3}
    tied = initialise(RunConfig(**settings, tied=True))
    encoder, decoder = [*tied.encoder_weights], tied.decoder_matrices()
    *below, last = encoder
    for down, up in zip([*below, last[:5]], reversed(decoder), strict=True):
        assert up.data_ptr() == down.data_ptr()  # a variational code is tied to its mean's
        assert torch.equal(up, down.T)
    # an untied network with the same weights: its two gradients add up to the tied one
    free = initialise(RunConfig(**settings))
    with torch.no_grad():
        for mine, theirs in zip(free.encoder_weights, encoder, strict=True):
            mine.copy_(theirs)
        for mine, theirs in zip(free.decoder_weights, decoder, strict=True):
            mine.copy_(theirs)
    x = torch.rand(6, 64, generator=generator(0, "images"))
    for model in (tied, free):
        logits = model.run(x, generator(0, "code")).logits
        (logits.sigmoid() - x).square().sum().backward()
    pairs = zip(encoder, free.encoder_weights, reversed([*free.decoder_weights]), strict=True)
    for shared, down, up in pairs:
        assert up.grad.abs().max() > 0
        both = down.grad.clone()
        both[: len(up.T)] += up.grad.T
        torch.testing.assert_close(shared.grad, both)


# -- convolutions --------------------------------------------------------------------


def with_weights(layer, weight, bias):
    layer = layer.double()
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    return layer


def chain(model, q, maps):
    """Return the same network made of torch's own layers."""
    (k1, k2), (b1, b2) = model.encoder_kernels, model.encoder_biases
    (u1, u2), (c1, c2) = model.decoder_kernels, model.decoder_biases
    down = [
        with_weights(nn.Conv2d(1, 4, 3, stride=2, padding=1), k1, b1),
        nn.Tanh(),
        with_weights(nn.Conv2d(4, 3, 3, stride=2, padding=1), k2, b2),
    ]
    up = [
        with_weights(nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1), u1, c1),
        nn.Tanh(),
        with_weights(nn.ConvTranspose2d(4, 1, 3, stride=2, padding=1), u2, c2),
        nn.Flatten(),
    ]
    if q:
        flat = math.prod(maps)
        there = with_weights(nn.Linear(flat, q), model.to_code_weight, model.to_code_bias)
        back = with_weights(nn.Linear(q, flat), model.from_code_weight, model.from_code_bias)
        down += [nn.Tanh(), nn.Flatten(), there]
        up = [back, nn.Tanh(), nn.Unflatten(1, maps), *up]
    else:
        down, up = [*down, nn.Flatten()], [nn.Unflatten(1, maps), *up]
    return nn.Sequential(*down), nn.Sequential(*up)


@pytest.mark.parametrize("architecture", ["convolutional", "feature-maps"])
def test_convolutions_by_torchs_own_layers(architecture):
    model = alive(**ODD | {"architecture": architecture, "channels": (4, 3)})
    down, up = chain(model, 4 if architecture == "convolutional" else 0, (3, 2, 2))
    x = images()
    sums = down(x.view(3, 1, 5, 5))
    torch.testing.assert_close(model.sums(x), sums)
    torch.testing.assert_close(model.logits(sums), up(sums))
    torch.testing.assert_close(model(x), up(sums).sigmoid())


@pytest.mark.parametrize("size", [2, 5, 7, 8])
def test_the_way_up_is_the_way_down_transposed(size):
    settings = {"architecture": "feature-maps", "channels": (3, 2), "hidden_activation": "identity"}
    model = initialise(RunConfig(dataset="noise", size=size, **settings)).double()
    with torch.no_grad():
        for down, up in zip(model.encoder_kernels, reversed(model.decoder_kernels), strict=True):
            up.copy_(down)
    x = images(4, size * size)
    z = model.sums(x)
    h = torch.randn(z.shape, generator=generator(0, "code"), dtype=torch.float64)
    torch.testing.assert_close((z * h).sum(), (x * model.logits(h)).sum())


# -- derivative of the code ----------------------------------------------------------

DENSE = [
    {"hidden": hidden, "hidden_activation": activation, "tied": tied}
    for hidden in [(), (6,), (7, 6), (7, 6, 8)]
    for activation in ["identity", "relu", "sigmoid", "tanh"]
    for tied in [False, True]
    if hidden or activation == "tanh"
]
KINDS = [(name, activation) for name, code in CODES.items() for activation in code.activations]


def by_autograd(model, x):
    """Return the squared norm of each image's Jacobian, one entry at a time."""

    def code(image):
        if model.config.code == "binary":  # before rounding, which has no slope
            return model.sums(image[None])[0].sigmoid()
        return model.encode(image[None])[0]

    rows = [torch.autograd.functional.jacobian(code, image) for image in x]
    return torch.stack([row.square().sum() for row in rows])


@pytest.mark.parametrize("settings", [*DENSE, *CONVOLUTIONS])
@pytest.mark.parametrize(("code", "activation"), KINDS)
def test_the_jacobian_of_the_code_by_autograd(settings, code, activation):
    model = alive(**ODD | {"code": code, "code_activation": activation} | settings)
    x = images()
    found = model.jacobian(x)
    assert found.shape == (3,)
    torch.testing.assert_close(found, by_autograd(model, x))


@pytest.mark.parametrize("settings", [{}, {"hidden": (6,)}, *CONVOLUTIONS])
def test_the_jacobian_without_gradients(settings):
    model = alive(**ODD | settings)
    expected = model.jacobian(images())
    loaded = load_weights(model.config, model.state_dict()).double()
    with torch.no_grad():
        torch.testing.assert_close(loaded.jacobian(images()), expected)
        assert not loaded.jacobian(images()).requires_grad
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.parametrize("settings", [{}, {"hidden": (7, 6)}, *CONVOLUTIONS])
def test_what_needs_too_much_memory_is_contracted_in_parts(settings, monkeypatch):
    model = alive(**ODD | settings)
    x = images()
    whole = model.contraction(x)
    wanted = torch.autograd.grad(3 * whole, list(model.parameters()), allow_unused=True)
    monkeypatch.setattr(autoencoder, "MOST_NUMBERS", 2 * model.jacobian_numbers)
    taken, jacobian = [], model.jacobian
    monkeypatch.setattr(model, "jacobian", lambda part: taken.append(len(part)) or jacobian(part))
    parts = model.contraction(x)
    torch.testing.assert_close(parts, whole)
    found = torch.autograd.grad(3 * parts, list(model.parameters()), allow_unused=True)
    for one, other in zip(found, wanted, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            torch.testing.assert_close(one, other)
    with torch.no_grad():
        torch.testing.assert_close(model.contraction(x), whole)
    assert taken == [2, 1, 2, 1]


# -- looking at weights --------------------------------------------------------------


@pytest.mark.parametrize("settings", [*NETWORKS, *CONVOLUTIONS])
def test_columns_from_the_code_are_what_a_unit_adds_to_the_next_layer(settings):
    model = alive(**settings | {"hidden_activation": "identity", "output_activation": "sigmoid"})
    columns = model.from_code()
    dense = "architecture" not in settings
    assert columns.shape[-1] == (
        model.maps[-1][0] if settings.get("architecture") == "feature-maps" else
        model.config.code_size
    )  # fmt: skip
    with torch.no_grad():
        before = model.logits(torch.zeros(1, model.config.code_size).double())
        columns.mul_(2)  # a view: twice the columns, twice what the code adds
        code = torch.ones(1, model.config.code_size).double()
        twice = model.logits(code) - before
        columns.div_(2)
        torch.testing.assert_close(twice, 2 * (model.logits(code) - before))
    if dense and len(model.config.layer_sizes) == 2:
        torch.testing.assert_close(columns, model.last_weights().T)


@pytest.mark.parametrize("settings", [{"hidden": (9,)}, {"tied": True}, {}, *CONVOLUTIONS])
@pytest.mark.parametrize("code", ["plain", "variational"])
def test_units_of_the_first_layer(settings, code):
    model = alive(**settings, bottleneck=5, code=code)
    x = images(3, 64)
    weights, values = model.layer_weights(0), model.layer_values(x, 0)
    assert values.shape[::2] == (3, len(weights))
    assert weights.shape[1] == math.prod(model.filter_shape)
    if "architecture" not in settings:  # one place, which sees the whole image
        activation = ACTIVATIONS["relu" if "hidden" in settings else "identity"]
        bias = model.encoder_biases[0][: len(weights)]
        torch.testing.assert_close(values[:, 0], activation.apply(x @ weights.T + bias))
    else:  # one place for every pixel of the first maps; this one lies inside the image
        assert values.shape[1] == 16
        around = x.view(3, 8, 8)[:, 1:4, 1:4].flatten(1)  # about row 2, column 2: place 1·4 + 1
        first_is_code = len(model.config.layer_sizes) == 2
        activation = ACTIVATIONS["identity" if first_is_code else "relu"]
        bias = model.encoder_biases[0][: len(weights)]
        torch.testing.assert_close(values[:, 5], activation.apply(around @ weights.T + bias))


EVERY = [*NETWORKS, {"hidden": (9, 7), "code": "variational"}, *CONVOLUTIONS]
EVERY += [{**CONVOLUTIONS[1], "code": "variational"}, {**CONVOLUTIONS[3], "code": "variational"}]


@pytest.mark.parametrize("settings", EVERY)
def test_layers_lead_from_the_image_to_the_code(settings):
    model = alive(**settings)
    x = images(3, 64)
    assert model.depth == len(model.config.layer_sizes) - 1
    sizes = []
    for layer in range(model.depth):
        values = model.layer_values(x, layer)
        assert values.shape == model.layer_sums(x, layer).shape
        assert values.shape[2] == len(model.layer_weights(layer))
        sizes.append(values[0].numel())
        if layer < model.depth - 1:
            assert torch.equal(values, model.hidden.apply(model.layer_sums(x, layer)))
    assert (64, *sizes) == model.config.layer_sizes
    code = model.encode(x)
    torch.testing.assert_close(values.transpose(1, 2).flatten(1), code)
    torch.testing.assert_close(model.layer_sums(x, model.depth - 1), values)  # identity, or mean


@pytest.mark.parametrize("settings", EVERY)
def test_what_comes_before_the_output_makes_the_output(settings):
    model = alive(**settings)
    h = model.encode(images(3, 64))
    values = model.before_output(h)  # (3, places, units)
    assert values.shape[2] == len(model.last_weights())
    if values.shape[1] == 1:
        logits = values[:, 0] @ model.last_weights() + model.decoder_biases[-1]
    else:
        side = math.isqrt(values.shape[1])
        maps = values.transpose(1, 2).unflatten(2, (side, side))
        kernels, bias = model.decoder_kernels[-1], model.decoder_biases[-1]
        logits = nn.functional.conv_transpose2d(
            maps, kernels, bias, stride=2, padding=1, output_padding=1
        ).flatten(1)
    torch.testing.assert_close(logits, model.logits(h))


# -- unit columns --------------------------------------------------------------------


@pytest.mark.parametrize("settings", [*NETWORKS, *CONVOLUTIONS])
def test_columns_start_with_length_1_only_where_it_is_switched_on(settings):
    def lengths(**more):
        columns = initialise(RunConfig(**settings, **more)).from_code()
        return columns.detach().flatten(0, -2).norm(dim=0)

    switched_on = lengths(l1_sparsity=0.1)
    torch.testing.assert_close(switched_on, torch.ones_like(switched_on))
    for off in ({"l1_sparsity": 0.1, "unit_columns": False}, {}, {"weight_decay": 0.1}):
        assert (lengths(**off) - 1).abs().min() > 1e-3


def test_a_column_of_zeros_stays_zero():
    model = build(RunConfig(l1_sparsity=0.1))
    model.normalise_columns()
    assert not model.from_code().any()


# -- start and end -------------------------------------------------------------------


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


@pytest.mark.parametrize("settings", [*NETWORKS, *CONVOLUTIONS])
def test_a_new_network_is_blank(settings):
    assert not any(p.any() for p in build(RunConfig(**settings)).parameters())


@pytest.mark.parametrize("settings", CONVOLUTIONS)
def test_starting_kernels_are_glorot_uniform(settings):
    model = initialise(RunConfig(**settings | {"channels": (64, 32)}))
    for weight in model.weights:
        outputs, inputs, *kernel = weight.shape
        limit = math.sqrt(6 / ((outputs + inputs) * math.prod(kernel)))
        assert weight.abs().max() <= limit
        assert weight.std().item() == pytest.approx(limit / math.sqrt(3), rel=0.05)
    biases = [p for name, p in model.named_parameters() if "bias" in name]
    assert not any(bias.any() for bias in biases)
    assert len(biases) + len(model.weights) == len([*model.parameters()])


# -- variational ---------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{}, {"hidden": (9,), "tied": True}, *CONVOLUTIONS])
def test_a_variational_network_draws_in_training_and_not_when_it_is_read(settings):
    model = alive(**settings, code="variational", bottleneck=3)
    x = images(4, 64)
    read, drawn = model.run(x), model.run(x, generator(0, "code"))
    assert torch.equal(read.code, model.encode(x))
    assert torch.equal(drawn.code, model.run(x, generator(0, "code")).code)
    assert not torch.equal(drawn.code, read.code)
    mean, log_variance = drawn.sums.chunk(2, dim=1)
    torch.testing.assert_close(mean, model.encode(x))
    noise = torch.empty_like(mean).normal_(generator=generator(0, "code"))
    torch.testing.assert_close(drawn.code, mean + (log_variance / 2).exp() * noise)
    torch.testing.assert_close(drawn.logits, model.logits(drawn.code))


@pytest.mark.parametrize("settings", [{}, {"hidden": (9,), "tied": True}, *CONVOLUTIONS])
def test_codes_drawn_from_the_prior_are_decoded(settings):
    model = alive(**settings, code="variational", bottleneck=3)
    h = torch.randn(5, model.config.code_size, generator=generator(0, "prior")).double()
    decoded = model.decode(h)
    assert decoded.shape == (5, 64)
    assert ((decoded > 0) & (decoded < 1)).all()
    assert len(decoded.unique(dim=0)) == 5
