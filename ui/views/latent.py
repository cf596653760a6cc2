"""Codes laid out: points, what the directions of a picture mean, and how far it is trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from aecore import figures, layouts, projections
from aecore.language import text as _
from aecore.layouts import Layout
from aecore.principal import pca
from aecore.reconstruction import codes
from aecore.trustworthiness import trustworthiness
from ui.views.frame import (
    Frame,
    cached,
    class_names,
    class_of,
    first_places,
    first_test_images,
    knows_pca,
    model,
    reference,
)

JUDGED = 2_000_000
"""Pairs of points that are compared for a score while somebody waits."""


@cached(32)
def latent_codes(frame: Frame, count: int) -> np.ndarray:
    """Return the codes of these test images, no noise, (m, q)."""
    return codes(model(frame), first_test_images(frame.data, count)).numpy()


@dataclass(frozen=True, eq=False)
class Laid:
    """Codes laid out.

    Attributes
    ----------
    points : array, shape (m, d), float32
        d is 2 or 3.
    axes : list of str
        Names of the axes.
    centre : array, shape (q,), or None
        The code in the middle of the picture, where it is a straight look at code space:
        ``points = (codes - centre) @ directions.T``. None for UMAP and t-SNE.
    directions : array, shape (d, q), or None
        The codes that the axes stand for, of length 1, or zeros along an axis with nothing.
    """

    points: np.ndarray
    axes: list[str]
    centre: np.ndarray | None = None
    directions: np.ndarray | None = None


def laid_out(frame: Frame, layout: Layout) -> Laid | None:
    """Lay codes out; None where that has to be asked of the analyst first."""
    if layout.method == "codes":
        return _some_dimensions(frame, layout)
    if layout.method == "pca":
        return _pca(frame, layout.dimensions, layout.count, knows_pca(frame.data))
    points = layouts.kept(frame.run, frame.step, layout)
    name = _(projections.PROJECTIONS[layout.method].label)
    axes = [f"{name} {i + 1}" for i in range(layout.dimensions)]
    return None if points is None else Laid(points, axes)


def _some_dimensions(frame: Frame, layout: Layout) -> Laid:
    """Lay codes out by some of their own numbers; a code of one number along a line."""
    found = latent_codes(frame, layout.count)
    q = found.shape[1]
    directions = np.zeros((layout.dimensions, q), np.float32)
    shown = layout.axes if q > 1 else (0,)
    directions[range(len(shown)), shown] = 1
    points = np.zeros((len(found), layout.dimensions), np.float32)
    points[:, : len(shown)] = found[:, list(shown)]
    names = [_("code {number}", number=i + 1) for i in shown] + [""] * (
        layout.dimensions - len(shown)
    )
    return Laid(points, names, np.zeros(q, np.float32), directions)


@cached(32)
def _pca(frame: Frame, dimensions: int, count: int, has_baseline: bool) -> Laid:
    found = pca(latent_codes(frame, count), dimensions, reference(frame.data, count))
    names = [
        _("component {number} ({share:.0%})", number=i + 1, share=float(share))
        for i, share in enumerate(found.shares)
    ]
    return Laid(found.scores, names, found.centre, found.axes)


def trust(frame: Frame, layout: Layout) -> float | None:
    """Return the trustworthiness of a layout that is there; None where there are few points."""
    if layout.slow:
        score = layouts.kept_trust(frame.run, frame.step, layout)
        if score is not None:
            return score
    return _trust(frame, layout, knows_pca(frame.data))


@cached(64)
def _trust(frame: Frame, layout: Layout, has_baseline: bool) -> float | None:
    laid, found = laid_out(frame, layout), latent_codes(frame, layout.count)
    if laid is None or not np.isfinite(found).all():
        return None
    return trustworthiness(found, laid.points, most=max(100, JUDGED // len(found)))


def coordinates(frame: Frame, layout: Layout, laid: Laid) -> str:
    """Return a layout as CSV; see `aecore.layouts.as_csv`."""
    places = first_places(frame.data, layout.count).tolist()
    return layouts.as_csv(laid.points, places, [class_of(frame.data, p) for p in places])


@cached(32)
def latent_figure(frame: Frame, layout: Layout, has_baseline: bool) -> go.Figure | None:
    """Return the scatter of `laid_out`, coloured by class."""
    laid = laid_out(frame, layout)
    if laid is None:
        return None
    places = first_places(frame.data, layout.count).numpy()
    return figures.scatter(
        laid.points, frame.data.test_labels[places], class_names(frame.data), places, laid.axes,
        height=620, size=6, still=not layout.slow,
    )  # fmt: skip
