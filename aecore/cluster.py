"""The workers of a Dask cluster, on whatever machines: they join and leave while runs are trained.

One of them starts the process for analyses on its machine, which the server then talks to itself.
The scheduler may come later than this, and go and come back: what was under way is done again,
and a run's lock sees to it that no two workers train it at a time. Only what talks to the
cluster imports Dask.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Future, wait
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from aecore import distant, memory
from aecore.analysis import Child, NotBegun
from aecore.language import marked

__all__ = ["Cluster", "ClusterError", "WorkerLost"]

log = logging.getLogger(__name__)

LOOK_S = 0.5
"""Between two looks at who is there."""
PATIENCE_S = 10.0
"""How long the scheduler may take to answer, and what is under way may take to end."""
FOLDER_S = 5.0
"""How long a shared folder may take to show what another machine has written."""
SILENT_S = 300.0
"""How long nothing may be heard of what was sent; it is sent again then."""
JOIN_S = 10.0
"""How long an analysis waits where no worker is there: one that ended may come back."""
BEGIN_S = 60.0
"""How long a worker may take until it starts the process for analyses."""
MOST_WARMED = 4
"""Data sets that a worker is made ready for when it joins, the latest ones."""
NICENESS = 10

NOT_THERE = marked(
    "The cluster cannot be reached: training goes on when it can, an analysis has to be asked "
    "for again."
)
NO_WORKERS = marked(
    "No worker has joined the cluster: training goes on when one does, an analysis has to be "
    "asked for again."
)
NOT_INSTALLED = marked(
    "Nothing can be trained on the cluster: the package “distributed” is not installed here."
)
NOT_BEGUN = marked("No worker of the cluster could start the analysis: try again.")


class ClusterError(Exception):
    """Something is wrong with how the cluster is set up; the message is a sentence for a person."""


class WorkerLost(BrokenExecutor):
    """A worker of the cluster died while it was at a task."""


class Cluster:
    """The workers of a Dask cluster, as a `aecore.workers.Pool` and a `aecore.analysis.Place`.

    Parameters
    ----------
    address : str
        The scheduler's, such as ``tcp://10.0.0.1:8786``. It need not be there yet.
    home : Path
        The folder with the runs, which all workers reach under this path.
    data_dirs : sequence of Path
        Where workers look for data that are not told otherwise.
    """

    tries = 2  # machines leave

    def __init__(self, address: str, home: Path, data_dirs: Sequence[Path] = ()) -> None:
        self._address, self._home = address, Path(home)
        self._places = {"AE_HOME": str(home)}
        if data_dirs:
            self._places["AE_DATA_DIR"] = os.pathsep.join(map(str, data_dirs))
        self._change = threading.RLock()
        self._client: Any = None
        self._executor: Any = None
        self._connection: Any = None
        self._mark = ""
        self._trouble = ""
        self._workers: frozenset[str] = frozenset()
        self._warmed: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self._warming: dict[str, list[Any]] = {}
        self._under_way: dict[Future[Any], float] = {}
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._keep_in_touch, name="cluster", daemon=True)
        self._thread.start()

    # -- what the engine asks --------------------------------------------------------

    def slots(self) -> int:
        """Return how many workers have joined."""
        return len(self._workers)

    def trouble(self) -> str:
        """Say why there is no worker, where there is none."""
        return self._trouble

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have some worker call a function."""
        future: Future[Any] = Future()
        with self._change:
            if not self._workers:
                _cancel(future)
                return future
            try:
                task = self._executor.submit(
                    at_work, self._mark, self._places, function, *arguments
                )
            except Exception as error:  # Dask's own, of a connection that was just closed
                log.warning("A slice could not be sent to the cluster: %s", error)
                _cancel(future)
                return future
            self._under_way[future] = time.monotonic()
        task.add_done_callback(lambda task: self._came_back(task, future))
        return future

    def everywhere(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Have each worker call a function, those too that are still to join."""
        with self._change:
            call = function, *arguments
            key = function, *map(str, arguments)
            if key in self._warmed:
                return
            self._warmed[key] = call
            while len(self._warmed) > MOST_WARMED:
                del self._warmed[next(iter(self._warmed))]
            for address in self._workers:
                self._warm(address, call)

    def close(self) -> None:
        """Let the cluster go when what is under way has ended; its workers stay as they are."""
        with self._change:
            under_way = [*self._under_way]
        wait(under_way, timeout=PATIENCE_S)
        self._closing.set()
        self._thread.join()

    # -- what the analyst asks -------------------------------------------------------

    def begin_analysis(self) -> Child:
        """Have some worker start a process for analyses on its machine."""
        until = time.monotonic() + JOIN_S
        while not self._workers and not self._closing.is_set() and time.monotonic() < until:
            self._closing.wait(LOOK_S / 5)
        key = distant.new_key()
        try:
            beside = self._beside_scheduler()
            future = self.submit(_begin_analysis, str(self._home), key, beside)
            host, port = future.result(BEGIN_S)
            return distant.Distant(host or _host(self._address), port, key)
        except ClusterError as error:
            raise NotBegun(str(error)) from error
        except (Exception, CancelledError) as error:  # its own ones, and Dask's
            log.warning("The analysis process does not start on the cluster: %r", error)
            raise NotBegun(self._trouble or NOT_BEGUN) from error

    def _beside_scheduler(self) -> bool:
        """Tell whether the scheduler is on this machine, and so a worker that is on its machine."""
        with self._change:
            connection = self._connection
        return connection is not None and _is_loopback(_host(connection.comm.local_address))

    # -- in the thread that keeps in touch -------------------------------------------

    def _keep_in_touch(self) -> None:
        try:
            while not self._closing.is_set():
                self._look()
                self._closing.wait(LOOK_S)
        except ImportError as error:
            self._lost(NOT_INSTALLED, error)
        finally:
            self._leave()

    def _look(self) -> None:
        """See who is there; get in touch again if need be."""
        try:
            if self._client is None or self._client.status == "closed":
                self._leave()
                self._connect()
            if self._client.status != "running":
                raise OSError("the connection is lost")
            scheduler, connection = self._client.scheduler, self._client.scheduler_comm
            workers = frozenset(self._client.sync(scheduler.ncores, callback_timeout=PATIENCE_S))
            if connection is not self._connection:  # perhaps another scheduler, which knows nothing
                self._connection = connection
                self._give_back()
            self._give_back(SILENT_S)
        except ImportError:
            raise
        except Exception as error:  # whatever it was, the next look may have more luck
            self._lost(NOT_THERE, error)
            return
        with self._change:
            joined, left = workers - self._workers, self._workers - workers
            self._workers = workers
            self._trouble = "" if workers else NO_WORKERS
            for address in left:
                self._warming.pop(address, None)
            for address in joined:
                for call in self._warmed.values():
                    self._warm(address, call)
        if joined or left:
            log.info("The cluster has %d workers now.", len(workers))

    def _connect(self) -> None:
        import distributed

        mark = _mark(self._home)
        client = distributed.Client(self._address, timeout=PATIENCE_S, set_as_default=False)
        with self._change:
            self._client, self._mark = client, str(mark)
            self._executor = client.get_executor(pure=False)
        log.info("The cluster at %s is reached.", self._address)

    def _lost(self, trouble: str, error: Exception) -> None:
        with self._change:
            if self._trouble != trouble:
                log.warning("%s (%s: %s)", trouble, self._address, error)
            self._workers, self._trouble = frozenset(), trouble
            self._warming.clear()
        self._give_back()

    def _give_back(self, older_than: float = -1.0) -> None:
        """Cancel what was sent so many seconds ago, of which Dask may never say a word again."""
        with self._change:
            began = time.monotonic() - older_than
            lost = [future for future, at in self._under_way.items() if at < began]
            for future in lost:
                del self._under_way[future]
        for future in lost:  # without the lock: the engine has its own, and takes them in turn
            _cancel(future)

    def _leave(self) -> None:
        """Close the connection; nothing else on the cluster ends with it."""
        with self._change:
            client, self._client, self._executor = self._client, None, None
            self._workers = frozenset()
            self._warming.clear()
        self._give_back()
        if client is not None:
            client.close(timeout=PATIENCE_S)

    def _warm(self, address: str, call: tuple[Any, ...]) -> None:
        task = self._client.submit(
            at_work, self._mark, self._places, *call, workers=[address], pure=False
        )
        self._warming.setdefault(address, []).append(task)  # what nobody holds is not done

    # -- in a thread of Dask's -------------------------------------------------------

    def _came_back(self, task: Future[Any], future: Future[Any]) -> None:
        """Pass on what a task came to, in the words that a `Pool` has for it."""
        from distributed import KilledWorker
        from distributed.comm import CommClosedError

        with self._change:
            if self._under_way.pop(future, None) is None:  # given up meanwhile
                return
        error = None if task.cancelled() else task.exception()
        if task.cancelled() or isinstance(error, CommClosedError):
            _cancel(future)
        elif isinstance(error, KilledWorker):
            future.set_exception(WorkerLost(str(error)))
        elif error is not None:
            future.set_exception(error)
        else:
            future.set_result(task.result())


def _cancel(future: Future[Any]) -> None:
    future.cancel()
    future.set_running_or_notify_cancel()


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _mark(home: Path) -> Path:
    """Return a file in a folder by which another machine knows it for the same one."""
    folder = home / "cluster"
    folder.mkdir(parents=True, exist_ok=True)
    for mark in folder.iterdir():
        return mark
    mark = folder / uuid4().hex
    mark.touch()
    return mark


# -- on a worker ---------------------------------------------------------------------

_one_at_a_time = threading.Lock()


def at_work(
    mark: str, places: dict[str, str], function: Callable[..., Any], *arguments: Any
) -> Any:
    """Call a function as a worker process of the server's own machine would.

    Parameters
    ----------
    mark : str
        A file that the server sees in its folder.
    places : dict of str
        Environment variables for where things are, unless this machine has its own.
    function : callable
    *arguments
        Its arguments.

    Raises
    ------
    ClusterError
        If this machine has another folder.
    """
    with _one_at_a_time:
        for name, value in places.items():
            os.environ.setdefault(name, value)
        if hasattr(os, "setpriority"):  # of this thread: the one that talks to the cluster is quick
            os.setpriority(os.PRIO_PROCESS, 0, max(os.getpriority(os.PRIO_PROCESS, 0), NICENESS))
        memory.keep_giving_back()
        import torch

        torch.set_num_threads(1)
        _see(Path(mark))
        return function(*arguments)


def _see(mark: Path) -> None:
    until = time.monotonic() + FOLDER_S
    while not mark.exists():
        if time.monotonic() > until:
            raise ClusterError(
                marked(
                    "A worker of the cluster does not find the folder of the runs: all machines "
                    "need the same one under the same path."
                )
            )
        time.sleep(0.1)


def _begin_analysis(home: str, key: str, beside_scheduler: bool) -> tuple[str, int]:
    """Start a process for analyses, and return its host and port.

    The host is empty where it is the scheduler's: a worker beside that may know no other name of
    its machine than the one by which the machine calls itself.
    """
    from distributed import get_worker

    host = _host(get_worker().address)
    if _is_loopback(host) and not beside_scheduler:
        host = ""
    return host, distant.start(host, home, key)
