"""Doing experiments: their runs through the engine and store, their analyses, their verdicts.

What was done before is not done again: runs are recordings, and `aecore.experiments.measuring`
keeps what was measured.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aecore import datasets
from aecore.datasets import DATASETS, DatasetError
from aecore.engine import Engine
from aecore.experiments import measuring
from aecore.experiments.claims import Verdict
from aecore.experiments.experiment import Budget, Experiment, Step
from aecore.experiments.laboratory import as_file
from aecore.experiments.measuring import Drawing
from aecore.results import write_atomically
from aecore.runs import Run, RunError

POLL_S = 0.25


@dataclass
class Report:
    """What came of an experiment.

    Attributes
    ----------
    verdicts : list of Verdict
    values : list of dict
        Everything that was measured, of each seed.
    skipped, failure : str
        Why it was not run, or did not come to its end; or empty.
    figures : list of Path
        Files written.
    trained, kept : int
        Runs that were trained now, and that were there before.
    """

    experiment: Experiment
    budget: Budget
    verdicts: list[Verdict] = field(default_factory=list)
    values: list[dict[str, float]] = field(default_factory=list)
    skipped: str = ""
    failure: str = ""
    figures: list[Path] = field(default_factory=list)
    run_ids: dict[str, str] = field(default_factory=dict)
    trained: int = 0
    kept: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "experiment": self.experiment.id,
            "title": self.experiment.title,
            "source": self.experiment.source,
            "budget": self.budget,
            "shortened": self.experiment.shortened(self.budget),
            "different": self.experiment.different,
            "not_run": self.skipped,
            "failure": self.failure,
            "runs": self.run_ids,
            "claims": [
                {
                    "what": v.claim.what,
                    "published": v.claim.published,
                    "unit": v.claim.unit,
                    "measured": _finite(v.measured),
                    "spread": v.spread,
                    "verdict": v.word,
                    "tolerance": v.claim.agrees.words(v.claim.unit),
                    "why": v.claim.why,
                }
                for v in self.verdicts
            ],
            "values": [_finite(values) for values in self.values],
            "figures": [str(path) for path in self.figures],
            "seconds": round(self.seconds, 1),
        }


def _finite(values: Mapping[str, float]) -> dict[str, float | None]:
    """Return values as JSON can have them: None where there is no number."""
    return {key: value if math.isfinite(value) else None for key, value in values.items()}


class Reproduction:
    """Does experiments one after the other; the next one's runs train while one is analysed.

    Parameters
    ----------
    engine : Engine
    budget : {"quick", "usual", "full"}
    say : callable
        Told what is going on, often; ``(text, topic)``.
    figures : Path, optional
        Folder that figures are written to.
    keep_pictures : bool
        Whether figures are kept beside the values, for pages to show.
    """

    def __init__(
        self,
        engine: Engine,
        budget: Budget,
        say: Callable[[str, object], None],
        figures: Path | None = None,
        keep_pictures: bool = False,
    ) -> None:
        self.engine, self.budget, self.say, self.figures = engine, budget, say, figures
        self.keep_pictures = keep_pictures

    def do(self, experiment: Experiment, ahead: Sequence[Experiment] = ()) -> Report:
        """Train, analyse and judge an experiment.

        Parameters
        ----------
        experiment : Experiment
        ahead : sequence of Experiment
            Those whose runs may train while this one is analysed.

        Returns
        -------
        Report
            With ``failure`` where a run comes to no end.
        """
        report, began = Report(experiment, self.budget), time.monotonic()
        if (absent := experiment.missing()) is not None:
            report.skipped = f"not run: needs {absent}"
            if DATASETS[absent].mirrors:
                report.skipped += f" (python -m aecore data fetch {absent})"
            return report
        try:
            self._do(experiment, ahead, report)
        except (RunError, DatasetError) as error:
            report.failure = str(error)
        report.seconds = time.monotonic() - began
        return report

    def _do(self, experiment: Experiment, ahead: Sequence[Experiment], report: Report) -> None:
        wanted = [self._runs(experiment, seed) for seed in range(experiment.seeds)]
        seeds = [runs for runs, _ in wanted]
        everything = [run for runs in seeds for run in runs.values()]
        report.run_ids = {
            name if experiment.seeds == 1 else f"{name}, seed {seed}": run.id
            for seed, runs in enumerate(seeds)
            for name, run in runs.items()
        }
        report.kept = sum(kept for _, kept in wanted)
        report.trained = len(everything) - report.kept
        self._wait(experiment, everything)
        for other in ahead:
            self._want(other)
        for seed, runs in enumerate(seeds):
            report.values.append(self._measure(experiment, runs, seed, report))
        report.verdicts = experiment.verdicts(self.budget, report.values)

    # -- runs ------------------------------------------------------------------------

    def _runs(self, experiment: Experiment, seed: int) -> tuple[dict[str, Run], int]:
        """Return the runs of a seed, each wanted unless it is done, and how many were done."""
        runs, kept = {}, 0
        for name, config in experiment.configs(self.budget, seed).items():
            data = datasets.load(config.dataset, config.data_options)
            run = self.engine.store.open(config, data.fingerprint)
            if run.done(config.epochs):
                kept += 1
            else:
                run = self.engine.want(config, data.fingerprint, f"reproduce {run.id}")
            run.touch()
            runs[name] = run
        return runs, kept

    def _want(self, experiment: Experiment) -> None:
        if experiment.missing() is None:
            try:
                for seed in range(experiment.seeds):
                    self._runs(experiment, seed)
            except DatasetError:
                return  # it is said when its turn comes

    def _wait(self, experiment: Experiment, runs: Sequence[Run]) -> None:
        while True:
            left = []
            for run in runs:
                status, why = self.engine.status(run, run.config.epochs)
                if status == "failed":
                    raise RunError(f"{experiment.id}, run {run.id}: {why}")
                if status in ("new", "paused"):  # its lease was dropped
                    data = datasets.load(run.config.dataset, run.config.data_options)
                    self.engine.want(run.config, data.fingerprint, f"reproduce {run.id}")
                if status != "done":
                    left.append(run)
            if not left:
                return
            total = sum(run.config.target_step for run in runs)
            done = sum(min(run.progress().step, run.config.target_step) for run in runs)
            share = done / total
            self.say(
                f"{experiment.id}: {len(left)} of {len(runs)} runs in training, {share:.0%}",
                (experiment.id, int(4 * share)),
            )
            time.sleep(POLL_S)

    # -- analyses --------------------------------------------------------------------

    def _measure(
        self, experiment: Experiment, runs: dict[str, Run], seed: int, report: Report
    ) -> dict[str, float]:
        home, figures = self.engine.home, self.figures
        path = measuring.place(home, experiment, runs, seed, self.budget)
        to_folder = figures is not None and seed == 0  # one seed's pictures are enough
        if not to_folder and (known := measuring.kept(path)) is not None:
            return known

        def progress(text: str, fraction: float | None) -> None:
            self.say(f"{experiment.id}: {text}", (experiment.id, text))

        def draw(name: str, figure: Drawing) -> None:
            if self.keep_pictures:
                measuring.keep_picture(path, name, figure)
            if figures is None or not to_folder:
                return
            ending, content = as_file(figure)
            target = figures / f"{experiment.id}-{name}.{ending}"
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, content)
            report.figures.append(target)

        more = (Step("curves"),) if to_folder else ()
        wanted = draw if to_folder or self.keep_pictures else None
        return measuring.measure(home, experiment, runs, seed, path, progress, wanted, more)
