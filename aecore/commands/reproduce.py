"""``reproduce``: the published experiments and the lessons, published beside measured."""

from __future__ import annotations

import difflib
import textwrap
import time
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aecore import environment
from aecore.commands.console import (
    INTERRUPTED,
    StatusLine,
    UsageError,
    print_json,
    print_table,
    say,
)
from aecore.wording import duration

if TYPE_CHECKING:
    from aecore.experiments.experiment import Budget, Experiment
    from aecore.experiments.reproduction import Report

WIDTH = 96


def reproduce(arguments: Namespace) -> int:
    """List the experiments, or do the ones that are named."""
    from aecore.experiments.registry import EXPERIMENTS

    if arguments.lessons:
        return _lessons(arguments)
    if not arguments.ids and not arguments.all:
        if arguments.quick or arguments.full or arguments.figures:
            raise UsageError("Which? Give ids such as E3, or --all.")
        return _list(list(EXPERIMENTS.values()), arguments.json)
    if arguments.quick and arguments.full:
        raise UsageError("--quick and --full are opposites: give one of them.")
    chosen = list(EXPERIMENTS.values()) if arguments.all else _chosen(arguments.ids)
    budget: Budget = "quick" if arguments.quick else "full" if arguments.full else "usual"
    return _do(chosen, budget, _figures(arguments), arguments.json)


def _figures(arguments: Namespace) -> Path | None:
    """Return the folder for figures, made if need be."""
    if not arguments.figures:
        return None
    figures = Path(arguments.figures).expanduser()
    try:
        figures.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--figures {figures}: {error.strerror}.") from None
    return figures


def _lessons(arguments: Namespace) -> int:
    """Do the lessons that are named, or all; say which files are broken, and go on."""
    from aecore.lessons.course import course
    from aecore.lessons.lesson import Lesson

    if arguments.quick or arguments.full or arguments.all:
        raise UsageError("Lessons have one length: --all, --quick and --full are for experiments.")
    read = course()
    lessons = {entry.slug: entry for entry in read if isinstance(entry, Lesson)}
    broken = [entry for entry in read if not isinstance(entry, Lesson)]
    names = {text.strip().lower(): text for text in arguments.ids}
    broken = [error for error in broken if not names or any(n in error.file for n in names)]
    for error in broken:
        say(str(error))
    for name, text in names.items():
        if name not in lessons and not any(name in error.file for error in broken):
            close = difflib.get_close_matches(name, lessons, n=1)
            hint = f"Did you mean {close[0]}?" if close else f"They are {', '.join(lessons)}."
            raise UsageError(f"There is no lesson “{text[:20]}”. {hint}")
    chosen = [lesson.experiment for slug, lesson in lessons.items() if not names or slug in names]
    done = _do(chosen, "usual", _figures(arguments), arguments.json, keep_pictures=True)
    return done or (1 if broken else 0)


def _chosen(ids: Sequence[str]) -> list[Experiment]:
    from aecore.experiments.registry import EXPERIMENTS

    chosen = []
    for text in ids:
        name = text.strip().upper()
        if name not in EXPERIMENTS:
            close = difflib.get_close_matches(name, EXPERIMENTS, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            first, *_, last = EXPERIMENTS
            raise UsageError(
                f"There is no experiment “{text[:20]}”: they are {first} to {last}.{hint}"
            )
        chosen.append(EXPERIMENTS[name])
    return list({experiment.id: experiment for experiment in chosen}.values())


def _list(experiments: Sequence[Experiment], as_json: bool) -> int:
    if as_json:
        print_json(
            [
                {
                    "experiment": e.id,
                    "title": e.title,
                    "question": e.question,
                    "source": e.source,
                    "needs": e.missing(),
                }
                for e in experiments
            ]
        )
        return 0
    rows = [["id", "experiment", "source", ""]]
    for e in experiments:
        absent = e.missing()
        rows.append([e.id, e.title, e.source, f"needs {absent}" if absent else ""])
    print_table(rows, "<<<<")
    print()
    print("python -m aecore reproduce E3 E5   runs two of them; --all runs all, --quick in short.")
    print("python -m aecore reproduce --lessons   makes the lessons ahead of class.")
    return 0


def _do(
    chosen: Sequence[Experiment],
    budget: Budget,
    figures: Path | None,
    as_json: bool,
    keep_pictures: bool = False,
) -> int:
    import torch

    from aecore.engine import Engine
    from aecore.experiments.reproduction import Reproduction

    torch.set_num_threads(1)  # the workers have the cores; and two threads give other bits
    read = environment.read()
    status, reports, began = StatusLine(), [], time.monotonic()
    engine = Engine(
        read.home,
        read.workers,
        store_bytes=read.store_mb << 20,
        is_connected=lambda holder: holder.startswith("reproduce"),
    )
    try:
        reproduction = Reproduction(engine, budget, status.show, figures, keep_pictures)
        for k, experiment in enumerate(chosen):
            if len(chosen) > 1:
                status.close()
                gone = duration(time.monotonic() - began)
                say(f"{experiment.id}, {k + 1} of {len(chosen)}, after {gone}")
            report = reproduction.do(experiment, chosen[k + 1 : k + 2])
            status.close()
            reports.append(report)
            if not as_json:
                _print(report)
    except KeyboardInterrupt:
        status.close()
        say("Stopped; the same command goes on from here.")
        for run in engine.store.runs():
            engine.release(run.id, f"reproduce {run.id}")
        return INTERRUPTED
    finally:
        status.close()
        engine.close()
    if as_json:
        print_json([report.as_dict() for report in reports])
    elif len(reports) > 1:
        _print_sum(reports, time.monotonic() - began)
    return 1 if any(report.failure for report in reports) else 0


def _print(report: Report) -> None:
    """Print an experiment's claims, published beside measured."""
    e = report.experiment
    print(f"{e.id}  {e.title}  ({e.source})")
    if report.skipped or report.failure:
        print(f"    {report.skipped or f'did not work out: {report.failure}'}")
        print()
        return
    lines = [*e.conditions(report.budget), e.remark]
    if e.seeds > 1:
        lines.append(f"Measured values are means, and ± is half the range over {e.seeds} seeds.")
    for line in filter(None, lines):
        print(textwrap.fill(line, WIDTH, initial_indent="    ", subsequent_indent="    "))
    for verdict in report.verdicts:
        claim = verdict.claim
        print(
            textwrap.fill(
                f"{verdict.word.upper():>12}  {claim.what}",
                WIDTH,
                subsequent_indent=" " * 14,
            )
        )
        lines = [f"published {claim.published}"]
        if verdict.measured:
            lines.append(f"measured  {verdict.text()}")
        lines.append(f"agrees if {claim.agrees.words(claim.unit)}: {claim.why}")
        for line in lines:
            print(textwrap.fill(line, WIDTH, initial_indent=" " * 14, subsequent_indent=" " * 24))
    runs = f"runs: {report.trained} trained, {report.kept} there before"
    print(f"    {runs}; {duration(report.seconds)}")
    for path in report.figures:
        print(f"    {path}")
    print()


def _print_sum(reports: Sequence[Report], seconds: float) -> None:
    words: dict[str, int] = {}
    for report in reports:
        for verdict in report.verdicts:
            words[verdict.word] = words.get(verdict.word, 0) + 1
    parts = [f"{count} {word}" for word, count in sorted(words.items())] or ["nothing measured"]
    print(f"{len(reports)} experiments in {duration(seconds)}: {', '.join(parts)}.")
    for what, ids in (
        ("Not run", [report.experiment.id for report in reports if report.skipped]),
        ("Did not work out", [report.experiment.id for report in reports if report.failure]),
    ):
        if ids:
            print(f"{what}: {', '.join(ids)}.")


def add(groups: Any, command: Any) -> None:
    """Add the command to the parser's groups."""
    parser = command(
        groups,
        "reproduce",
        reproduce,
        "Do the published experiments, and print published beside measured.",
        "Without a name, lists them. What was done before is not done again; Ctrl-C stops, and "
        "the same command goes on.",
    )
    parser.add_argument("ids", metavar="ID", nargs="*", help="Such as E3, or a lesson's name.")
    parser.add_argument("--all", action="store_true", help="Do all of them.")
    parser.add_argument(
        "--lessons",
        action="store_true",
        help="Make the lessons ahead of class: all, or those that are named.",
    )
    parser.add_argument(
        "--quick", action="store_true", help="Less data and fewer epochs: a first impression."
    )
    parser.add_argument(
        "--full", action="store_true", help="As long as published, where the usual is shorter."
    )
    parser.add_argument(
        "--figures", metavar="DIR", help="Write figures, PNG or HTML, into this folder."
    )
    parser.add_argument(
        "--json", action="store_true", help="Print the result as JSON, on the last line."
    )
