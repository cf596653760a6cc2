"""The published experiments that can be run again, explained by what they ask."""

from __future__ import annotations

from aecore.experiments.registry import EXPERIMENTS
from aecore.guide.entries import Entry, slug
from aecore.language import text as _


def experiments() -> tuple[Entry, ...]:
    """Explain all experiments, in their order."""
    return tuple(
        Entry(
            slug("experiment", name),
            f"{name}: {_(experiment.title)}",
            _(experiment.question),
            facts=(_("Published in {source}.", source=experiment.source),),
        )
        for name, experiment in EXPERIMENTS.items()
    )
