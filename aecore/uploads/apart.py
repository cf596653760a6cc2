"""Files are read by a process of their own, which may take so much time and memory and no more.

Decoders are large, and whoever brings a file can make it slow to read on purpose. Whatever happens
there, the server goes on, and its other sessions do not wait. Nothing that comes back is executed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np

from aecore import language
from aecore.language import text as _
from aecore.own_images import MAX_BYTES
from aecore.uploads.limits import Upload, UploadError
from aecore.uploads.reading import read

CPU_S, WALL_S = 8, 60
"""Time to read one file, as the processor counts it, and as the clock does."""
MEMORY = 1_500_000_000
"""Bytes of address space; what a file may hold takes half of it at most."""
AT_ONCE = 2
"""Processes that read files at a time."""

_ROOT = Path(__file__).parents[2]
_places = threading.BoundedSemaphore(AT_ONCE)


class Reader:
    """A process that reads files one after the other, used as a context.

    One that dies of a file is replaced for the next.

    Parameters
    ----------
    seconds : int
        Of the processor, for each file.
    """

    def __init__(self, seconds: int = CPU_S) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Reader:
        _places.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()
        _places.release()

    def read(self, name: str, content: bytes, *, turn_over: bool, most: int) -> Upload:
        """Read a file as `aecore.uploads.reading.read` does.

        Raises
        ------
        UploadError
            Also if it took more time or memory than a file may.
        """
        asked = {
            "name": name, "turn_over": turn_over, "most": most, "language": language.current(),
            "seconds": self._seconds,
        }  # fmt: skip
        process = self._process = self._process or _start()
        to, back = process.stdin, process.stdout
        assert to is not None
        assert back is not None
        watch = threading.Timer(WALL_S, process.kill)
        watch.start()
        try:
            _send(to, asked, content)
            told, pictures = _receive(back)
        except (OSError, EOFError):
            self._end()
            raise UploadError(
                _("It takes more time or memory to read than a file may: make it smaller.")
            ) from None
        finally:
            watch.cancel()
        if "refused" in told:
            raise UploadError(told["refused"])
        return _unpacked(told, pictures)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )


def _unpacked(told: dict[str, Any], content: bytes) -> Upload:
    pictures, at = [], 0
    for height, width in told["shapes"]:
        pictures.append(np.frombuffer(content, np.uint8, height * width, at).reshape(height, width))
        at += height * width
    return Upload(tuple(told["names"]), tuple(pictures), tuple(told["notes"]))


# -- what goes to and fro: the length of a header, of the content, then both ---------------


def _send(file: IO[bytes], header: dict[str, Any], content: bytes) -> None:
    text = json.dumps(header).encode()
    file.write(len(text).to_bytes(8, "little") + len(content).to_bytes(8, "little"))
    file.write(text)
    file.write(content)
    file.flush()


def _receive(file: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    lengths = _exactly(file, 16)
    header = _exactly(file, int.from_bytes(lengths[:8], "little"))
    return dict(json.loads(header)), _exactly(file, int.from_bytes(lengths[8:], "little"))


def _exactly(file: IO[bytes], count: int) -> bytes:
    content = file.read(count)
    if len(content) < count:
        raise EOFError
    return content


# -- in the process ------------------------------------------------------------------------


def _limit_all() -> None:
    """Take away what reading needs not: memory without end, and writing files."""
    with suppress(ImportError):  # Windows has no such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time(seconds: int) -> None:
    """Begin to count the processor's time for the next file."""
    with suppress(ImportError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        until = int(used.ru_utime + used.ru_stime) + 1 + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _answer(asked: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    language.follow(lambda: str(asked["language"]))
    try:
        found = read(asked["name"], content, turn_over=asked["turn_over"], most=asked["most"])
    except UploadError as error:
        return {"refused": str(error)}, b""
    except Exception:  # also for want of memory
        return {"refused": _("It is damaged or too large: save or export it again.")}, b""
    fits = int((np.cumsum([picture.nbytes for picture in found.pictures]) <= MAX_BYTES).sum())
    pictures = found.pictures[: max(1, fits)]
    header = {
        "names": found.names[: len(pictures)],
        "notes": found.notes,
        "shapes": [picture.shape for picture in pictures],
    }
    return header, b"".join(picture.tobytes() for picture in pictures)


def main() -> None:
    """Read files as they come, until there are no more."""
    _limit_all()
    while True:
        try:
            asked, content = _receive(sys.stdin.buffer)
        except EOFError:
            return
        _limit_time(asked["seconds"])
        _send(sys.stdout.buffer, *_answer(asked, content))


if __name__ == "__main__":
    main()
