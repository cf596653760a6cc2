"""What each analysis takes and measures, in words that need no network to be read.

Whoever writes down an experiment in a file is checked against this; a test holds it against the
analyses themselves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aecore.config import RunConfig
from aecore.datasets import has_pictures
from aecore.language import marked


@dataclass(frozen=True)
class Argument:
    """What an analysis can be given under one name.

    Attributes
    ----------
    kind : type
        ``str`` under the name ``run`` is a run's name, ``list`` a list of such names.
    help : str
    low, high : float
        Ends of the range of a number.
    choices : tuple of str
        Of a text.
    """

    kind: type
    help: str
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()


ARGUMENTS: dict[str, Argument] = {
    "run": Argument(str, "The run that is measured."),
    "runs": Argument(list, "The runs that are measured; all of them unless it is given."),
    "count": Argument(int, "How many images are looked at.", 1, 10_000),
    "epochs": Argument(int, "After how many epochs.", 1, 10_000),
    "allowed": Argument(float, "The test MSE per pixel that is allowed.", 0, 1),
    "pixels": Argument(bool, "Whether pixels are measured beside the codes."),
    "k": Argument(int, "How many clusters.", 2, 100),
    "radius": Argument(int, "How many bits may be flipped.", 0, 3),
    "most": Argument(int, "How many filters are drawn at most.", 1, 400),
    "split": Argument(str, "Which images are measured.", choices=("train", "test")),
    "side": Argument(int, "Pictures in a row of the grid.", 2, 30),
    "top": Argument(int, "How many of the oddest images are compared.", 1, 1000),
}
"""Everything that analyses can be given, by name."""


def _anything(config: RunConfig) -> str:
    return ""


def _variational(config: RunConfig) -> str:
    return "" if config.code == "variational" else marked("needs a variational code")


def _linear(config: RunConfig) -> str:
    return "" if config.variant == "linear" else marked("needs a linear network")


def _one_hot(config: RunConfig) -> str:
    return "" if config.dataset == "one-hot" else marked("needs one-hot vectors")


def _outliers(config: RunConfig) -> str:
    return (
        "" if getattr(config, "outliers", 0) else marked("needs outliers among the training images")
    )


def _images(config: RunConfig) -> str:
    return "" if has_pictures(config.dataset) else marked("needs a data set of pictures")


@dataclass(frozen=True)
class Described:
    """One analysis, a key of `aecore.experiments.analyses.ANALYSES`.

    Attributes
    ----------
    values : tuple of str
        Names of what it measures: ``{run}`` stands for each run, other braces for arguments.
    figures : tuple of str
        Names of what it draws.
    arguments : tuple of str
        What it can be given, keys of `ARGUMENTS`.
    needed : tuple of str
        Arguments without a default.
    defaults : mapping of str to object
        Of arguments that are part of the values' names.
    complaint : callable
        Says in a few words why a run of some settings cannot be measured; nothing if it can.
    """

    values: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    complaint: Callable[[RunConfig], str] = _anything

    def chosen(self, arguments: Mapping[str, Any], runs: Sequence[str]) -> list[str]:
        """Return which of an experiment's runs it is about, with arguments."""
        return [arguments["run"]] if "run" in arguments else list(arguments.get("runs") or runs)

    def measured(self, arguments: Mapping[str, Any], runs: Sequence[str]) -> Iterator[str]:
        """Yield the names of what it measures with arguments, of an experiment's runs."""
        return self._named(self.values, arguments, self.chosen(arguments, runs))

    def drawn(self, arguments: Mapping[str, Any], runs: Sequence[str]) -> Iterator[str]:
        """Yield the names of what it draws with arguments, of an experiment's runs."""
        return self._named(
            self.figures, arguments, [as_name(run) for run in self.chosen(arguments, runs)]
        )

    def _named(
        self, names: Sequence[str], arguments: Mapping[str, Any], runs: Sequence[str]
    ) -> Iterator[str]:
        known = {**self.defaults, **arguments}
        for name in names:
            for run in runs if "{run}" in name else ("",):
                yield name.format(**{**known, "run": run})


def as_name(run: str) -> str:
    """Return a run's name as it stands in the name of a picture: ``q=8`` is ``q-8``."""
    return "".join(c if c.isalnum() else "-" for c in run)


DESCRIBED: dict[str, Described] = {
    "errors": Described(
        values=(
            *("{run} MSE", "{run} clean MSE", "{run} loss", "{run} squared error"),
            *("{run} PCA MSE", "{run} PCA squared error", "{run} mean image MSE"),
            *("{run} noisy MSE", "{run} share of the mean image's"),
        ),
        arguments=("runs",),
    ),
    "rows": Described(figures=("rows",), arguments=("runs",)),
    "curves": Described(figures=("curves",)),
    "readable": Described(
        values=("{run} readable", "originals readable"), arguments=("runs", "count")
    ),
    "loss_after": Described(
        values=("{run} after {epochs}",),
        arguments=("run", "epochs"),
        needed=("run", "epochs"),
    ),
    "smallest_code": Described(
        values=("smallest q", "smallest PCA q"),
        figures=("sweep",),
        arguments=("allowed",),
        needed=("allowed",),
    ),
    "knn": Described(
        values=("{run} 7-NN", "{run} seconds", "pixels 7-NN", "pixels seconds"),
        arguments=("runs", "pixels"),
    ),
    "probe": Described(values=("{run} probe",), arguments=("runs", "count")),
    "clusters": Described(
        values=("codes ARI", "codes seconds", "pixels ARI", "pixels seconds"),
        arguments=("run", "k"),
        needed=("run",),
    ),
    "sparsity": Described(values=("{run} sparsity",), arguments=("runs",)),
    "hashing": Described(
        values=(
            *("same class", "chance", "found within {radius}", "images found"),
            "same class in the table",
        ),
        arguments=("run", "radius", "count"),
        needed=("run",),
        defaults={"radius": 2},
    ),
    "units": Described(
        values=("{run} area", "{run} elongation", "{run} roughness", "{run} dead"),
        figures=("filters-{run}",),
        arguments=("runs", "most"),
    ),
    "sensitivity": Described(values=("{run} ‖J‖",), arguments=("runs", "count")),
    "subspace": Described(
        values=("largest angle", "MSE over PCA's"),
        arguments=("run",),
        needed=("run",),
        complaint=_linear,
    ),
    "corners": Described(
        values=("distance to corner", "right output", "corners used"),
        arguments=("run",),
        needed=("run",),
        complaint=_one_hot,
    ),
    "nats": Described(
        values=("reconstruction", "KL", "together"),
        figures=("grid", "samples"),
        arguments=("run", "split", "side"),
        needed=("run",),
        complaint=_variational,
    ),
    "shoes": Described(
        values=(
            *("shoe RE", "hardest digit RE", "shoe rank", "second over first"),
            *("ankle boots first", "sneakers first", "sandals first"),
        ),
        figures=("shoe",),
        arguments=("run",),
        needed=("run",),
        complaint=_images,
    ),
    "stability": Described(
        values=("single agreement", "mean agreement", "maximum agreement"),
        arguments=("top",),
    ),
    "too_easy": Described(
        values=(
            *("blank RE", "stroke RE", "median digit RE"),
            *("digits above the blank", "digits above the stroke"),
        ),
        arguments=("run",),
        needed=("run",),
        complaint=_images,
    ),
    "contamination": Described(
        values=("{run} AUC", "{run} average precision", "{run} outlier over digit"),
        arguments=("runs",),
        complaint=_outliers,
    ),
    "compression": Described(
        values=(
            *("{run} bytes", "{run} MSE", "{run} decoder bytes"),
            *("{run} JPEG MSE", "{run} JPEG 2000 MSE", "{run} WebP MSE"),
        ),
        arguments=("runs", "count"),
        complaint=_images,
    ),
}
