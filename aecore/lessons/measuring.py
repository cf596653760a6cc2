"""What a lesson's trained runs come to: looked up, or measured in the analysis process.

A page asks `measured` first, with the runs by the experiment's names. Where that is None it has
`measure` done: ``analyst.submit(name(...), measure, home=str(home), experiment=experiment)``.
The command line keeps the very same files, so that nothing is measured twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from aecore import datasets
from aecore.experiments import measuring
from aecore.experiments.experiment import Experiment
from aecore.language import text as _
from aecore.progress import Progress
from aecore.runs import Run, RunError, RunStore


def name(home: Path, experiment: Experiment, runs: Mapping[str, Run]) -> str:
    """Return what names a measurement, such as the key of its job."""
    return _place(home, experiment, runs).stem


def measured(
    home: Path, experiment: Experiment, runs: Mapping[str, Run]
) -> dict[str, float] | None:
    """Return the values that were measured on trained runs, or None where they were not yet.

    Parameters
    ----------
    home : Path
        Folder for all that the app writes.
    experiment : Experiment
        A lesson's.
    runs : mapping of str to Run
        By the experiment's names.
    """
    return measuring.kept(_place(home, experiment, runs))


def figures(home: Path, experiment: Experiment, runs: Mapping[str, Run]) -> dict[str, Path]:
    """Return the files of what the analyses drew, by name; none before it is measured.

    Pictures are PNG, charts are Plotly's JSON (``.json``), for `plotly.io.from_json`.
    """
    return measuring.pictures(_place(home, experiment, runs))


def measure(home: str, experiment: Experiment, progress: Progress) -> None:
    """Measure a lesson's trained runs and keep values and pictures, unless that is done.

    Made for the analysis process: all arguments can be pickled.

    Raises
    ------
    RunError
        If a run is not trained to its end.
    DatasetError
        If a data set is not on this machine.
    """
    runs = _trained(RunStore(Path(home) / "runs"), experiment)
    path = _place(Path(home), experiment, runs)
    if measuring.kept(path) is None:
        draw = partial(measuring.keep_picture, path)
        measuring.measure(Path(home), experiment, runs, 0, path, progress, draw)


def _trained(store: RunStore, experiment: Experiment) -> dict[str, Run]:
    runs = {}
    for each, config in experiment.configs("usual", 0).items():
        data = datasets.load(config.dataset, config.data_options)
        run = store.find(config, data.fingerprint)
        if run is None or not run.done(config.epochs):
            raise RunError(_("The run “{name}” is not trained to its end yet.", name=each))
        runs[each] = run
    return runs


def _place(home: Path, experiment: Experiment, runs: Mapping[str, Run]) -> Path:
    return measuring.place(home, experiment, runs, 0, "usual")
