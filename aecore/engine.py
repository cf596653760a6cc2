"""The engine: hands slices of wanted runs to workers in turn, fairly.

A run is advanced while somebody holds a lease on it. Leases of connected sessions renew
themselves; they are also written down, so that a server that starts again takes up what
was wanted. Knows no Streamlit: who is connected is asked through a function.
"""

from __future__ import annotations

import errno
import json
import logging
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from aecore.config import ConfigError, RunConfig, from_dict
from aecore.language import marked
from aecore.language import text as _
from aecore.results import write_atomically
from aecore.runs import Run, RunError, RunStore
from aecore.workers import Outcome, Pool, Processes, advance, fit_baselines, warm

log = logging.getLogger(__name__)

LEASE_S = 150.0
"""How long a lease lasts that nobody renews; browsers throttle hidden tabs."""
RENEW_S = 20.0
PRUNE_S = 60.0
ELSEWHERE_S = 1.0
"""Between two looks at what other servers of this store are asked for."""
RETRY_S = 1.0
"""Pause after a worker could not be started or reached."""
ROOM_S = 5.0
"""Pause after the disk was found full."""
BUSY_S = 0.2
"""Pause of a run that somebody else was training."""
FIRST_SLICE_S, SHORTEST_SLICE_S, LONGEST_SLICE_S = 0.1, 0.25, 2.0
MOST_WANTED = 8
"""Unfinished runs one holder can want at a time; older wishes are dropped."""
MOST_RUNS = 300
"""Unfinished runs that all together can want at a time."""
MOST_WARMED = 1000
"""Data sets, as they were chosen, that are remembered to be warm."""
MOST_DEATHS = 4
"""Workers a run may take with it, one after the other, before it is given up."""

Status = Literal["new", "queued", "training", "paused", "done", "failed"]
MOVING: tuple[Status, ...] = ("queued", "training")
"""When there will be something new to see in a second."""


class QueueFull(RunError):
    """A run that cannot be wanted now; the message is one sentence for a person."""


@dataclass
class _Wanted:
    """A run that somebody wants to go on."""

    run: Run
    leases: dict[str, tuple[RunConfig, float]] = field(default_factory=dict)
    asked_at: float = 0.0
    served_at: float = 0.0
    not_before: float = 0.0
    begun: bool = False
    training: bool = False
    deaths: int = 0
    trouble: str = ""
    """Why it does not move for the time being."""

    @property
    def target(self) -> RunConfig:
        """The settings with the most epochs that anybody asked for."""
        return max((config for config, _until in self.leases.values()), key=lambda c: c.epochs)


class Engine:
    """Trains the runs of a store on workers, as long as they are wanted.

    Parameters
    ----------
    home : Path
        Runs live in ``home/runs``.
    workers : int or Pool
        How many processes of this machine train, or who else does.
    store_bytes : int
        What the store may take; runs unused for longest are removed past it.
    is_connected : callable
        ``holder -> bool``; leases of those connected are renewed.
    """

    def __init__(
        self,
        home: Path,
        workers: int | Pool,
        *,
        store_bytes: int = 4 << 30,
        is_connected: Callable[[str], bool] = lambda holder: False,
    ) -> None:
        self.home = Path(home)
        self.store = RunStore(self.home / "runs")
        self._store_bytes = store_bytes
        self._is_connected = is_connected
        self._wanted: dict[str, _Wanted] = {}
        self._errors: dict[str, str] = {}
        self._change = threading.Condition()
        self._closed = False
        self._warmed: set[tuple[str, str]] = set()
        self._leases_file = self.home / "wanted" / f"{uuid4().hex}.json"
        self._looked, self._elsewhere = -math.inf, Counter[str]()
        self._adopted: dict[Path, float] = {}
        self._adopt()
        self._pool = Processes(workers) if isinstance(workers, int) else workers
        self._in_flight: list[str] = []
        self._thread = threading.Thread(target=self._loop, name="engine", daemon=True)
        self._thread.start()

    # -- what pages and commands ask -------------------------------------------------

    def want(self, config: RunConfig, fingerprint: str, holder: str) -> Run:
        """Take a lease: train the run of these settings to their number of epochs.

        Parameters
        ----------
        config : RunConfig
        fingerprint : str
            The data's.
        holder : str
            Who wants it, such as a session's id.

        Raises
        ------
        QueueFull
            If so many runs are wanted already by people who are there that one more is too many.
        """
        with self._change:
            if config.run_id(fingerprint) not in self._wanted:
                self._make_room()
        run = self.store.open(config, fingerprint)
        run.touch()
        with self._change:
            wanted = self._wanted.setdefault(run.id, _Wanted(run))
            wanted.asked_at = time.monotonic()
            wanted.leases[holder] = (config, time.monotonic() + LEASE_S)
            wanted.deaths = 0
            self._errors.pop(run.id, None)
            others = [w for w in self._wanted.values() if holder in w.leases and w is not wanted]
            mine = [*others, wanted]
            for old in mine[:-MOST_WANTED]:
                self._drop(old.run.id, holder)
            self._change.notify_all()
        self._save_leases()
        return run

    def release(self, run_id: str, holder: str) -> None:
        """Give a lease up. Leases of sessions that are gone end with it."""
        with self._change:
            wanted = self._wanted.get(run_id)
            for name in list(wanted.leases) if wanted else ():
                if name == holder or not self._is_connected(name):
                    self._drop(run_id, name)
            self._change.notify_all()
        self._save_leases()

    def wants(self, run_id: str, holder: str) -> bool:
        """Tell whether a holder has a lease on a run."""
        with self._change:
            wanted = self._wanted.get(run_id)
            return wanted is not None and holder in wanted.leases

    def holders(self, run_id: str) -> int:
        """Return how many hold a lease on a run, here or at another server of this store."""
        with self._change:
            wanted = self._wanted.get(run_id)
            return (len(wanted.leases) if wanted else 0) + self._held_elsewhere()[run_id]

    def queue(self) -> tuple[int, int]:
        """Return how many runs are wanted, and how many slices can be trained at once."""
        with self._change:
            return len(self._wanted), self._pool.slots()

    def ahead(self, run_id: str) -> int:
        """Return how many runs have their turn before one that waits; 0 where none waits."""
        with self._change:
            mine = self._wanted.get(run_id)
            if mine is None or mine.training:
                return 0
            waiting = [w for w in self._wanted.values() if not w.training]
            turns = sorted(waiting, key=lambda w: w.served_at)  # first come first where equal
            return turns.index(mine)

    def status(self, run: Run, epochs: int) -> tuple[Status, str]:
        """Return where a run stands for somebody who wants so many epochs, and why if failed."""
        if run.done(epochs):  # even if it failed later, for somebody who wanted more
            return "done", ""
        if failure := run.failure():
            return "failed", failure
        with self._change:
            wanted = self._wanted.get(run.id)
            error = self._errors.get(run.id, "")
            if wanted:
                return ("training" if wanted.begun else "queued"), (
                    wanted.trouble or self._pool.trouble()
                )
            elsewhere = self._held_elsewhere()[run.id]
        if error:
            return "failed", error
        if elsewhere:
            return ("training" if run.progress().step else "queued"), ""
        return ("paused" if run.progress().step or run.steps() else "new"), ""

    def warm_up(self, dataset: str, options: Mapping[str, Any] | None = None) -> None:
        """Let every worker load a data set, make a training step and see to its baselines.

        Returns at once. Does nothing for data that was warmed up before.
        """
        chosen = dict(options or {})
        key = dataset, json.dumps(chosen, sort_keys=True)
        with self._change:
            if key in self._warmed or self._closed:
                return
            if len(self._warmed) >= MOST_WARMED:
                self._warmed.clear()
            self._warmed.add(key)
            try:
                self._pool.everywhere(warm, dataset, chosen)
                # last and once: a press of Train meanwhile finds the other workers free
                last = self._pool.submit(fit_baselines, str(self.home), dataset, chosen)
            except Exception:  # for lack of memory, say; the first slice sees to it
                log.exception("A worker could not be started")
                return
            last.add_done_callback(lambda future: self._came_warm(key, future))

    def _came_warm(self, key: tuple[str, str], future: Future[None]) -> None:
        """See to it that what was lost with a worker is done when it is asked for again."""
        if future.cancelled() or isinstance(future.exception(), BrokenExecutor):
            with self._change:
                self._warmed.discard(key)

    def close(self) -> None:
        """Stop; slices in flight are finished, leases end."""
        with self._change:
            self._closed = True
            self._wanted.clear()
            self._change.notify_all()
        self._thread.join()
        self._pool.close()
        self._leases_file.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Stop handing out slices, as the server ends: what is wanted stays written down.

        The next engine of this store takes it up.
        """
        with self._change:
            self._closed = True
            self._change.notify_all()

    # -- turns -----------------------------------------------------------------------

    def _loop(self) -> None:
        renewed = pruned = 0.0
        while True:
            with self._change:
                if self._closed:
                    return
                self._hand_out()
                self._change.wait(0.5 if self._wanted else RENEW_S)
            now = time.monotonic()
            try:
                if now - renewed > RENEW_S:
                    renewed = now
                    self._renew()
                if now - pruned > PRUNE_S:
                    pruned = now
                    self._prune()
            except Exception:  # whatever it was, training goes on
                log.exception("Could not look after leases and room")

    def _hand_out(self) -> None:
        now, slots = time.monotonic(), self._pool.slots()
        while len(self._in_flight) < slots:
            ready = [w for w in self._wanted.values() if not w.training and w.not_before <= now]
            if not ready:
                return
            wanted = min(ready, key=lambda w: w.served_at)
            wanted.training, wanted.served_at = True, now
            share = 3 * slots / len(self._wanted)
            seconds = min(max(share, SHORTEST_SLICE_S), LONGEST_SLICE_S)
            self._submit(wanted, seconds if wanted.begun else FIRST_SLICE_S)

    def _submit(self, wanted: _Wanted, seconds: float) -> None:
        arguments = str(self.store.root), wanted.target.as_dict(), seconds
        try:
            future = self._pool.submit(advance, *arguments)
        except Exception:  # for lack of memory, say; the engine must not end with it
            log.exception("A worker could not be started")
            wanted.training, wanted.not_before = False, time.monotonic() + RETRY_S
            self._count_death(wanted)
            return
        self._in_flight.append(wanted.run.id)
        future.add_done_callback(lambda f: self._came_back(wanted, f))

    def _came_back(self, wanted: _Wanted, future: Future[Outcome]) -> None:
        run_id = wanted.run.id
        with self._change:
            self._in_flight.remove(run_id)
            wanted.training = False
            if self._closed:
                return
            error = None if future.cancelled() else future.exception()
            if future.cancelled():
                wanted.not_before = time.monotonic() + RETRY_S
            elif isinstance(error, BrokenExecutor):
                log.warning("A worker died while training run %s; it goes on.", run_id)
                self._count_death(wanted)
            elif isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                wanted.trouble = marked("The disk is full: training goes on once there is room.")
                wanted.not_before = time.monotonic() + ROOM_S
            elif error is not None:
                log.error("Run %s cannot be trained", run_id, exc_info=error)
                self._give_up(run_id, _sentence(error))
            else:
                self._take(wanted, future.result())
            self._change.notify_all()

    def _take(self, wanted: _Wanted, outcome: Outcome) -> None:
        wanted.deaths, wanted.trouble = 0, ""
        wanted.begun = wanted.begun or not outcome.busy
        if outcome.busy:
            wanted.not_before = time.monotonic() + BUSY_S
        elif outcome.failure:
            self._wanted.pop(wanted.run.id, None)
        else:
            for holder, (config, _until) in list(wanted.leases.items()):
                if outcome.step >= config.target_step:
                    self._drop(wanted.run.id, holder)

    def _count_death(self, wanted: _Wanted) -> None:
        wanted.deaths += 1
        if wanted.deaths >= MOST_DEATHS:
            self._give_up(
                wanted.run.id,
                marked(
                    "Its worker process died again and again, perhaps for "
                    "lack of memory. Try a smaller network."
                ),
            )

    def _give_up(self, run_id: str, reason: str) -> None:
        if len(self._errors) > 1000:
            self._errors.clear()
        self._errors[run_id] = reason
        self._wanted.pop(run_id, None)

    # -- leases ----------------------------------------------------------------------

    def _drop(self, run_id: str, holder: str) -> None:
        wanted = self._wanted.get(run_id)
        if wanted is not None:
            wanted.leases.pop(holder, None)
            if not wanted.leases:
                del self._wanted[run_id]

    def _make_room(self) -> None:
        """Drop the oldest wishes of those who are gone until one more has room."""
        while len(self._wanted) >= MOST_RUNS:
            unwatched = [
                w for w in self._wanted.values() if not any(map(self._is_connected, w.leases))
            ]
            if not unwatched:
                raise QueueFull(
                    _(
                        "{count} runs are being trained already, as many as can wait here: try "
                        "again when some of them are done.",
                        count=len(self._wanted),
                    )
                )
            del self._wanted[min(unwatched, key=lambda w: w.asked_at).run.id]

    def _renew(self) -> None:
        with self._change:
            now = time.monotonic()
            for run_id, wanted in list(self._wanted.items()):
                for holder, (config, until) in list(wanted.leases.items()):
                    if self._is_connected(holder):
                        wanted.leases[holder] = config, now + LEASE_S
                    elif until < now:
                        self._drop(run_id, holder)
                wanted.run.touch()
        self._save_leases()

    def _save_leases(self) -> None:
        with self._change:
            now = time.monotonic()
            lines: list[dict[str, Any]] = [
                {
                    "run": wanted.run.id,
                    "settings": config.as_dict(),
                    "holder": holder,
                    "until": time.time() + until - now,
                }
                for wanted in self._wanted.values()
                for holder, (config, until) in wanted.leases.items()
            ]
            try:
                self._leases_file.parent.mkdir(parents=True, exist_ok=True)
                if lines:
                    write_atomically(self._leases_file, json.dumps(lines).encode())
                else:
                    self._leases_file.unlink(missing_ok=True)
            except OSError as error:
                log.warning("Could not write down which runs are wanted: %s", error)

    def _held_elsewhere(self) -> Counter[str]:
        """Return how many hold leases at other servers of this store, by the ids of the runs."""
        now = time.monotonic()
        if now - self._looked > ELSEWHERE_S:
            self._looked, self._elsewhere = now, Counter()
            for path in self._leases_file.parent.glob("[!.]*.json"):
                if path != self._leases_file:
                    self._elsewhere.update(_held(path, self._adopted.get(path, 0.0)))
        return self._elsewhere

    def _adopt(self) -> None:
        """Take up what servers before this one were asked for and is not out of date."""
        from aecore.datasets import DatasetError, load

        for path in self._leases_file.parent.glob("*.json"):
            try:
                self._adopted[path] = path.stat().st_mtime
                for line in json.loads(path.read_bytes()):
                    left = min(float(line["until"]) - time.time(), LEASE_S)
                    if not left > 0:  # over, or not a number
                        continue
                    config = from_dict(line["settings"])
                    data = load(config.dataset, config.data_options)
                    run = self.store.open(config, data.fingerprint)
                    if not run.done(config.epochs) and not run.failure():
                        wanted = self._wanted.setdefault(run.id, _Wanted(run))
                        wanted.leases[str(line["holder"])] = config, time.monotonic() + left
                if abs(time.time() - path.stat().st_mtime) > LEASE_S:  # or the clock was put back
                    path.unlink(missing_ok=True)
            except (OSError, ValueError, KeyError, TypeError, ConfigError, DatasetError) as error:
                log.warning("Ignored a list of wanted runs that cannot be read: %s", error)

    def _prune(self) -> None:
        try:
            with self._change:
                wanted = set(self._wanted)
            self.store.prune(self._store_bytes, spare=wanted)
        except OSError as error:
            log.warning("Could not make room in the run store: %s", error)


def _held(path: Path, adopted: float) -> list[str]:
    """Return the runs that a server has leases on, once for each; none if it is gone."""
    try:
        written = path.stat().st_mtime
        if written <= adopted or abs(time.time() - written) > 2 * RENEW_S:
            return []
        return [str(line["run"]) for line in json.loads(path.read_bytes())]
    except (OSError, ValueError, KeyError, TypeError):
        return []  # of another version, or just removed


def _sentence(error: BaseException) -> str:
    """Say in a sentence what stopped a slice."""
    if isinstance(error, OSError) and error.strerror:
        return f"The run could not be written to disk ({error.strerror.lower()})."
    return (
        str(error)
        if type(error).__module__.startswith("aecore")
        else marked("Something unexpected went wrong; the server's log says what.")
    )
