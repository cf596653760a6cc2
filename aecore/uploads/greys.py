"""Numbers of any kind and range as grey pictures: whatever they span becomes 0 to 255."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from aecore.language import text as _
from aecore.placing import Picture, on_paper, within
from aecore.uploads.limits import KEPT_SIDE, UploadError

_SPANS = (1, 16, 255)
"""Largest values that say what the numbers are: shares, sixteen greys, bytes."""

TURNED = "It was dark on light and was turned over: here what is drawn is bright."
TURNED_ALL = "They were dark on light and were turned over: here what is drawn is bright."


def pictures_of(values: npt.NDArray[Any], turn_over: bool) -> tuple[list[Picture], list[str]]:
    """Return pictures of numbers, and sentences on what was done to them.

    Parameters
    ----------
    values : array, shape (N, h, w)
        Numbers of any kind but complex ones.
    turn_over : bool
        Exchange light and dark where most of the pictures are dark on light; all or none are.

    Raises
    ------
    UploadError
        If a number is not finite, or they span more than can be told apart.
    """
    low, high, notes = _span(values)
    found = [_scaled(picture, low, high) for picture in values]
    if turn_over and 2 * sum(on_paper(picture) for picture in found) > len(found):
        found = [255 - picture for picture in found]
        notes.append(TURNED if len(found) == 1 else TURNED_ALL)
    return [within(picture, KEPT_SIDE) for picture in found], notes


def _span(values: npt.NDArray[Any]) -> tuple[float, float, list[str]]:
    """Return the values that are shown as black and as white, and a note if that needs one."""
    with np.errstate(all="ignore"):
        low, high = float(values.min()), float(values.max())  # NaN where there is one
    if not np.isfinite(high - low):
        raise UploadError(
            _(
                "It holds values that are not finite numbers (NaN or infinite), or that are too "
                "large: replace them first."
            )
        )
    known = next((span for span in _SPANS if low >= 0 and high <= span), None)
    if known is not None:
        notes = (
            [_("Values of 0 to {known} were taken as black to white.", known=known)]
            if known == 16
            else []
        )
        return 0.0, float(known), notes
    low = min(low, 0.0)
    return (
        low,
        high,
        [_("Values of {low:.6g} to {high:.6g} were taken as black to white.", low=low, high=high)],
    )


def _scaled(picture: npt.NDArray[Any], low: float, high: float) -> Picture:
    if picture.dtype == np.uint8 and high == 255:
        return np.ascontiguousarray(picture)
    if high <= low:
        return np.zeros(picture.shape, np.uint8)
    shares = (picture.astype(np.float64) - low) / (high - low)
    return (shares * 255).clip(0, 255).round().astype(np.uint8)
