"""The inputs that units answer to most: known ones are found, and none is worse than an image."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from aecore.activation_maximisation import LIMITS, maximise, most_activating_inputs
from aecore.activity import responses
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.evaluation import pixels
from aecore.filters import encoder_filters, most_activating
from aecore.models import initialise
from aecore.training import as_pixels

DEEP = {"hidden": (30, 12), "bottleneck": 5, "hidden_activation": "relu"}

pytestmark = pytest.mark.usefixtures("one_thread")


def digits(m=200):
    return as_pixels(pixels(load("digits").test_images)[:m])


def network(**chosen):
    model = initialise(RunConfig(dataset="digits", **chosen))
    return model.requires_grad_(False)


def lengths_of(model, layer, images):
    """Return the length that each unit's input may have, (units, 1)."""
    longest = images[responses(model, images, layer).sums.argmax(0)].norm(dim=1, keepdim=True)
    return longest.clamp(min=float(images.norm(dim=1).mean()))


def test_in_the_first_layer_it_is_the_weights_scaled():
    model, images = network(bottleneck=7), digits()
    found = most_activating_inputs(model, 0, torch.arange(7), images)
    expected = lengths_of(model, 0, images) * most_activating(encoder_filters(model))
    torch.testing.assert_close(found.inputs, expected, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(found.sums, model.layer_sums(found.inputs, 0)[:, 0].diagonal())


def test_in_a_linear_network_it_is_the_product_of_the_weights():
    model, images = network(hidden=(20, 9), bottleneck=4, hidden_activation="identity"), digits()
    a, b, c = (w.double() for w in model.encoder_weights)
    found = most_activating_inputs(model, 2, torch.arange(4), images)
    expected = most_activating((c @ b @ a).float()) * lengths_of(model, 2, images)
    torch.testing.assert_close(found.inputs, expected, atol=1e-3, rtol=1e-3)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.floats(0.3, 7.5))
def test_between_0_and_1_it_is_what_a_general_solver_finds(seed, length):
    weights = np.random.default_rng(seed).normal(size=8)
    found = maximise(
        lambda x: x @ torch.tensor(weights, dtype=torch.float32),
        torch.zeros(1, 8), torch.tensor([length]), "pixels",
    )  # fmt: skip
    x = found.inputs[0].double().numpy()
    assert x.min() >= 0 and x.max() <= 1
    assert np.linalg.norm(x) <= length + 1e-4
    solved = minimize(
        lambda y: -weights @ y, np.full(8, 0.01), jac=lambda y: -weights,
        bounds=[(0, 1)] * 8, method="SLSQP",
        constraints={"type": "ineq", "fun": lambda y: length**2 - y @ y, "jac": lambda y: -2 * y},
    )  # fmt: skip
    assert weights @ x >= -solved.fun - 1e-3 * (1 + abs(solved.fun))


@pytest.mark.parametrize("limits", LIMITS)
@pytest.mark.parametrize("smooth", [False, True])
@pytest.mark.parametrize(
    ("kind", "layer"),
    [
        (DEEP, 1),
        (DEEP, 2),
        ({**DEEP, "hidden_activation": "sigmoid"}, 2),
        ({"bottleneck": 5, "code": "variational"}, 0),
        ({"bottleneck": 9, "code": "binary", "code_activation": "sigmoid"}, 0),
    ],
)
def test_no_test_image_of_that_length_moves_a_unit_more(limits, smooth, kind, layer):
    model, images = network(**kind), digits()
    units = torch.arange(model.config.layer_sizes[layer + 1])
    found = most_activating_inputs(model, layer, units, images, limits, smooth=smooth)
    lengths = lengths_of(model, layer, images)
    answered = responses(model, images, layer).sums
    if limits == "pixels":
        assert (found.sums >= answered.amax(0)[units] - 1e-4).all()
    starts = LIMITS[limits].mend(images[answered.argmax(0)], lengths)
    assert (found.sums >= model.layer_sums(starts, layer)[:, 0].diagonal() - 1e-4).all()
    for k in units.tolist():
        others = LIMITS[limits].mend(images, lengths[k : k + 1].expand(len(images), 1))
        assert (found.sums[k] >= model.layer_sums(others, layer)[:, 0, k].max() - 1e-4) or smooth
    assert (found.inputs.norm(dim=1, keepdim=True) <= lengths * 1.001).all()
    if limits == "pixels":
        assert found.inputs.min() >= 0 and found.inputs.max() <= 1


def test_of_a_convolution_only_what_its_middle_place_sees_is_lit():
    model = network(architecture="convolutional", channels=(4, 3), bottleneck=5)
    found = most_activating_inputs(model, 0, torch.arange(4), digits())
    lit = found.inputs.view(4, 8, 8).abs() > 1e-6
    assert lit[:, 3:6, 3:6].any((1, 2)).all()  # about row 4, column 4
    lit[:, 3:6, 3:6] = False
    assert not lit.any()
    kernels = most_activating(encoder_filters(model)) * lengths_of(model, 0, digits())
    torch.testing.assert_close(
        found.inputs.view(4, 8, 8)[:, 3:6, 3:6].flatten(1), kernels, atol=1e-3, rtol=1e-3
    )


@pytest.mark.parametrize(
    ("kind", "layers"),
    [
        ({"architecture": "convolutional", "channels": (4, 3), "bottleneck": 5}, 3),
        ({"architecture": "feature-maps", "channels": (4, 3)}, 2),
    ],
)
def test_every_layer_of_convolutions_is_climbed(kind, layers):
    model, images = network(**kind), digits(50)
    assert model.depth == layers
    for layer in range(layers):
        units = torch.arange(len(model.layer_weights(layer)))
        found = most_activating_inputs(model, layer, units, images, smooth=True)
        assert found.inputs.shape == (len(units), 64)
        assert found.sums.isfinite().all()


def test_the_same_again_bit_for_bit():
    model, images = network(**DEEP), digits()
    one, two = (most_activating_inputs(model, 2, torch.arange(5), images) for _ in range(2))
    assert torch.equal(one.inputs, two.inputs)


def test_units_are_climbed_each_for_itself():
    model, images = network(**DEEP), digits()
    together = most_activating_inputs(model, 1, torch.tensor([3, 8]), images)
    alone = most_activating_inputs(model, 1, torch.tensor([8]), images)
    torch.testing.assert_close(together.inputs[1:], alone.inputs, atol=1e-3, rtol=1e-3)


def test_a_unit_that_nothing_moves_stays_where_it_began():
    found = maximise(lambda x: 0 * x.sum(1), torch.ones(1, 4), torch.ones(1))
    torch.testing.assert_close(found.inputs, torch.full((1, 4), 0.5))
    assert found.sums.tolist() == [0]


def test_smooth_inputs_are_smoother_and_answer_less():
    model, images = network(**DEEP), digits()
    rough, smooth = (
        most_activating_inputs(model, 2, torch.arange(5), images, smooth=s) for s in (False, True)
    )

    def roughness(found):
        return found.inputs.view(-1, 8, 8).diff(dim=2).square().sum((1, 2))

    assert (roughness(smooth) < roughness(rough)).all()
    assert (smooth.sums <= rough.sums + 1e-4).all()


def test_vectors_are_not_blurred():
    def objective(x):
        return x @ torch.tensor([1.0, -1.0, 0.0])

    plain = maximise(objective, torch.ones(1, 3), torch.ones(1))
    blurred = maximise(objective, torch.ones(1, 3), torch.ones(1), shape=(1, 3))
    assert torch.equal(plain.inputs, blurred.inputs)


def test_every_limit_has_words_for_a_page():
    for name, entry in LIMITS.items():
        assert entry.name == name and entry.label and entry.help.endswith(".")
