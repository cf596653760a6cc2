"""What is measured and how it is laid out, explained: numbers, odd images, maps, files."""

from __future__ import annotations

from dataclasses import replace

from aecore.agreement import COMBINATIONS
from aecore.compression import FORMATS
from aecore.detectors import DETECTORS
from aecore.ensembles import ENSEMBLES
from aecore.guide.entries import Entry, of_registry, slug
from aecore.language import text as _
from aecore.measures import MEASURES
from aecore.projections import PROJECTIONS, Knob
from aecore.strangers import STRANGERS


def numbers() -> tuple[Entry, ...]:
    """Explain the numbers that are measured of runs, of networks and of codes."""
    from aecore import code_quality
    from aecore.diagnostics import DIAGNOSTICS

    return (
        *_measures(),
        *(
            replace(entry, facts=(_("Axis: {axis}.", axis=_(DIAGNOSTICS[entry.name].axis)),))
            for entry in of_registry("diagnostic", DIAGNOSTICS, "What each kind is about")
        ),
        *of_registry("quality", code_quality.MEASURES, "Quality of the codes"),
    )


_SPLITS = {"train": "Measured on training images.", "test": "Measured on test images."}
_BETTER = {"low": "Lower is better.", "high": "Higher is better."}


def _measures() -> tuple[Entry, ...]:
    entries = of_registry("measure", MEASURES, "Measured of a run")
    found = []
    for entry in entries:
        measure = MEASURES[entry.name]
        facts = [_("Unit: {unit}.", unit=_(measure.unit))] if measure.unit else []
        facts += [_(_SPLITS[measure.split])] if measure.split else []
        facts += [_(_BETTER[measure.better])] if measure.better else []
        found.append(replace(entry, facts=tuple(facts)))
    return tuple(found)


def oddness() -> tuple[Entry, ...]:
    """Explain how odd images are found."""
    from aecore.scores import SCORES

    scores = tuple(
        replace(entry, facts=(_("Unit: {unit}.", unit=_(SCORES[entry.name].unit)),))
        for entry in of_registry("score", SCORES, "Scores of a network")
    )
    return (
        *scores,
        *of_registry("networks", ENSEMBLES, "Several networks"),
        *of_registry("together", COMBINATIONS, "Several networks’ scores together"),
        *of_registry("detector", DETECTORS, "Detectors without a network"),
        *of_registry("stranger", STRANGERS, "Strangers"),
    )


def layouts() -> tuple[Entry, ...]:
    """Explain maps of codes, orders of units, choices of images, and picture formats."""
    from aecore.activation_maximisation import LIMITS
    from aecore.filters import ORDERS
    from aecore.reconstruction import CHOICES

    maps = [
        (entry, *(_knob(entry, knob) for knob in PROJECTIONS[entry.name].knobs))
        for entry in of_registry("layout", PROJECTIONS, "Maps of codes")
    ]
    return (
        *(entry for entries in maps for entry in entries),
        *of_registry("images", CHOICES, "Which images are shown"),
        *of_registry("order", ORDERS, "Order of units"),
        *of_registry("pixels", LIMITS, "Pixels of most activating inputs"),
        *(
            replace(entry, facts=(_("Quality: {scale}.", scale=_(FORMATS[entry.name].quality)),))
            for entry in of_registry("format", FORMATS, "Picture formats")
        ),
    )


def _knob(projection: Entry, knob: Knob) -> Entry:
    first, last = knob.stops[0], knob.stops[-1]
    among = (
        _("One of {listed}.", listed=", ".join(map(str, knob.stops)))
        if isinstance(first, str)
        else _("From {low} to {high}.", low=first, high=last)
    )
    return Entry(
        slug(projection.id, knob.name),
        f"{projection.title}: {_(knob.label)}",
        _(knob.help),
        name=f"{projection.name}_{knob.name}",
        group=projection.group,
        facts=(f"{among} {_('Default {value}.', value=knob.default)}",),
    )
