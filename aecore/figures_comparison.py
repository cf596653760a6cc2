"""Figures of several runs at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

from aecore.figures import SERIES_COLOURS, TEST_COLOUR, figure, levels, log_ticks, upright
from aecore.language import text as _

LOOKS = tuple(
    zip(
        (TEST_COLOUR, *SERIES_COLOURS),
        ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid"),
        ("circle", "square", "diamond", "triangle-up", "cross", "x", "star"),
        strict=True,
    )
)
"""Colour, dashes and marks by which curves are told apart, in this order."""


def overlaid(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    lines: Mapping[str, float],
    *,
    title: str,
    span: tuple[float, float],
    at: float | None = None,
    order: Sequence[str] = (),
    height: int = 320,
) -> go.Figure:
    """Draw one measurement of several runs against epochs, on a logarithmic scale.

    Parameters
    ----------
    curves : mapping
        Name to epochs and values, as many each.
    lines : mapping
        Name to the height of a dashed horizontal line.
    title : str
        The axis title, with unit.
    span : (float, float)
        Ends of the axis of epochs; those before 0 are pretraining.
    at : float, optional
        Epoch that is looked at.
    order : sequence of str, optional
        All names: the place of a curve's own decides on its looks, so that it has the same in
        figures of which it is not in all.
    height : int
        Pixels; the names stand above, each in a line of its own where there is little room.
    """
    first, last = span
    names = list(order or curves)
    said = {name: escape(name, quote=False) for name in names}  # Plotly reads HTML
    traces: list[dict[str, Any]] = []
    for name, (epochs, values) in curves.items():
        colour, dash, mark = LOOKS[names.index(name) % len(LOOKS)]
        traces.append(
            {
                "type": "scatter",
                "x": list(epochs),
                "y": list(values),
                "name": said[name],
                "mode": "lines+markers",
                "marker": {"size": 6, "symbol": mark},
                "line": {"color": colour, "width": 2, "dash": dash},
                "hovertemplate": _("epoch %{x:.2f}: %{y:.4f}") + f"<extra>{said[name]}</extra>",
            }
        )
    dashed, notes = levels(lines, first, last, list(curves.values()))
    shown = [v for _epochs, values in curves.values() for v in values] + list(lines.values())
    margin = 0.01 * (last - first)
    return figure(
        traces + dashed,
        height + 20 * len(curves),
        xaxis={
            "title": {"text": _("epoch, pretraining before 0") if first else _("epoch")},
            "range": [first - margin, last + 2 * margin],
        },
        yaxis={"title": {"text": title}, "type": "log", **log_ticks(shown)},
        annotations=notes,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
        margin={"l": 8, "r": 8, "t": 30, "b": 8},
        shapes=[] if at is None else [upright(at)],
    )
