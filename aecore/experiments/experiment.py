"""An experiment as data: which runs, what is measured on them, what was published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from aecore import datasets
from aecore.config import RunConfig, strict
from aecore.experiments.claims import Claim

Settings: TypeAlias = Mapping[str, Any]
Budget: TypeAlias = Literal["quick", "usual", "full"]

QUICK: Settings = {"subset": 10_000, "epochs": 15, "batch_size": 64}
"""A fifth of the images, and steps enough for most networks to be recognised."""


@dataclass(frozen=True)
class Step:
    """One analysis: a key of `aecore.experiments.analyses.ANALYSES`, and its arguments."""

    analysis: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


def step(analysis: str, **arguments: Any) -> Step:
    """Return an analysis with its arguments."""
    return Step(analysis, arguments)


@dataclass(frozen=True)
class Experiment:
    """One published experiment.

    Attributes
    ----------
    id, title, question : str
        The question is one that can be guessed at before the experiment is run.
    source : str
        Where it was published.
    runs : mapping of str to settings
        Networks to train, by the name that steps and values have for them. A tuple of data
        sets stands for the first of them that is on this machine.
    steps : tuple of Step
    claims : tuple of Claim
    seeds : int
        How often all of it is done, with seeds 0, 1, …; more than once where something is
        called better than something else.
    quick, full : settings
        Laid over every run's settings with these budgets.
    budget : str
        What the usual budget leaves out of the published settings, or empty.
    remark : str
        What should be known beside the numbers.
    """

    id: str
    title: str
    question: str
    source: str
    runs: Mapping[str, Settings]
    steps: tuple[Step, ...]
    claims: tuple[Claim, ...]
    seeds: int = 1
    quick: Settings = field(default_factory=lambda: QUICK)
    full: Settings = field(default_factory=dict)
    budget: str = ""
    remark: str = ""

    def configs(self, budget: Budget, seed: int) -> dict[str, RunConfig]:
        """Return the runs' settings with a budget and a seed, by name."""
        over = {"quick": self.quick, "usual": {}, "full": self.full}[budget]
        return {
            name: strict(
                {**_at_hand(settings), **over, "seed": settings.get("seed", 0) + seed}, "mnist"
            )
            for name, settings in self.runs.items()
        }

    def missing(self) -> str | None:
        """Return the first data set that is needed and not on this machine."""
        for config in self.configs("usual", 0).values():
            absent = datasets.missing(config.dataset, config.data_options)
            if absent is not None:
                return absent
        return None


def _at_hand(settings: Settings) -> dict[str, Any]:
    """Return settings in which a choice among data sets is the first that is on this machine."""
    chosen = dict(settings)
    for name in ("dataset", "outlier_source"):
        if isinstance(chosen.get(name), tuple):
            here = (each for each in chosen[name] if datasets.available(each))
            chosen[name] = next(here, chosen[name][0])
    return chosen
