"""Layouts of a snapshot's codes: which was asked for, and those that are kept with the run."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aecore.config import from_dict
from aecore.datasets import Dataset, load
from aecore.language import marked
from aecore.principal import Array
from aecore.progress import Progress
from aecore.projections import PROJECTIONS, Knobs, check, knobs_of, lay_out
from aecore.runs import Run, RunStore
from aecore.trustworthiness import NEIGHBOURS, trustworthiness

ASKED = 2000
"""Points that are asked for their neighbours when a layout is judged: two digits hold."""


@dataclass(frozen=True)
class Layout:
    """One way to lay out the codes of test images.

    Attributes
    ----------
    method : str
        "codes", or a key of `aecore.projections.PROJECTIONS`.
    dimensions : {2, 3}
    count : int
        The first so many test images in the order of `aecore.evaluation.order`, without
        noise; all of them where there are fewer.
    axes : tuple of int
        The code dimensions that are drawn, from 0, where the method is "codes"; else empty.
    knobs : tuple of (name, value)
        What was turned at the method; what is not named stands at its default.
    seed : int
    """

    method: str
    dimensions: int
    count: int
    axes: tuple[int, ...] = ()
    knobs: Knobs = ()
    seed: int = 0

    @property
    def slow(self) -> bool:
        """Whether it belongs into the analysis process."""
        return self.method in PROJECTIONS and PROJECTIONS[self.method].slow

    @property
    def name(self) -> str:
        """Its name among results: ``umap-2d-4000-s0``, then knobs that are not at their defaults.

        ``umap-2d-4000-s0-neighbours50-metriccosine``.
        """
        usual = knobs_of(self.method)
        turned = "".join(
            f"-{name}{value}" for name, value in self.knobs if value != usual.get(name)
        )
        axes = "".join(f"-{axis + 1}" for axis in self.axes)
        return f"{self.method}{axes}-{self.dimensions}d-{self.count}-s{self.seed}{turned}"


def result_name(step: int, layout: Layout) -> str:
    """Return the name under which a layout is kept: ``umap-2d-4000-s0-000001175``."""
    return f"{layout.name}-{step:09d}"


def kept(run: Run, step: int, layout: Layout) -> Array | None:
    """Return the coordinates (m, d) that `project` kept, or None."""
    return run.results.array(result_name(step, layout))


def kept_trust(run: Run, step: int, layout: Layout) -> float | None:
    """Return the trustworthiness that `project` kept beside the coordinates, or None."""
    found = run.results.load(result_name(step, layout)) or {}
    return found.get("trustworthiness")


def project(
    root: str, settings: Mapping[str, Any], step: int, layout: Layout, progress: Progress
) -> None:
    """Lay out the codes of a snapshot's test images, and keep coordinates and their score.

    Does nothing where the result is there already.

    Parameters
    ----------
    root : str
        The run store's folder.
    settings : mapping
        As `RunConfig.as_dict`.
    step : int
        The snapshot's.
    layout : Layout
        Of a method of `PROJECTIONS`.
    progress : callable
        As for `lay_out`.

    Raises
    ------
    ProjectionError
        If the choice makes no sense or the codes cannot be laid out.
    RunError
        If there is no such snapshot.
    """
    check(layout.method, layout.dimensions, layout.count, layout.knobs)
    config = from_dict(settings)
    data = load(config.dataset, config.data_options)
    run = RunStore(Path(root)).open(config, data.fingerprint)
    if kept(run, step, layout) is not None:
        return
    progress(marked("Encoding"), None)
    codes = _codes(run, step, data, layout.count)
    points = lay_out(
        codes, layout.method, layout.dimensions, layout.seed, progress, dict(layout.knobs)
    )
    score = trustworthiness(
        codes, points, most=ASKED, progress=lambda done: progress(marked("Judging"), done)
    )
    name = result_name(step, layout)
    run.results.save(name, {"trustworthiness": score, "neighbours": NEIGHBOURS})
    run.results.save_array(name, points)  # last: it says that all is there


def _codes(run: Run, step: int, data: Dataset, count: int) -> Array:
    """Return the codes of the first test images in the fixed order, (m, q)."""
    from aecore.evaluation import order, pixels
    from aecore.models import load_weights
    from aecore.reconstruction import codes
    from aecore.training import as_pixels

    model = load_weights(run.config, run.weights(step))
    images = pixels(data.test_images)
    found: Array = codes(model, as_pixels(images[order(len(images), "test")[:count]])).numpy()
    return found


def as_csv(points: Array, places: Sequence[int], names: Sequence[str]) -> str:
    """Return coordinates as CSV: number of the test image, its class, x, y and perhaps z.

    Parameters
    ----------
    points : array, shape (m, 2) or (m, 3)
    places : sequence of int, length m
        Each image's number in the test split, from 0.
    names : sequence of str, length m
        Class of each.
    """
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(("image", "class", *"xyz"[: points.shape[1]]))
    for place, name, point in zip(places, names, points, strict=True):
        table.writerow((place, name, *map(str, point)))  # as few digits as tell them apart
    return out.getvalue()
