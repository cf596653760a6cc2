"""What was found out about a run or a data set, kept as files so that it is found out once.

Every write is a temporary file and an atomic rename; what is found damaged is set aside.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from aecore.plain_files import MOST_TENSORS, content_of, values_of

log = logging.getLogger(__name__)

MOST_ARRAYS = 200
"""Arrays that are kept in one folder: choices such as a seed, or one's own images, have no end."""
SKEW_S = 300
"""What is dated further ahead was written before the clock was put back, not just now."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees either the old content or the new."""
    temporary = path.with_name(f".{path.name}.{uuid4().hex[:8]}.part")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def set_aside(path: Path, reason: object) -> None:
    """Rename a damaged file out of the way and log why."""
    place = f"{path.parent.name}/{path.name}"
    log.warning("Set aside %s, which is damaged: %s", place, reason)
    try:
        os.replace(path, path.with_name(f"{path.name}.damaged"))
    except FileNotFoundError:
        return  # somebody else was faster
    except OSError as error:
        log.warning("Could not rename %s: %s", path.name, error)


class Results:
    """A folder of named results: plain values as JSON, and arrays.

    An array and the plain values about it have one name. Past `MOST_ARRAYS` those that were
    written longest ago are removed together.

    Parameters
    ----------
    folder : Path
    lasting : bool
        Whether the folder is made when something is kept. Else it must exist: what is removed
        meanwhile stays removed.
    """

    def __init__(self, folder: Path, *, lasting: bool = False) -> None:
        self.folder, self._lasting = folder, lasting

    def path(self, name: str) -> Path:
        """Return where plain values of this name are kept."""
        return self.folder / f"{name}.json"

    def save(self, name: str, values: Mapping[str, Any]) -> None:
        """Keep plain values."""
        self._write(self.path(name), json.dumps(dict(values)).encode())

    def _write(self, path: Path, content: bytes) -> None:
        if self.folder.is_symlink():  # what is kept would land elsewhere
            self.folder.unlink()
        if self._lasting:
            self.folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)

    def load(self, name: str) -> dict[str, Any] | None:
        """Return kept values, or None."""
        path = self.path(name)
        try:
            return dict(values_of(content_of(path)))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (ValueError, TypeError) as error:
            set_aside(path, error)
            return None

    def save_array(self, name: str, array: np.ndarray) -> None:
        """Keep an array."""
        from safetensors.numpy import save

        content = save({"array": np.ascontiguousarray(array)})
        self._write(self.folder / f"{name}.safetensors", content)
        self._make_room()

    def _make_room(self) -> None:
        arrays = sorted(self.folder.glob("*.safetensors"), key=_written_at)
        for path in arrays[:-MOST_ARRAYS]:
            path.unlink(missing_ok=True)
            self.path(path.stem).unlink(missing_ok=True)

    def array(self, name: str) -> np.ndarray | None:
        """Return a kept array, or None."""
        from safetensors import SafetensorError
        from safetensors.numpy import load

        path = self.folder / f"{name}.safetensors"
        try:
            return load(content_of(path, MOST_TENSORS))["array"]
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (SafetensorError, ValueError, KeyError) as error:
            set_aside(path, error)
            return None


def _written_at(path: Path) -> float:
    try:
        written = path.stat().st_mtime
    except FileNotFoundError:
        return 0.0  # removed while we looked
    return written if written < time.time() + SKEW_S else 0.0


def of_dataset(home: Path, fingerprint: str) -> Results:
    """Return what was found out about a data set, whatever is trained on it.

    Parameters
    ----------
    home : Path
        Folder for all that the app writes.
    fingerprint : str
        See `aecore.datasets.Dataset`.
    """
    return Results(home / "datasets" / fingerprint, lasting=True)
