"""The settings explained: range, default of each data set, every choice."""

from __future__ import annotations

import math
from typing import Any

from aecore.config import FIELDS, defaults
from aecore.datasets import DATASETS
from aecore.fields import Field, as_text, shown
from aecore.guide.entries import Entry, slug
from aecore.language import text as _
from aecore.objectives import PENALTIES


def settings() -> tuple[Entry, ...]:
    """Explain all settings, in the order of the sidebar's groups."""
    groups = dict.fromkeys(field.group for field in FIELDS.values())
    return tuple(
        _setting(name, field)
        for group in groups
        for name, field in FIELDS.items()
        if field.group == group
    )


def _setting(name: str, field: Field) -> Entry:
    return Entry(
        slug("setting", name),
        _(field.label),
        _(field.help),
        PENALTIES[name].formula if name in PENALTIES else "",
        name,
        _(field.group),
        tuple(fact for fact in (_range(field), _usual(name, field), _needs(field)) if fact),
        tuple((_(label), _(field.explained[key])) for key, label in field.choices.items()),
    )


def _range(field: Field) -> str:
    if not math.isfinite(field.low):
        return ""
    low, high = shown(_tidy(field, field.low)), shown(_tidy(field, field.high))
    if field.kind == "sizes":
        return _("Each entry is {low} to {high}.", low=low, high=high)
    return _("From {low} to {high}.", low=low, high=high)


def _tidy(field: Field, value: float) -> float:
    return value if field.kind == "float" else int(value)


def _usual(name: str, field: Field) -> str:
    """Say the default, and where a data set has another one."""
    bare = field_default(name)
    trained = [key for key, spec in DATASETS.items() if spec.trainable]
    sentences = [_("Default {value}.", value=_value(field, field.usually or bare))]
    if name == "dataset" or field.usually:
        return sentences[0]
    others = {
        _(DATASETS[key].label): _value(field, usual)
        for key in trained
        if (usual := defaults(key)[name]) != bare
    }
    if others:
        listed = ", ".join(f"{label}: {value}" for label, value in others.items())
        sentences.append(_("For {listed}.", listed=listed))
    return " ".join(sentences)


def field_default(name: str) -> Any:
    """Return the bare default of a setting."""
    return defaults(None)[name]


def _value(field: Field, value: Any) -> str:
    if field.kind == "choice":
        return _(field.choices[value])
    if field.kind == "bool":
        return _("on") if value else _("off")
    return as_text(value) if field.kind == "sizes" else shown(value)


def _needs(field: Field) -> str:
    return _("Needs {what}.", what=_(field.needs)) if field.needs else ""
