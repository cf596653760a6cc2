"""Files that somebody brings, read as pictures: nothing in them is trusted, nothing is run.

A file is recognised by its content; whatever it is, it gives pictures or an `UploadError`.
"""

from aecore.uploads.limits import (
    MAX_FILE_BYTES,
    MAX_PIXELS,
    MAX_SIDE,
    MAX_UNPACKED,
    Upload,
    UploadError,
)
from aecore.uploads.reading import KINDS, drawing, read

__all__ = [
    "KINDS",
    "MAX_FILE_BYTES",
    "MAX_PIXELS",
    "MAX_SIDE",
    "MAX_UNPACKED",
    "Upload",
    "UploadError",
    "drawing",
    "read",
]
