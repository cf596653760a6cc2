"""Placing a picture in a small image the way the digits of MNIST were placed.

MNIST's digits were cropped, scaled into a box of 20 × 20 pixels without changing their
proportions, and moved until their centre of mass lay in the middle of 28 × 28 pixels [1]_.
Measured on its test images: 94 % are exactly 20 pixels high, and the centre of mass lies within
half a pixel of row and column 14, counted from 0. The digits of 8 × 8 pixels fill their images
from top to bottom and stand in the middle from left to right: small images are filled.

References
----------
.. [1] LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition,
   1998; http://yann.lecun.com/exdb/mnist/
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aecore.resizing import resized

Picture = npt.NDArray[np.uint8]
"""A grey picture (H, W), light on dark: 0 is black, 255 white."""
Shape = tuple[int, int]

BOX, FIELD = 20, 28
"""Side of the box that a digit of MNIST is scaled into, and of its image, pixels."""
FILLED_BELOW = 16
"""Images with a side below that are filled; a margin would cost too many of their pixels."""

_CONTRAST = 12
"""Least difference between the ground and what is drawn on it, of 255."""
_EDGE = 0.08
"""Share of the full brightness from which on a pixel counts as drawn."""


def placed(picture: Picture, shape: Shape) -> Picture:
    """Place what is drawn on a picture as MNIST's digits were placed.

    Parameters
    ----------
    picture : array, shape (H, W), uint8
        Light on dark.
    shape : tuple of int
        Height and width wanted, pixels.

    Returns
    -------
    array of `shape`, uint8
        Black all over where nothing is drawn.
    """
    field = np.zeros(shape, np.uint8)
    ink = inked(picture)
    window = ink_window(ink)
    if window is None:
        return field
    mark = _scaled(ink[window], box(shape))
    top, left = (
        _begin(mark.sum(1 - axis, dtype=np.float64), shape[axis], centred=min(shape) < FILLED_BELOW)
        for axis in (0, 1)
    )
    field[top : top + mark.shape[0], left : left + mark.shape[1]] = mark
    return field


def box(shape: Shape) -> Shape:
    """Return height and width that what is drawn may fill of an image of this shape."""
    if min(shape) < FILLED_BELOW:
        return shape
    height, width = (round(side * BOX / FIELD) for side in shape)
    return height, width


def inked(picture: Picture) -> Picture:
    """Return what is drawn on a picture, from black for its ground to white for its brightest.

    The ground is told from the border: its median, and three times the median deviation from
    that, by which paper is uneven in a photograph.
    """
    border = _border(picture).astype(np.float32)
    middle = float(np.median(border))
    brightest = float(picture.max())
    ground = middle + min(
        3 * float(np.median(np.abs(border - middle))), max(0.0, brightest - middle) / 2
    )
    if brightest - ground < _CONTRAST:
        return np.zeros_like(picture)
    levels = (picture.astype(np.float32) - ground) * (255 / (brightest - ground))
    return levels.clip(0, 255).round().astype(np.uint8)


def ink_window(ink: Picture) -> tuple[slice, slice] | None:
    """Return the rows and columns that hold what is drawn, or None where nothing is."""
    drawn = ink > _EDGE * 255
    if not drawn.any():
        return None
    rows, columns = np.flatnonzero(drawn.any(1)), np.flatnonzero(drawn.any(0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def on_paper(picture: Picture) -> bool:
    """Tell whether a picture is dark on light: its border brighter than the whole."""
    return float(np.median(_border(picture))) > float(picture.mean())


def letterboxed(picture: Picture, shape: Shape) -> Picture:
    """Bring a whole picture to a shape without changing its proportions.

    What is left over is filled with the border's median grey.

    Parameters
    ----------
    picture : array, shape (H, W), uint8
    shape : tuple of int
        Height and width wanted, pixels.
    """
    scaled = _scaled(picture, shape)
    field = np.full(shape, round(float(np.median(_border(picture)))), np.uint8)
    top, left = ((whole - part) // 2 for whole, part in zip(shape, scaled.shape, strict=True))
    field[top : top + scaled.shape[0], left : left + scaled.shape[1]] = scaled
    return field


def within(picture: Picture, side: int) -> Picture:
    """Shrink a picture until no side is longer than this many pixels; smaller ones stay."""
    return _scaled(picture, (side, side)) if max(picture.shape) > side else picture


def _border(picture: Picture) -> Picture:
    edges = (picture[0], picture[-1], picture[1:-1, 0], picture[1:-1, -1])
    return np.concatenate(edges)


def _scaled(picture: Picture, shape: Shape) -> Picture:
    """Scale a picture into a shape, its proportions unchanged."""
    height, width = picture.shape
    factor = min(shape[0] / height, shape[1] / width)
    return resized(picture, (max(1, round(height * factor)), max(1, round(width * factor))))


def _begin(mass: npt.NDArray[np.float64], side: int, *, centred: bool) -> int:
    """Return where a mark begins on a side: its centre of mass in the middle, if it fits there.

    Parameters
    ----------
    mass : array, shape (m,)
        How much is drawn in each of the mark's rows or columns.
    side : int
        Pixels there are, at least m.
    centred : bool
        The mark's own middle in the middle instead.
    """
    room = side - len(mass)
    if centred:
        return room // 2
    centre = float(mass @ np.arange(len(mass))) / float(mass.sum())
    return min(max(round(side / 2 - centre), 0), room)
