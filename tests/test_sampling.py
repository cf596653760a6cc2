"""Samples of codes, against numpy's covariance, brute-force neighbours and torch's normal."""

import math

import numpy as np
import pytest
import torch

from aecore.config import RunConfig
from aecore.models import initialise
from aecore.objectives import LOSSES
from aecore.randomness import generator
from aecore.sampling import (
    MSE_DEVIATION,
    PIXELS,
    aggregate_posterior,
    fitted,
    neighbourhood,
    prior,
    reachable,
)


def source(seed=0):
    return torch.Generator().manual_seed(seed)


def skewed(count=400):
    mixing = torch.tensor([[2.0, 0.0, 0.0], [1.0, 0.5, 0.0], [0.0, -1.0, 0.1]])
    return torch.randn(count, 3, generator=source()) @ mixing.T + torch.tensor([1.0, -4.0, 9.0])


def test_the_fitted_gaussian_has_the_codes_mean_and_covariance():
    codes = skewed()
    found = fitted(codes)
    np.testing.assert_allclose(found.mean, codes.mean(0), rtol=1e-5)
    np.testing.assert_allclose(
        found.root @ found.root.T, np.cov(codes.numpy(), rowvar=False), atol=1e-5
    )


def test_samples_approach_what_they_are_drawn_from():
    codes = skewed()
    drawn = fitted(codes).draw(40_000, source(1))
    np.testing.assert_allclose(drawn.mean(0), codes.mean(0), atol=0.05)
    np.testing.assert_allclose(torch.cov(drawn.T), torch.cov(codes.T), atol=0.1)
    standard = prior(2).draw(40_000, source(2))
    np.testing.assert_allclose(standard.mean(0), [0, 0], atol=0.03)
    np.testing.assert_allclose(torch.cov(standard.T), np.eye(2), atol=0.03)


def test_fewer_codes_than_units_and_dead_units_are_no_obstacle():
    codes = torch.randn(4, 10, generator=source())
    codes[:, 3] = 7
    drawn = fitted(codes).draw(50, source(1))
    assert drawn.isfinite().all()
    torch.testing.assert_close(drawn[:, 3], torch.full((50,), 7.0), atol=1e-3, rtol=0)
    directions = (codes - codes.mean(0)).double()
    _, _, axes = torch.linalg.svd(directions, full_matrices=False)
    rest = (drawn - codes.mean(0)).double()
    beside = rest - rest @ axes[:3].T @ axes[:3]
    assert beside.abs().max() < 1e-3  # samples stay where the codes vary
    assert torch.equal(fitted(codes[:1]).draw(2, source()), codes[:1].expand(2, -1))


def test_the_same_seed_draws_the_same():
    found = fitted(skewed())
    first, again = (found.draw(5, generator(3, "samples", 1)) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, found.draw(5, generator(3, "samples", 2)))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [[-2.0, 0.4, 3.0]]),
        ({"code_activation": "relu"}, [[0.0, 0.4, 3.0]]),
        ({"code_activation": "tanh"}, [[-1.0, 0.4, 1.0]]),
        ({"code": "binary", "code_activation": "sigmoid"}, [[0.0, 0.0, 1.0]]),
        ({"code": "k-sparse", "active": 2}, [[0.0, 0.4, 3.0]]),
    ],
)
def test_what_no_encoder_gives_is_brought_back(settings, expected):
    config = RunConfig(dataset="digits", bottleneck=3, **settings)
    found = reachable(torch.tensor([[-2.0, 0.4, 3.0]]), config)
    torch.testing.assert_close(found, torch.tensor(expected))


def test_neighbours_are_those_of_brute_force():
    codes, samples = skewed(60), skewed(5) + 1
    found = neighbourhood(codes)
    table = codes.double().numpy()
    between = np.sqrt(((table[:, None] - table) ** 2).sum(-1))
    np.fill_diagonal(between, np.inf)
    near = between.min(1)
    assert found.median == pytest.approx(np.sort(near)[29], rel=1e-4)  # torch: the lower middle
    assert found.limit == pytest.approx(np.quantile(near, 0.95), rel=1e-4)
    others = np.sqrt(((samples.double().numpy()[:, None] - table) ** 2).sum(-1)).min(1)
    np.testing.assert_allclose(found.distance(samples), others, rtol=1e-4)


def test_what_is_drawn_like_the_codes_rarely_falls_into_holes_and_ring_shaped_codes_have_one():
    codes = torch.randn(2000, 2, generator=source())
    own = neighbourhood(codes).distance(torch.randn(2000, 2, generator=source(1)))
    assert 0.02 < float((own > neighbourhood(codes).limit).float().mean()) < 0.09
    ring = codes / codes.norm(dim=1, keepdim=True)
    found = neighbourhood(ring)
    lost = found.distance(fitted(ring).draw(400, source(2))) > found.limit
    assert float(lost.float().mean()) > 0.9


def test_equal_codes_are_no_distance_apart():
    found = neighbourhood(torch.ones(20, 4))
    assert found.median == found.limit == 0
    assert found.distance(torch.ones(1, 4)).tolist() == [0]


def test_the_aggregate_posterior_is_that_of_drawn_codes():
    config = RunConfig(dataset="digits", code="variational", hidden=(16,), bottleneck=3)
    network = initialise(config)
    x = torch.rand(300, 64, generator=source())
    mean, deviation = aggregate_posterior(network, x)
    with torch.no_grad():
        drawn = torch.cat([network.run(x, source(k)).code for k in range(30)])
    torch.testing.assert_close(mean, drawn.mean(0), atol=0.05, rtol=0)
    torch.testing.assert_close(deviation, drawn.std(0), atol=0.05, rtol=0)


def test_every_loss_has_pixels_whose_mean_is_the_decoded_value():
    assert set(PIXELS) == set(LOSSES)
    decoded = torch.tensor([[0.0, 0.2, 0.9, 1.0]]).expand(20_000, -1)
    for entry in PIXELS.values():
        drawn = entry.draw(decoded, source())
        torch.testing.assert_close(drawn.mean(0), decoded[0], atol=0.02, rtol=0)
    assert set(PIXELS["bce"].draw(decoded, source()).unique().tolist()) == {0, 1}
    assert float(PIXELS["mse"].draw(decoded, source()).std(0)[0]) == pytest.approx(0.71, abs=0.02)


def test_the_squared_error_is_the_likelihood_of_that_normal_distribution():
    x, y = torch.tensor([0.1, 0.9]), torch.tensor([0.5, 0.2])
    normal = torch.distributions.Normal(y, MSE_DEVIATION)
    constant = math.log(MSE_DEVIATION * math.sqrt(2 * math.pi))
    torch.testing.assert_close((x - y).square(), -normal.log_prob(x) - constant)
