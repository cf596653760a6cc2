"""Panel “Neighbours”: what is nearest to an image by code, by pixels and by bits."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from aecore import evaluation
from aecore.datasets import Dataset
from aecore.language import text as _
from aecore.own_images import OwnImages
from aecore.reconstruction import codes
from aecore.retrieval import Found, as_signs, bits_apart, same_class, similar
from aecore.wording import percentage
from ui.pictures import Row, row
from ui.views.frame import (
    Frame,
    all_test_images,
    cached,
    class_of,
    greys,
    model,
    shared,
    specimen_images,
    specimens,
    test_images,
)

SHOWN = 10
"""Neighbours of an image."""
ASKED = 500
"""Test images over which the share of the same class is averaged."""


@dataclass(frozen=True, eq=False)
class Space:
    """A way in which images can be near to each other.

    Attributes
    ----------
    label : str
    table : Tensor, shape (N, q)
        All test images in it.
    query : Tensor, shape (q,)
        The image that is looked at.
    share : float or None
        Mean share of the same class among the neighbours of a test image.
    of_bits : bool
        Whether it is made of bits.
    """

    label: str
    table: Tensor
    query: Tensor
    share: float | None
    of_bits: bool = False


@dataclass(frozen=True, eq=False)
class Neighbours:
    """What is near to one image.

    Attributes
    ----------
    name : str
        What the image is: its class, or what its owner calls it.
    rows : list of Row
        The image itself, then its neighbours in each way.
    asked : int
        Test images that the shares are averaged over; 0 where there are no classes.
    """

    name: str
    rows: list[Row]
    asked: int


@cached(12)
def all_codes(frame: Frame) -> Tensor:
    """Return the codes of all test images, no noise, (N, q)."""
    return codes(model(frame), all_test_images(frame.data))


@cached(12)
def _thresholds(frame: Frame) -> Tensor:
    """Return above what each code unit counts as 1, (q,)."""
    found = all_codes(frame)
    if frame.config.code == "binary":
        return torch.full((found.shape[1],), 0.5)
    return found.median(dim=0).values


@cached(12)
def _signs(frame: Frame) -> Tensor:
    return as_signs(all_codes(frame), _thresholds(frame))


def has_classes(data: Dataset) -> bool:
    """Tell whether test images are of different classes."""
    return len(data.classes) > 1 and len(data.test_images) > len(data.classes)


def _asked(data: Dataset) -> Tensor:
    """Return the places of the test images that are asked for their neighbours."""
    places = evaluation.order(len(data.test_images), "test")
    return places[torch.from_numpy(data.test_labels >= 0)[places]][:ASKED]


def _mean_share(data: Dataset, table: Tensor) -> float | None:
    if not has_classes(data):
        return None
    return float(same_class(table, data.test_labels, _asked(data).numpy(), _count(data)).mean())


def _count(data: Dataset) -> int:
    return min(SHOWN, len(data.test_images) - 1)


@cached(48)
def _share(frame: Frame, by: str) -> float | None:
    table = _signs(frame) if by == "bits" else all_codes(frame)
    return _mean_share(frame.data, table)


@shared(6, lambda data: data.fingerprint)
def _pixel_share(data: Dataset) -> float | None:
    return _mean_share(data, all_test_images(data))


def usual_place(data: Dataset) -> int:
    """Return the test image that is looked at before anything is picked."""
    return int(evaluation.order(len(data.test_images), "test")[0])


@cached(32)
def neighbours(frame: Frame, place: int, own: OwnImages) -> Neighbours:
    """Return the nearest test images of one image, by code, by pixels and by bits.

    Parameters
    ----------
    frame : Frame
    place : int
        See `ui.views.frame.specimens`.
    own : OwnImages
    """
    data = frame.data
    (this,) = specimens(data, [place], own)
    image = specimen_images(data, [place], own)  # (1, n)
    code = codes(model(frame), image)
    signs = as_signs(code, _thresholds(frame))
    pixel_share = _pixel_share(data)
    spaces = (
        Space(_("By code"), all_codes(frame), code[0], _share(frame, "codes")),
        Space(_("By pixels"), all_test_images(data), image[0], pixel_share),
        Space(_("By bits"), _signs(frame), signs[0], _share(frame, "bits"), of_bits=True),
    )
    label = None if this.own or not has_classes(data) else int(data.test_labels[place])
    rows = [row(_("The image"), this.name if len(data.classes) > 1 else "", greys(image, data))]
    for space in spaces:
        leave_out = None if this.own else place
        found = similar(space.table, space.query, _count(data), leave_out)
        rows.append(_row(data, space, found, label))
    return Neighbours(this.name, rows, len(_asked(data)) if has_classes(data) else 0)


def _row(data: Dataset, space: Space, found: Found, label: int | None) -> Row:
    """Return the neighbours in one space as a row of pictures."""
    places = found.places
    captions: list[str] = []
    hints = []
    if space.share is not None:
        labels = data.test_labels[places.numpy()]
        same = labels == label
        captions = [
            class_of(data, int(p)) + (" ✓" if right else "")
            for p, right in zip(places, same, strict=True)
        ]
        usual = percentage(space.share)
        hints.append(
            _("{share} on average", share=usual)
            if label is None
            else _(
                "{same} of {count} of its class, {share} on average",
                same=int(same.sum()),
                count=len(places),
                share=usual,
            )
        )
    if space.of_bits:
        first, last = bits_apart(found.distances)[[0, -1]].tolist()
        bits = space.table.shape[1]
        hints.append(
            _("{first} of {bits} bits differ", first=first, bits=bits)
            if first == last
            else _("{first} to {last} of {bits} bits differ", first=first, last=last, bits=bits)
        )
    return row(space.label, " · ".join(hints), greys(test_images(data, places), data), captions)
