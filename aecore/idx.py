"""Reader for IDX files, the format in which MNIST and its relatives are published.

An IDX file is a magic number (two zero bytes, the type of the values, the number of dimensions),
one big-endian 32-bit size per dimension, then the values. The reader trusts none of it: any file
gives an array of the shape that was asked for, or a `DatasetError`.
"""

import gzip
import io
import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from aecore.language import text as _

__all__ = ["MAX_ITEMS", "DatasetError", "read_images", "read_labels"]

MAX_ITEMS = 250_000
"""Most images or labels that one file may hold; MNIST has 60,000."""

_UNSIGNED_BYTE = 0x08
_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20


class DatasetError(Exception):
    """A data set cannot be had; the message says what is wrong and what to do."""


def read_images(
    path: Path, shape: tuple[int, int], max_items: int = MAX_ITEMS
) -> npt.NDArray[np.uint8]:
    """Read the images of an IDX file, gzipped or not.

    Parameters
    ----------
    path
        The file.
    shape
        Height and width that every image must have, in pixels.
    max_items
        Most images to accept, which bounds the memory taken.

    Returns
    -------
    array of uint8, shape (N, height, width)
        Brightness of each pixel, 0 to 255; N is at least 1.

    Raises
    ------
    DatasetError
        If the file is anything but a complete IDX file of such images.
    """
    return _read(path, shape, max_items)


def read_labels(path: Path, classes: int, max_items: int = MAX_ITEMS) -> npt.NDArray[np.int64]:
    """Read the labels of an IDX file, gzipped or not.

    Parameters
    ----------
    path
        The file.
    classes
        Number of classes; every label must be smaller.
    max_items
        Most labels to accept, which bounds the memory taken.

    Returns
    -------
    array of int64, shape (N,)
        Class of each image, 0 to `classes` - 1; N is at least 1.

    Raises
    ------
    DatasetError
        If the file is anything but a complete IDX file of such labels.
    """
    labels = _read(path, (), max_items)
    largest = int(labels.max())
    if largest >= classes:
        raise DatasetError(
            _(
                "The labels in {path} should be 0 to {most}, but {largest} is among them: "
                "replace the file.",
                path=path,
                most=classes - 1,
                largest=largest,
            )
        )
    return labels.astype(np.int64)


def _read(path: Path, item_shape: tuple[int, ...], max_items: int) -> npt.NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes whose items have the given shape."""
    try:
        with path.open("rb") as file:
            begin = file.read(len(_GZIP_MAGIC))
            file.seek(0)
            # By content, not by name: browsers unpack a download and keep its name, or the reverse.
            if begin == _GZIP_MAGIC:
                with gzip.GzipFile(fileobj=file, mode="rb") as unpacked:
                    return _parse(unpacked, path, item_shape, max_items)
            return _parse(file, path, item_shape, max_items)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DatasetError(
            _(
                "The file {path} is damaged or cut off and cannot be unpacked: get it again.",
                path=path,
            )
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DatasetError(
            _(
                "The file {path} cannot be read ({reason}): check it, or get it again.",
                path=path,
                reason=reason,
            )
        ) from error


def _parse(
    file: BinaryIO | io.BufferedIOBase, path: Path, item_shape: tuple[int, ...], max_items: int
) -> npt.NDArray[np.uint8]:
    """Check the header, then read exactly as many bytes as it announces."""
    dimensions = 1 + len(item_shape)
    size_of_header = 4 + 4 * dimensions
    header = _read_at_most(file, size_of_header)
    _check_magic(header[:4], path, dimensions)
    if len(header) < size_of_header:
        raise DatasetError(_("The file {path} ends within its header: get it again.", path=path))
    count, *found_shape = struct.unpack(f">{dimensions}I", header[4:])
    if tuple(found_shape) != item_shape:
        raise DatasetError(
            _(
                "The images in {path} should have {wanted} pixels, but have {there}: replace "
                "the file.",
                path=path,
                wanted=_times(item_shape),
                there=_times(found_shape),
            )
        )
    if not 1 <= count <= max_items:
        raise DatasetError(
            _(
                "The file {path} says that it holds {count:,} {kind}, but 1 to {max_items:,} "
                "were expected: replace the file.",
                path=path,
                count=count,
                kind=_kind(dimensions),
                max_items=max_items,
            )
        )
    expected = count * math.prod(item_shape)
    content = _read_at_most(file, expected + 1)
    if len(content) != expected:
        found = (
            _("{count:,} came", count=len(content)) if len(content) < expected else _("more came")
        )
        raise DatasetError(
            _(
                "The file {path} should hold {expected:,} bytes after its header, but {found}: "
                "get it again.",
                path=path,
                expected=expected,
                found=found,
            )
        )
    return np.frombuffer(content, dtype=np.uint8).reshape(count, *item_shape)


def _check_magic(magic: bytes, path: Path, dimensions: int) -> None:
    """Check that a file begins like an IDX file of bytes with so many dimensions."""
    expected = bytes((0, 0, _UNSIGNED_BYTE, dimensions))
    if magic == expected:
        return
    if magic[:3] == expected[:3] and len(magic) == 4 and magic[3] in (1, 3):
        raise DatasetError(
            _(
                "The file {path} holds {there} where {wanted} belong: it may have been given "
                "the wrong name.",
                path=path,
                there=_kind(magic[3]),
                wanted=_kind(dimensions),
            )
        )
    begins = _("it begins with {hex}", hex=magic.hex(" ")) if magic else _("it is empty")
    raise DatasetError(
        _(
            "The file {path} is not an IDX file of {kind}: it should begin with {hex}, but "
            "{begins}; get it again.",
            path=path,
            kind=_kind(dimensions),
            hex=expected.hex(" "),
            begins=begins,
        )
    )


def _read_at_most(file: BinaryIO | io.BufferedIOBase, size: int) -> bytes:
    """Read up to `size` bytes, taking memory only for what is really there."""
    content = bytearray()
    while chunk := file.read(min(_CHUNK, size - len(content))):
        content += chunk
    return bytes(content)


def _kind(dimensions: int) -> str:
    """Return what a file with so many dimensions holds, in words."""
    return _("labels") if dimensions == 1 else _("images")


def _times(shape: tuple[int, ...] | list[int]) -> str:
    """Return an image's shape as it is read aloud, 28 x 28."""
    return " x ".join(map(str, shape))
