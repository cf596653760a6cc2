"""Figures of detection: ROC curves, and precision against recall, with the threshold's point."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from aecore.detection import PrecisionRecall, Roc, Verdict
from aecore.figures import BASELINE_COLOUR, TEST_COLOUR, figure
from aecore.language import text as _

MOST_POINTS = 300
"""Points of a curve that are sent; between its corners it is straight, or all but straight."""


def roc_curve(curve: Roc, at: tuple[float, float], *, height: int = 300) -> go.Figure:
    """Draw a ROC curve, the diagonal of guessing, and the point of the threshold.

    Parameters
    ----------
    curve : Roc
    at : tuple of float
        Shares of ordinary and of odd images above the threshold.
    """
    kept = _corners(curve.true_positive)
    return _curve(
        curve.false_positive[kept],
        curve.true_positive[kept],
        at,
        ([0, 1], [0, 1]),
        (_("ordinary images called odd, share"), _("strangers found, share")),
        height,
    )


def precision_recall_curve(
    curve: PrecisionRecall, verdict: Verdict, share: float, *, height: int = 300
) -> go.Figure:
    """Draw precision against recall, the share of odd images, and the point of the threshold.

    Parameters
    ----------
    curve : PrecisionRecall
    verdict : Verdict
        Of the threshold; not drawn where nothing lies above that.
    share : float
        Of odd images among all: the precision of guessing.
    """
    kept = _corners(curve.recall)
    return _curve(
        curve.recall[kept],
        curve.precision[kept],
        (verdict.recall, verdict.precision),
        ([0, 1], [share, share]),
        (_("strangers found, share (recall)"), _("strangers among the found, share (precision)")),
        height,
    )


def _corners(rising: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return where a curve jumps, before and after, and places evenly between."""
    jumps = np.flatnonzero(np.diff(rising))
    even = np.linspace(0, len(rising) - 1, min(len(rising), MOST_POINTS)).astype(int)
    kept = np.unique(np.concatenate([even, jumps, jumps + 1]))
    return kept if len(kept) <= 4 * MOST_POINTS else even


def _curve(
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    at: tuple[float, float],
    guess: tuple[list[float], list[float]],
    axes: tuple[str, str],
    height: int,
) -> go.Figure:
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter", "x": guess[0], "y": guess[1], "mode": "lines", "name": _("guessing"),
            "line": {"color": "rgba(128,128,128,0.7)", "width": 1, "dash": "dot"},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter", "x": x, "y": y, "mode": "lines", "name": _("all thresholds"),
            "line": {"color": TEST_COLOUR, "width": 3},
            "hovertemplate": "%{x:.3f}, %{y:.3f}<extra></extra>",
        },
    ]  # fmt: skip
    if np.isfinite(at).all():
        traces.append(
            {
                "type": "scatter", "x": [at[0]], "y": [at[1]], "mode": "markers",
                "name": _("the threshold"), "cliponaxis": False,
                "marker": {"color": BASELINE_COLOUR, "size": 13},
                "hovertemplate": _("threshold: %{x:.3f}, %{y:.3f}") + "<extra></extra>",
            }
        )  # fmt: skip
    ends = {"range": [-0.02, 1.02], "tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1]}
    return figure(
        traces,
        height,
        xaxis={"title": {"text": axes[0]}, **ends},
        yaxis={"title": {"text": axes[1]}, **ends},
        margin={"l": 8, "r": 8, "t": 30, "b": 8},
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
    )
