"""Reconstructions of chosen images: which to look at, what goes in, what comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from aecore.corruption import CORRUPTIONS, Noise
from aecore.models import Autoencoder
from aecore.randomness import generator

CHUNK = 2000
"""Images or codes that go through a network at a time."""


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """Images and what a model makes of them; all (k, n).

    Attributes
    ----------
    original, noisy, reconstructed : Tensor, shape (k, n), float32
        Clean target, input, output.
    """

    original: Tensor
    noisy: Tensor
    reconstructed: Tensor

    @property
    def difference(self) -> Tensor:
        """Reconstruction minus original, (k, n): above 0 where it is too bright."""
        return self.reconstructed - self.original

    @property
    def errors(self) -> Tensor:
        """Reconstruction error of each image, (k,): squared difference, mean per pixel."""
        return self.difference.square().mean(1)


@torch.no_grad()
def reconstruct(
    model: Callable[[Tensor], Tensor], original: Tensor, noisy: Tensor
) -> Reconstruction:
    """Send images (k, n) through a model, a network or any other (k, n) -> (k, n)."""
    return Reconstruction(original, noisy, model(noisy))


def spoil(images: Tensor, places: Tensor, noise: Noise, seed: int) -> Tensor:
    """Corrupt images (k, n) for looking; each by its place in the split, whatever is beside it.

    Parameters
    ----------
    images : Tensor, shape (k, n)
        Pixels in [0, 1].
    places : Tensor, shape (k,)
        Place of each image in its split.
    noise : Noise
    seed : int
    """
    if not noise:
        return images
    if not CORRUPTIONS[noise.name].drawn:  # all at once
        return noise(images, generator(seed, "look"))
    rows = [
        noise(image[None], generator(seed, "look", int(place)))
        for image, place in zip(images, places, strict=True)
    ]
    return torch.cat(rows) if rows else images


def one_of_each(labels: Tensor, classes: int, at_most: int = 10) -> Tensor:
    """Return the place of the first image of each class, (k,), k at most ``at_most``.

    Where there is no image of a class, or only one class, the first images stand in.
    """
    first = [torch.nonzero(labels == k)[:1, 0] for k in range(classes)]
    places = torch.cat(first)[:at_most] if classes > 1 else torch.empty(0, dtype=torch.int64)
    return places if len(places) else torch.arange(min(at_most, len(labels)))


@dataclass(frozen=True)
class Choice:
    """One way to choose images of a split.

    Attributes
    ----------
    choose : callable
        ``(errors (N,), labels (N,), seed) -> places``, best suited first.
    drawn : bool
        Whether another seed gives other images.
    """

    name: str
    label: str
    help: str
    choose: Callable[[Tensor, Tensor, int], Tensor]
    drawn: bool = False


def _shuffled(errors: Tensor, labels: Tensor, seed: int) -> Tensor:
    return torch.randperm(len(errors), generator=generator(seed, "choice"))


def _by_class(errors: Tensor, labels: Tensor, seed: int) -> Tensor:
    order = _shuffled(errors, labels, seed)
    order = order[labels[order] >= 0]  # outliers are of no class
    grouped = order[labels[order].argsort(stable=True)]
    counts = torch.bincount(labels[grouped])
    first = (counts.cumsum(0) - counts)[labels[grouped]]  # where each image's class begins
    return grouped[(torch.arange(len(grouped)) - first).argsort(stable=True)]


CHOICES: dict[str, Choice] = {
    entry.name: entry
    for entry in (
        Choice(
            "random",
            "Random",
            "Drawn at random; draw again for others.",
            _shuffled,
            drawn=True,
        ),
        Choice(
            "classes",
            "Per class",
            "One of each class in turn, drawn at random.",
            _by_class,
            drawn=True,
        ),
        Choice(
            "best",
            "Best",
            "Smallest reconstruction error first.",
            lambda errors, labels, seed: torch.argsort(errors, stable=True),
        ),
        Choice(
            "worst",
            "Worst",
            "Largest reconstruction error first.",
            lambda errors, labels, seed: torch.argsort(errors, descending=True, stable=True),
        ),
    )
}


def choose(
    how: str, errors: Tensor, labels: Tensor, label: int | None, count: int, seed: int
) -> Tensor:
    """Choose images by name of the way, optionally of one class only.

    Parameters
    ----------
    how : str
        A key of `CHOICES`.
    errors : Tensor, shape (N,)
        Reconstruction error of every image of the split.
    labels : Tensor, shape (N,)
    label : int or None
        Only images of this class.
    count : int
        How many at most.
    seed : int

    Returns
    -------
    Tensor, shape (k,), int64
        Places in the split.
    """
    places = CHOICES[how].choose(errors, labels, seed)
    if label is not None:
        places = places[labels[places] == label]
    return places[:count]


@torch.no_grad()
def codes(model: Autoencoder, images: Tensor) -> Tensor:
    """Return the codes (k, q) of clean images (k, n), in chunks."""
    return torch.cat([model.encode(part) for part in images.split(CHUNK)])


@torch.no_grad()
def decoded(model: Autoencoder, found: Tensor) -> Tensor:
    """Return the images (k, n) of codes (k, q), in chunks."""
    return torch.cat([model.decode(part) for part in found.split(CHUNK)])
