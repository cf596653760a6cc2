"""Measurements of a run: lines of JSON in a file that grows.

Whoever watches a run reads them again and again: what has been read is remembered, and only
what is new behind it is understood anew.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from sys import intern
from typing import NamedTuple, TypeAlias

from cachetools import LRUCache

from aecore.plain_files import content_of, values_of

Measurement: TypeAlias = Mapping[str, float]
"""Numbers by name, ``step`` among them; the same object for all who ask."""

MOST_REMEMBERED = 128
"""Files; what one of a long run says takes a third of a megabyte."""
MOST_BYTES = 1_000_000
"""Size of a file that is remembered; no run of ours writes as much."""


class _Read(NamedTuple):
    """Whole lines of a file, and what they say by step."""

    content: bytes
    rows: dict[int, Measurement]


_remembered: LRUCache[Path, _Read] = LRUCache(MOST_REMEMBERED)
_lock = threading.Lock()


def append(path: Path, row: Measurement) -> None:
    """Write one measurement behind all others."""
    line = json.dumps(dict(row)) + "\n"
    with path.open("ab+") as file:
        if file.tell():  # a slice that was killed may have left a torn line
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                line = "\n" + line
        file.write(line.encode())


def read(path: Path) -> list[Measurement]:
    """Return all measurements by increasing step, of each step the last.

    Raises
    ------
    ValueError
        If it is no plain file, or far too large.
    OSError
        If it is not there, or cannot be read.
    """
    content = content_of(path)
    with _lock:
        known = _remembered.get(path)
    if known is None or not content.startswith(known.content):
        known = _Read(b"", {})
    end = content.rfind(b"\n") + 1
    if end > len(known.content):
        rows = known.rows | _understood(content[len(known.content) : end])
        known = _Read(content[:end], rows)
        if end <= MOST_BYTES:
            with _lock:
                _remembered[path] = known
    rows = known.rows | _understood(content[end:])  # a line that is just being written, or torn
    return [rows[step] for step in sorted(rows)]


def _understood(content: bytes) -> dict[int, Measurement]:
    rows: dict[int, Measurement] = {}
    for line in content.decode(errors="replace").splitlines():
        try:
            row = values_of(line)
            if all(type(value) in (int, float) for value in row.values()):
                rows[int(row["step"])] = {intern(name): value for name, value in row.items()}
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            continue  # torn: its slice was killed, and the next one writes it again
    return rows
