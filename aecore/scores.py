"""Scores of how odd images are to a network, larger for the odder: a registry."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from aecore.anomalies import CHUNK, reconstruction_errors
from aecore.models import Autoencoder
from aecore.reconstruction import codes as codes_of

NEIGHBOURS = 5
"""The code distance is that to the training code of this rank by distance."""

MOST_REFERENCES = 5000
"""Training images whose codes are compared with: with ten thousand, live is no longer live."""


@dataclass(frozen=True, eq=False)
class Context:
    """What a score may need beside the network and the images.

    Attributes
    ----------
    shape : tuple of int
        Height and width of the images, pixels.
    codes : callable
        Returns codes of training images, (r, q); asked only by scores that need them.
    within : bool
        Whether the images that are scored are those training images, so that each finds its
        own code among them, which must not count.
    """

    shape: tuple[int, int]
    codes: Callable[[], Tensor]
    within: bool = False


@dataclass(frozen=True)
class Score:
    """One way to say how odd an image is.

    Attributes
    ----------
    unit : str
        What the numbers are, for axes and tables.
    compute : callable
        ``(model, images (m, n), context) -> scores (m,)``, float32, 0 and more.
    formula : str
        LaTeX: of an image x with n pixels, its reconstruction x̂ and its code h.
    """

    name: str
    label: str
    help: str
    unit: str
    compute: Callable[[Autoencoder, Tensor, Context], Tensor]
    formula: str


def patch_shape(shape: tuple[int, int]) -> tuple[int, int]:
    """Return height and width of the patches of an image: a quarter of each side."""
    return max(1, shape[0] // 4), max(1, shape[1] // 4)


def worst_patch(errors: Tensor, patch: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Find the patch with the largest mean error in each image; all places are tried.

    Parameters
    ----------
    errors : Tensor, shape (m, h, w), float32
        Squared error of each pixel.
    patch : tuple of int
        Height and width of a patch, pixels.

    Returns
    -------
    means : Tensor, shape (m,), float32
        Mean squared error per pixel of that patch.
    corners : Tensor, shape (m, 2), int64
        Row and column of its upper left pixel; the first of equals.
    """
    height, width = patch
    sums = functional.pad(errors.cumsum(1), (0, 0, 1, 0))  # (m, h + 1, w)
    sums = sums[:, height:] - sums[:, :-height]
    sums = functional.pad(sums.cumsum(2), (1, 0))  # (m, h - height + 1, w + 1)
    sums = sums[:, :, width:] - sums[:, :, :-width]
    largest, places = sums.flatten(1).max(1)
    columns = sums.shape[2]
    means = (largest / math.prod(patch)).clamp(min=0)
    return means, torch.stack([places // columns, places % columns], dim=1)


def code_distance(
    codes: Tensor, queries: Tensor, k: int = NEIGHBOURS, *, within: bool = False
) -> Tensor:
    """Return the Euclidean distance of each query to the k-th nearest code.

    Large where codes are thin (Ramaswamy, Rastogi & Shim 2000).

    Parameters
    ----------
    codes : Tensor, shape (r, q), float32
        r at least 1; the farthest is taken where there are fewer than k.
    queries : Tensor, shape (m, q), float32
    k : int
        1 or more.
    within : bool
        Whether the queries are among the codes; each one's own is then left out.

    Returns
    -------
    Tensor, shape (m,), float32
    """
    k = min(k + within, len(codes))
    middle = codes.mean(0)  # far from 0, squares would lose the digits that tell codes apart
    codes, queries = codes - middle, queries - middle
    lengths = codes.square().sum(1)  # (r,)
    found = []
    for chunk in queries.split(CHUNK // 2):
        # the query's own length is the same for all codes: it does not change who is near
        near = torch.addmm(lengths[None], chunk, codes.T, alpha=-2)  # (c, r)
        place = near.topk(k, largest=False).indices[:, -1]
        found.append((chunk - codes[place]).square().sum(1).sqrt())
    return torch.cat(found) if found else torch.zeros(0)


def _mean(model: Autoencoder, images: Tensor, context: Context) -> Tensor:
    return reconstruction_errors(model, images)


@torch.no_grad()
def _patch(model: Autoencoder, images: Tensor, context: Context) -> Tensor:
    patch = patch_shape(context.shape)
    worst = [
        worst_patch((model(chunk) - chunk).square().unflatten(1, context.shape), patch)[0]
        for chunk in images.split(CHUNK)
    ]
    return torch.cat(worst)


def _distance(model: Autoencoder, images: Tensor, context: Context) -> Tensor:
    return code_distance(context.codes(), codes_of(model, images), within=context.within)


SCORES: dict[str, Score] = {
    score.name: score
    for score in (
        Score(
            "mean",
            "Mean error",
            "Squared reconstruction error (RE), the mean over all pixels.",
            "MSE per pixel",
            _mean,
            r"\frac{1}{n} \sum_{j=1}^{n} (x_j - \hat{x}_j)^2",
        ),
        Score(
            "patch",
            "Worst patch",
            "Squared reconstruction error of the worst patch, a quarter as high and wide as the "
            "image: finds what is wrong in one place only.",
            "MSE per pixel of the worst patch",
            _patch,
            r"\max_{P} \frac{1}{|P|} \sum_{j \in P} (x_j - \hat{x}_j)^2",
        ),
        Score(
            "distance",
            "Code distance",
            f"Distance in code space to the {NEIGHBOURS}th nearest code of "
            f"{MOST_REFERENCES:,} training images: large where codes are thin.",
            "distance in code space",
            _distance,
            rf"\lVert h - h_{{({NEIGHBOURS})}} \rVert_2",
        ),
    )
}
"""The scores by name, in the order in which a page offers them."""
