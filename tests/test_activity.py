"""The activity of units, against numbers computed by hand and with NumPy."""

from typing import Any

import numpy as np
import pytest
import torch

from aecore.activity import (
    LAST,
    layer_activation,
    layer_names,
    responses,
    unit_activity,
)
from aecore.config import RunConfig
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
    first, code = unit_activity(deep, images), unit_activity(deep, images, 1)
    assert (len(first.mean), len(code.mean)) == (20, 5)
    assert first.lowest.min() >= 0
    torch.testing.assert_close(code.mean, deep.encode(images).mean(0))
    shallow = network(bottleneck=5)
    torch.testing.assert_close(
        unit_activity(shallow, images).mean, unit_activity(shallow, images, LAST).mean
    )


def test_units_of_a_variational_network_are_those_of_the_mean() -> None:
    model = network(bottleneck=5, code="variational")
    images = torch.rand(20, 64, generator=torch.Generator().manual_seed(1))
    values = images @ model.encoder_weights[0][:5].T
    torch.testing.assert_close(unit_activity(model, images).mean, values.mean(0))


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
    answered = responses(model, images)
    assert answered.places == 16
    torch.testing.assert_close(answered.values, maps.flatten(2).amax(2))
    best = maps[:, 2].flatten(1).amax(1)
    assert torch.equal(best[answered.ranking(2)], best.sort(descending=True).values)
    if architecture == "convolutional":
        code = unit_activity(model, images, 2)
        torch.testing.assert_close(code.mean, model.encode(images).mean(0))


def test_a_single_layer_of_maps_is_the_code() -> None:
    model = network(architecture="feature-maps", channels=(3,), code_activation="tanh")
    images = torch.rand(50, 64, generator=torch.Generator().manual_seed(1))
    places = model.encode(images).view(50, 3, 16).transpose(0, 1).flatten(1)
    torch.testing.assert_close(unit_activity(model, images).mean, places.mean(1))
    assert torch.equal(unit_activity(model, images, LAST).mean, unit_activity(model, images).mean)


@pytest.mark.parametrize("layer", [2, -2, 99])
def test_layers_that_do_not_exist_are_refused_in_a_sentence(layer: int) -> None:
    deep = network(hidden=(20,), bottleneck=5)
    for look in (unit_activity, responses):
        with pytest.raises(ValueError, match=f"no layer {layer}: choose 0 to 1, or -1"):
            look(deep, ramp(), layer)


def test_no_images_are_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="at least one image"):
        unit_activity(network(), torch.empty(0, 64))


def test_images_are_ranked_by_value_and_silent_ones_by_their_sum() -> None:
    model = units([1, -1], [-0.45, 0], "relu")
    seen = responses(model, ramp())
    assert seen.ranking(0).tolist() == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert seen.ranking(1).tolist() == list(range(11))
    assert (seen.values[:5, 0] == 0).all() and (seen.sums[:5, 0] < 0).all()


def test_equal_images_stay_in_their_order() -> None:
    same = torch.cat([ramp(2), ramp(2), ramp(2)])
    assert responses(units([1], [0], "identity"), same).ranking(0).tolist() == [1, 3, 5, 0, 2, 4]


def test_of_k_sparse_codes_the_values_that_are_kept_come_first() -> None:
    model = network(bottleneck=6, code="k-sparse", active=2)
    images = torch.rand(40, 64, generator=torch.Generator().manual_seed(1))
    seen = responses(model, images)
    torch.testing.assert_close(seen.values, model.encode(images))
    for unit in range(6):
        values = seen.values[:, unit].numpy()
        expected = np.lexsort((-seen.sums[:, unit].numpy(), -values))
        assert seen.ranking(unit).tolist() == expected.tolist()


def test_the_last_layers_units_are_those_of_the_atoms() -> None:
    model = network(hidden=(20, 9), bottleneck=5, hidden_activation="relu")
    images = torch.rand(30, 64, generator=torch.Generator().manual_seed(1))
    values = responses(model, images, LAST).values
    logits = values @ model.last_weights() + model.decoder_biases[-1]
    torch.testing.assert_close(logits, model.logits(model.encode(images)))
    assert layer_activation(model, LAST).name == "relu"
    assert len(unit_activity(model, images, LAST).mean) == 20


def test_layers_have_names() -> None:
    assert layer_names(network(bottleneck=5).config) == ["Code"]
    assert layer_names(network(hidden=(9,)).config) == ["First hidden layer", "Code"]
    deep = network(architecture="convolutional", channels=(4, 3))
    assert layer_names(deep.config) == ["First hidden layer", "Hidden layer 2", "Code"]
    assert len(layer_names(deep.config)) == deep.depth
