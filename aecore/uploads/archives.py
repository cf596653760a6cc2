"""Zip archives of pictures, and .npz, which is one of arrays; unpacked in memory, within limits.

What an archive says of itself is checked before anything is unpacked, and not believed while it
is. Names in it are labels, never paths.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import TypeAlias

from aecore.language import text as _
from aecore.placing import Picture
from aecore.uploads.arrays import read_array
from aecore.uploads.greys import pictures_of
from aecore.uploads.images import read_image
from aecore.uploads.limits import (
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    MAX_PIXELS,
    MAX_UNPACKED,
    Upload,
    UploadError,
    label,
    left_out,
    megabytes,
    numbered,
)
from aecore.wording import sentences

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")

Recognise: TypeAlias = Callable[[bytes], str]
"""Returns the kind of a file by its content, as `aecore.uploads.reading.recognised`."""

_LISTED = b"PK\x01\x02"
_ENCRYPTED = 1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def read_archive(content: bytes, most: int, turn_over: bool, recognise: Recognise) -> Upload:
    """Read the pictures or arrays of an archive; what is none is left out, and said.

    Parameters
    ----------
    content : bytes
    most : int
        Pictures to take at most.
    turn_over : bool
        Exchange light and dark in what is dark on light.
    recognise : callable

    Raises
    ------
    UploadError
        If it is damaged, lists too much, or holds nothing that can be used.
    """
    if content.count(_LISTED) > MAX_ENTRIES:
        raise UploadError(
            _(
                "It lists more than {max_entries:,} files, the most that are looked at: bring "
                "fewer at a time.",
                max_entries=MAX_ENTRIES,
            )
        )
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not _hidden(entry)]
            if entries and all(entry.filename.endswith(".npy") for entry in entries):
                return _read_arrays(archive, entries, most, turn_over)
            return _read_pictures(archive, entries, most, turn_over, recognise)
    except UploadError:
        raise
    except Exception as error:  # a directory of an archive can lie in every field
        raise UploadError(_("It is a damaged archive: pack it again.")) from error


def _hidden(entry: zipfile.ZipInfo) -> bool:
    """Tell whether it is a folder, or one of the files that systems leave in archives."""
    parts = entry.filename.replace("\\", "/").split("/")
    return not parts[-1] or parts[-1].startswith(".") or parts[0] == "__MACOSX"


def _read_pictures(
    archive: zipfile.ZipFile,
    entries: list[zipfile.ZipInfo],
    most: int,
    turn_over: bool,
    recognise: Recognise,
) -> Upload:
    names: list[str] = []
    pictures: list[Picture] = []
    reasons: list[tuple[str, str]] = []
    pixels = MAX_PIXELS
    done: dict[str, int] = {}
    for entry, found in _unpacked(archive, entries, MAX_FILE_BYTES):
        if len(pictures) == most:
            reasons.append(
                (label(entry.filename), _("There is room for {most:,} pictures.", most=most))
            )
            continue
        try:
            if isinstance(found, UploadError):
                raise found
            if recognise(found) != "image":
                raise UploadError(_not_a_picture(recognise(found)))
            decoded = read_image(found, turn_over, pixels)
        except UploadError as error:
            reasons.append((label(entry.filename), str(error)))
            continue
        pixels -= decoded.pixels
        names.append(label(entry.filename))
        pictures.append(decoded.picture)
        for note in decoded.notes:
            done[note] = done.get(note, 0) + 1
    notes = [f"{count:,} × {note}" for note, count in done.items()]
    return _gathered(names, pictures, notes, reasons, len(entries))


def _read_arrays(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], most: int, turn_over: bool
) -> Upload:
    names: list[str] = []
    pictures: list[Picture] = []
    notes, reasons = [], []
    for entry, found in _unpacked(archive, entries, MAX_UNPACKED):
        name = label(entry.filename)
        try:
            if isinstance(found, UploadError):
                raise found
            if len(pictures) == most:
                raise UploadError(_("There is room for {most:,} pictures.", most=most))
            values, read = read_array(found, most - len(pictures))
            own, done = pictures_of(values, turn_over)
        except UploadError as error:
            reasons.append((name, str(error)))
            continue
        names += numbered(name, len(own))
        pictures += own
        notes += [f"{name}: {note}" for note in (*read, *done)]
    return _gathered(names, pictures, notes, reasons, len(entries))


def _unpacked(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], most: int
) -> Iterator[tuple[zipfile.ZipInfo, bytes | UploadError]]:
    """Yield entries with their content, or with why they are not unpacked."""
    room = MAX_UNPACKED
    for entry in entries:
        found: bytes | UploadError
        try:
            found = _unpack(archive, entry, most, room)
            room -= len(found)
        except UploadError as error:
            found = error
        yield entry, found


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int, room: int) -> bytes:
    """Unpack one entry, of at most so many bytes."""
    if entry.flag_bits & _ENCRYPTED:
        raise UploadError(_("It is encrypted: pack it without a password."))
    if entry.compress_type not in _METHODS:
        raise UploadError(_("It is packed in an unusual way: pack it as a plain zip."))
    if entry.file_size > room:
        raise UploadError(
            _(
                "With it the archive unpacks to more than {most}: bring it in parts.",
                most=megabytes(MAX_UNPACKED),
            )
        )
    if entry.file_size > most:
        raise UploadError(
            _(
                "It unpacks to {size}, and {most} is the most: make it smaller.",
                size=megabytes(entry.file_size),
                most=megabytes(most),
            )
        )
    limit = min(most, room)
    try:
        with archive.open(entry) as file:
            content = file.read(limit + 1)
    except Exception as error:
        raise UploadError(_("It is damaged: pack it again.")) from error
    if len(content) > limit:
        raise UploadError(
            _("It unpacks to more than {most}: make it smaller.", most=megabytes(limit))
        )
    return content


def _not_a_picture(kind: str) -> str:
    if kind == "archive":
        return _("It is an archive in an archive: unpack it first.")
    return _("It is not a picture.")


def _gathered(
    names: list[str],
    pictures: list[Picture],
    notes: list[str],
    reasons: list[tuple[str, str]],
    count: int,
) -> Upload:
    if not count:
        raise UploadError(_("It is an empty archive: pack pictures into it."))
    if not pictures:
        raise UploadError(
            sentences([_("It holds nothing that can be used."), left_out(reasons, count)])
        )
    if reasons:
        notes = [*notes, left_out(reasons, count)]
    return Upload(tuple(names), tuple(pictures), tuple(notes))
