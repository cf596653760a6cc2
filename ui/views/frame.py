"""A snapshot to look at, and what every view of it starts from; computed once for all viewers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from threading import Condition
from typing import TypeVar

import cachetools
import numpy as np
import torch
from cachetools import LRUCache
from cachetools.keys import typedkey
from torch import Tensor

from aecore import baselines, evaluation, images, language
from aecore.anomalies import reconstruction_errors
from aecore.config import RunConfig
from aecore.datasets import Dataset
from aecore.language import text as _
from aecore.models import Autoencoder, load_weights
from aecore.own_images import OwnImages
from aecore.reconstruction import Reconstruction
from aecore.runs import Run, RunError, SnapshotGone
from aecore.training import as_pixels
from aecore.wording import short
from ui.pictures import Row, row
from ui.server import server

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Frame:
    """One snapshot of a run, to be looked at."""

    run: Run
    step: int
    data: Dataset

    @property
    def config(self) -> RunConfig:
        """The run's settings."""
        return self.run.config

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from all others."""
        return self.run.id, self.step


def cached(most: int) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Cache a function of a frame and simple choices; computed once, also for thirty at once."""
    return shared(most, lambda frame, *choices: typedkey(*frame.key, language.current(), *choices))


def shared(
    most: int, key: Callable[..., Hashable]
) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Cache a function by a key that is made of its arguments; computed once, as for `cached`."""
    keep: Callable[[Callable[..., T]], Callable[..., T]] = cachetools.cached(
        LRUCache(most), key, condition=Condition()
    )
    return keep


@cached(64)
def model(frame: Frame) -> Autoencoder:
    """Return the network as it was.

    Raises
    ------
    RunError
        If the snapshot is gone, damaged or of another network.
    """
    weights = frame.run.weights(frame.step)
    try:
        return load_weights(frame.config, weights)
    except (RuntimeError, KeyError) as error:
        frame.run.distrust(frame.step, error)
        raise RunError(_("This snapshot belongs to another network; it is made again.")) from error


def newest_frame(run: Run, step: int, data: Dataset) -> Frame:
    """Return the frame of a step, or of the last before it where that has been thinned out.

    Its network is in memory from then on: what is drawn of it no longer needs the snapshot.

    Raises
    ------
    SnapshotGone
        If there is none before either.
    RunError
        If the snapshot is damaged.
    """
    frame = Frame(run, step, data)
    try:
        model(frame)
    except SnapshotGone:
        frame = Frame(run, max((s for s in run.steps() if s < step), default=0), data)
        model(frame)
    return frame


def test_images(data: Dataset, places: Tensor) -> Tensor:
    """Return test images by place, (k, n) in [0, 1]."""
    return as_pixels(evaluation.pixels(data.test_images)[places])


@dataclass(frozen=True)
class Specimen:
    """An image that a view can look at: a test image, or one of one's own.

    Attributes
    ----------
    place : int
        Among the test images, own images numbered on behind them.
    name : str
        Its class, or what its owner calls it.
    own : bool
    """

    place: int
    name: str
    own: bool


def specimens(data: Dataset, places: Sequence[int], own: OwnImages) -> list[Specimen]:
    """Return what is known of images by place; places that no longer exist are left out.

    Parameters
    ----------
    data : Dataset
    places : sequence of int
        0 to N - 1 for test images, N and on for own images.
    own : OwnImages
        As `ui.own.fitting` returns them.
    """
    count = len(data.test_images)
    found = []
    for place in places:
        if 0 <= place < count:
            found.append(Specimen(place, class_of(data, place), own=False))
        elif count <= place < count + len(own):
            found.append(Specimen(place, own.names[place - count], own=True))
    return found


def class_of(data: Dataset, place: int) -> str:
    """Return the name of a test image's class; of an outlier, that it is one."""
    return name_of_class(data, int(data.test_labels[place]))


def name_of_class(data: Dataset, label: int) -> str:
    """Return the name of a class in the language in use; that of outliers is below 0."""
    return _(data.classes[label]) if label >= 0 else _("outlier")


def class_names(data: Dataset) -> tuple[str, ...]:
    """Return the names of all classes in the language in use."""
    return tuple(_(name) for name in data.classes)


def specimen_images(data: Dataset, places: Sequence[int], own: OwnImages) -> Tensor:
    """Return images by place as for `specimens`, (k, n) in [0, 1]; all places must exist."""
    count = len(data.test_images)
    fitted = as_pixels(evaluation.pixels(own.fitted(data.shape))) if len(own) else None
    rows = [
        fitted[place - count] if fitted is not None and place >= count
        else test_images(data, torch.tensor([place]))[0]
        for place in places
    ]  # fmt: skip
    return torch.stack(rows) if rows else torch.zeros(0, data.pixels)


def test_labels(data: Dataset) -> Tensor:
    """Return the test labels, (N,)."""
    return torch.tensor(data.test_labels)


@shared(3, lambda data: data.fingerprint)
def all_test_images(data: Dataset) -> Tensor:
    """Return all test images, (N, n) in [0, 1]."""
    return as_pixels(evaluation.pixels(data.test_images))


@cached(24)
def test_errors(frame: Frame) -> Tensor:
    """Return the reconstruction error of every test image, no noise, (N,)."""
    return reconstruction_errors(model(frame), all_test_images(frame.data))


def baseline(data: Dataset) -> baselines.Baseline | None:
    """Return the data set's PCA and mean image, once a worker has fitted them."""
    return baselines.peek(data, server().environment.home)


def knows_pca(data: Dataset) -> bool:
    """Tell whether a data set's PCA is there; results with and without it are cached apart."""
    return baseline(data) is not None


def first_places(data: Dataset, count: int) -> Tensor:
    """Return the places of the first test images in the fixed order, (m,)."""
    return evaluation.order(len(data.test_images), "test")[:count]


def first_test_images(data: Dataset, count: int) -> Tensor:
    """Return the first test images in the fixed order, (m, n) in [0, 1]."""
    return test_images(data, first_places(data, count))


def reference(data: Dataset, count: int) -> np.ndarray | None:
    """Return principal scores of `first_test_images`, by which code axes keep their signs.

    They are of the images themselves, (m, 3); None where PCA is not there yet.
    """
    known = baseline(data)
    return None if known is None else _principal_scores(data, count, known)


@shared(24, lambda data, count, known: (data.fingerprint, count))
def _principal_scores(data: Dataset, count: int, known: baselines.Baseline) -> np.ndarray:
    return known.scores(first_test_images(data, count), 3).numpy()


def greys(rows: Tensor, data: Dataset) -> np.ndarray:
    """Return images (k, n) as RGB pictures (k, h, w, 3), from the data's black to its white."""
    return images.grey(data.shown(rows.numpy().reshape(-1, *data.shape)))


def rows_of(seen: Reconstruction, data: Dataset, *, noisy: bool) -> list[Row]:
    """Return the rows original / noisy / reconstructed / error."""
    rows = [
        row(
            _("Original"),
            _("from the test {things}", things=_(data.spec.things)),
            greys(seen.original, data),
        )
    ]
    if noisy:
        rows.append(row(_("Noisy"), _("what goes in"), greys(seen.noisy, data)))
    rows.append(row(_("Reconstructed"), _("what comes out"), greys(seen.reconstructed, data)))
    difference = seen.difference.numpy().reshape(-1, *data.shape)
    captions = [short(float(e)) for e in seen.errors]
    pictures = images.signed(difference, data.span[1])
    rows.append(row(_("Error"), _("red too bright, blue too dark"), pictures, captions))
    return rows
