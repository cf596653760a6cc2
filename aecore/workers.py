"""Who trains slices: pools of workers, and the pool of this machine's own processes.

A process trains one slice at a time, with low priority; one that dies is replaced.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path
from typing import Any, Protocol

from aecore import memory

MALLOC = {"MALLOC_TRIM_THRESHOLD_": "268435456", "MALLOC_MMAP_THRESHOLD_": "67108864"}
"""glibc keeps freed memory instead of unmapping it: temporaries are reused every step."""


@dataclass(frozen=True)
class Outcome:
    """What a slice came to.

    Attributes
    ----------
    step : int
        Steps trained so far.
    done : bool
        Whether the target is reached.
    failure : str
        Why training cannot go on, or empty.
    busy : bool
        Whether somebody else was training the run, so that nothing was done.
    """

    step: int = 0
    done: bool = False
    failure: str = ""
    busy: bool = False


class Pool(Protocol):
    """Workers, each of which trains one slice at a time. Their number may change."""

    def slots(self) -> int:
        """Return how many slices can be trained at once at this moment."""
        ...

    def trouble(self) -> str:
        """Say in a sentence why nothing can be trained at this moment; empty where it can."""
        ...

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have a worker call a function.

        The future ends in a `BrokenExecutor` where the worker died of it, and is cancelled where
        it was lost without any doing of its own: it can be submitted again. An error is raised
        where no worker can be started.
        """
        ...

    def everywhere(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Have each worker call a function once, as soon as it can."""
        ...

    def close(self) -> None:
        """Wait for what is under way and let the workers go."""
        ...


@dataclass
class _Process:
    """An executor of one process, and how many tasks it was given and has not ended."""

    executor: Executor
    tasks: int = 0


class Processes:
    """Processes of this machine, as a `Pool`.

    Parameters
    ----------
    count : int
        How many.
    make : callable, optional
        Makes an executor of one process, and again when that broke.
    """

    def __init__(self, count: int, make: Callable[[], Executor] | None = None) -> None:
        self._make = make or make_executor
        self._change = threading.RLock()
        self._members = [_Process(self._make()) for _number in range(count)]

    def slots(self) -> int:
        """Return the number of processes."""
        return len(self._members)

    def trouble(self) -> str:
        """Return nothing: a process that cannot be started is an error of `submit`."""
        return ""

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have the process that has the least to do call a function."""
        with self._change:
            member = min(self._members, key=lambda member: member.tasks)
            return self._send(member, function, *arguments)

    def everywhere(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Have each process call a function."""
        with self._change:
            for member in self._members:
                self._send(member, function, *arguments)

    def close(self) -> None:
        """End the processes when they have ended what they are at."""
        for member in self._members:
            member.executor.shutdown(wait=True, cancel_futures=True)

    def _send(self, member: _Process, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        try:
            future = member.executor.submit(function, *arguments)
        except BrokenExecutor:  # a process for each, because a death breaks its executor
            member.executor = self._make()
            future = member.executor.submit(function, *arguments)
        member.tasks += 1
        future.add_done_callback(lambda _future: self._ended(member))
        return future

    def _ended(self, member: _Process) -> None:
        with self._change:
            member.tasks -= 1


def advance(root: str, settings: Mapping[str, Any], seconds: float) -> Outcome:
    """Train a slice, see `aecore.slices.advance`; torch is imported in the worker only."""
    from aecore import slices

    return slices.advance(root, settings, seconds)


def make_executor() -> Executor:
    """Return an executor of one fresh process."""
    for name, value in MALLOC.items():
        os.environ.setdefault(name, value)
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_begin)


def _begin() -> None:
    end_with_parent()
    memory.keep_giving_back()
    if hasattr(os, "nice"):
        os.nice(10)
    import torch

    torch.set_num_threads(1)


def end_with_parent() -> None:
    """End this process when the one that started it is gone, however it went."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(0)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


def end_workers() -> None:
    """End all worker processes of this one at once; what they were at is lost."""
    for child in active_children():
        child.terminate()


def warm(dataset: str, options: Mapping[str, Any]) -> None:
    """Load a data set and make one real training step, so that no student waits for it."""
    from aecore.choosing import nearest
    from aecore.datasets import load
    from aecore.evaluation import measure, pixels
    from aecore.training import start, train

    config, _ = nearest({**options, "device": "cpu"}, dataset)
    data = load(dataset, config.data_options)
    state = start(config)
    next(train(config, pixels(data.train_images), state))
    measure(config, state.model, data)


def fit_baselines(home: str, dataset: str, options: Mapping[str, Any]) -> None:
    """Fit PCA and mean image of a data set, unless that is done."""
    from aecore import baselines
    from aecore.datasets import load

    baselines.ensure(load(dataset, options), Path(home))
