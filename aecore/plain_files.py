"""Reading a store's files, which may be anybody's work: plain ones, of a bounded size, no links."""

from __future__ import annotations

import json
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

MOST_TEXT, MOST_TENSORS = 1 << 26, 1 << 31
"""Bytes of a file of plain values, and of one of tensors."""

_FLAGS = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):  # what the system has of them
    _FLAGS |= getattr(os, _name, 0)


def content_of(path: Path, most: int = MOST_TEXT, *, first: int | None = None) -> bytes:
    """Return what is in a file, or the first so many bytes of it.

    Raises
    ------
    ValueError
        If it is a link, no plain file, or larger than so many bytes.
    OSError
        If it is not there, or cannot be read.
    """
    if path.is_symlink():
        raise ValueError("it is a link")
    number = os.open(path, _FLAGS)
    try:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("it is no plain file")
        if found.st_size > most:
            raise ValueError(f"it has {found.st_size:,} bytes")
        with open(number, "rb", closefd=False) as file:
            return file.read(first)
    finally:
        os.close(number)


def values_of(content: bytes | str) -> Any:
    """Return the plain values of a JSON text.

    Raises
    ------
    ValueError
        If it is none, or is nested too deep.
    """
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def remove_strangers(folder: Path) -> bool:
    """Remove what is neither a plain file nor a folder, or the folder itself, if it is a link.

    What is written through a link would land elsewhere, and a pipe would wait for a reader. What
    a link points to stays as it is.

    Returns
    -------
    bool
        Whether there was anything of the kind.
    """
    found = [folder] if folder.is_symlink() else list(_strangers(folder))
    for path in found:
        log.warning("Removed %s from the store: it is a link, or no file", path.name)
        path.unlink(missing_ok=True)
    return bool(found)


def _strangers(folder: Path) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not (
                    entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)
                ):
                    yield Path(entry.path)
    except (FileNotFoundError, NotADirectoryError):
        return
