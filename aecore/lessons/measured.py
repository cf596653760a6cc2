"""What a lesson's file has measured, and what it says of the measured values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aecore.config import RunConfig
from aecore.experiments.claims import Claim, Ratio, Rising, Tolerance, Within
from aecore.experiments.described import ARGUMENTS, DESCRIBED, Argument
from aecore.experiments.experiment import Step
from aecore.fields import quoted
from aecore.language import text as _
from aecore.lessons.checking import Wrong, mistyped, one_of, within
from aecore.lessons.lines import Path
from aecore.lessons.runs import Values


def steps_of(values: Values, runs: Mapping[str, RunConfig]) -> Iterator[Step]:
    """Yield the analyses that a file asks for, each of which its runs can be given to."""
    for k, entry in enumerate(values["measures"]):
        path: Path = ("measures", k)
        one_of(entry["analysis"], DESCRIBED, (*path, "analysis"), _("analysis"))
        described = DESCRIBED[entry["analysis"]]
        given = {name: entry[name] for name in ("run", "runs") if name in entry}
        extra = entry.get("arguments", {})
        for name in (*given, *extra):
            place = (*path, name) if name in given else (*path, "arguments", name)
            if name not in described.arguments or (name in extra and name in ("run", "runs")):
                raise Wrong(
                    place,
                    _(
                        "The analysis {analysis} takes no {name}.",
                        analysis=entry["analysis"],
                        name=quoted(name),
                    ),
                )
            _argument(ARGUMENTS[name], {**given, **extra}[name], place)
        arguments = {**given, **extra}
        for name in described.needed:
            if name not in arguments:
                raise Wrong(
                    path,
                    _(
                        "The analysis {analysis} needs “{name}”.",
                        analysis=entry["analysis"],
                        name=name,
                    ),
                )
        for run in described.chosen(arguments, list(runs)):
            place = (*path, "run") if "run" in given else (*path, "runs")
            one_of(run, runs, place, _("run"))
            if complaint := described.complaint(runs[run]):
                raise Wrong(
                    path,
                    _(
                        "The analysis {analysis} {complaint}, which “{run}” has not.",
                        analysis=entry["analysis"],
                        complaint=_(complaint),
                        run=run,
                    ),
                )
        yield Step(entry["analysis"], arguments)


def claims_of(values: Values, known: Sequence[str], names: Mapping[str, str]) -> Iterator[Claim]:
    """Yield what was published about known measured values, called as ``names`` says."""
    for k, entry in enumerate(values.get("published", ())):
        yield Claim(
            entry["what"],
            entry["published"],
            entry.get("unit", ""),
            _tolerance(entry, known, ("published", k)),
            entry["why"],
            names=names,
        )


def _tolerance(entry: Values, known: Sequence[str], path: Path) -> Tolerance:
    kinds = [name for name in ("within", "rising", "ratio") if name in entry]
    if len(kinds) != 1:
        raise Wrong(path, _("One of “within”, “rising” and “ratio” says what agrees."))
    kind = kinds[0]
    here, given = (*path, kind), entry[kind]
    if kind == "rising":
        for place, name in enumerate(given):
            one_of(name, known, (*here, place), _("measured value"))
        return Rising(tuple(given))
    names = [name for name in ("value", "by") if name in given]
    for name in names:
        one_of(given[name], known, (*here, name), _("measured value"))
    ends = {name: given[name] for name in ("low", "high") if name in given}
    if not ends or ends.get("low", 0.0) > ends.get("high", float("inf")):
        raise Wrong(here, _("A range needs “low” or “high”, and the low end comes first."))
    if kind == "within":
        return Within(given["value"], **ends)
    return Ratio(given["value"], given["by"], **ends)


def _argument(argument: Argument, value: Any, path: Path) -> None:
    """Refuse what an analysis cannot take."""
    kinds = (int, float) if argument.kind is float else argument.kind
    odd = isinstance(value, bool) and argument.kind is not bool
    if odd or not isinstance(value, kinds):
        wanted = {str: _("a text"), list: _("a list"), bool: _("true or false")}.get(
            argument.kind, _("a number") if argument.kind is float else _("a whole number")
        )
        raise mistyped(path, wanted, value)
    if argument.choices:
        one_of(value, argument.choices, path, _("choice"))
    if isinstance(value, (int, float)):
        within(path, value, argument.low, argument.high)
