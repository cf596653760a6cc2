"""One slice of training: load the checkpoint, train for about so long, write, return.

A slice keeps nothing in memory that it could not lose, so a worker may be killed at any
time and any executor may run it.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filelock import Timeout
from torch import Tensor

from aecore import devices
from aecore.config import from_dict
from aecore.datasets import Dataset, load
from aecore.evaluation import measure, measure_whole, pixels
from aecore.language import marked
from aecore.models import load_weights
from aecore.runs import Progress, Run, RunError, RunStore
from aecore.schedule import measured_steps
from aecore.training import State, restore, start, train
from aecore.workers import Outcome

SHORT_S = 0.2
"""Slices shorter than this tell nothing about speed."""
NO_GPU = marked("PyTorch finds no GPU here that it could use. Choose the processor as the device.")


def advance(root: str, settings: Mapping[str, Any], seconds: float) -> Outcome:
    """Train a run for about so long, or until its epochs are done.

    Parameters
    ----------
    root : str
        The run store's folder.
    settings : mapping
        As `RunConfig.as_dict`; its epochs are the target.
    seconds : float
        Time to spend training, above 0; loading and writing come on top.

    Raises
    ------
    RunError
        If the settings' device cannot be used here.
    """
    config = from_dict(settings)
    if not devices.ready(config.device):
        raise RunError(NO_GPU)
    data = load(config.dataset, config.data_options)
    run = RunStore(Path(root)).open(config, data.fingerprint)
    try:
        with devices.turn(config.device, Path(root)), run.lock().acquire(timeout=0):
            run = RunStore(Path(root)).open(config, data.fingerprint)  # if just removed
            return _advance(run, data, seconds)
    except Timeout:
        return Outcome(busy=True)


def _advance(run: Run, data: Dataset, seconds: float) -> Outcome:
    config = run.config
    progress, state = _resume(run)
    if failure := run.failure():
        return Outcome(state.step, failure=failure)
    began, first, target = time.perf_counter(), state.step, config.target_step
    failure = "" if state.step else _record(run, state, data)
    due = (step for step in measured_steps(config) if step > first)
    next_due = next(due)
    for step in train(config, pixels(data.train_images), state) if first < target else ():
        if step == next_due:
            failure = failure or _record(run, state, data)
            next_due = next(due)
        if failure or step >= target or time.perf_counter() - began >= seconds:
            break
    if failure:
        run.fail(state.step, failure)
        return Outcome(state.step, failure=failure)
    spent = time.perf_counter() - began
    if state.step > first:
        images = (state.step - first) * len(data.train_images) / config.steps_per_epoch
        progress = Progress(state.step, progress.seconds + spent, _speed(progress, images, spent))
    run.thin(state.step)
    done = state.step >= target
    if state.step == target and run.results.load(f"whole-{target}") is None:
        run.results.save(f"whole-{target}", measure_whole(config, state.model, data))
    run.save_checkpoint(progress, state.tensors())
    return Outcome(state.step, done)


def _speed(before: Progress, images: float, seconds: float) -> float:
    """Return images per second; short slices, mostly start-up, count for little."""
    weight = min(seconds / (seconds + before.seconds), 1.0) if before.seconds < 2 else 0.5
    if seconds < SHORT_S and before.images_per_second:
        return before.images_per_second
    return before.images_per_second + weight * (images / seconds - before.images_per_second)


def _resume(run: Run) -> tuple[Progress, State]:
    found = run.checkpoint()
    if found is not None:
        progress, tensors = found
        try:
            return progress, restore(run.config, tensors, progress.step)
        except (KeyError, RuntimeError) as error:
            run.distrust_checkpoint(error)
    return Progress(), start(run.config)


def _record(run: Run, state: State, data: Dataset) -> str:
    """Measure and photograph the current step; return why the run cannot go on, if so."""
    row = measure(run.config, state.model, data)
    if not all(math.isfinite(value) for value in row.values()):
        return (
            f"The loss is no longer a finite number at step {state.step:,}: training has "
            f"exploded. Try a lower learning rate than {run.config.learning_rate:g}."
        )
    epoch = state.step / run.config.steps_per_epoch
    run.save_snapshot(state.step, state.weights())
    run.add_metrics({"step": state.step, "epoch": epoch, **row})
    return ""


def whole_result(run: Run) -> dict[str, float]:
    """Return the whole-split measurements at the end of the run's epochs.

    Taken from what was recorded, else from the snapshot, else (a longer run has thinned
    it out) from a second training that leaves the recording alone.

    Raises
    ------
    RunError
        If the training comes to no end that could be measured.
    """
    config = run.config
    name = f"whole-{config.target_step}"
    result = run.results.load(name)
    if result is None:
        data = load(config.dataset, config.data_options)
        result = measure_whole(config, load_weights(config, final_weights(run)), data)
        run.results.save(name, result)
    return result


def final_weights(run: Run) -> dict[str, Tensor]:
    """Return the weights at the end of the run's epochs, from where `whole_result` would.

    Raises
    ------
    RunError
        If the training comes to no end, or its snapshot is damaged.
    """
    step = run.config.target_step
    if step in run.steps():
        return run.weights(step)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "runs"
        if failure := advance(str(root), run.config.as_dict(), math.inf).failure:
            raise RunError(failure)
        data = load(run.config.dataset, run.config.data_options)
        return RunStore(root).open(run.config, data.fingerprint).weights(step)
