"""Arrays to pictures: rows and grids of small images, as Pillow images and PNG bytes.

Pictures are made at their native resolution; whoever shows them enlarges them without
smoothing.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

Floats: TypeAlias = npt.NDArray[np.floating[Any]]

_ANCHORS = {0.0: (33, 102, 172), 0.25: (103, 169, 207), 0.5: (247, 247, 247)}
_ANCHORS |= {0.75: (239, 138, 98), 1.0: (178, 24, 43)}
DIVERGING: npt.NDArray[np.uint8] = np.stack(
    [
        np.interp(np.linspace(0, 1, 255), list(_ANCHORS), [rgb[k] for rgb in _ANCHORS.values()])
        for k in range(3)
    ],
    axis=1,
).astype(np.uint8)
"""Colours from blue over white, in the middle, to red (after ColorBrewer's RdBu), (255, 3).

With the gaps between images a picture has no more than 256 of them."""

_CELL = 8
"""Pixels that a number of a vector is drawn with."""


def grey(images: Floats) -> npt.NDArray[np.uint8]:
    """Return images (k, h, w) in [0, 1] as RGB (k, h, w, 3), white on black; clips."""
    levels = (np.clip(np.nan_to_num(images), 0, 1) * 255).round().astype(np.uint8)
    return np.repeat(levels[..., None], 3, axis=-1)


def signed(images: Floats, limit: float | None = None) -> npt.NDArray[np.uint8]:
    """Return images (k, h, w) as RGB in the diverging palette, white at 0.

    Parameters
    ----------
    images : ndarray, shape (k, h, w)
    limit : float, optional
        Magnitude of the strongest colour; the largest one present by default, so that
        all images share one scale.
    """
    images = np.nan_to_num(images)
    limit = limit or float(np.abs(images).max(initial=0)) or 1.0
    levels = np.clip(images / limit, -1, 1) * 127 + 127
    colours: npt.NDArray[np.uint8] = DIVERGING[levels.round().astype(np.uint8)]
    return colours


def tile(pictures: npt.NDArray[np.uint8], columns: int) -> Image.Image:
    """Lay RGB pictures (k, h, w, 3) out in rows, with narrow transparent gaps between them."""
    if pictures.shape[1] == 1:  # vectors: enlarged and framed, or white ends would be lost
        cells = pictures.repeat(_CELL, axis=1).repeat(_CELL, axis=2)
        around = ((0, 0), (1, 1), (1, 1), (0, 0))
        pictures = np.pad(cells, around, constant_values=128)
    k, h, w, _ = pictures.shape
    gap = max(1, round(w / 14))
    columns = max(1, min(columns, k))
    rows = max(1, -(-k // columns))
    canvas = np.zeros((rows * (h + gap) - gap, columns * (w + gap) - gap, 4), np.uint8)
    for i, picture in enumerate(pictures):
        y, x = (i // columns) * (h + gap), (i % columns) * (w + gap)
        canvas[y : y + h, x : x + w, :3] = picture
        canvas[y : y + h, x : x + w, 3] = 255
    return Image.fromarray(canvas)


def png(picture: Image.Image) -> bytes:
    """Return a picture as PNG."""
    buffer = BytesIO()
    compact(picture).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def compact(picture: Image.Image) -> Image.Image:
    """Return the same picture with fewer bytes a pixel, if it has no more than 256 colours."""
    if picture.mode != "RGBA":
        return picture
    canvas = np.asarray(picture)  # (h, w, 4)
    if (canvas[..., 0] == canvas[..., 1]).all() and (canvas[..., 0] == canvas[..., 2]).all():
        return Image.fromarray(np.ascontiguousarray(canvas[..., [0, 3]]))
    colours, levels = np.unique(canvas.view(np.uint32)[..., 0], return_inverse=True)
    if len(colours) > 256:
        return picture
    indexed = Image.fromarray(levels.reshape(canvas.shape[:2]).astype(np.uint8))
    indexed.putpalette(colours.tobytes(), "RGBA")
    return indexed
