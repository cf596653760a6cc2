"""What an experiment's trained runs come to: kept under ``home/reproduced``, or measured now.

A measurement is kept by everything that it depends on, so that command line and pages find each
other's. Looking one up needs no network.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, Union

from aecore import datasets
from aecore.datasets import DATASETS
from aecore.experiments.experiment import Budget, Experiment, Step
from aecore.progress import Progress
from aecore.results import write_atomically
from aecore.runs import Run

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from PIL import Image

Drawing: TypeAlias = Union["Image.Image", "go.Figure"]
Draw: TypeAlias = Callable[[str, Drawing], None]

VERSION = 2
"""Of the analyses; another one measures everything again."""


def place(
    home: Path, experiment: Experiment, runs: Mapping[str, Run], seed: int, budget: Budget
) -> Path:
    """Return where the values of a seed's runs are kept, whether or not they are."""
    depends = {
        "version": VERSION,
        "runs": {name: [run.id, run.config.epochs] for name, run in runs.items()},
        "steps": [[step.analysis, dict(step.arguments)] for step in experiment.steps],
        "seed": seed,
        "quick": budget == "quick",
        "at hand": [name for name in DATASETS if datasets.available(name)],  # for strangers
    }
    digest = hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()[:16]
    return home / "reproduced" / f"{experiment.id}-{digest}.json"


def kept(path: Path) -> dict[str, float] | None:
    """Return the values that are kept in a file; None if it is not there, or damaged."""
    try:
        return {str(k): float(v) for k, v in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def measure(
    home: Path,
    experiment: Experiment,
    runs: Mapping[str, Run],
    seed: int,
    path: Path,
    progress: Progress,
    draw: Draw | None = None,
    more: Sequence[Step] = (),
) -> dict[str, float]:
    """Do the analyses of an experiment, and keep their values.

    Parameters
    ----------
    home : Path
    experiment : Experiment
    runs : mapping of str to Run
        Trained, by name.
    seed : int
    path : Path
        Where values are kept, see `place`.
    progress : callable
    draw : callable, optional
        Given the name of each figure and the figure.
    more : sequence of Step
        Analyses to do beside the experiment's own.

    Returns
    -------
    dict of str to float
    """
    from aecore.experiments.analyses import ANALYSES
    from aecore.experiments.laboratory import Laboratory, Subject

    steps = (*experiment.steps, *more)
    done = 0

    def say(text: str) -> None:
        progress(text, done / len(steps))

    lab = Laboratory({name: Subject(name, run, home) for name, run in runs.items()}, seed, say)
    values: dict[str, float] = {}
    for done, step in enumerate(steps):  # noqa: B007 - `say` looks at it
        say(step.analysis.replace("_", " "))
        found = ANALYSES[step.analysis](lab, **step.arguments)
        values |= found.values
        for name, figure in found.figures.items() if draw else ():
            assert draw is not None
            draw(name, figure)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(values).encode())
    return values


# -- pictures beside the values -------------------------------------------------------


def pictures(path: Path) -> dict[str, Path]:
    """Return the figures that are kept beside values, by name: PNG, or Plotly's JSON."""
    folder = path.with_suffix("")
    return {each.stem: each for each in sorted(folder.glob("*.*")) if not each.stem.startswith(".")}


def keep_picture(path: Path, name: str, figure: Drawing) -> None:
    """Keep a figure beside values."""
    from PIL import Image

    from aecore.experiments.laboratory import as_file

    if isinstance(figure, Image.Image):
        ending, content = as_file(figure)
    else:
        ending, content = "json", figure.to_json().encode()
    folder = path.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / f"{name}.{ending}", content)
