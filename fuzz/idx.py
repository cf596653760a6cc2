"""Data sets that were downloaded, or put into a folder: IDX files, gzipped or not."""

from __future__ import annotations

import gzip
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

from aecore.idx import DatasetError, read_images, read_labels
from fuzz.entry import Entry, for_people


def seeds() -> Iterator[bytes]:
    """Yield images and labels, packed and not."""
    images = struct.pack(">HBB3I", 0, 8, 3, 2, 3, 4) + bytes(range(24))
    labels = struct.pack(">HBBI", 0, 8, 1, 3) + bytes((7, 0, 9))
    for content in (images, labels):
        yield content
        yield gzip.compress(content, mtime=0)


def check(content: bytes) -> None:
    """Read a file as images and as labels."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_bytes(content)
        try:
            assert read_images(path, (3, 4)).shape[1:] == (3, 4)
        except DatasetError as error:
            for_people([str(error).replace(folder, "AE_DATA_DIR")])  # as pages do
        try:
            assert read_labels(path, 10).min() >= 0
        except DatasetError as error:
            for_people([str(error).replace(folder, "AE_DATA_DIR")])


ENTRY = Entry(seeds, check)
