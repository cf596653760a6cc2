"""One process beside the training workers for what takes long, in order of request.

It stays warm, shows how far it has come, and can be killed: that costs the running job and
nothing else. Jobs have keys, so that thirty students who ask for the same wait for one job.
What happens in the process, and where it may be, is said in `aecore.analysis`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from aecore import analysis
from aecore.analysis import Child, NotBegun, Place
from aecore.language import marked

log = logging.getLogger(__name__)

MOST_FINISHED = 200
"""Finished jobs whose states are remembered."""
MOST_QUEUED = 100
"""Jobs that may wait; more fail at once."""
GRACE_S = 120.0
"""How long a job goes on when all who asked for it are gone: a browser may come back."""
LOOK_S = 1.0
"""Between two looks at who is still there."""

_WARM = "warm up"
"""Key of the job that warms the present process."""

Status = Literal["queued", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class JobState:
    """What has become of a job.

    Attributes
    ----------
    status : {"queued", "running", "done", "failed", "cancelled"}
    stage : str
        What is being done, in words; empty before the first report.
    fraction : float or None
        Share of the stage that is done, 0 to 1; None where it is not known.
    message : str
        Why the job failed, one sentence; else empty.
    elapsed_s : float
        Seconds since the job began to run, until now or until its end; 0 while queued.
    ahead : int
        Jobs that come before this one, the running one included; 0 unless queued.
    """

    status: Status
    stage: str = ""
    fraction: float | None = None
    message: str = ""
    elapsed_s: float = 0.0
    ahead: int = 0


@dataclass
class _Job:
    key: str
    content: bytes
    status: Status = "queued"
    stage: str = ""
    fraction: float | None = None
    message: str = ""
    began: float = 0.0
    ended: float = 0.0
    askers: set[str] = field(default_factory=set)
    asker_seen: float = field(default_factory=time.monotonic)

    def elapsed_s(self) -> float:
        return (self.ended or time.monotonic()) - self.began if self.began else 0.0


class Analyst:
    """Runs jobs one after the other in a process of its own; safe to call from any thread.

    Nothing is started before the first job or `warm`.

    Parameters
    ----------
    place : Place
        Where the process is started.
    is_connected : callable
        ``asker -> bool``; a job whose askers are all gone is cancelled after a while.
    """

    def __init__(
        self, place: Place, is_connected: Callable[[str], bool] = lambda asker: True
    ) -> None:
        self._place = place
        self._is_connected = is_connected
        self._looked = 0.0
        self._change = threading.Condition()
        self._queue: list[_Job] = []
        self._running: _Job | None = None
        self._finished: dict[str, _Job] = {}
        self._child: Child | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    # -- what pages ask --------------------------------------------------------------

    def submit(
        self, key: str, function: Callable[..., object], /, *, asker: str = "", **arguments: Any
    ) -> None:
        """Have a job run, unless one of this key is queued or running.

        Parameters
        ----------
        key : str
            Names the job; jobs that come to the same have the same key.
        function : callable
            Found by name in its module, also by another process. Called with the arguments and
            ``progress``, a callable ``(stage, fraction or None)``; what it returns is dropped.
        asker : str
            Who wants it, such as a session's id; nobody who could be gone by default.
        **arguments
            Plain values that can be pickled.

        Raises
        ------
        RuntimeError
            If the analyst is closed.
        """
        job = _Job(key, analysis.pack(function, arguments), askers={asker})
        with self._change:
            if self._closed:
                raise RuntimeError("The analyst is closed: make a new one.")
            known = self._unfinished(key)
            if known is not None:
                known.askers.add(asker)
                return
            self._finished.pop(key, None)
            if len(self._queue) >= MOST_QUEUED:
                self._finish(
                    job, "failed", marked("Too many analyses are waiting: try again later.")
                )
                return
            self._queue.append(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="analyst", daemon=True)
                self._thread.start()
            self._change.notify_all()

    def state(self, key: str) -> JobState | None:
        """Return what has become of a job, or None where it is unknown or long past."""
        with self._change:
            job = self._unfinished(key) or self._finished.get(key)
            if job is None:
                return None
            ahead = 0
            if job.status == "queued":
                before = [*self._queue[: self._queue.index(job)], self._running]
                ahead = sum(other is not None and other.key != _WARM for other in before)
            return JobState(
                job.status, job.stage, job.fraction, job.message, job.elapsed_s(), ahead
            )

    def cancel(self, key: str, asker: str | None = None) -> None:
        """Drop a queued job, or end a running one with its process; else do nothing.

        Parameters
        ----------
        key : str
        asker : str, optional
            Who no longer wants it; the job goes on while another asker does.
        """
        with self._change:
            job = self._unfinished(key)
            if job is None:
                return
            if asker is not None:
                job.askers.discard(asker)
                if job.askers:
                    return
            self._drop(job)

    def warm(self) -> None:
        """Start the process and have it compile UMAP, unless that is done; does not wait."""
        with self._change:
            warmed = self._finished.get(_WARM)
            if warmed is not None and warmed.status == "done" and self._alive():
                return
            self.submit(_WARM, analysis.warm)

    def close(self) -> None:
        """Cancel everything and end the process; does nothing the second time."""
        with self._change:
            self._closed = True
            for job in [*self._queue, *([self._running] if self._running else [])]:
                self._finish(job, "cancelled")
            self._queue.clear()
            self._kill()
            self._change.notify_all()
        if self._thread is not None:
            self._thread.join()

    # -- bookkeeping, with the lock held ---------------------------------------------

    def _unfinished(self, key: str) -> _Job | None:
        if self._running is not None and self._running.key == key:
            return self._running
        return next((job for job in self._queue if job.key == key), None)

    def _finish(self, job: _Job, status: Status, message: str = "") -> None:
        job.status, job.message, job.ended = status, message, time.monotonic()
        job.content = b""
        if job is self._running:
            self._running = None
        self._finished.pop(job.key, None)
        self._finished[job.key] = job
        while len(self._finished) > MOST_FINISHED:
            del self._finished[next(iter(self._finished))]
        self._change.notify_all()

    def _drop(self, job: _Job) -> None:
        if job is self._running:
            self._kill()
        else:
            self._queue.remove(job)
        self._finish(job, "cancelled")

    def _drop_abandoned(self) -> None:
        """Cancel what nobody waits for any more."""
        now = time.monotonic()
        if now - self._looked < LOOK_S:
            return
        self._looked = now
        for job in [*self._queue, *([self._running] if self._running else [])]:
            if self._has_asker(job):
                job.asker_seen = now
            elif now - job.asker_seen > GRACE_S:
                log.info("Cancelled %s: all who asked for it are gone", job.key)
                self._drop(job)

    def _has_asker(self, job: _Job) -> bool:
        try:
            return any(not asker or self._is_connected(asker) for asker in job.askers)
        except Exception:  # whatever it was, the job goes on
            log.exception("Could not see who waits for %s", job.key)
            return True

    def _alive(self) -> bool:
        return self._child is not None and self._child.alive()

    def _kill(self) -> None:
        """End the process at once; the next job gets a new one."""
        if self._child is not None:
            self._child.kill()
        self._child = None
        self._finished.pop(_WARM, None)

    # -- the thread that talks to the process ----------------------------------------

    def _loop(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._queue or self._closed)
                if self._closed:
                    return
                job = self._running = self._queue.pop(0)
                job.status, job.began = "running", time.monotonic()
            self._see_to(job)

    def _see_to(self, job: _Job) -> None:
        """Have a job done, again where the process ends by itself and its place says so."""
        for _try in range(self._place.tries):
            child = self._ready(job)
            if child is None or self._follow(job, child):
                return
        with self._change:
            if job is self._running:
                self._finish(
                    job,
                    "failed",
                    marked(
                        "The analysis process ended by itself, perhaps for want of memory: "
                        "try again."
                    ),
                )

    def _ready(self, job: _Job) -> Child | None:
        """Return the process, which is started if need be; None where the job is over by then."""
        with self._change:
            if self._alive():
                return self._child
            self._kill()
        sentence = marked("The analysis process does not start: see the log.")
        child = None
        try:
            child = self._place.begin_analysis()  # without the lock: it may take seconds
        except NotBegun as error:
            sentence = str(error)
        except Exception:  # whatever it was, the next job may have more luck
            log.exception("The analysis process does not start")
        with self._change:
            if job is not self._running:  # cancelled meanwhile
                if child is not None:
                    child.kill()
                    child.connection.close()
                return None
            if child is None:
                self._finish(job, "failed", sentence)
            self._child = child
            return child

    def _follow(self, job: _Job, child: Child) -> bool:
        """Send a job and take its reports until it is over; False where its process ended."""
        try:
            child.connection.send_bytes(job.content)
            while job is self._running:
                report = analysis.hear(child.connection) if child.connection.poll(LOOK_S) else None
                with self._change:
                    if job is self._running and report:
                        self._take(job, *report)
                    self._drop_abandoned()
        except (EOFError, OSError, ValueError):
            with self._change:
                if job is self._running:  # else it was cancelled
                    log.warning("The analysis process ended during %s", job.key)
                    job.stage, job.fraction = "", None
                    self._kill()
        if child is not self._child:
            child.connection.close()
        return job is not self._running

    def _take(self, job: _Job, kind: str, details: list[Any]) -> None:
        if kind == "progress":
            job.stage, job.fraction = details
        elif kind == "done":
            self._finish(job, "done")
        else:
            sentence, trace = details
            if trace:
                log.error("The analysis %s failed:\n%s", job.key, trace)
            self._finish(job, "failed", sentence)
