"""The Latent space page: codes laid out, and the images behind picked points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
import torch
from torch import Tensor

from aecore import evaluation, figures, projections
from aecore.datasets import Dataset
from aecore.reconstruction import codes, reconstruct
from ui.pictures import Row, row
from ui.views.frame import (
    Frame,
    baseline,
    cached,
    greys,
    model,
    reference,
    rows_of,
    test_images,
)


def latent_places(data: Dataset, count: int) -> Tensor:
    """Return the places of the first test images in the fixed order, (m,)."""
    return evaluation.order(len(data.test_images), "test")[:count]


@cached(32)
def latent_codes(frame: Frame, count: int) -> np.ndarray:
    """Return the codes of these test images, no noise, (m, q)."""
    return codes(model(frame), test_images(frame.data, latent_places(frame.data, count))).numpy()


@dataclass(frozen=True)
class Laid:
    """Codes laid out: points (m, 2 or 3) and the names of the axes."""

    points: np.ndarray
    axes: list[str]


def laid_out(
    frame: Frame, method: str, dimensions: int, count: int, picked: tuple[int, ...], seed: int
) -> Laid | None:
    """Lay codes out; None where that has to be asked of the analyst first."""
    if method == "codes":
        found = latent_codes(frame, count)
        if found.shape[1] == 1:  # one number: laid out along a line
            flat = np.zeros((len(found), dimensions - 1), found.dtype)
            return Laid(np.hstack([found, flat]), ["code 1", *[""] * (dimensions - 1)])
        return Laid(found[:, list(picked)], [f"code {i + 1}" for i in picked])
    if method == "pca":
        return _pca(frame, dimensions, count, baseline(frame.data) is not None)
    points = projections.kept(frame.run, frame.step, method, dimensions, count, seed)
    name = projections.PROJECTIONS[method].label
    return None if points is None else Laid(points, [f"{name} {i + 1}" for i in range(dimensions)])


@cached(32)
def _pca(frame: Frame, dimensions: int, count: int, has_baseline: bool) -> Laid:
    clean = test_images(frame.data, latent_places(frame.data, count))
    points, shares = projections.pca(
        latent_codes(frame, count), dimensions, reference(frame, clean)
    )
    return Laid(points, [f"component {i + 1} ({share:.0%})" for i, share in enumerate(shares)])


@cached(32)
def latent_figure(
    frame: Frame, method: str, dimensions: int, count: int, picked: tuple[int, ...],
    seed: int, has_baseline: bool,
) -> go.Figure | None:  # fmt: skip
    """Return the scatter of `laid_out`, coloured by class."""
    laid = laid_out(frame, method, dimensions, count, picked, seed)
    if laid is None:
        return None
    places = latent_places(frame.data, count).numpy()
    still = method in ("codes", "pca")
    return figures.scatter(
        laid.points, frame.data.test_labels[places], frame.data.classes, places, laid.axes,
        height=620, size=6, still=still,
    )  # fmt: skip


def picked_rows(frame: Frame, places: list[int]) -> list[list[Row]]:
    """Return original and reconstruction of picked test images, ten in a row."""
    rows = []
    for part in torch.tensor(places).split(10):
        clean = test_images(frame.data, part)
        seen = reconstruct(model(frame), clean, clean)
        names = [frame.data.classes[int(frame.data.test_labels[p])] for p in part]
        original = row("Original", "class of each", greys(seen.original, frame.data), names)
        rows.append([original, *rows_of(seen, frame.data, noisy=False)[1:]])
    return rows
