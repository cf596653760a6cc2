"""The Own images page: how a picture is placed, and what a network makes of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aecore import evaluation, images, language
from aecore.datasets import Dataset
from aecore.language import text as _
from aecore.own_images import OwnImages, Picture
from aecore.placing import letterboxed
from aecore.reconstruction import codes, reconstruct
from aecore.training import as_pixels
from aecore.wording import percentage, short
from ui.pictures import Tile, source
from ui.views.frame import (
    Frame,
    all_test_images,
    cached,
    class_of,
    first_places,
    greys,
    model,
    shared,
    test_errors,
)
from ui.views.latent import latent_codes

NEIGHBOURS = 8
"""Nearest test images that are shown."""
_BEFORE_SIDE = 140
"""Pixels of the side that a picture is shown with as it came."""
_DIVIDER = 90
"""Grey of the line between a picture before and after."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What a network makes of one picture.

    Attributes
    ----------
    tiles : list of Tile
        As it came, as it goes in, as it comes out, and the difference.
    summary : str
        How large the error is, and how unusual that makes it.
    neighbours : list of Tile
        Test images with the nearest codes, nearest first, captioned with their classes.
    kin : str
        Which class most of them are of; empty where there are no classes to tell apart.
    """

    tiles: list[Tile]
    summary: str
    neighbours: list[Tile]
    kin: str


def placing_tiles(own: OwnImages, data: Dataset) -> list[Tile]:
    """Return one picture as it came and as it goes in."""
    height, width = data.shape
    came = letterboxed(own.pictures[0], _shown_shape(data))
    fitted = own.fitted(data.shape)
    size = {"width": width, "height": height}
    if own.normalised:
        said = _("placed, {width} × {height}", **size)
        alt = _("{name}, placed to {width} × {height} pixels", name=own.names[0], **size)
    else:
        said = _("resized, {width} × {height}", **size)
        alt = _("{name}, resized to {width} × {height} pixels", name=own.names[0], **size)
    return [
        Tile(
            source(_rgb(came[None]), 1),
            _("as it came"),
            _("{name} as it came", name=own.names[0]),
        ),
        Tile(source(_rgb(fitted), 1), said, alt),
    ]


def is_blank(own: OwnImages, data: Dataset) -> bool:
    """Tell whether nothing is drawn on the first picture."""
    return not own.fitted(data.shape)[0].any()


@cached(64)
def seen(frame: Frame, own: OwnImages, count: int) -> Seen:
    """Look at the first of some own images through the network of a snapshot.

    Parameters
    ----------
    frame : Frame
    own : OwnImages
    count : int
        Test images that it is compared with.
    """
    data = frame.data
    network = model(frame)
    clean = as_pixels(evaluation.pixels(own.fitted(data.shape)[:1]))
    found = reconstruct(network, clean, clean)
    error = float(found.errors[0])
    difference = found.difference.numpy().reshape(-1, *data.shape)
    tiles = [
        *placing_tiles(own, data),
        Tile(
            source(greys(found.reconstructed, data), 1),
            _("reconstructed"),
            _("Its reconstruction"),
        ),
        Tile(
            source(images.signed(difference, data.span[1]), 1),
            _("error {error}", error=short(error)),
            _("Reconstruction minus image; mean squared error {error} a pixel", error=short(error)),
        ),
    ]  # fmt: skip
    errors = _errors(frame, count)
    share = float((errors < error).float().mean())
    summary = _(
        "Reconstruction error **{error}** a pixel (MSE): larger than that of "
        "**{share}** of {count:,} test {things}.",
        error=short(error),
        share=percentage(share),
        count=len(errors),
        things=_(data.spec.things),
    )
    near = _nearest(frame, clean, count)
    names = [class_of(data, int(place)) for place in near]
    pictures = greys(all_test_images(data)[torch.tensor(near)], data)
    neighbours = [
        Tile(
            source(picture[None], 1), name, _("Test image {place}, {name}", place=place, name=name)
        )
        for picture, name, place in zip(pictures, names, near.tolist(), strict=True)
    ]
    return Seen(tiles, summary, neighbours, _kin(names) if len(data.classes) > 1 else "")


def _kin(names: list[str]) -> str:
    most = max(names, key=names.count)
    return _(
        "**{count} of {all}** nearest are of class **{name}**.",
        count=names.count(most),
        all=len(names),
        name=most,
    )


def _errors(frame: Frame, count: int) -> Tensor:
    """Return the errors of so many test images; of all at once where all are wanted."""
    if count >= len(frame.data.test_images):
        return test_errors(frame)
    return _some_errors(frame, count)


@cached(16)
def _some_errors(frame: Frame, count: int) -> Tensor:
    clean = all_test_images(frame.data)[first_places(frame.data, count)]
    with torch.no_grad():
        return reconstruct(model(frame), clean, clean).errors


@torch.no_grad()
def _nearest(frame: Frame, clean: Tensor, count: int) -> np.ndarray:
    """Return the places of the test images whose codes are nearest, nearest first."""
    known = torch.from_numpy(latent_codes(frame, count))
    code = codes(model(frame), clean)
    distances = (known - code).square().sum(1)
    nearest = distances.topk(min(NEIGHBOURS, len(known)), largest=False).indices
    return first_places(frame.data, count)[nearest].numpy()


# -- the collection ------------------------------------------------------------------


@shared(
    24, lambda data, own, places: (data.fingerprint, own.fingerprint, places, language.current())
)
def pairs(data: Dataset, own: OwnImages, places: tuple[int, ...]) -> list[Tile]:
    """Return own images at some places, each as it came and as it goes in."""
    fitted = own.fitted(data.shape)
    tall, wide = _shown_shape(data)
    times = tall // data.shape[0]
    tiles = []
    for place in places:
        came = letterboxed(own.pictures[place], (tall, wide))
        goes = fitted[place].repeat(times, axis=0).repeat(times, axis=1)
        divider = np.full((tall, max(1, wide // 28)), _DIVIDER, np.uint8)
        picture = np.hstack([came, divider, goes])
        name = own.names[place]
        tiles.append(
            Tile(
                source(_rgb(picture[None]), 1),
                name,
                _("{name}: as it came, and as it goes in", name=name),
            )
        )
    return tiles


def _shown_shape(data: Dataset) -> tuple[int, int]:
    """Return the shape that a picture is shown in as it came: a multiple of the images'."""
    height, width = data.shape
    times = max(1, _BEFORE_SIDE // max(height, width))
    return height * times, width * times


def _rgb(pictures: Picture) -> np.ndarray:
    return pictures[..., None].repeat(3, axis=-1)
