"""Codes drawn at random and decoded: images that nobody drew, and the holes between codes.

A variational network was trained so that its codes follow N(0, 1), the prior (Kingma & Welling
2013). The codes of other networks follow nothing in particular: a Gaussian fitted to them has
their mean and covariance, and still puts samples where no image's code is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from aecore.activations import ACTIVATIONS
from aecore.config import RunConfig
from aecore.language import marked
from aecore.models import Autoencoder

TYPICAL = 0.95
"""Share of codes that are not in a hole, by definition."""


@dataclass(frozen=True, eq=False)
class Gaussian:
    """A normal distribution of codes.

    Attributes
    ----------
    mean : Tensor, shape (q,)
    root : Tensor, shape (q, q)
        The covariance is root · rootᵀ, which may be singular.
    """

    mean: Tensor
    root: Tensor

    def draw(self, count: int, source: torch.Generator) -> Tensor:
        """Return codes drawn from it, (count, q)."""
        noise = torch.randn(count, len(self.mean), generator=source)
        return self.mean + noise @ self.root.T


def prior(q: int) -> Gaussian:
    """Return N(0, 1) of q independent units."""
    return Gaussian(torch.zeros(q), torch.eye(q))


def fitted(codes: Tensor) -> Gaussian:
    """Return the Gaussian with the mean and the covariance of codes (m, q).

    Directions in which the codes do not vary get no spread: samples stay among the codes'
    own directions, also where there are fewer codes than units.
    """
    table = codes.double()
    centred = table - table.mean(0)
    covariance = centred.T @ centred / max(len(codes) - 1, 1)
    variances, axes = torch.linalg.eigh(covariance)
    root = axes * variances.clamp(min=0).sqrt()
    return Gaussian(table.mean(0).float(), root.float())


def reachable(drawn: Tensor, config: RunConfig) -> Tensor:
    """Return drawn codes (m, q) with what no encoder of this kind can give brought back.

    Values are clipped to the range of the code activation; binary codes are rounded to bits,
    of k-sparse codes the k largest values stay.
    """
    activation = ACTIVATIONS[config.code_activation]
    clipped = drawn.clamp(activation.low, activation.high)
    kind = _KINDS.get(config.code)
    return kind(clipped, config) if kind else clipped


def _strongest(codes: Tensor, config: RunConfig) -> Tensor:
    values, places = codes.topk(config.active, dim=1)
    return torch.zeros_like(codes).scatter_(1, places, values)


_KINDS: dict[str, Callable[[Tensor, RunConfig], Tensor]] = {
    "binary": lambda codes, config: (codes > 0.5).float(),
    "k-sparse": _strongest,
}


# -- holes ---------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """How near the codes of images lie to each other.

    Attributes
    ----------
    codes : Tensor, shape (m, q)
    median : float
        Median distance of a code to the nearest other one, Euclidean.
    limit : float
        The distance that 95 % of them do not exceed; what is farther from all codes than
        that is in a hole.
    """

    codes: Tensor
    median: float
    limit: float

    def distance(self, samples: Tensor) -> Tensor:
        """Return how far samples (k, q) are from the nearest code, (k,)."""
        return _distances(samples, self.codes).amin(1)


def neighbourhood(codes: Tensor) -> Neighbourhood:
    """Measure how near codes (m, q), m at least 2, lie to each other."""
    near = _distances(codes, codes).fill_diagonal_(math.inf).amin(1)
    return Neighbourhood(codes, float(near.median()), float(near.quantile(TYPICAL)))


def _distances(first: Tensor, second: Tensor) -> Tensor:
    # exact: distances of nearly equal codes are what this is about
    return torch.cdist(first, second, compute_mode="donot_use_mm_for_euclid_dist")


# -- a variational network's codes beside the prior ----------------------------------


@torch.no_grad()
def aggregate_posterior(model: Autoencoder, images: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation of each unit over all images' drawn codes.

    Every image has a normal distribution of codes, N(μ, σ²); over all images a unit has the
    mean of the μ, and the variance of the μ plus the mean of the σ².

    Parameters
    ----------
    model : Autoencoder
        A variational one.
    images : Tensor, shape (m, n)

    Returns
    -------
    mean, deviation : Tensor, shape (q,)
        0 and 1 where the codes are as the prior has them.
    """
    mean, log_variance = model.sums(images).chunk(2, dim=1)
    variance = mean.var(0, correction=0) + log_variance.exp().mean(0)
    return mean.mean(0), variance.sqrt()


# -- outputs that are drawn, too -----------------------------------------------------


@dataclass(frozen=True)
class Pixels:
    """What a loss takes an output for: the mean of a distribution of every pixel.

    Attributes
    ----------
    words : str
        The distribution, for people; {deviation} is `MSE_DEVIATION`.
    draw : callable
        ``(decoded (m, n), generator) -> pixels (m, n)``.
    """

    words: str
    draw: Callable[[Tensor, torch.Generator], Tensor]


MSE_DEVIATION = math.sqrt(0.5)
"""(x − x̂)² is −log N(x; x̂, σ²) up to a constant where 2σ² is 1."""

PIXELS: dict[str, Pixels] = {
    "bce": Pixels(
        marked("every pixel is white with the decoded value as its chance"),
        lambda decoded, source: torch.bernoulli(decoded.clamp(0, 1), generator=source),
    ),
    "mse": Pixels(
        marked("every pixel is the decoded value plus normal noise of σ {deviation:.2f}"),
        lambda decoded, source: (
            decoded + MSE_DEVIATION * torch.randn(decoded.shape, generator=source)
        ),
    ),
}
"""By the name of the loss, see `aecore.objectives.LOSSES`."""
