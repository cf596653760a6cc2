"""Filters, atoms and the orders of units, against numbers computed by hand and with NumPy."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from aecore.activity import UnitActivity
from aecore.config import RunConfig
from aecore.filters import (
    ORDERS,
    arrange,
    decoder_atoms,
    encoder_filters,
    most_activating,
)
from aecore.models import Autoencoder, initialise, load_weights


def network(**settings: Any) -> Autoencoder:
    """Return an untrained network on digits (n = 64), as it is loaded for looking."""
    config = RunConfig(dataset="digits", **settings)
    return load_weights(config, initialise(config).state_dict())


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


def test_filters_of_a_variational_network_are_those_of_the_mean() -> None:
    model = network(bottleneck=5, code="variational")
    assert torch.equal(encoder_filters(model), model.encoder_weights[0][:5])


@pytest.mark.parametrize("architecture", ["convolutional", "feature-maps"])
def test_filters_and_atoms_of_convolutions_are_kernels(architecture: str) -> None:
    model = network(architecture=architecture, channels=(4, 3), bottleneck=5)
    assert model.filter_shape == (3, 3)
    assert torch.equal(encoder_filters(model), model.encoder_kernels[0].view(4, 9))
    assert torch.equal(decoder_atoms(model), model.decoder_kernels[-1].view(4, 9))


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
