"""Odd images out: whatever a network reconstructs badly is unlike what it was trained on."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from aecore.models import Autoencoder

CHUNK = 1000
"""Images reconstructed at a time."""


@torch.no_grad()
def reconstruction_errors(model: Autoencoder, images: Tensor) -> Tensor:
    """Return each image's reconstruction error (RE), without any noise.

    Parameters
    ----------
    model : Autoencoder
    images : Tensor, shape (m, n), float32
        Pixels 0 to 1.

    Returns
    -------
    Tensor, shape (m,), float32
        Mean squared error per pixel.
    """
    chunks = images.split(CHUNK)
    return torch.cat([(model(chunk) - chunk).square().mean(1) for chunk in chunks])


def rank(errors: Tensor) -> Tensor:
    """Return the places of images by decreasing error, (m,); equals stay in their order."""
    return errors.argsort(descending=True, stable=True)


def rank_of(errors: Tensor, strangers: Tensor) -> Tensor:
    """Return where each stranger would rank if it alone were put behind the images.

    Parameters
    ----------
    errors : Tensor, shape (m,)
        Reconstruction errors of the images that belong.
    strangers : Tensor, shape (k,)
        Reconstruction errors of the strangers.

    Returns
    -------
    Tensor, shape (k,), int64
        1 (the largest error of all) to m + 1; an image with the same error ranks before.
    """
    below = torch.searchsorted(errors.sort().values, strangers.contiguous())
    return len(errors) - below + 1


@dataclass(frozen=True, eq=False)
class Ranking:
    """Images that belong, then strangers, ranked together by reconstruction error.

    Attributes
    ----------
    errors : Tensor, shape (m + k,), float32
        Mean squared error per pixel: m images, then k strangers.
    order : Tensor, shape (m + k,), int64
        Places in `errors`, largest error first.
    stranger : Tensor, shape (m + k,), bool
        Which entries of `errors` are strangers.
    """

    errors: Tensor
    order: Tensor
    stranger: Tensor

    @property
    def ranks(self) -> Tensor:
        """Rank of each entry among all, 1 for the largest error, (m + k,)."""
        ranks = torch.empty_like(self.order)
        ranks[self.order] = torch.arange(1, len(self.order) + 1)
        return ranks

    @property
    def stranger_ranks(self) -> Tensor:
        """Rank of each stranger among the images that belong, as `rank_of`, (k,)."""
        return rank_of(self.errors[~self.stranger], self.errors[self.stranger])


def ranking(errors: Tensor, strangers: Tensor) -> Ranking:
    """Rank images and strangers whose errors are known.

    Parameters
    ----------
    errors : Tensor, shape (m,)
        Reconstruction errors of the images that belong.
    strangers : Tensor, shape (k,)
        Reconstruction errors of the strangers; k may be 0.
    """
    together = torch.cat([errors, strangers])
    return Ranking(together, rank(together), torch.arange(len(together)) >= len(errors))


def score(model: Autoencoder, test_images: Tensor, strangers: Tensor) -> Ranking:
    """Rank test images and strangers by how badly a network reconstructs them.

    Parameters
    ----------
    model : Autoencoder
    test_images : Tensor, shape (m, n), float32
        Pixels 0 to 1.
    strangers : Tensor, shape (k, n), float32
        Pixels 0 to 1; k may be 0.
    """
    return ranking(
        reconstruction_errors(model, test_images), reconstruction_errors(model, strangers)
    )
