"""JPEG, JPEG 2000 and WebP, beside codes (see `aecore.quantisation`): bytes an image and error.

A picture file of one small image is mostly header, so the codecs get one mosaic of many images,
and its bytes are divided. The errors are mean squared errors per pixel, pixels from 0 to 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, features

from aecore.language import text as _

Bytes: TypeAlias = npt.NDArray[np.uint8]
Progress: TypeAlias = Callable[[float], None]
"""Told the share that is done, 0 to 1; whatever it raises ends the work."""

MOST_PIXELS = 80_000_000
"""Of a mosaic; Pillow warns of larger pictures when it reads them."""


def mosaic(images: Bytes) -> Bytes:
    """Lay images (N, h, w), uint8, side by side in about a square, black where none is left.

    Raises
    ------
    ValueError
        If there is no image, or something else is given.
    """
    if images.ndim != 3 or not images.size or images.dtype != np.uint8:
        raise ValueError(
            f"Images must be uint8 of shape (N, h, w), not {images.dtype} of {images.shape}."
        )
    count, h, w = images.shape
    columns = math.isqrt(count - 1) + 1
    rows = -(-count // columns)
    places = np.zeros((rows * columns, h, w), np.uint8)
    places[:count] = images
    return places.reshape(rows, columns, h, w).swapaxes(1, 2).reshape(rows * h, columns * w)


def split(picture: Bytes, count: int, h: int, w: int) -> Bytes:
    """Return the first images (count, h, w) of a mosaic."""
    rows, columns = picture.shape[0] // h, picture.shape[1] // w
    return picture.reshape(rows, h, columns, w).swapaxes(1, 2).reshape(-1, h, w)[:count]


@dataclass(frozen=True)
class Format:
    """A picture format that Pillow can write with loss.

    Attributes
    ----------
    name, label : str
        Its name in settings, and for people.
    quality : str
        What its quality means; more is better in all of them.
    setting : str
        One quality in words, with {} for the number.
    qualities : tuple of int
        From the smallest file to the largest, for a curve.
    largest : int
        Pixels that a side may have.
    feature : str
        What Pillow calls it where it says whether it was built in.
    container : str
        What Pillow calls it where it writes it.
    options : callable
        ``quality -> options of Pillow's save``.
    help : str
        How it squeezes a picture.
    """

    name: str
    label: str
    quality: str
    setting: str
    qualities: tuple[int, ...]
    largest: int
    feature: str
    container: str
    options: Callable[[int], Mapping[str, Any]]
    help: str


FORMATS: dict[str, Format] = {
    entry.name: entry
    for entry in (
        Format(
            "jpeg",
            "JPEG",
            "1 to 95, JPEG's own scale",
            "quality {}",
            (1, 5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90, 95),
            65_500,
            "jpg",
            "JPEG",
            lambda quality: {"quality": quality, "optimize": True},
            "Writes every block of 8×8 pixels as a sum of waves, and rounds the quick ones most.",
        ),
        Format(
            "jpeg2000",
            "JPEG 2000",
            "peak signal-to-noise ratio to reach, in dB",
            "{} dB",
            (12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 34, 38),
            65_500,
            "jpg_2000",
            "JPEG2000",
            lambda quality: {
                "quality_mode": "dB",
                "quality_layers": [quality],
                "irreversible": True,  # the lossy wavelet
                "no_jp2": True,  # the bare codestream
            },
            "Writes the whole picture as wavelets, from coarse to fine, and leaves out small ones.",
        ),
        Format(
            "webp",
            "WebP",
            "0 to 100, WebP's own scale",
            "quality {}",
            (0, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 100),
            16_383,
            "webp",
            "WEBP",
            lambda quality: {"quality": quality},
            "Guesses every block from its neighbours, and writes what the guess leaves over.",
        ),
    )
}
"""The formats by name, in the order in which a page offers them."""


def missing(name: str) -> str:
    """Return one sentence on why a format cannot be used here, empty where it can.

    Raises
    ------
    ValueError
        If there is no such format.
    """
    if name not in FORMATS:
        raise ValueError(f"There is no format {name!r}: choose one of {', '.join(FORMATS)}.")
    if features.check(FORMATS[name].feature):
        return ""
    return _("The Pillow of this Python was built without {label}.", label=_(FORMATS[name].label))


def codec(images: Bytes, name: str, quality: int) -> tuple[float, Bytes]:
    """Write images into one picture file, and read them again.

    Parameters
    ----------
    images : ndarray, shape (N, h, w), uint8
    name : str
        A key of `FORMATS`.
    quality : int
        On the format's own scale.

    Returns
    -------
    size : float
        Bytes an image, headers included.
    decoded : ndarray, shape (N, h, w), uint8

    Raises
    ------
    ValueError
        If Pillow lacks the format, or the images make too large a picture for it.
    """
    if reason := missing(name):
        raise ValueError(reason)
    chosen, picture = FORMATS[name], mosaic(images)
    if max(picture.shape) > chosen.largest:
        raise ValueError(
            f"{chosen.label} pictures have at most {chosen.largest:,} pixels a side, and "
            f"{len(images):,} images would make {max(picture.shape):,}: take fewer."
        )
    if picture.size > MOST_PIXELS:
        raise ValueError(
            f"{len(images):,} images have {picture.size:,} pixels, and at most {MOST_PIXELS:,} "
            "are written together: take fewer."
        )
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, chosen.container, **chosen.options(quality))
    size = buffer.tell()
    with Image.open(buffer, formats=[chosen.container]) as written:
        decoded = np.asarray(written.convert("L"))
    return size / len(images), split(decoded, *images.shape)


@dataclass(frozen=True)
class Point:
    """One quality of a format.

    Attributes
    ----------
    quality : int
    size : float
        Bytes an image.
    mse : float
        Mean squared error per pixel, pixels from 0 to 1.
    """

    quality: int
    size: float
    mse: float


def sweep(
    images: Bytes,
    name: str,
    qualities: Sequence[int] | None = None,
    progress: Progress | None = None,
) -> list[Point]:
    """Write images in several qualities.

    Parameters
    ----------
    images, name
        As for `codec`.
    qualities : sequence of int, optional
        The format's own by default.
    progress : callable, optional

    Returns
    -------
    list of Point
        One for each quality, in their order.

    Raises
    ------
    ValueError
        As `codec`.
    """
    if reason := missing(name):
        raise ValueError(reason)
    chosen = FORMATS[name].qualities if qualities is None else qualities
    points = []
    for done, quality in enumerate(chosen, start=1):
        size, decoded = codec(images, name, quality)
        points.append(Point(quality, size, mean_squared_error(images, decoded)))
        if progress is not None:
            progress(done / len(chosen))
    return points


def mean_squared_error(first: Bytes, second: Bytes) -> float:
    """Return the mean squared difference of pixels 0 to 255, on the scale from 0 to 1."""
    difference = first.astype(np.float32) - second
    return float(np.square(difference, out=difference).mean(dtype=np.float64)) / 255**2


def error_at(points: Sequence[Point], size: float) -> float | None:
    """Return the error of a format at so many bytes an image, on the line between qualities.

    Parameters
    ----------
    points : sequence of Point
        In any order.
    size : float
        Bytes an image.

    Returns
    -------
    float or None
        None outside what the qualities reach. Curves bend towards 0, so that the line is a
        little above the truth.
    """
    best: dict[float, float] = {}
    for point in points:
        best[point.size] = min(point.mse, best.get(point.size, math.inf))
    sizes = sorted(best)
    if not sizes or not sizes[0] <= size <= sizes[-1]:
        return None
    return float(np.interp(size, sizes, [best[s] for s in sizes]))


def size_at(points: Sequence[Point], mse: float) -> float | None:
    """Return the bytes an image that a format needs for an error, on the line between qualities.

    Parameters
    ----------
    points : sequence of Point
        In any order.
    mse : float

    Returns
    -------
    float or None
        The smallest size there is where even that is not so far off; None where no quality is
        good enough.
    """
    best: list[Point] = []
    for point in sorted(points, key=lambda p: (p.size, p.mse)):
        if not best or point.mse < best[-1].mse:
            best.append(point)
    if not best or mse < best[-1].mse:
        return None
    return float(np.interp(mse, [p.mse for p in best[::-1]], [p.size for p in best[::-1]]))


def quality_at(points: Sequence[Point], size: float) -> int:
    """Return the quality whose file comes closest to so many bytes an image.

    Parameters
    ----------
    points : sequence of Point
        At least one.
    size : float
        Bytes an image.

    Returns
    -------
    int
        On the format's own scale, also between the qualities that were tried; the first or
        the last of them for sizes beyond.
    """
    known = sorted(points, key=lambda p: (p.size, p.quality))
    sizes = np.log([p.size for p in known])
    return round(float(np.interp(math.log(size), sizes, [p.quality for p in known])))
