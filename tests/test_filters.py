"""Filters, atoms and the activity of units, against numbers computed by hand and with NumPy."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from aecore.config import RunConfig
from aecore.filters import (
    ORDERS,
    UnitActivity,
    arrange,
    decoder_atoms,
    encoder_filters,
    most_activating,
    strongest_images,
    unit_activity,
)
from aecore.models import Autoencoder, initialise, load_weights


def network(**settings: Any) -> Autoencoder:
    """Return an untrained network on digits (n = 64), as it is loaded for looking."""
    config = RunConfig(dataset="digits", **settings)
    return load_weights(config, initialise(config).state_dict())


def units(weights: list[float], biases: list[float], activation: str) -> Autoencoder:
    """Return a network whose code units see only the first pixel."""
    model = network(bottleneck=len(weights), code_activation=activation)
    with torch.no_grad():
        model.encoder_weights[0].zero_()
        model.encoder_weights[0][:, 0] = torch.tensor(weights)
        model.encoder_biases[0][:] = torch.tensor(biases)
    return model


def ramp(m: int = 11) -> torch.Tensor:
    """Return images whose first pixel goes from 0 to 1; the others are 0."""
    images = torch.zeros(m, 64)
    images[:, 0] = torch.linspace(0, 1, m)
    return images


def test_filters_and_atoms_have_one_row_a_unit() -> None:
    model = network(hidden=(20,), bottleneck=5)
    assert torch.equal(encoder_filters(model), model.encoder_weights[0])
    assert encoder_filters(model).shape == decoder_atoms(model).shape == (20, 64)
    assert torch.equal(decoder_atoms(model), model.decoder_weights[1].T)


def test_atoms_of_tied_weights_are_the_filters() -> None:
    model = network(bottleneck=5, tied=True)
    assert torch.equal(decoder_atoms(model), encoder_filters(model))


def test_an_atom_is_what_its_unit_adds_to_the_output() -> None:
    model = network(bottleneck=3)
    code = torch.zeros(1, 3)
    before = model.logits(code)
    code[0, 1] = 1
    torch.testing.assert_close(model.logits(code) - before, decoder_atoms(model)[1:2])


@given(
    hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=6),
        elements=st.floats(-(2.0**100), 2.0**100, width=32, allow_subnormal=False),
    )
)
def test_most_activating_inputs_have_length_one_or_are_zero(weights: np.ndarray) -> None:
    rows = most_activating(torch.from_numpy(weights)).numpy()
    exact = weights.astype(np.float64)
    length = np.sqrt((exact**2).sum(1, keepdims=True))
    expected = np.divide(exact, length, out=np.zeros_like(exact), where=length > 0)
    np.testing.assert_allclose(rows, expected, atol=1e-6)


def test_no_input_of_length_one_moves_a_unit_more() -> None:
    weights = torch.tensor([[3.0, 4.0], [0.0, 0.0]])
    best = most_activating(weights)
    torch.testing.assert_close(best, torch.tensor([[0.6, 0.8], [0.0, 0.0]]))
    angles = torch.linspace(0, 6.28, 100)
    others = torch.stack([angles.cos(), angles.sin()])  # (2, 100)
    assert (weights[0] @ others <= weights[0] @ best[0] + 1e-5).all()


# -- activity ------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ["identity", "relu", "sigmoid", "tanh"])
def test_activity_is_numpys_over_more_than_one_chunk(activation: str) -> None:
    model = network(bottleneck=6, code_activation=activation)
    images = torch.rand(2345, 64, generator=torch.Generator().manual_seed(1))
    seen = unit_activity(model, images)
    values = model.encode(images).double().numpy()
    threshold = 0.5 if activation == "sigmoid" else 0
    np.testing.assert_allclose(seen.mean, values.mean(0), atol=1e-6)
    np.testing.assert_allclose(seen.std, values.std(0), atol=1e-6)
    np.testing.assert_allclose(seen.lowest, values.min(0), atol=1e-6)
    np.testing.assert_allclose(seen.highest, values.max(0), atol=1e-6)
    np.testing.assert_allclose(seen.rate, (values > threshold).mean(0), atol=1e-6)


def test_a_relu_unit_is_dead_when_it_is_zero_on_every_image() -> None:
    seen = unit_activity(units([1, 1, 0, 0], [-2, -0.95, 0, 1], "relu"), ramp())
    assert seen.dead.tolist() == [True, False, True, False]
    torch.testing.assert_close(seen.rate, torch.tensor([0, 1 / 11, 0, 1]))


@pytest.mark.parametrize(("activation", "span"), [("sigmoid", 0.01), ("tanh", 0.02)])
def test_a_squashed_unit_is_dead_when_it_spans_under_a_hundredth(
    activation: str, span: float
) -> None:
    slope = 0.25 if activation == "sigmoid" else 1.0  # at a sum of 0
    model = units([0.95 * span / slope, 1.05 * span / slope], [0, 0], activation)
    assert unit_activity(model, ramp()).dead.tolist() == [True, False]


def test_an_identity_unit_is_dead_beside_a_hundred_times_livelier_one() -> None:
    seen = unit_activity(units([10, 0.11, 0.09, 0], [0, 0, 0, 0.3], "identity"), ramp())
    assert seen.dead.tolist() == [False, False, True, True]


def test_units_that_are_all_constant_are_all_dead() -> None:
    seen = unit_activity(units([0, 0], [0.1, 0.7], "identity"), ramp(3000))
    assert seen.dead.tolist() == [True, True]
    assert seen.std.tolist() == [0, 0]


def test_layers_are_told_apart() -> None:
    deep = network(hidden=(20,), bottleneck=5, hidden_activation="relu", code_activation="tanh")
    images = ramp()
    first, code = unit_activity(deep, images), unit_activity(deep, images, "code")
    assert (len(first.mean), len(code.mean)) == (20, 5)
    assert first.lowest.min() >= 0
    torch.testing.assert_close(code.mean, deep.encode(images).mean(0))
    shallow = network(bottleneck=5)
    torch.testing.assert_close(
        unit_activity(shallow, images).mean, unit_activity(shallow, images, "code").mean
    )


def test_filters_of_a_variational_network_are_those_of_the_mean() -> None:
    model = network(bottleneck=5, code="variational")
    assert torch.equal(encoder_filters(model), model.encoder_weights[0][:5])
    images = torch.rand(20, 64, generator=torch.Generator().manual_seed(1))
    values = images @ model.encoder_weights[0][:5].T
    torch.testing.assert_close(unit_activity(model, images).mean, values.mean(0))


@pytest.mark.parametrize("architecture", ["convolutional", "feature-maps"])
def test_filters_and_atoms_of_convolutions_are_kernels(architecture: str) -> None:
    model = network(architecture=architecture, channels=(4, 3), bottleneck=5)
    assert model.filter_shape == (3, 3)
    assert torch.equal(encoder_filters(model), model.encoder_kernels[0].view(4, 9))
    assert torch.equal(decoder_atoms(model), model.decoder_kernels[-1].view(4, 9))


@pytest.mark.parametrize("architecture", ["convolutional", "feature-maps"])
def test_a_kernels_activity_is_that_of_all_its_places(architecture: str) -> None:
    model = network(architecture=architecture, channels=(4, 3), bottleneck=5)
    images = torch.rand(1200, 64, generator=torch.Generator().manual_seed(1))
    kernels = model.encoder_kernels[0]
    maps = torch.nn.functional.conv2d(
        images.view(-1, 1, 8, 8), kernels, model.encoder_biases[0], stride=2, padding=1
    ).relu()  # (1200, 4, 4, 4)
    values = maps.transpose(0, 1).flatten(1).double().numpy()
    seen = unit_activity(model, images)
    np.testing.assert_allclose(seen.mean, values.mean(1), atol=1e-6)
    np.testing.assert_allclose(seen.std, values.std(1), atol=1e-6)
    np.testing.assert_allclose(seen.rate, (values > 0).mean(1), atol=1e-6)
    strongest = maps[:, 2].flatten(1).amax(1).argsort(descending=True, stable=True)[:5]
    assert torch.equal(strongest_images(model, images, 2, 5), strongest)
    code = unit_activity(model, images, "code")
    torch.testing.assert_close(code.mean, model.encode(images).mean(0))


def test_a_single_layer_of_maps_is_the_code() -> None:
    model = network(architecture="feature-maps", channels=(3,), code_activation="tanh")
    images = torch.rand(50, 64, generator=torch.Generator().manual_seed(1))
    places = model.encode(images).view(50, 3, 16).transpose(0, 1).flatten(1)
    torch.testing.assert_close(unit_activity(model, images).mean, places.mean(1))
    assert len(unit_activity(model, images, "code").mean) == 48


def test_what_cannot_be_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="at least one image"):
        unit_activity(network(), torch.empty(0, 64))
    with pytest.raises(ValueError, match="choose first or code"):
        unit_activity(network(), ramp(), "last")  # type: ignore[arg-type]


def test_strongest_images_come_first_and_equals_in_their_order() -> None:
    model = units([1, -1], [0, 0], "relu")
    assert strongest_images(model, ramp(), 0, 3).tolist() == [10, 9, 8]
    assert strongest_images(model, ramp(), 1, 3).tolist() == [0, 1, 2]
    assert len(strongest_images(model, ramp(), 0, 99)) == 11


# -- orders --------------------------------------------------------------------------

WEIGHTS = torch.tensor([[1.0, 0.0], [0.0, -3.0], [2.0, 0.0], [0.0, 0.0]])
ACTIVITY = UnitActivity(
    mean=torch.tensor([0.1, 0.2, 0.4, 0.3]),
    std=torch.tensor([0.5, 0.0, 0.1, 0.5]),
    lowest=torch.zeros(4),
    highest=torch.ones(4),
    rate=torch.tensor([0.0, 0.0, 1.0, 0.5]),
    dead=torch.tensor([False, True, False, True]),
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("number", [0, 1, 2, 3]),
        ("norm", [1, 2, 0, 3]),
        ("mean", [2, 3, 1, 0]),
        ("spread", [0, 3, 2, 1]),
        ("rate", [2, 3, 0, 1]),
        ("dead-first", [1, 3, 0, 2]),
        ("dead-last", [0, 2, 1, 3]),
    ],
)
def test_orders(name: str, expected: list[int]) -> None:
    assert arrange(name, WEIGHTS, ACTIVITY).tolist() == expected


def test_every_order_is_a_permutation_with_words_for_a_page() -> None:
    for name, order in ORDERS.items():
        assert order.name == name and order.label and order.help.endswith(".")
        assert sorted(arrange(name, WEIGHTS, ACTIVITY).tolist()) == [0, 1, 2, 3]
