"""Worker processes for slices: one pool of one process a slot, low priority, warmed.

The pool is any `concurrent.futures.Executor`; this module makes the local kind.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path
from typing import Any

_MALLOC = {"MALLOC_TRIM_THRESHOLD_": "268435456", "MALLOC_MMAP_THRESHOLD_": "67108864"}
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


def advance(root: str, settings: Mapping[str, Any], seconds: float) -> Outcome:
    """Train a slice, see `aecore.slices.advance`; torch is imported in the worker only."""
    from aecore import slices

    return slices.advance(root, settings, seconds)


def make_executor() -> Executor:
    """Return a pool of one fresh process; one a slot, because a death breaks its pool."""
    for name, value in _MALLOC.items():
        os.environ.setdefault(name, value)
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_begin)


def _begin() -> None:
    end_with_parent()
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
    """Load a data set and make one real training step, so that no student waits for it.

    The first optimiser of a process imports a good part of torch.
    """
    from aecore.choosing import nearest
    from aecore.datasets import load
    from aecore.evaluation import measure, pixels
    from aecore.training import start, train

    config, _ = nearest(options, dataset)
    data = load(dataset, config.data_options)
    state = start(config)
    next(train(config, pixels(data.train_images), state))
    measure(config, state.model, data)


def fit_baselines(home: str, dataset: str, options: Mapping[str, Any]) -> None:
    """Fit PCA and mean image of a data set, unless that is done."""
    from aecore import baselines
    from aecore.datasets import load

    baselines.ensure(load(dataset, options), Path(home))
