"""``runs``: what is recorded, and how to make room."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime
from typing import Any

from aecore import environment
from aecore.commands.console import MB, UsageError, print_json, print_numbers, print_table, say
from aecore.runs import WATCHED_S, Run, RunError, RunStore
from aecore.wording import duration, short


def list_all(arguments: Namespace) -> int:
    """Print every run, last used first."""
    runs = sorted(_store().runs(), key=Run.used_at, reverse=True)
    summaries = [_summary(run) for run in runs]
    if arguments.json:
        print_json(summaries)
        return 0
    if others := _store().left_out():
        say(
            f"Left alone, recorded by another version of this program: {', '.join(others)}. "
            f"They are in {_store().root}."
        )
    if not summaries:
        say("There are no runs yet: python -m aecore train makes one.")
        return 0
    rows = [["id", "data set", "run", "epochs", "test MSE", "MB", "last used"]]
    for each in summaries:
        error = "–" if each["test_mse"] is None else short(each["test_mse"])
        rows.append(
            [
                *(each[key] for key in ("run", "dataset", "title")),
                f"{each['epochs']:.4g}",
                error + ("" if each["whole"] or each["test_mse"] is None else "*"),
                f"{each['bytes'] / MB:.1f}",
                each["last_used"][:16].replace("T", " "),
            ]
        )
    print_table(rows, "<<<>>><")
    if any(row[4].endswith("*") for row in rows):
        print("* on 1,000 test images so far, fewer where there are fewer")
    return 0


def show(arguments: Namespace) -> int:
    """Print what is known of one run."""
    run = _run(arguments.id)
    summary = _summary(run) | {
        "parameters": run.config.parameters,
        "settings": {k: v for k, v in run.config.as_dict().items() if k != "epochs"},
        "steps": run.progress().step,
        "seconds": run.progress().seconds,
        "snapshots": len(run.steps()),
        "failure": run.failure(),
        "path": str(run.path),
    }
    numbers = run.results.load(f"whole-{summary['steps']}") or {}
    if arguments.json:
        print_json(summary | numbers)
        return 0
    print(f"{run.id}: {run.config.dataset}, {run.config.title()}")
    print(
        f"{summary['epochs']:.4g} epochs, {summary['steps']:,} steps, "
        f"{summary['parameters']:,} parameters; {duration(summary['seconds'])} of training; "
        f"{summary['snapshots']} snapshots, {summary['bytes'] / MB:.1f} MB in {run.path}"
    )
    if summary["failure"]:
        print(summary["failure"])
    settings = run.config.to_query()
    settings.pop("epochs", None)
    print("Settings: " + ", ".join(f"{name} {value}" for name, value in settings.items()))
    if numbers:
        print_numbers(run.config, numbers)
    return 0


def remove(arguments: Namespace) -> int:
    """Remove runs; none if any of them is unknown."""
    doomed = {run.id: run for run in map(_run, arguments.ids)}
    for run in doomed.values():
        size = run.size()
        _store().remove(run)
        print(f"Removed {run.id}: {size / MB:.1f} MB.")
    return 0


def prune(arguments: Namespace) -> int:
    """Remove what does not fit, and say what went."""
    most = _megabytes(arguments.max_mb)
    store = _store()
    sizes = {run.id: run.size() for run in store.runs()}
    removed = store.prune(most * MB, wait_s=10)
    for run_id in removed:
        print(f"Removed {run_id}: {sizes.pop(run_id, 0) / MB:.1f} MB.")
    left = sum(sizes.values())
    print(f"{len(sizes)} runs of {left / MB:.1f} MB are left; {most:,} MB may be.")
    if left > most * MB:
        say(f"Runs used within the last {WATCHED_S // 60} minutes stay.")
    return 0


def _megabytes(text: str | None) -> int:
    if text is None:
        return environment.read().store_mb
    try:
        most = int(text)
    except ValueError:
        most = -1
    if most < 0:
        raise UsageError(f"--max-mb must be a whole number, 0 or more, not “{text[:40]}”.")
    return most


def _store() -> RunStore:
    return RunStore(environment.read().home / "runs")


def _run(run_id: str) -> Run:
    """Return a run by its id, or refuse it."""
    try:
        return _store().get(run_id)
    except RunError as error:
        raise UsageError(error) from None


def _summary(run: Run) -> dict[str, Any]:
    """Return a run's line of the list; its error is the whole test split's where known."""
    config, step, rows = run.config, run.progress().step, run.metrics()
    whole = run.results.load(f"whole-{step}")
    latest = whole or (rows[-1] if rows else {})
    return {
        "run": run.id,
        "dataset": config.dataset,
        "title": config.title(),
        "epochs": step / config.steps_per_epoch,
        "test_mse": latest.get("test_mse"),
        "whole": whole is not None,
        "bytes": run.size(),
        "last_used": datetime.fromtimestamp(run.used_at()).astimezone().isoformat("T", "seconds"),
    }
