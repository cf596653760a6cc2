"""The Reconstructions page: chosen images, what goes in, and what each model makes of it.

What depends on the images alone is kept apart from what depends on a snapshot: while a network
learns, only its own rows are drawn anew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from cachetools.keys import typedkey
from torch import Tensor

from aecore import images, language
from aecore.corruption import Noise
from aecore.datasets import Dataset
from aecore.language import text as _
from aecore.noise_matrix import noises, sweep
from aecore.own_images import OwnImages
from aecore.reconstruction import Reconstruction, choose, reconstruct, spoil
from aecore.wording import moment, short
from ui.flipbook import Film
from ui.pictures import Row, row
from ui.views.frame import (
    Frame,
    T,
    all_test_images,
    baseline,
    cached,
    greys,
    knows_pca,
    model,
    shared,
    specimen_images,
    test_errors,
    test_labels,
)

A_ROW = 10


@dataclass(frozen=True)
class Looks:
    """What is looked at: which images, and what is done to them.

    Attributes
    ----------
    places : tuple of int
        As for `ui.views.frame.specimens`.
    own : OwnImages
    noise : Noise
    seed : int
        Fixes what is drawn for the noise.
    """

    places: tuple[int, ...]
    own: OwnImages
    noise: Noise
    seed: int

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from all others."""
        return self.places, self.own.fingerprint, self.noise, self.seed


@dataclass(frozen=True, eq=False)
class Part:
    """What one model makes of the images.

    Attributes
    ----------
    name, reached : str
        What it is called, and how far it is trained.
    strips : list of list of Row
        Its rows for each ten images.
    error : float
        Reconstruction error, mean over the images and their pixels.
    whole : float
        Reconstruction error of all test images, clean input.
    """

    name: str
    reached: str
    strips: list[list[Row]]
    error: float
    whole: float


@dataclass(frozen=True, eq=False)
class Reel:
    """What one model makes of the images at each level of a noise.

    Attributes
    ----------
    film : Film
    errors : tuple of float
        Reconstruction error at each level, mean over the images and their pixels.
    """

    film: Film
    errors: tuple[float, ...]


def of_data(most: int) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Cache a function of (data set, looks, *simple choices), whatever the network."""
    return _kept(most, lambda data: (data.fingerprint,))


def of_frame(most: int) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Cache a function of (frame, looks, *simple choices)."""
    return _kept(most, lambda frame: frame.key)


def _kept(
    most: int, about: Callable[[Any], tuple[Hashable, ...]]
) -> Callable[[Callable[..., T]], Callable[..., T]]:
    return shared(
        most,
        lambda thing, looks, *choices: typedkey(
            language.current(), *about(thing), *looks.key, *choices
        ),
    )


# -- which images, and what goes in --------------------------------------------------


@cached(48)
def places(frame: Frame, how: str, label: int | None, count: int, seed: int) -> tuple[int, ...]:
    """Return the places of chosen test images."""
    labels = test_labels(frame.data)
    return tuple(choose(how, test_errors(frame), labels, label, count, seed).tolist())


@of_data(24)
def going_in(data: Dataset, looks: Looks) -> tuple[Tensor, Tensor]:
    """Return the images as they are, and with noise, (k, n) each."""
    clean = specimen_images(data, looks.places, looks.own)
    return clean, spoil(clean, torch.tensor(looks.places), looks.noise, looks.seed)


@of_data(24)
def input_rows(data: Dataset, looks: Looks) -> list[list[Row]]:
    """Return the rows original and noisy, for each ten images."""
    strips = []
    for clean, noisy in _tens(*going_in(data, looks)):
        rows = [row(_("Original"), _origin(data, looks), greys(clean, data))]
        if looks.noise:
            rows.append(row(_("Noisy"), _("what goes in"), greys(noisy, data)))
        strips.append(rows)
    return strips


def _origin(data: Dataset, looks: Looks) -> str:
    count = len(data.test_images)
    own = bool(looks.places) and looks.places[0] >= count
    return _("your own images") if own else _("from the test {things}", things=_(data.spec.things))


def _tens(*rows: Tensor) -> list[tuple[Tensor, ...]]:
    return list(zip(*(tensor.split(A_ROW) for tensor in rows), strict=True))


# -- what models make of it, in rows -------------------------------------------------


def parts(
    frame: Frame, looks: Looks, others: Sequence[tuple[str, Frame]], errors: bool
) -> list[Part]:
    """Return what the snapshot, PCA and other runs make of the images.

    Parameters
    ----------
    frame : Frame
        The session's own, whose error row is always there.
    looks : Looks
    others : sequence of (str, Frame)
        Other runs and what they are called.
    errors : bool
        Whether PCA and other runs have error rows.
    """
    found = [
        network_part(frame, looks, _("This run"), _("Reconstructed"), _("what comes out"), True)
    ]
    if knows_pca(frame.data):
        found.append(pca_part(frame.data, looks, components(frame), errors))
    for name, other in others:
        found.append(network_part(other, looks, name, name, reached(other), errors))
    return found


@of_frame(96)
def network_part(
    frame: Frame, looks: Looks, name: str, label: str, hint: str, errors: bool
) -> Part:
    """Return what a snapshot makes of the images; error rows where they are asked for."""
    strips, error = _strips(model(frame), frame.data, looks, label, hint, errors)
    return Part(name, reached(frame), strips, error, whole_error(frame))


@of_data(48)
def pca_part(data: Dataset, looks: Looks, q: int, errors: bool) -> Part:
    """Return what PCA with q components makes of the images."""
    strips, error = _strips(pca(data, q), data, looks, f"PCA {q}", "", errors)
    return Part(f"PCA {q}", "", strips, error, whole_pca_error(data, q))


def reached(frame: Frame) -> str:
    """Return how far a snapshot is trained: ``epoch 10``."""
    config = frame.config
    return moment(frame.step, config.steps_per_epoch, config.pretraining_span)


def _strips(
    through: Callable[[Tensor], Tensor],
    data: Dataset,
    looks: Looks,
    label: str,
    hint: str,
    errors: bool,
) -> tuple[list[list[Row]], float]:
    seen = [reconstruct(through, *ten) for ten in _tens(*going_in(data, looks))]
    error = float(torch.cat([ten.errors for ten in seen]).mean())
    return [_rows(ten, data, label, hint, errors) for ten in seen], error


def _rows(seen: Reconstruction, data: Dataset, label: str, hint: str, errors: bool) -> list[Row]:
    captions = [short(float(e)) for e in seen.errors]
    pictures = greys(seen.reconstructed, data)
    if not errors:
        return [row(label, hint, pictures, captions)]
    difference = images.signed(seen.difference.numpy().reshape(-1, *data.shape), data.span[1])
    return [
        row(label, hint, pictures),
        row(_("Error"), _("red too bright, blue too dark"), difference, captions),
    ]


def pca(data: Dataset, q: int) -> Callable[[Tensor], Tensor]:
    """Return what makes reconstructions (k, n) of images (k, n) by PCA with q components."""
    known = baseline(data)
    assert known is not None, "only where it is there"
    return lambda x: known.reconstruct(x, q)


def components(frame: Frame) -> int:
    """Return how many numbers PCA gets: as many as the code, if there are so many."""
    return min(frame.config.code_size, frame.config.pixels)


# -- errors on the whole test split --------------------------------------------------


def whole_error(frame: Frame) -> float:
    """Return a snapshot's reconstruction error on all test images, clean input."""
    measured = frame.run.results.load(f"whole-{frame.step}")
    if measured is not None and "test_mse_clean" in measured:
        return float(measured["test_mse_clean"])
    return float(test_errors(frame).mean())


def whole_pca_error(data: Dataset, q: int) -> float:
    """Return the reconstruction error of PCA with q components on all test images."""
    return _whole_pca_error(data.fingerprint, q, data)


@shared(96, lambda fingerprint, q, _data: (fingerprint, q))
def _whole_pca_error(fingerprint: str, q: int, _data: Dataset) -> float:
    through, every = pca(_data, q), all_test_images(_data)
    total = sum(float((through(x) - x).square().sum()) for x in every.split(1000))
    return total / every.numel()


# -- what models make of it, level by level ------------------------------------------


@of_data(24)
def levels_in(data: Dataset, looks: Looks, levels: tuple[float, ...]) -> Tensor:
    """Return the images at levels of the noise, with the same draw for all, (levels, k, n)."""
    clean = specimen_images(data, looks.places, looks.own)
    where = torch.tensor(looks.places)
    kinds = noises(looks.noise.name, levels, looks.noise)
    return torch.stack([spoil(clean, where, noise, looks.seed) for noise in kinds])


@of_data(12)
def input_films(data: Dataset, looks: Looks) -> list[Film]:
    """Return the films of the images as they are, and at every level of the noise."""
    clean = specimen_images(data, looks.places, looks.own)
    return [
        Film(_("Original"), _origin(data, looks), _film(clean[None], data)),
        Film(
            _("Noisy"),
            _("what goes in"),
            _film(levels_in(data, looks, sweep(looks.noise.name)), data),
        ),
    ]


def reels(frame: Frame, looks: Looks, others: Sequence[tuple[str, Frame]]) -> list[Reel]:
    """Return what the snapshot, PCA and other runs make of the images at every level."""
    found = [network_reel(frame, looks, _("This run"), _("what comes out"))]
    if knows_pca(frame.data):
        found.append(pca_reel(frame.data, looks, components(frame)))
    return found + [network_reel(other, looks, name, reached(other)) for name, other in others]


@of_frame(48)
def network_reel(frame: Frame, looks: Looks, label: str, hint: str) -> Reel:
    """Return what a snapshot makes of the images at every level of the noise."""
    return _reel(model(frame), frame.data, looks, label, hint)


@of_data(24)
def pca_reel(data: Dataset, looks: Looks, q: int) -> Reel:
    """Return what PCA with q components makes of the images at every level of the noise."""
    return _reel(pca(data, q), data, looks, f"PCA {q}", "")


@torch.no_grad()
def _reel(
    through: Callable[[Tensor], Tensor], data: Dataset, looks: Looks, label: str, hint: str
) -> Reel:
    noisy = levels_in(data, looks, sweep(looks.noise.name))  # (levels, k, n)
    clean = specimen_images(data, looks.places, looks.own)
    seen = through(noisy.flatten(0, 1)).view_as(noisy)
    errors = (seen - clean).square().mean(2)  # (levels, k)
    captions = tuple(tuple(map(short, line)) for line in errors.tolist())
    return Reel(Film(label, hint, _film(seen, data), captions), tuple(errors.mean(1).tolist()))


def _film(rows: Tensor, data: Dataset) -> npt.NDArray[np.uint8]:
    """Return images (frames, k, n) as grey pictures (frames, k, h, w)."""
    shown = np.nan_to_num(data.shown(rows.numpy()))
    pictures: npt.NDArray[np.uint8] = (shown * 255).round().astype(np.uint8)
    return pictures.reshape(*rows.shape[:2], *data.shape)
