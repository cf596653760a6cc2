"""What all readers of uploads share: the limits, what they return, and how they refuse."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from aecore.language import text as _
from aecore.placing import Picture
from aecore.wording import sentences

MAX_FILE_BYTES = 20_000_000
"""Bytes of a file, and of a file in an archive once it is unpacked."""
MAX_SIDE = 4096
"""Pixels of a picture's longer side."""
MAX_PIXELS = 200_000_000
"""Pixels of all pictures of one file together, as they are decoded."""
MAX_UNPACKED = 128_000_000
"""Bytes of all that is unpacked from one archive."""
MAX_ENTRIES = 20_000
"""Files and folders that an archive may list."""
KEPT_SIDE = 256
"""Pixels of the longer side that a picture is shrunk to when it is kept."""

_NAME_LENGTH = 60
_NAMED = 4
"""Files left out of an archive that are named, before the rest is only counted."""


class UploadError(Exception):
    """A file gives no picture; the message says what it is, what was expected, what to do.

    The message begins with "It" or "Its": who shows it puts the file's name in front.
    """


@dataclass(frozen=True, eq=False)
class Upload:
    """The pictures of one file.

    Attributes
    ----------
    names : tuple of str
        What each is called.
    pictures : tuple of array
        Grey pictures (H, W) of uint8, light on dark.
    notes : tuple of str
        Sentences on what was done to them, and on what was left out.
    """

    names: tuple[str, ...]
    pictures: tuple[Picture, ...]
    notes: tuple[str, ...] = ()


def check_bytes(count: int) -> None:
    """Refuse a file of so many bytes if it is too large or empty.

    Raises
    ------
    UploadError
        If it is.
    """
    if count > MAX_FILE_BYTES:
        raise UploadError(
            _(
                "It has {size}, and a file may have up to {most}: make it smaller, "
                "or bring it in parts.",
                size=megabytes(count),
                most=megabytes(MAX_FILE_BYTES),
            )
        )
    if not count:
        raise UploadError(_("It is empty: choose another file."))


def check_shape(height: int, width: int) -> None:
    """Refuse a picture of this shape if a side is too long, or has no pixel.

    Raises
    ------
    UploadError
        If so.
    """
    if not (1 <= height <= MAX_SIDE and 1 <= width <= MAX_SIDE):
        raise UploadError(
            _(
                "It is {width:,} × {height:,} pixels, and a picture may have 1 to {max_side:,} "
                "on each side: make it smaller.",
                width=width,
                height=height,
                max_side=MAX_SIDE,
            )
        )


def megabytes(count: int) -> str:
    """Return a number of bytes in words."""
    return f"{count / 1e6:,.1f} MB".replace(".0 MB", " MB")


def shown_name(name: str) -> str:
    """Return a file's name as it can be shown: no folders, nothing unseen, not too long.

    Nor does it begin with what a spreadsheet would take for a formula: names go into tables.
    """
    base = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    seen = "".join(c for c in base if unicodedata.category(c)[0] not in "CZ" or c == " ")
    seen = seen.lstrip(" =+-@").rstrip()
    return (seen if len(seen) <= _NAME_LENGTH else f"{seen[: _NAME_LENGTH - 1]}…") or "picture"


def label(name: str) -> str:
    """Return a file's name as a label: as `shown_name`, without its ending."""
    stem, dot, ending = name.rpartition(".")
    return shown_name(stem if dot and stem.strip("/\\") and len(ending) <= 5 else name)


def numbered(name: str, count: int) -> tuple[str, ...]:
    """Return names for so many pictures of one file; a single one has the file's own."""
    return (name,) if count == 1 else tuple(f"{name} {k + 1}" for k in range(count))


def square(pixels: int) -> int:
    """Return the side of a square image of so many pixels, 0 where it is no square."""
    side = math.isqrt(pixels)
    return side if side * side == pixels else 0


def left_out(reasons: Sequence[tuple[str, str]], of: int) -> str:
    """Say which files of an archive were left out, and why.

    Parameters
    ----------
    reasons : sequence of (str, str)
        Name and reason, a sentence, of each.
    of : int
        Files that there were.
    """
    named = [f"{name}: {why}" for name, why in reasons[:_NAMED]]
    more = len(reasons) - len(named)
    return sentences(
        [
            _("{count:,} of {of:,} files were left out.", count=len(reasons), of=of),
            *named,
            _("And {more:,} more.", more=more) if more else "",
        ]
    )
