"""Planes in code space: the composed decoder against the network's own, and the moved plane."""

import numpy as np
import pytest
import torch

from aecore.config import from_dict
from aecore.models import initialise
from aecore.planes import Plane, grid, layers, size

RANDOM = np.random.default_rng(0)

KINDS = {
    "plain": {},
    "tied": {"tied": True},
    "deep": {"hidden": (40, 20), "hidden_activation": "tanh"},
    "deep tied": {"hidden": (40, 20), "hidden_activation": "sigmoid", "tied": True},
    "linear": {"output_activation": "identity", "loss": "mse"},
    "rectified": {"output_activation": "relu", "loss": "mse", "hidden": (30,)},
    "variational": {"code": "variational", "code_activation": "identity", "hidden": (30,)},
    "variational tied": {
        "code": "variational", "code_activation": "identity", "hidden": (30,), "tied": True,
    },
    "k-sparse": {"code": "k-sparse", "bottleneck": 32, "active": 4, "tied": True},
    "binary": {"code": "binary", "code_activation": "sigmoid", "hidden": (30,)},
    "one number": {"bottleneck": 1},
    "vectors": {"dataset": "one-hot", "batch_size": 4, "output_activation": "softmax"},
}  # fmt: skip


def network(**settings):
    model = initialise(from_dict({"dataset": "digits", **settings})).requires_grad_(False)
    for bias in model.decoder_biases:  # they start as zeros
        bias.normal_(0, 0.3, generator=torch.Generator().manual_seed(1))
    return model


def some_plane(q):
    directions = np.zeros((2, q))
    basis = np.linalg.qr(RANDOM.normal(size=(q, q)))[0].T[:2]
    directions[: len(basis)] = basis
    return Plane.of_layout(RANDOM.normal(size=q), directions)


def run(found, x):
    """Go through layers by their definition."""
    functions = {
        "identity": lambda z: z,
        "relu": lambda z: np.maximum(z, 0),
        "tanh": np.tanh,
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "softmax": lambda z: np.exp(z) / np.exp(z).sum(1, keepdims=True),
    }
    for layer in found:
        x = functions[layer.activation](x @ layer.weight.T + layer.bias)
    return x


@pytest.mark.parametrize("kind", KINDS)
def test_the_composed_decoder_is_the_decoder_on_the_plane(kind):
    model = network(**KINDS[kind])
    plane = some_plane(model.config.code_size)
    places = RANDOM.normal(0, 2, (20, 2))
    decoded = model.decode(torch.tensor(plane.codes(places), dtype=torch.float32))
    found = layers(model, plane)
    assert found[0].weight.shape[1] == 2
    np.testing.assert_allclose(run(found, places), decoded.numpy(), atol=1e-5)
    assert size(model, 2) == sum(w.weight.nbytes + w.bias.nbytes for w in found)


def test_on_the_whole_of_code_space_it_takes_codes():
    model = network(hidden=(20,))
    codes = RANDOM.normal(size=(5, model.config.code_size))
    found = layers(model, Plane.whole(model.config.code_size))
    decoded = model.decode(torch.tensor(codes, dtype=torch.float32))
    np.testing.assert_allclose(run(found, codes), decoded.numpy(), atol=1e-5)


@pytest.mark.parametrize("architecture", ["convolutional", "feature-maps"])
def test_other_decoders_are_not_composed_but_decoded_on_a_grid(architecture):
    model = network(architecture=architecture)
    plane = some_plane(model.config.code_size)
    assert layers(model, plane) is None
    assert size(model, 2) is None
    found = grid(model, plane, ((-1, 1), (-2, 2)), 5)
    assert found.shape == (5, 5, 64)
    corner = model.decode(torch.tensor(plane.codes([[1.0, -2.0]]), dtype=torch.float32))[0]
    np.testing.assert_allclose(found[0, 4], corner, atol=1e-6)
    middle = model.decode(torch.tensor(plane.codes([[0.0, 0.0]]), dtype=torch.float32))[0]
    np.testing.assert_allclose(found[2, 2], middle, atol=1e-6)


def test_a_plane_through_a_code_gives_it_back_at_its_own_place():
    for q in (1, 2, 7):
        plane = some_plane(q)
        codes = RANDOM.normal(size=(6, q))
        for code in codes:
            moved = plane.through(code)
            place = plane.place(code[None])
            np.testing.assert_allclose(moved.codes(place)[0], code)
            np.testing.assert_allclose(moved.place(codes), plane.place(codes), atol=1e-12)


def test_other_values_are_held_at_the_codes():
    plane = Plane.of_layout(np.zeros(4), np.eye(4)[[2, 0]]).through(np.array([1.0, 2, 3, 4]))
    np.testing.assert_allclose(plane.codes(np.array([[10.0, 20]]))[0], [20, 2, 10, 4])


def test_a_dimension_chosen_twice_counts_once():
    plane = Plane.of_layout(np.zeros(3), np.eye(3)[[1, 1]]).through(np.array([5.0, 6, 7]))
    np.testing.assert_allclose(plane.codes(np.array([[6.0, 6]]))[0], [5, 6, 7])
