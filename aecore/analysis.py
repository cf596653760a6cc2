"""The process that analyses are run in: what happens inside, and how one starts on this machine.

Whoever started it sends jobs through a connection and reads what is said of them. The process
ends at once, in the middle of a job too, when the other end of its connection is closed.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import signal
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol

from aecore import memory
from aecore.language import marked

REPORT_S = 0.1
"""Shortest time between two reports of the same stage."""
NICENESS = 15
"""Below the training workers', whose speed everybody sees."""

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)
"""Environment of a process that computes with one thread; libraries look at it once."""


class NotBegun(Exception):
    """No process for analyses can be started; the message is a sentence for a person."""


class Child(Protocol):
    """A process that does jobs."""

    @property
    def connection(self) -> Connection:
        """Where jobs are sent and reports come from; whoever reads them closes it in the end."""
        ...

    def alive(self) -> bool:
        """Tell whether it is still there."""
        ...

    def kill(self) -> None:
        """End it at once, with what it is at; what is read from its connection ends too."""
        ...


class Place(Protocol):
    """Where processes for analyses can be started."""

    @property
    def tries(self) -> int:
        """How often a job is begun whose processes end by themselves."""
        ...

    def begin_analysis(self) -> Child:
        """Start a process, which may take seconds.

        Raises
        ------
        NotBegun
            If that is not possible now.
        """
        ...


# -- on this machine -----------------------------------------------------------------


class Here:
    """The server's own machine, as a `Place`.

    Parameters
    ----------
    numba_cache : Path
        Folder for numba's compiled code; made when it is missing.
    """

    tries = 1  # a process that ends here does so for want of memory, and would again

    def __init__(self, numba_cache: Path) -> None:
        self._numba_cache = Path(numba_cache)

    def begin_analysis(self) -> Child:
        """Start a process; an `OSError` says where the machine does not let it."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        arguments = (theirs, str(self._numba_cache), NICENESS)
        process = context.Process(target=serve, args=arguments, name="analyst", daemon=True)
        process.start()
        theirs.close()  # so that the end of the process ends what is read from it
        return _Spawned(process, ours)


class _Spawned:
    """A process that this one has started."""

    def __init__(self, process: SpawnProcess, connection: Connection) -> None:
        self.process, self.connection = process, connection

    def alive(self) -> bool:
        return self.process.is_alive()

    def kill(self) -> None:
        self.process.kill()
        self.process.join()


# -- what is said through a connection -----------------------------------------------


def pack(function: Callable[..., object], arguments: Mapping[str, Any]) -> bytes:
    """Return a job as it is sent: a function that is found by its name, and its arguments."""
    return pickle.dumps((function, dict(arguments)))


def hear(connection: Connection) -> tuple[str, list[Any]]:
    """Return what is said next: ``progress`` with stage and fraction, ``done``, or ``failed``.

    The latter comes with a sentence and a trace, which is empty where the sentence says it all.
    Reports are plain text: nothing that another machine says is run here.
    """
    kind, *details = json.loads(connection.recv_bytes())
    return kind, details


def _say(connection: Connection, *said: str | float | None) -> None:
    connection.send_bytes(json.dumps(said).encode())


# -- in the process ------------------------------------------------------------------


def serve(connection: Connection, numba_cache: str, niceness: int) -> None:
    """Do jobs as they come, until the other end of the connection is closed; does not return.

    Parameters
    ----------
    connection : Connection
    numba_cache : str
        Folder for numba's compiled code.
    niceness : int
        By how much this process is to be nicer than it is.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's, which then ends this
    memory.keep_giving_back()
    if hasattr(os, "nice"):
        os.nice(niceness)
    # before numpy, torch and numba are imported, which look once
    os.environ |= ONE_THREAD | {"NUMBA_CACHE_DIR": numba_cache}
    jobs: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(connection, jobs), name="listen", daemon=True).start()
    while True:
        last_word = _do(jobs.get(), _Reporter(connection))
        try:
            _say(connection, *last_word)
        except OSError:
            os._exit(0)


def _listen(connection: Connection, jobs: SimpleQueue[bytes]) -> None:
    """Take jobs while others are done, so that the end of the connection is noticed at once."""
    while True:
        try:
            jobs.put(connection.recv_bytes())
        except (EOFError, OSError):
            os._exit(0)


def _do(content: bytes, progress: _Reporter) -> tuple[str, ...]:
    """Do one job, and return the last thing to say about it."""
    try:
        function, arguments = pickle.loads(content)
        function(**arguments, progress=progress)
    except Exception as error:
        if _is_for_people(error):
            return "failed", str(error), ""
        sentence = marked(
            "The analysis failed through an error in the app; the server's log says more."
        )
        return "failed", sentence, traceback.format_exc()
    return ("done",)


def _is_for_people(error: Exception) -> bool:
    from aecore.config import ConfigError
    from aecore.datasets import DatasetError
    from aecore.projections import ProjectionError
    from aecore.runs import RunError

    return isinstance(error, (ConfigError, DatasetError, ProjectionError, RunError))


class _Reporter:
    """Sends progress, but not more often than anybody looks."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stage, self._sent = "", 0.0

    def __call__(self, stage: str, fraction: float | None = None) -> None:
        now = time.monotonic()
        if stage == self._stage and now - self._sent < REPORT_S and fraction != 1:
            return
        self._stage, self._sent = stage, now
        try:
            _say(self._connection, "progress", stage, None if fraction is None else float(fraction))
        except OSError:  # nobody is there any more
            os._exit(0)


def warm(progress: Callable[[str, float | None], None]) -> None:
    """Have UMAP compiled, see `aecore.projections.warm`; a job like any other."""
    from aecore.projections import warm

    warm(progress)
