"""Reading a file by what it holds, whatever it is called."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable

from aecore.language import marked
from aecore.language import text as _
from aecore.own_images import MAX_IMAGES
from aecore.placing import Picture
from aecore.uploads import archives, arrays
from aecore.uploads.archives import read_archive
from aecore.uploads.arrays import read_array
from aecore.uploads.greys import pictures_of
from aecore.uploads.images import read_image
from aecore.uploads.limits import Upload, UploadError, check_bytes, label, numbered, shown_name
from aecore.uploads.tables import read_table

KINDS = marked("PNG, JPEG, GIF, BMP, WebP or TIFF, .npy, .npz, .csv, or a .zip of pictures")
"""What can be brought, in words."""

_IMAGES = {
    b"\x89PNG\r\n\x1a\n": ("png",),
    b"\xff\xd8\xff": ("jpg", "jpeg", "jpe", "jfif"),
    b"GIF8": ("gif",),
    b"BM": ("bmp", "dib"),
    b"II*\x00": ("tif", "tiff"),
    b"MM\x00*": ("tif", "tiff"),
}
_OTHERS = {
    b"\x80": marked(
        "a pickle, which could run code as it is opened: save the array with numpy.save"
    ),
    b"\x1f\x8b": marked("packed with gzip: unpack it first"),
    b"7z\xbc\xaf": marked("a 7z archive: pack the pictures as .zip"),
    b"Rar!": marked("a RAR archive: pack the pictures as .zip"),
    b"%PDF": marked("a PDF: export the page as PNG"),
    b"<": marked("text in angle brackets, as an SVG drawing or a web page: export it as PNG"),
    b"\x89HDF": marked("an HDF5 file: save the array with numpy.save"),
}
_SAMPLE = 2000
_DRAWING = "data:image/png;base64,"
_MAX_DRAWING = 400_000
"""Characters of a drawing as it comes from the browser."""


def read(name: str, content: bytes, *, turn_over: bool = True, most: int = MAX_IMAGES) -> Upload:
    """Read a file as pictures.

    Parameters
    ----------
    name : str
        Its name, which names the pictures and is believed in nothing else.
    content : bytes
    turn_over : bool
        Exchange light and dark in what is dark on light, as writing on paper is.
    most : int
        Pictures to take at most, 1 or more.

    Raises
    ------
    UploadError
        If there is no picture in it that can be used.
    """
    check_bytes(len(content))
    kind = recognised(content)
    reader = _READERS.get(kind)
    if reader is None:
        raise UploadError(
            _("It is {what}. What can be read: {kinds}.", what=_what(content), kinds=_(KINDS))
        )
    found = reader(label(name), content, most, turn_over)
    strange = _strange_ending(name, content, kind)
    return Upload(found.names, found.pictures, (*strange, *found.notes))


def drawing(address: object) -> Picture:
    """Return a drawing that the browser sent, as a picture.

    Parameters
    ----------
    address
        A PNG as a data address; anything else is refused.

    Raises
    ------
    UploadError
        If it is none.
    """
    if not isinstance(address, str) or not address.startswith(_DRAWING):
        raise UploadError(_("It did not come as a drawing: draw it again."))
    if len(address) > _MAX_DRAWING:
        raise UploadError(_("It is too large for a drawing: draw it again."))
    try:
        content = b64decode(address[len(_DRAWING) :], validate=True)
    except (binascii.Error, ValueError) as error:
        raise UploadError(_("It came damaged: draw it again.")) from error
    if recognised(content) != "image":
        raise UploadError(_("It did not come as a drawing: draw it again."))
    return read_image(content, turn_over=False).picture


def recognised(content: bytes) -> str:
    """Return what a file is by its content: image, archive, array, table, or nothing known."""
    if _endings(content):
        return "image"
    if content.startswith(archives.MAGIC):
        return "archive"
    if content.startswith(arrays.MAGIC):
        return "array"
    if _known(content):
        return ""
    return "table" if _like_text(content[:_SAMPLE]) else ""


def _endings(content: bytes) -> tuple[str, ...]:
    """Return how files of a picture's format are called; nothing if it is no picture."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return ("webp",)
    return next((ends for mark, ends in _IMAGES.items() if content.startswith(mark)), ())


def _like_text(sample: bytes) -> bool:
    """Tell whether a file may be a table: text that has a digit in it, and no other signs."""
    control = any(byte < 32 and byte not in b"\t\n\r" for byte in sample)
    return not control and any(chr(byte).isdigit() for byte in sample if byte < 128)


def _known(content: bytes) -> str:
    """Return what is said of files that are known and not read; nothing if it is none."""
    begin = content[:_SAMPLE].removeprefix(b"\xef\xbb\xbf").lstrip()
    return next((what for mark, what in _OTHERS.items() if begin.startswith(mark)), "")


def _what(content: bytes) -> str:
    known = _known(content)
    if not known and content[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"):
        known = marked("a HEIC or AVIF picture: export it as JPEG or PNG")
    return _(known) if known else _("none of the kinds of files that are understood")


def _strange_ending(name: str, content: bytes, kind: str) -> list[str]:
    """Return a sentence where a file's name says that it is something else."""
    ending = shown_name(name.rpartition(".")[2].lower()) if "." in name else ""
    usual = {"archive": ("zip", "npz"), "array": ("npy",), "table": ("csv", "txt", "tsv", "dat")}
    expected = _endings(content) or usual.get(kind, ())
    if not ending or ending in expected:
        return []
    called = expected[0].upper()
    return [
        _(
            "It was read as {kind}, which it is, though it is called .{ending}.",
            kind=called,
            ending=ending[:8],
        )
    ]


# -- the kinds -----------------------------------------------------------------------


def _image(name: str, content: bytes, most: int, turn_over: bool) -> Upload:
    decoded = read_image(content, turn_over)
    return Upload((name,), (decoded.picture,), decoded.notes)


def _array(name: str, content: bytes, most: int, turn_over: bool) -> Upload:
    values, notes = read_array(content, most)
    pictures, done = pictures_of(values, turn_over)
    return Upload(numbered(name, len(pictures)), tuple(pictures), (*notes, *done))


def _table(name: str, content: bytes, most: int, turn_over: bool) -> Upload:
    values, labels, notes = read_table(content, most)
    pictures, done = pictures_of(values, turn_over)
    names = tuple(
        _("{label} (row {number})", label=label_, number=k + 1) for k, label_ in enumerate(labels)
    )
    return Upload(names or numbered(name, len(pictures)), tuple(pictures), (*notes, *done))


def _archive(name: str, content: bytes, most: int, turn_over: bool) -> Upload:
    return read_archive(content, most, turn_over, recognised)


_READERS: dict[str, Callable[[str, bytes, int, bool], Upload]] = {
    "image": _image,
    "array": _array,
    "table": _table,
    "archive": _archive,
}
