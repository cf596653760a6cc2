"""Reconstruction errors and ranks, against NumPy and counting."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from aecore.anomalies import rank, rank_of, ranking, reconstruction_errors, score
from aecore.config import RunConfig
from aecore.models import Autoencoder, initialise, load_weights

ERRORS = st.lists(st.integers(0, 5).map(float), max_size=12)


@pytest.fixture(scope="module")
def model() -> Autoencoder:
    config = RunConfig(dataset="digits", bottleneck=4)
    return load_weights(config, initialise(config).state_dict())


def draw(m: int) -> torch.Tensor:
    return torch.rand(m, 64, generator=torch.Generator().manual_seed(m))


@pytest.mark.parametrize("m", [0, 1, 1000, 2001])
def test_errors_are_means_per_pixel_over_any_number_of_chunks(model: Autoencoder, m: int) -> None:
    images = draw(m)
    expected = np.mean((model(images).numpy() - images.numpy()) ** 2, axis=1)
    errors = reconstruction_errors(model, images)
    np.testing.assert_allclose(errors, expected, rtol=1e-5)
    assert not errors.requires_grad


def test_errors_need_no_gradients_of_a_network_in_training() -> None:
    training = initialise(RunConfig(dataset="digits", bottleneck=4))
    assert not reconstruction_errors(training, draw(3)).requires_grad


def test_largest_error_first_and_equals_in_their_order() -> None:
    assert rank(torch.tensor([1.0, 3.0, 1.0, 3.0, 2.0])).tolist() == [1, 3, 4, 0, 2]


@given(ERRORS)
def test_order_is_sorteds(errors: list[float]) -> None:
    expected = sorted(range(len(errors)), key=lambda place: (-errors[place], place))
    assert rank(torch.tensor(errors)).tolist() == expected


@given(ERRORS, ERRORS)
def test_a_strangers_rank_is_its_place_when_it_is_alone(
    errors: list[float], strangers: list[float]
) -> None:
    known = torch.tensor(errors)
    alone = [
        rank(torch.cat([known, torch.tensor([one])])).tolist().index(len(errors)) + 1
        for one in strangers
    ]
    assert rank_of(known, torch.tensor(strangers)).tolist() == alone


@given(ERRORS, ERRORS)
def test_a_ranking_is_consistent(errors: list[float], strangers: list[float]) -> None:
    result = ranking(torch.tensor(errors), torch.tensor(strangers))
    size = len(errors) + len(strangers)
    assert sorted(result.ranks.tolist()) == list(range(1, size + 1))
    assert [result.ranks[place].item() for place in result.order] == list(range(1, size + 1))
    assert result.stranger.tolist() == [False] * len(errors) + [True] * len(strangers)
    assert result.errors[result.stranger].tolist() == strangers
    assert len(result.stranger_ranks) == len(strangers)


def test_score_puts_strangers_behind_the_images(model: Autoencoder) -> None:
    images, strangers = draw(30), torch.ones(2, 64)
    result = score(model, images, strangers)
    torch.testing.assert_close(result.errors[:30], reconstruction_errors(model, images))
    assert result.stranger.nonzero().flatten().tolist() == [30, 31]
    # an untrained network gives about 0.5 everywhere: all white is the furthest from it
    assert result.order[:2].tolist() == [30, 31]
    assert result.stranger_ranks.tolist() == [1, 1]


def test_no_strangers_are_fine(model: Autoencoder) -> None:
    result = score(model, draw(5), torch.empty(0, 64))
    assert len(result.order) == 5 and result.stranger_ranks.tolist() == []
