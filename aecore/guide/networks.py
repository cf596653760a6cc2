"""Networks, what they compute and what spoils their input, explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aecore.activations import ACTIVATIONS
from aecore.architectures import ARCHITECTURES
from aecore.codes import CODES
from aecore.config import FIELDS
from aecore.corruption import CORRUPTIONS
from aecore.dataset import DatasetSpec
from aecore.datasets import DATASETS
from aecore.fields import as_text, shown
from aecore.guide.entries import Entry, of_registry, slug
from aecore.language import text as _
from aecore.objectives import LOSSES, PENALTIES
from aecore.variants import VARIANTS


def networks() -> tuple[Entry, ...]:
    """Explain kinds of autoencoders, architectures, codes and ways of pretraining."""
    pretraining = FIELDS["pretraining"]
    return (
        *_variants(),
        *of_registry("architecture", ARCHITECTURES, "Architectures"),
        *of_registry("code", CODES, "Codes"),
        *(
            Entry(
                slug("pretraining", name),
                _(label),
                _(pretraining.explained[name]),
                name=name,
                group=_(pretraining.label),
            )
            for name, label in pretraining.choices.items()
        ),
    )


def _variants() -> tuple[Entry, ...]:
    entries = of_registry("kind", VARIANTS, "Kinds of autoencoders")
    return tuple(replace(entry, facts=_sets(VARIANTS[entry.name].settings)) for entry in entries)


def _sets(settings: Mapping[str, Any]) -> tuple[str, ...]:
    if not settings:
        return ()
    listed = ", ".join(
        f"{_(FIELDS[name].label)} {_said(name, value)}" for name, value in settings.items()
    )
    return (_("Choosing it sets {listed}.", listed=listed),)


def _said(name: str, value: Any) -> str:
    field = FIELDS[name]
    if field.choices:
        return _(field.choices[value])
    if isinstance(value, bool):
        return _("on") if value else _("off")
    return as_text(value) if field.kind == "sizes" else shown(value)


def functions() -> tuple[Entry, ...]:
    """Explain activation functions, losses and penalties."""
    losses = tuple(
        replace(
            entry,
            facts=(
                _(
                    "Goes with these output activations: {listed}.",
                    listed=", ".join(_(ACTIVATIONS[o].label) for o in LOSSES[entry.name].outputs),
                ),
            ),
        )
        for entry in of_registry("loss", LOSSES, "Losses")
    )
    return (
        *of_registry("activation", ACTIVATIONS, "Activation functions"),
        *losses,
        *of_registry("penalty", PENALTIES, "Penalties"),
    )


def corruptions() -> tuple[Entry, ...]:
    """Explain what can be done to images before a network sees them."""
    return tuple(
        replace(entry, facts=_level(entry.name))
        for entry in of_registry("noise", CORRUPTIONS, "Noise")
    )


def _level(name: str) -> tuple[str, ...]:
    corruption = CORRUPTIONS[name]
    if not corruption.level_help:
        return ()
    return (
        _(
            "Level: {meaning} From 0 to {high}.",
            meaning=_(corruption.level_help),
            high=shown(corruption.high),
        ),
    )


def datasets() -> tuple[Entry, ...]:
    """Explain the data sets."""
    return tuple(
        Entry(
            slug("data", name),
            _(spec.label),
            _(spec.description),
            name=name,
            group=_("Data sets"),
            facts=_size(spec),
        )
        for name, spec in DATASETS.items()
    )


def _size(spec: DatasetSpec) -> tuple[str, ...]:
    height, width = spec.shape
    things = _(spec.things)
    size = _(
        "{train} training and {test} test {things} of {height} × {width} pixels.",
        train=f"{spec.train_size:,}",
        test=f"{spec.test_size:,}",
        things=things,
        height=height,
        width=width,
    )
    if len(spec.classes) < 2:
        return (size,)
    return size, _("Classes: {listed}.", listed=", ".join(_(name) for name in spec.classes))
