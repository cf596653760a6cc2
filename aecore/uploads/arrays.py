"""NumPy arrays as pictures; the header is read and checked before the numbers, pickles never."""

from __future__ import annotations

import math
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt

from aecore.language import text as _
from aecore.uploads.limits import UploadError, check_shape, square

MAGIC = b"\x93NUMPY"

_KINDS = "buif"
_MOST_AXES = 8
"""More of them are never images, and from some number on no array."""
_MOST_TOLD = 10**18
"""A header can claim numbers of thousands of digits, which Python does not write out."""
_LEAST_SIDE = 4
"""Images in rows have at least so many pixels a side; narrower tables are one picture."""


def read_array(content: bytes, most: int) -> tuple[npt.NDArray[Any], list[str]]:
    """Read a .npy file as images.

    Parameters
    ----------
    content : bytes
    most : int
        Images to take at most.

    Returns
    -------
    values : ndarray, shape (N, h, w)
    notes : list of str
        Sentences on how it was understood, where that is not plain.

    Raises
    ------
    UploadError
        If it is damaged, holds no numbers, or has a shape that is not understood.
    """
    shape, fortran, kind, begin = _header(content)
    if kind.hasobject or kind.kind not in _KINDS or kind.shape:
        raise UploadError(
            _(
                "It holds values of type {kind}, and whole or decimal numbers were expected; "
                "pickled objects are never opened. Save an array of numbers with numpy.save.",
                kind=_short(kind),
            )
        )
    if not 1 <= len(shape) <= _MOST_AXES or min(shape) < 1:
        raise UploadError(
            _("It has the shape {shape}, in which there is no image.", shape=_short(shape))
        )
    count = math.prod(shape)
    if len(content) - begin < count * kind.itemsize:
        raise UploadError(
            _(
                "It should hold {count:,} numbers, and ends before that: save it again.",
                count=min(count, _MOST_TOLD),
            )
        )
    flat = np.frombuffer(content, kind, count, begin)
    return _images(flat.reshape(shape, order="F" if fortran else "C"), most)


def _header(content: bytes) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    """Return shape, order, type and where the numbers begin."""
    file = BytesIO(content)
    try:
        version = np.lib.format.read_magic(file)
        if version == (1, 0):
            found = np.lib.format.read_array_header_1_0(file)
        else:
            found = np.lib.format.read_array_header_2_0(file)
    except Exception as error:  # the header is Python's text, and fails in as many ways
        raise UploadError(
            _("It begins like an array of NumPy, but its header cannot be read: save it again.")
        ) from error
    shape, fortran, kind = found
    return tuple(map(int, shape)), fortran, kind, file.tell()


def _images(array: npt.NDArray[Any], most: int) -> tuple[npt.NDArray[Any], list[str]]:
    """Bring an array to (N, h, w), N at most `most`."""
    shape, notes = array.shape, []
    if array.ndim == 4 and shape[1] == 1:
        array = array[:, 0]
    elif array.ndim == 4 and shape[3] in (1, 3, 4):
        array = _grey(array[:most], shape[3])
    elif array.ndim == 3 and shape[2] in (1, 3, 4) and min(shape[:2]) > _LEAST_SIDE:
        array = _grey(array, shape[2])[None]
    elif array.ndim <= 2 and _in_rows(shape):
        side = square(shape[-1])
        array = array.reshape(-1, side, side)
        notes = [_("Each row was taken as an image of {side} × {side} pixels.", side=side)]
    elif array.ndim == 2:
        array = array[None]
    if array.ndim != 3:
        raise UploadError(
            _(
                "It has the shape {shape}, and one of these was expected: (N, h, w) for "
                "images, (h, w) for one, or (N, h·w) for square images in rows.",
                shape=_short(shape),
            )
        )
    check_shape(*array.shape[1:])
    if len(array) > most:
        notes.append(
            _(
                "It holds {count:,} images; the first {most:,} were taken.",
                count=len(array),
                most=most,
            )
        )
    return array[:most], notes


def _in_rows(shape: tuple[int, ...]) -> bool:
    """Tell whether an array of one or two dimensions holds square images in its rows."""
    side = square(shape[-1])
    return side >= _LEAST_SIDE and (len(shape) == 1 or shape[0] != shape[1])


def _grey(array: npt.NDArray[Any], channels: int) -> npt.NDArray[Any]:
    """Return the mean of the colours, (..., h, w, c) to (..., h, w); the fourth is opacity."""
    if channels == 1:
        return array[..., 0]
    mean: npt.NDArray[Any] = array[..., :3].mean(axis=-1, dtype=np.float64)
    return mean


def _short(thing: object) -> str:
    try:
        text = str(thing)
    except ValueError:  # see `_MOST_TOLD`
        text = "(…)"
    return text if len(text) <= 60 else f"{text[:59]}…"
