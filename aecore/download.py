"""Fetches published files from the first mirror that has them, checked by their MD5.

A file appears under its own name only when it is complete and right. Whatever goes wrong,
nothing half-written stays, and the error says what to do instead.
"""

import contextlib
import errno
import functools
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aecore.idx import DatasetError
from aecore.language import marked
from aecore.language import text as _

if TYPE_CHECKING:
    from requests import Response

__all__ = ["DownloadError", "Progress", "RemoteFile", "fetch_files"]

Progress = Callable[[int, int, str], None]
"""Called with the bytes of a file so far, its size (0 if unknown) and its name; may raise."""

TIMEOUT = (10.0, 30.0)
"""Seconds to wait for a mirror to accept a connection, and for each next piece of a file."""

MAX_BYTES = 1 << 27
"""Size beyond which a file cannot be the right one; Fashion-MNIST's largest has 26 MB."""

_CHUNK = 1 << 16
_STALE_SECONDS = 24 * 3600
_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_COUNTS = {2: marked("two files"), 4: marked("four files")}


class DownloadError(DatasetError):
    """Files could not be downloaded; the message says why and what to do."""


class _TooLargeError(ValueError):
    """A mirror sends more than any of the files can have."""


@dataclass(frozen=True)
class RemoteFile:
    """A published file: its name on every mirror, and its MD5 in hexadecimal."""

    name: str
    md5: str


def fetch_files(
    label: str,
    files: Sequence[RemoteFile],
    mirrors: Sequence[str],
    folder: Path,
    progress: Progress | None = None,
) -> None:
    """Bring published files into a folder; those already there and right are left alone.

    Several processes may do so at once: each works in a temporary folder of its own and moves a
    file into place in one step.

    Parameters
    ----------
    label
        What the files are, as a reader of the error message knows it.
    files
        The files.
    mirrors
        Addresses that end in a slash, tried in this order.
    folder
        Where the files belong; made if missing.
    progress
        Called as the bytes come in. What it raises ends the download and is passed on.

    Raises
    ------
    DownloadError
        If no mirror has an intact copy of a file, or the folder cannot be written.
    """
    import pooch

    pooch.get_logger().setLevel(logging.WARNING)
    meter = _Meter(progress)
    order = list(mirrors)
    remedy = _(
        "put the {count} into {folder}", count=_(_COUNTS.get(len(files), "files")), folder=folder
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_stale(folder)
        with tempfile.TemporaryDirectory(
            prefix=_prefix(folder), dir=folder.parent, ignore_cleanup_errors=True
        ) as temporary:
            for file in files:
                target = folder / file.name
                if target.is_file() and pooch.file_hash(str(target), alg="md5") == file.md5:
                    continue
                try:
                    complete, mirror = _retrieve(file, order, Path(temporary), meter)
                except _NoMirrorError as error:
                    raise DownloadError(
                        _(
                            "Could not download {label}: {reason}",
                            label=label,
                            reason=error.advise(remedy),
                        )
                    ) from None
                # Whoever had this file is asked first for the next: a dead mirror costs once.
                order.sort(key=lambda other: other != mirror)
                complete.chmod(0o644)
                os.replace(complete, target)
    except OSError as error:
        if error is meter.raised:
            raise
        raise DownloadError(_folder_trouble(label, folder, error)) from error


class _NoMirrorError(Exception):
    """No mirror gave an intact copy of a file."""

    def __init__(self, name: str, failures: Sequence[tuple[str, str, bool]]) -> None:
        super().__init__(name)
        self.name = name
        self.told = "; ".join(f"{host}: {reason}" for host, reason, _reached in failures)
        self.reached = any(reached for _host, _reason, reached in failures)

    def advise(self, remedy: str) -> str:
        """Return what went wrong at which mirror, and what to do."""
        if self.reached:
            return _(
                "no mirror has an intact copy of {file} ({told}). Try again later, or "
                "{remedy}; the digits data set works without.",
                file=self.name,
                told=self.told,
                remedy=remedy,
            )
        return _(
            "no mirror could be reached ({told}). Check the connection, or {remedy}; the "
            "digits data set works without.",
            told=self.told,
            remedy=remedy,
        )


def _retrieve(
    file: RemoteFile, mirrors: Sequence[str], temporary: Path, meter: "_Meter"
) -> tuple[Path, str]:
    """Download one file into a temporary folder; return it and the mirror that had it."""
    import pooch
    from requests.exceptions import RequestException

    failures: list[tuple[str, str, bool]] = []
    for mirror in mirrors:
        meter.start(file.name)
        # pooch leaves the connection open where a transfer ends early.
        responses = contextlib.ExitStack()
        try:
            path = pooch.retrieve(
                mirror + file.name,
                known_hash=f"md5:{file.md5}",
                fname=file.name,
                path=temporary,
                downloader=pooch.HTTPDownloader(
                    progressbar=meter,
                    chunk_size=_CHUNK,
                    timeout=TIMEOUT,
                    # Else a server may pack the bytes once more on the way.
                    headers={"Accept-Encoding": "identity"},
                    hooks={"response": functools.partial(_take, responses)},
                ),
            )
        except (RequestException, ValueError) as error:
            if error is meter.raised:
                raise
            failures.append((urlsplit(mirror).netloc or mirror, *_reason(error)))
        else:
            return Path(path), mirror
        finally:
            responses.close()
    raise _NoMirrorError(file.name, failures or [(_("no mirror"), _("none is known"), False)])


def _take(responses: contextlib.ExitStack, response: "Response", **_options: object) -> None:
    """Note a response for closing, and have its bytes taken as they are sent."""
    responses.callback(response.close)
    # Some servers declare a .gz file to be packed for the way only; its MD5 counts it as packed.
    response.raw.headers.pop("Content-Encoding", None)


def _reason(error: Exception) -> tuple[str, bool]:
    """Say in a few words what failed at a mirror, and whether it answered at all."""
    from requests import exceptions

    match error:
        case exceptions.HTTPError():
            status = error.response.status_code if error.response is not None else "unknown"
            return _("HTTP status {status}", status=status), True
        case exceptions.ChunkedEncodingError():
            return _("the transfer broke off"), True
        case exceptions.Timeout():
            return _("no answer in time"), False
        case exceptions.SSLError():
            return _("no secure connection"), False
        case exceptions.ProxyError():
            return _("the proxy does not let it through"), False
        case exceptions.ConnectionError():
            return _("no connection"), False
        case _TooLargeError():
            return _("far more bytes than the file has"), True
        case ValueError() if "hash" in str(error):
            return _("wrong MD5 checksum"), True
    return _("not a usable answer"), True


def _folder_trouble(label: str, folder: Path, error: OSError) -> str:
    """Say why the folder could not take the files, and what to do."""
    if error.errno in _FULL:
        return _(
            "Could not download {label}: the disk that holds {folder} is full; free some space.",
            label=label,
            folder=folder,
        )
    if error.errno in _FORBIDDEN:
        return _(
            "Could not download {label}: {folder} cannot be written; set AE_HOME to a "
            "folder that can.",
            label=label,
            folder=folder,
        )
    return _(
        "Could not download {label} into {folder}: {reason}.",
        label=label,
        folder=folder,
        reason=error.strerror or error,
    )


class _Meter:
    """What pooch takes for a progress bar: passes on the bytes so far, and bounds them."""

    def __init__(self, progress: Progress | None) -> None:
        self.progress = progress
        self.raised: BaseException | None = None
        self.start("")

    def start(self, name: str) -> None:
        """Begin with another file."""
        self.name = name
        self.total = 0
        self.done = 0

    def update(self, count: int) -> None:
        """Count bytes that came in."""
        self.done += count
        if max(self.done, self.total) > MAX_BYTES:
            raise _TooLargeError(self.name)
        if self.total:
            self.done = min(self.done, self.total)
        if self.progress is None or not self.done:
            return
        try:
            self.progress(self.done, self.total, self.name)
        except BaseException as error:
            self.raised = error
            raise

    def reset(self) -> None:
        """Begin the count again, as pooch does before it reports the whole."""
        self.done = 0

    def close(self) -> None:
        """Nothing is left to close."""


def _prefix(folder: Path) -> str:
    """Return how the names of a folder's temporary folders begin."""
    return f".{folder.name}-download-"


def _remove_stale(folder: Path) -> None:
    """Remove what processes that were killed in mid-download left behind."""
    for left in folder.parent.glob(_prefix(folder) + "*"):
        try:
            stale = time.time() - left.stat().st_mtime > _STALE_SECONDS
        except FileNotFoundError:
            continue
        if stale:
            shutil.rmtree(left, ignore_errors=True)
