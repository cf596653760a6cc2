"""Pictures in the formats of cameras and drawing programs, decoded by Pillow.

The size is read from the header and checked before anything is decoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from aecore.language import marked
from aecore.language import text as _
from aecore.placing import Picture, on_paper, within
from aecore.uploads.greys import TURNED, pictures_of
from aecore.uploads.limits import KEPT_SIDE, MAX_PIXELS, MAX_SIDE, UploadError, check_shape

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")

_MAX_SCANS = 100
"""Passes over a progressive JPEG; cameras and programs write about ten."""
_DEEP = ("I", "F")
"""How Pillow's names of modes with more than 8 bits a pixel begin."""


@dataclass(frozen=True, eq=False)
class Decoded:
    """A picture, light on dark; what was done to it; the pixels that were decoded for it."""

    picture: Picture
    notes: tuple[str, ...]
    pixels: int


def read_image(content: bytes, turn_over: bool, most_pixels: int = MAX_PIXELS) -> Decoded:
    """Decode a picture.

    Colours become greys; what is transparent is laid on white where the rest is dark, on black
    where it is light; of an animation or a document the first picture is taken; the
    camera's orientation is applied.

    Parameters
    ----------
    content : bytes
        A file in one of `FORMATS`.
    turn_over : bool
        Exchange light and dark where it is dark on light.
    most_pixels : int
        Pixels that may be decoded.

    Raises
    ------
    UploadError
        If it is damaged, too large, or not a picture.
    """
    if content.count(b"\xff\xda") > _MAX_SCANS and content[:2] == b"\xff\xd8":
        raise UploadError(_("It is a JPEG of far too many scans: save it again as a plain one."))
    from PIL import Image

    try:
        return _decode(content, turn_over, most_pixels)
    except UploadError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UploadError(
            _(
                "It has far more than {max_side:,} pixels a side, the most that a picture may "
                "have: make it smaller.",
                max_side=MAX_SIDE,
            )
        ) from error
    except Exception as error:  # decoders fail in a dozen ways on what is not a picture
        raise UploadError(_("It is damaged or cut off: save or export it again.")) from error


def _decode(content: bytes, turn_over: bool, most_pixels: int) -> Decoded:
    from PIL import Image

    with Image.open(BytesIO(content), formats=FORMATS) as opened:
        width, height = opened.size
        check_shape(height, width)
        if width * height > most_pixels:
            raise UploadError(
                _(
                    "It would bring the pictures of this file to more than {max_pixels:,} pixels "
                    "together: bring it by itself.",
                    max_pixels=MAX_PIXELS,
                )
            )
        notes = []
        if getattr(opened, "is_animated", False):
            opened.seek(0)
            notes.append(_("It holds several pictures; the first was taken."))
        image = _upright(opened)
        if image.mode.startswith(_DEEP):
            values = np.asarray(image)[None]
            (picture,), more = pictures_of(values, turn_over=False)
            notes += more
        else:
            laid, sentences = _laid_on_ground(image)
            picture = within(np.array(laid.convert("L")), KEPT_SIDE)
            notes += sentences
    if turn_over and on_paper(picture):
        picture = 255 - picture
        notes.append(TURNED)
    return Decoded(picture, tuple(notes), width * height)


def _upright(image: Image.Image) -> Image.Image:
    """Turn a picture as the camera was held; what its notes on that cannot tell is left."""
    from PIL import ImageOps

    image.load()
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # notes of a camera are damaged more often than its pictures
        return image


def _laid_on_ground(image: Image.Image) -> tuple[Image.Image, list[str]]:
    """Return a picture without transparency, and a sentence where it had any."""
    from PIL import Image

    if not image.has_transparency_data:
        return (image.convert("RGB") if image.mode in ("P", "CMYK") else image), []
    full = image.convert("RGBA")
    alpha = np.asarray(full.getchannel("A"))
    if alpha.min() == 255:
        return full.convert("RGB"), []
    if alpha.max() == 0:
        raise UploadError(_("It is transparent all over, so there is nothing to see: draw on it."))
    grey = np.asarray(full.convert("RGB").convert("L"))
    seen = np.einsum("ij,ij->", grey, alpha, dtype=np.float64, casting="unsafe")
    light = float(seen) / float(alpha.sum(dtype=np.float64)) >= 128
    colour = marked("black") if light else marked("white")
    ground = Image.new("RGBA", full.size, colour)
    ground.alpha_composite(full)
    return ground.convert("RGB"), [
        _("Its transparent parts were laid on {colour}.", colour=_(colour))
    ]
