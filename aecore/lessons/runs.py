"""The runs of a lesson's file: their settings, checked, or those that stand in for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, TypeAlias

from aecore import datasets
from aecore.choosing import strict
from aecore.config import FIELDS, ConfigError, RunConfig
from aecore.experiments.experiment import Experiment
from aecore.fields import quoted, read
from aecore.language import text as _
from aecore.lessons.checking import Wrong
from aecore.lessons.lesson import MOST_RUNS
from aecore.lessons.lines import Path

Values: TypeAlias = Mapping[str, Any]
"""What a file says, in the form that `aecore.lessons.checking` found to be a lesson's."""


def runs_of(v: Values) -> tuple[dict[str, RunConfig], str]:
    """Return the runs' settings, and what they are about where something stands in for it."""
    if v["dataset"] not in FIELDS["dataset"].choices:
        raise Wrong(("dataset",), read(FIELDS["dataset"], v["dataset"])[1])
    if len(v["runs"]) > MOST_RUNS:
        raise Wrong(
            ("runs",),
            _(
                "A lesson has {most} runs at most, not {count}.",
                most=MOST_RUNS,
                count=len(v["runs"]),
            ),
        )
    own = {name: _config(v, name, {}) for name in v["runs"]}
    others = {name: _config(v, name, v["instead"]) for name in v["runs"] if "instead" in v}
    for runs in (own, others):
        for one, two in combinations(runs, 2):
            if runs[one].identity == runs[two].identity:
                raise Wrong(
                    ("runs", two),
                    _("This is the same network as “{other}”, trained alike.", other=one),
                )
    gone = next(filter(None, map(absent, own.values())), "")
    return (others, gone) if others and gone else (own, "")


def _config(v: Values, run: str, instead: Values) -> RunConfig:
    layers: tuple[tuple[Path, Values], ...] = (
        (("settings",), v.get("settings", {})),
        (("runs", run), v["runs"][run]),
        (("instead",), instead),
    )
    for path, layer in layers[:2]:
        if "dataset" in layer:
            raise Wrong((*path, "dataset"), _("The data set is said once, before all tables."))
    together = {"dataset": v["dataset"]}
    for _path, layer in layers:
        together |= layer
    try:
        return strict(together, v["dataset"])
    except ConfigError as error:
        raise Wrong(culprit(layers, str(error)), str(error)) from None


def check_full(values: Values, experiment: Experiment) -> None:
    """Refuse settings of the full length that make no sense."""
    try:
        experiment.configs("full", 0)
    except ConfigError as error:
        layers = ((("full",), values.get("full", {})),)
        raise Wrong(culprit(layers, str(error)), str(error)) from None


def absent(config: RunConfig) -> str:
    """Return the data set that a run needs and that is not on this machine, or nothing."""
    return datasets.missing(config.dataset, config.data_options) or ""


def culprit(layers: Sequence[tuple[Path, Values]], sentence: str) -> Path:
    """Return which setting a sentence is about, as far as can be told."""
    given = [
        (path, name, value) for path, layer in reversed(layers) for name, value in layer.items()
    ]
    for path, name, value in given:
        if name not in FIELDS and quoted(name) in sentence:
            return (*path, name)
        if name in FIELDS and read(FIELDS[name], value)[1] == sentence.partition(" The near")[0]:
            return (*path, name)
    for path, name, _value in given:
        if name in FIELDS and sentence.startswith(_(FIELDS[name].label)):
            return (*path, name)
    return next((path for path, layer in reversed(layers) if layer), layers[0][0])
