"""``train``: trains a run to its end in this process, slice by slice, as the workers do."""

from __future__ import annotations

import time
from argparse import Namespace
from typing import Any

from aecore import datasets, environment
from aecore.choosing import SHORTHAND, strict
from aecore.commands.console import INTERRUPTED, StatusLine, print_json, print_numbers, say
from aecore.config import FIELDS
from aecore.conflicts import remarks
from aecore.datasets import DATASETS, DatasetError
from aecore.runs import Run, RunError, RunStore
from aecore.wording import duration, moment, rounded_count, short

SLICE_S = 1.0
"""Seconds of training between two looks at how far it has come."""
BUSY_S = 0.2
"""Seconds to wait while another process trains the same run."""
_BUSY = {"cpu": "is training this run", "cuda": "is training this run or another on the GPU"}


def train(arguments: Namespace) -> int:
    """Train a run to its number of epochs, and print what it reached."""
    given = {
        name: value
        for name, value in vars(arguments).items()
        if name in FIELDS or name == SHORTHAND
    }
    config = strict(given, datasets.default_name())
    if (absent := datasets.missing(config.dataset, config.data_options)) is not None:
        _refuse_absent(absent)
    fingerprint = datasets.load(config.dataset, config.data_options).fingerprint
    store = RunStore(environment.read().home / "runs")
    run = store.open(config, fingerprint)
    say(f"Run {run.id}: {config.dataset}, {config.title()}, {_epochs(config.epochs)}.")
    for sentence in remarks(config.as_dict()):
        say(f"Note: {sentence}")
    import torch

    from aecore.slices import whole_result

    torch.set_num_threads(1)  # as the workers: two threads give other bits than one
    if run.done(config.epochs):
        _say_trained(run)
    elif not _train(store, run):
        return INTERRUPTED
    numbers = whole_result(run)
    run.touch()
    if arguments.json:
        print_json(_reached(run, numbers))
    else:
        _print_reached(run, numbers)
    return 0


def _refuse_absent(name: str) -> None:
    try:
        datasets.load(name)
    except DatasetError as error:
        hint = f" The command for it: python -m aecore data fetch {name}"
        raise DatasetError(f"{error}{hint if DATASETS[name].mirrors else ''}") from None


def _say_trained(run: Run) -> None:
    """Say that nothing is trained, and why the numbers may take a while all the same."""
    say("It was trained before, and is not trained again.")
    target, reached = run.config.target_step, run.progress().step
    if (
        reached > target
        and run.results.load(f"whole-{target}") is None
        and target not in run.steps()
    ):
        say(
            f"Its recording goes on to {_moment(run)}: epoch {run.config.epochs} is computed "
            "again for its numbers."
        )


def _train(store: RunStore, run: Run) -> bool:
    """Train to the end; return False when interrupted.

    Raises
    ------
    RunError
        If training cannot go on.
    """
    from aecore import slices

    status, waiting = StatusLine(), False
    try:
        while True:
            run.touch()
            outcome = slices.advance(str(store.root), run.config.as_dict(), SLICE_S)
            if outcome.failure:
                status.close()
                raise RunError(outcome.failure)
            if outcome.busy and not waiting:
                status.close()
                say(f"Another process {_BUSY[run.config.device]}: waiting for it.")
            waiting = waiting or outcome.busy
            status.show(_standing(run), run.progress().step // run.config.steps_per_epoch)
            if outcome.done:
                status.close()
                return True
            if outcome.busy:
                time.sleep(BUSY_S)
    except KeyboardInterrupt:
        status.close()
        reached = _moment(run)
        say(f"Stopped at {reached}; the same command continues.")
        return False


def _standing(run: Run) -> str:
    """Return in a line how far training has come."""
    config, progress, rows = run.config, run.progress(), run.metrics()
    total = config.pretraining_span + config.epochs
    done = progress.step / config.steps_per_epoch
    parts = [f"epoch {done - config.pretraining_span:.2f} of {config.epochs}"]
    if done < config.pretraining_span:
        parts = [f"pretraining, epoch {done:.2f} of {config.pretraining_span}"]
    if rows:
        parts.append(f"test MSE {short(rows[-1]['test_mse'])}")
    if speed := progress.images_per_second:
        left = (total - done) * config.train_size
        parts.append(f"{rounded_count(speed)} images/s")
        parts += [f"{duration(left / speed)} left"] if left > 0 else []
    return " · ".join(parts)


def _reached(run: Run, numbers: dict[str, float]) -> dict[str, Any]:
    """Return a run's outcome by name; speed is the mean over all of its training."""
    config, progress = run.config, run.progress()
    images = progress.step / config.steps_per_epoch * config.train_size
    return {
        "run": run.id,
        "dataset": config.dataset,
        "settings": config.differences(),
        "parameters": config.parameters,
        "epochs": config.epochs,
        "steps": config.target_step,
        **numbers,
        "trained_epochs": progress.step / config.steps_per_epoch,
        "seconds": progress.seconds,
        "images_per_second": images / progress.seconds if progress.seconds else 0.0,
    }


def _print_reached(run: Run, numbers: dict[str, float]) -> None:
    reached = _reached(run, numbers)
    print(
        f"{_epochs(run.config.epochs)}, {reached['steps']:,} steps, "
        f"{reached['parameters']:,} parameters; {duration(reached['seconds'])} of training, "
        f"{rounded_count(reached['images_per_second'])} images/s"
    )
    print_numbers(run.config, numbers)


def _moment(run: Run) -> str:
    config = run.config
    return moment(run.progress().step, config.steps_per_epoch, config.pretraining_span)


def _epochs(count: int) -> str:
    return f"{count:,} epoch{'' if count == 1 else 's'}"
