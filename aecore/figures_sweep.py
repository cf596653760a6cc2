"""The chart of a sweep: what runs reach against the setting that varies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from aecore.figures import (
    BASELINE_COLOUR,
    MEAN_COLOUR,
    SERIES_COLOURS,
    TEST_COLOUR,
    figure,
    log_ticks,
    upright,
)
from aecore.language import text as _
from aecore.wording import short

LOG_FROM = 8.0
"""Ratio of the largest to the smallest value from which a scale is logarithmic."""
CROWDED = 0.15
"""Share of a scale's length that two values need between them to be told apart."""

_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "pentagon")
_DASHES = ("dash", "dot", "dashdot", "longdash")
_ASIDE = 0.08
"""How far series stand beside each other where values are no numbers."""


@dataclass(frozen=True)
class Series:
    """What some runs reached, one value of the setting after the other.

    Attributes
    ----------
    name : str
    reached : sequence of float or None
        Of runs that are trained; None where that is still to come.
    under_way : sequence of float or None
        What a run has come to so far, where it is being trained.
    low, high : sequence of float or None
        Ends of the range that the number is the mean of; none without a range.
    """

    name: str
    reached: Sequence[float | None]
    under_way: Sequence[float | None] = ()
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()


@dataclass(frozen=True)
class Scale:
    """Where the values of a setting stand on the axis.

    Attributes
    ----------
    at : tuple of float
        One place each.
    kind : {"log", "linear"}
        Of the axis.
    connected : bool
        Whether neighbours can be joined by a line.
    """

    at: tuple[float, ...]
    kind: str
    connected: bool


def scale(values: Sequence[Any]) -> Scale:
    """Return where values stand: numbers by their size, logarithmic where they span much.

    Numbers that could not be told apart so, and what is no number, stand evenly.
    """
    even = tuple(float(k) for k in range(len(values)))
    if not all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values):
        return Scale(even, "linear", connected=False)
    numbers = np.array(values, dtype=float)
    if len(numbers) < 2:
        return Scale(even, "linear", connected=True)
    if numbers.min() > 0 and numbers.max() / numbers.min() >= LOG_FROM:
        return Scale(tuple(numbers.tolist()), "log", connected=True)
    gaps = np.diff(np.sort(numbers)) / np.ptp(numbers)
    if gaps.min() < CROWDED / len(numbers):
        return Scale(even, "linear", connected=True)
    return Scale(tuple(numbers.tolist()), "linear", connected=True)


def against(
    values: Sequence[Any],
    names: Sequence[str],
    series: Sequence[Series],
    lines: Mapping[str, Sequence[float | None]],
    *,
    setting: str,
    title: str,
    allowed: float | None = None,
    height: int = 420,
) -> go.Figure:
    """Draw what runs reach against a setting, with dashed lines to compare.

    What is still to come has its place from the start: a dotted line where there is nothing
    yet, a hollow mark where a run is being trained.

    Parameters
    ----------
    values : sequence
        Of the setting, length k.
    names : sequence of str
        What each is called on the axis.
    series : sequence of Series
    lines : mapping
        Name to k heights of a line.
    setting, title : str
        Axis titles.
    allowed : float, optional
        Height of a line across the chart.
    """
    placed = scale(values)
    traces: list[dict[str, Any]] = []
    for k, one in enumerate(series):
        traces += _of_series(one, k, len(series), placed, names)
    for k, (name, heights) in enumerate(lines.items()):
        colour = (BASELINE_COLOUR, MEAN_COLOUR, *SERIES_COLOURS)[k % 8]
        traces.append(
            _line(name, placed, heights, {"color": colour, "dash": _DASHES[k % 4], "width": 2})
        )
    missing = [
        at
        for k, at in enumerate(placed.at)
        if all(_at(one.reached, k) is None and _at(one.under_way, k) is None for one in series)
    ]
    shapes = [upright(at, dash="dot") for at in missing]
    notes = []
    if allowed is not None:
        traces.append(
            _line(_("Allowed error"), placed, [allowed] * len(values), {"width": 3, "color": _GREY})
        )
    if len(missing) == len(values):
        notes.append({
            "text": _("The points appear as runs are trained"), "showarrow": False,
            "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5, "font": {"size": 16},
        })  # fmt: skip
    return figure(
        traces,
        height,
        xaxis={
            "title": {"text": setting},
            "type": placed.kind,
            "range": _range(placed),
            "tickvals": list(placed.at),
            "ticktext": list(names),
            "minor": {"showgrid": False},
            "showgrid": False,
        },
        yaxis={"title": {"text": title}, "type": "log", **log_ticks(_heights(traces))},
        shapes=shapes,
        annotations=notes,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
    )


_GREY = "#717581"


def _of_series(
    one: Series, k: int, count: int, placed: Scale, names: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the line of a series, and the hollow marks of what is being trained."""
    colour = (TEST_COLOUR, *SERIES_COLOURS)[k % 7]
    aside = 0.0 if placed.connected else (k - (count - 1) / 2) * _ASIDE
    at = [x + aside for x in placed.at]
    found: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "x": at,
            "y": list(one.reached),
            "name": one.name,
            "mode": "lines+markers" if placed.connected else "markers",
            "connectgaps": True,
            "cliponaxis": False,
            "marker": {"size": 11, "symbol": _SYMBOLS[k % 8], "color": colour},
            "line": {"color": colour, "width": 3},
            "customdata": list(names),
            "hovertemplate": "%{customdata}: %{y:.4f}<extra>" + one.name + "</extra>",
        }
    ]
    if any(value is not None for value in one.low):
        found[0]["error_y"] = {
            "type": "data",
            "symmetric": False,
            "array": [_over(h, y) for h, y in zip(one.high, one.reached, strict=True)],
            "arrayminus": [_over(y, low) for low, y in zip(one.low, one.reached, strict=True)],
            "thickness": 2,
            "width": 6,
        }
    if any(value is not None for value in one.under_way):
        found.append(
            {
                "type": "scatter",
                "x": at,
                "y": list(one.under_way),
                "name": _("{name}, in training", name=one.name),
                "mode": "markers",
                "cliponaxis": False,
                "marker": {
                    "size": 11,
                    "symbol": f"{_SYMBOLS[k % 8]}-open",
                    "color": colour,
                    "line": {"width": 2},
                },
                "customdata": list(names),
                "hovertemplate": "%{customdata}: %{y:.4f}<extra>" + one.name + "</extra>",
            }
        )
    return found


def _over(more: float | None, less: float | None) -> float:
    return 0.0 if more is None or less is None else max(0.0, more - less)


def _line(
    name: str, placed: Scale, heights: Sequence[float | None], looks: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a line from value to value; one that is level everywhere goes from end to end."""
    known = [height for height in heights if height is not None]
    level = len(known) == len(heights) and len(set(known)) == 1
    at, values = list(placed.at), list(heights)
    if level:
        low, high = _range(placed)
        at = [10**low, 10**high] if placed.kind == "log" else [low, high]
        values = [known[0]] * 2
    only = not placed.connected and not level
    return {
        "type": "scatter",
        "x": at,
        "y": values,
        "name": f"{name} {short(known[0])}" if level else name,
        "mode": "markers" if only else "lines",
        "connectgaps": True,
        "line": dict(looks),
        "marker": {"symbol": "line-ew-open", "size": 26, "color": looks["color"],
                   "line": {"width": 3}},
        "hovertemplate": f"{name}: %{{y:.4f}}<extra></extra>",
    }  # fmt: skip


def _range(placed: Scale) -> list[float]:
    """Return the ends of the axis, with room beside the first and the last value."""
    at = [float(np.log10(x)) for x in placed.at] if placed.kind == "log" else list(placed.at)
    room = max((max(at) - min(at)) * 0.06, 0.05)
    if len(at) == 1 or not placed.connected:
        room = 0.5
    return [min(at) - room, max(at) + room]


def _at(values: Sequence[float | None], k: int) -> float | None:
    return values[k] if k < len(values) else None


def _heights(traces: Sequence[Mapping[str, Any]]) -> list[float]:
    """Return every height that is drawn, the ends of ranges among them."""
    found = []
    for trace in traces:
        spread = trace.get("error_y", {})
        for k, y in enumerate(trace["y"]):
            if y is not None:
                found.append(y)
                found += [y + spread["array"][k], y - spread["arrayminus"][k]] if spread else []
    return found
