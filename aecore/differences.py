"""What tells one run's settings from another's, in a few words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aecore.config import FIELDS, RunConfig
from aecore.fields import as_text

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
    return ", ".join(_said(name, config) for name in dict.fromkeys(differing))


def _said(name: str, config: RunConfig) -> str:
    words, value = name.replace("_", " "), getattr(config, name)
    if name == "noise" and value != "none":
        return f"noise {value} {as_text(config.noise_level)}"
    if FIELDS[name].kind in _KINDS:
        return _KINDS[FIELDS[name].kind](words, value)
    return f"{words} {as_text(value)}"


def _switch(words: str, value: bool) -> str:
    return words if value else f"not {words}"


def _choice(words: str, value: str) -> str:
    return f"no {words}" if value == "none" else f"{words} {value}"


def _sizes(words: str, value: tuple[int, ...]) -> str:
    return f"{words} {as_text(value)}" if value else f"no {words} layers"


_KINDS: dict[str, Callable[[str, Any], str]] = {
    "bool": _switch,
    "choice": _choice,
    "sizes": _sizes,
}
