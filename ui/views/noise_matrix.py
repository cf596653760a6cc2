"""The noise matrix of the Reconstructions page: noise in training against noise at test time."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from aecore.corruption import Noise
from aecore.datasets import Dataset
from aecore.noise_matrix import IMAGES, IMAGES_OF_CONVOLUTIONS, errors
from ui.pictures import source
from ui.views.frame import Frame, cached, first_test_images, greys, model, shared
from ui.views.reconstructions import Looks, components, levels_in, of_data, of_frame, pca

_SEED = 0
"""The noise on the images that cells are means of is drawn the same way for all runs."""


def count(frame: Frame) -> int:
    """Return how many test images a cell is the mean of."""
    most = IMAGES if frame.config.architecture == "dense" else IMAGES_OF_CONVOLUTIONS
    return min(most, len(frame.data.test_images))


@cached(96)
def network_errors(frame: Frame, *noises: Noise) -> list[float]:
    """Return a snapshot's error under each noise."""
    clean = first_test_images(frame.data, count(frame))
    found: list[float] = errors([model(frame)], clean, noises, _SEED)[0].tolist()
    return found


def pca_errors(frame: Frame, *noises: Noise) -> list[float]:
    """Return the error under each noise of PCA with as many components as the code has numbers."""
    return _pca_errors(frame.data, components(frame), count(frame), *noises)


@shared(24, lambda data, *choices: (data.fingerprint, *choices))
def _pca_errors(data: Dataset, q: int, count: int, *noises: Noise) -> list[float]:
    clean = first_test_images(data, count)
    found: list[float] = errors([pca(data, q)], clean, noises, _SEED)[0].tolist()
    return found


@of_data(24)
def noisy_pictures(data: Dataset, looks: Looks, levels: tuple[float, ...]) -> list[str]:
    """Return what goes in at each level, as pictures."""
    return _sources(levels_in(data, looks, levels), data)


@of_frame(96)
def network_pictures(frame: Frame, looks: Looks, levels: tuple[float, ...]) -> list[str]:
    """Return what a snapshot makes of the images at each level, as pictures."""
    return _denoised(model(frame), frame.data, looks, levels)


@of_data(24)
def pca_pictures(data: Dataset, looks: Looks, levels: tuple[float, ...], q: int) -> list[str]:
    """Return what PCA with q components makes of the images at each level, as pictures."""
    return _denoised(pca(data, q), data, looks, levels)


@torch.no_grad()
def _denoised(
    through: Callable[[Tensor], Tensor], data: Dataset, looks: Looks, levels: tuple[float, ...]
) -> list[str]:
    noisy = levels_in(data, looks, levels)  # (levels, k, n)
    return _sources(through(noisy.flatten(0, 1)).view_as(noisy), data)


def _sources(rows: Tensor, data: Dataset) -> list[str]:
    return [source(greys(part, data), len(part)) for part in rows]
