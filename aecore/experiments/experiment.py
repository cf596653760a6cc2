"""An experiment as data: which runs, what is measured on them, what was published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, Literal, TypeAlias

from aecore import datasets
from aecore.choosing import strict
from aecore.config import FIELDS, RunConfig
from aecore.experiments.claims import Claim, Values, Verdict, judge
from aecore.fields import shown
from aecore.language import counted, marked
from aecore.language import text as _
from aecore.wording import listed

Settings: TypeAlias = Mapping[str, Any]
Budget: TypeAlias = Literal["quick", "usual", "full"]

QUICK: Settings = {"subset": 10_000, "epochs": 15, "batch_size": 64}
"""A sixth of MNIST, and steps enough for most networks to be recognised."""

_COUNTED = {
    "epochs": (
        marked("{count} epoch instead of {wanted}"),
        marked("{count} epochs instead of {wanted}"),
    ),
    "clean_epochs": (
        marked("{count} clean epoch instead of {wanted}"),
        marked("{count} clean epochs instead of {wanted}"),
    ),
    "pretraining_epochs": (
        marked("{count} epoch of pretraining a layer instead of {wanted}"),
        marked("{count} epochs of pretraining a layer instead of {wanted}"),
    ),
}


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
        How often all of it is done, with seeds 0, 1, …; more than once where values are put in
        an order.
    quick, full : settings
        Laid over every run's settings with these budgets; ``full`` is as long as published.
    quick_runs, full_runs : mapping of str to settings
        Laid over those of single runs, by their names.
    different : str
        What differs from the published set-up under every budget, or empty; a sentence.
    remark : str
        What should be known beside the numbers.
    instead_of : str
        The data set that the source is about, where another one takes its place; else empty.
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
    quick_runs: Mapping[str, Settings] = field(default_factory=dict)
    full_runs: Mapping[str, Settings] = field(default_factory=dict)
    different: str = ""
    remark: str = ""
    instead_of: str = ""

    def configs(self, budget: Budget, seed: int) -> dict[str, RunConfig]:
        """Return the runs' settings with a budget and a seed, by name."""
        layers: dict[Budget, tuple[Settings, Mapping[str, Settings]]] = {
            "quick": (self.quick, self.quick_runs),
            "usual": ({}, {}),
            "full": (self.full, self.full_runs),
        }
        over, single = layers[budget]
        return {
            name: strict(
                {
                    **_at_hand(settings),
                    **over,
                    **single.get(name, {}),
                    "seed": settings.get("seed", 0) + seed,
                },
                "mnist",
            )
            for name, settings in self.runs.items()
        }

    def judged(self, budget: Budget) -> tuple[Claim, ...]:
        """Return the claims with the tolerances of a budget."""
        if budget != "full":
            return self.claims
        return tuple(claim.in_full() for claim in self.claims)

    def verdicts(self, budget: Budget, found: Sequence[Values]) -> list[Verdict]:
        """Compare the claims with what one or more seeds measured.

        The word is "other data" where the images are not those that the source is about.
        """
        judged = [judge(claim, list(found)) for claim in self.judged(budget)]
        if not self.instead_of:
            return judged
        return [replace(v, word="other data") if v.measured else v for v in judged]

    def shortened(self, budget: Budget, names: Mapping[str, str] | None = None) -> str:
        """Return what a budget leaves out of the full one, in words; empty if nothing.

        Runs are called as ``names`` says.

        It is read from the settings: "10,000 of 60,000 training images, 15 epochs instead of 30".
        """
        less, more = self.configs(budget, 0), self.configs("full", 0)
        runs: dict[str, list[str]] = {}
        for setting, name in product(FIELDS, self.runs):
            if phrase := _shorter(setting, less[name], more[name]):
                runs.setdefault(phrase, []).append((names or {}).get(name, name))
        return listed(
            phrase
            if len(some) == len(self.runs)
            else _("{what} ({names})", what=phrase, names=listed(some))
            for phrase, some in runs.items()
        )

    def conditions(self, budget: Budget) -> list[str]:
        """Return sentences on how a budget departs from what was published."""
        shortened, sentences = self.shortened(budget), []
        if self.instead_of:
            sentences.append(f"other data: {self.instead_of} is not on this machine.")
        if budget == "quick":
            sentences.append(f"quick: {shortened or 'nothing is shorter'}.")
        elif shortened:
            sentences.append(f"usual budget: {shortened}.")
        if self.different:
            sentences.append(f"unlike the source: {self.different}")
        elif budget == "full":
            sentences.append("full: as published, as far as the source says.")
        return sentences

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


def _shorter(setting: str, less: RunConfig, more: RunConfig) -> str:
    """Return in words how a run's setting differs from the full budget's; empty if it does not."""
    a, b = getattr(less, setting), getattr(more, setting)
    if a == b:
        return ""
    if setting == "subset":  # 0 is all
        return _(
            "{count:,} of {wanted:,} training images", count=less.train_size, wanted=more.train_size
        )
    if setting in _COUNTED:
        return counted(*_COUNTED[setting], a, wanted=b)
    return _(
        "{setting} {value} instead of {wanted}",
        setting=_(FIELDS[setting].label).lower(),
        value=shown(a),
        wanted=shown(b),
    )
