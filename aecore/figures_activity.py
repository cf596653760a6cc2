"""A unit's values class by class, as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from aecore.figures import CLASS_COLOURS, figure
from aecore.language import text as _
from aecore.unit_profiles import class_means
from aecore.wording import percentage, short

BINS = 36
MOST_CLASSES = 12
"""Rows that can be read; of more classes those with the largest means are shown."""
ROW_PX = 27
NOTE_PX = 76
"""Room at the right for what is said of silent images."""
TALLEST = 0.92
"""Height of the tallest bar, in rows."""


def values_by_class(
    values: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int64],
    classes: Sequence[str],
    *,
    title: str,
    silent: float | None = None,
) -> go.Figure:
    """Draw one histogram a class, one above the other, all on the same scale.

    Parameters
    ----------
    values : ndarray, shape (m,)
        A unit's, one an image.
    labels : ndarray, shape (m,)
        Classes; images with a negative one (outliers) are left out.
    classes : sequence of str
        Names by label.
    title : str
        Axis title.
    silent : float, optional
        A value that is counted in words at the right instead of drawn, as many images can have
        exactly this one.

    Returns
    -------
    go.Figure
        Bars show the share of the class's images, a diamond its mean.
    """
    means = class_means(values, labels)
    shown = sorted(means.labels[:MOST_CLASSES])
    mean_of = dict(zip(means.labels, means.means, strict=True))
    heard = {k: values[labels == k] for k in shown}
    quiet = {k: 0.0 if silent is None else float((v == silent).mean()) for k, v in heard.items()}
    low, high = _ends(np.concatenate([*heard.values(), np.zeros(1, np.float32)]))
    edges = np.linspace(low, high, BINS + 1)
    shares = {}
    for k, v in heard.items():
        counts, _edges = np.histogram(v if silent is None else v[v != silent], bins=edges)
        shares[k] = counts / len(v)
    tallest = max((float(s.max()) for s in shares.values()), default=0.0) or 1.0
    traces: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    rows = len(shown)
    for place, k in enumerate(shown):
        base, name = rows - 1 - place, classes[k]
        colour = CLASS_COLOURS[k % len(CLASS_COLOURS)]
        mean = short(mean_of[k])
        said = (
            _("{name}: mean {mean}", name=name, mean=mean)
            if silent is None
            else _(
                "{name}: mean {mean}, silent on {share}",
                name=name,
                mean=mean,
                share=percentage(quiet[k]),
            )
        )
        traces.append(
            {
                "type": "bar",
                "x": ((edges[1:] + edges[:-1]) / 2).tolist(),
                "y": (shares[k] * TALLEST / tallest).tolist(),
                "base": base,
                "width": float(edges[1] - edges[0]),
                "marker": {"color": colour, "line": {"width": 0}},
                "name": name,
                "customdata": shares[k].tolist(),
                "hovertemplate": _("%{customdata:.0%} near %{x:.3g}") + f"<extra>{name}</extra>",
            }
        )
        traces.append(
            {
                "type": "scatter",
                "x": [mean_of[k]],
                "y": [base],
                "mode": "markers",
                "cliponaxis": False,
                "marker": {
                    "symbol": "diamond",
                    "size": 9,
                    "color": colour,
                    "line": {"width": 1.5, "color": "#ffffff"},
                },
                "name": name,
                "hovertemplate": said + "<extra></extra>",
            }
        )
        if quiet[k] > 0:
            notes.append(
                {
                    "text": _("silent {share}", share=percentage(quiet[k])),
                    "showarrow": False,
                    "xref": "paper",
                    "x": 1.01,
                    "xanchor": "left",
                    "y": base,
                    "yanchor": "bottom",
                    "font": {"size": 12},
                }
            )
    return figure(
        traces,
        64 + ROW_PX * max(rows, 2),
        barmode="overlay",
        showlegend=False,
        annotations=notes,
        margin={"r": NOTE_PX} if notes else {},
        xaxis={"title": {"text": title}, "range": [low, high]},
        yaxis={
            "tickvals": list(range(rows)),
            "ticktext": [classes[k] for k in reversed(shown)],
            "range": [-0.25, max(rows, 1)],
            "showgrid": False,
            "fixedrange": True,
        },
        shapes=[
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": row,
                "y1": row,
                "line": {"color": "rgba(128,128,128,0.35)", "width": 1},
                "layer": "below",
            }
            for row in range(rows)
        ],
    )


def _ends(values: npt.NDArray[np.float32]) -> tuple[float, float]:
    """Return the ends of an axis on which all values and 0 are."""
    low, high = float(values.min()), float(values.max())
    room = 0.04 * (high - low) or 0.5
    return low - room * (low < 0), high + room
