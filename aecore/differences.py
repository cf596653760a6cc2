"""What tells one run's settings from another's, in a few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aecore import language
from aecore.config import FIELDS, RunConfig
from aecore.fields import as_text
from aecore.language import marked
from aecore.language import text as _
from aecore.objectives import LOSSES
from aecore.wording import listed

_TOGETHER = {"noise_level": "noise"}
"""Settings that are said along with another one."""


def differences(config: RunConfig, base: RunConfig) -> str:
    """Return the settings that make another run than those of a base: ``bottleneck 8, no noise``.

    Parameters
    ----------
    config, base : RunConfig

    Returns
    -------
    str
        Empty where both are settings of one run, whatever their numbers of epochs.
    """
    mine, others = config.as_dict(), base.as_dict()
    differing = [
        _TOGETHER.get(name, name)
        for name, field in FIELDS.items()
        if field.identity and field.applies(mine) and mine[name] != others[name]
    ]
    return listed(_said(name, config) for name in dict.fromkeys(differing))


def telling_apart(configs: Sequence[RunConfig]) -> dict[str, set[Any]]:
    """Return the settings in which some runs differ, with their values, in the order of `FIELDS`.

    Numbers of epochs are among them. The value is None where a setting has no effect, be it off
    or not there at all.
    """
    tables = [config.as_dict() for config in configs]
    seen = {name: {_effective(name, mine) for mine in tables} for name in FIELDS}
    return {name: values for name, values in seen.items() if len(values) > 1}


def _effective(name: str, mine: Mapping[str, Any]) -> Any:
    value = mine[name] if FIELDS[name].applies(mine) else None
    return None if value in (0, (), "none") else value


def names(configs: Sequence[RunConfig]) -> list[str]:
    """Return a name for each of some runs, made of what tells them apart.

    Numbers in which runs on the same data differ are said of each, other settings where they are
    unusual.

    Parameters
    ----------
    configs : sequence of RunConfig

    Returns
    -------
    list of str
        No two are the same where the runs differ; all settings in a few words where nothing is
        left to say.
    """
    apart = {name: v for name, v in telling_apart(configs).items() if FIELDS[name].identity}
    numbers = {
        name
        for dataset in {config.dataset for config in configs}
        for name, values in telling_apart([c for c in configs if c.dataset == dataset]).items()
        if FIELDS[name].kind in ("int", "float") and len(values - {None}) > 1
    }
    found = []
    for config in configs:
        mine, unusual = config.as_dict(), {"dataset", *config.differences()}
        differing = [
            _TOGETHER.get(name, name)
            for name in apart
            if name in unusual or (name in numbers and FIELDS[name].applies(mine))
        ]
        said = listed(_said(name, config) for name in dict.fromkeys(differing))
        found.append(said or config.title())
    return found


def _said(name: str, config: RunConfig) -> str:
    setting, value = _called(name), getattr(config, name)
    if name == "noise" and value != "none":
        kind, level = _chosen("noise", value), as_text(config.noise_level)
        return _("noise {kind} {level}", kind=kind, level=level)
    if value in ("none", ()) and name in _ABSENT:
        return _(_ABSENT[name])
    if isinstance(value, bool):
        return setting if value else _("not {setting}", setting=setting)
    said = _chosen(name, value) if FIELDS[name].kind == "choice" else as_text(value)
    return _("{setting} {value}", setting=setting, value=said)


_ABSENT = {
    "noise": marked("no noise"),
    "pretraining": marked("no pretraining"),
    "hidden": marked("no hidden layers"),
}
"""What is said where there is none of something."""


def _called(name: str) -> str:
    """Return what a setting is called: in English as in an address, which is short."""
    return name.replace("_", " ") if language.current() == "en" else _(FIELDS[name].label)


def _chosen(name: str, value: str) -> str:
    """Return what a choice is called, as `_called` does."""
    if language.current() == "en":
        return value
    if name == "loss":
        return _(LOSSES[value].short)
    return _(FIELDS[name].choices[value])
