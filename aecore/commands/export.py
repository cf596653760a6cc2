"""``export``: a recorded run for use without this project."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from aecore import environment, export
from aecore.commands.console import UsageError
from aecore.runs import Run, RunError, RunStore
from aecore.script import file_name, script


def add(groups: Any, command: Any) -> None:
    """Add the command and its two ways."""
    parser = groups.add_parser("export", help="Write a run's model or its script to a file.")
    group = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    model = command(
        group,
        "model",
        save_model,
        "Write a snapshot's weights as safetensors, with settings and script, as one zip file.",
    )
    model.add_argument(
        "--step", type=int, metavar="N", help="Of which snapshot. Default: the newest."
    )
    plain = command(
        group, "script", save_script, "Write the run as a plain PyTorch script of its own."
    )
    for each in (model, plain):
        each.add_argument("id", metavar="ID", help="The id, or how it begins, as for runs show.")
        each.add_argument(
            "--output", metavar="FILE", help="Where to. Default: here, under a name that speaks."
        )


def save_model(arguments: Namespace) -> int:
    """Write a snapshot's archive, and print where it is."""
    run = _run(arguments.id)
    steps = run.steps()
    if not steps:
        raise RunError(f"Run {run.id} has no snapshot yet: train it first.")
    step = steps[-1] if arguments.step is None else arguments.step
    if step not in steps:
        nearest = min(steps, key=lambda each: abs(each - step))
        raise UsageError(
            f"Run {run.id} has no snapshot of step {step:,}; the nearest is {nearest:,}."
        )
    return _write(
        arguments.output or export.archive_name(run.config, step), export.archive(run, step)
    )


def save_script(arguments: Namespace) -> int:
    """Write a run's script, and print where it is."""
    config = _run(arguments.id).config
    return _write(arguments.output or file_name(config), script(config).encode())


def _write(name: str, content: bytes) -> int:
    path = Path(name)
    path.write_bytes(content)
    print(path)
    return 0


def _run(run_id: str) -> Run:
    try:
        return RunStore(environment.read().home / "runs").get(run_id)
    except RunError as error:
        raise UsageError(error) from None
