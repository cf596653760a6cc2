"""Arrays to Plotly figures, in one visual language and with one small template."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from math import inf, isfinite, log
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from aecore.figure import Figure
from aecore.language import text as _
from aecore.wording import short

CLASS_COLOURS = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
"""Ten colours that colour-blind people can tell apart (Petroff 2021, arXiv 2107.02270)."""
CLASS_SYMBOLS = (
    "circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "x", "star",
    "hourglass", "circle-open",
)  # fmt: skip
"""Beside the colours, for eyes that do not tell those apart: nearly those of the map."""
CLASS_SOLIDS = (
    "circle", "square", "diamond", "x", "cross", "circle-open", "square-open", "diamond-open",
)  # fmt: skip
"""What can be drawn in three dimensions."""

TRAIN_COLOUR, TEST_COLOUR, BASELINE_COLOUR, MEAN_COLOUR = "#94a4a2", "#3f90da", "#bd1f01", "#832db6"
SERIES_COLOURS = ("#ffa90e", "#a96b59", "#832db6", "#92dadd", "#717581", "#b9ac70")

_LOWEST = 1e-8
"""Smallest value on a logarithmic axis."""
_CLOSE = 1.4
"""Ratio of two lines whose names would touch."""
_CLEAR = 1.7
"""Ratio of a line and a curve that leaves room for the line's name, also on a low chart."""
_NAMED = 0.4
"""Share of a chart's width that the name of a line may take."""

_LAYOUT: dict[str, Any] = {
    # Plotly's own default template doubles what a chart costs to send
    "template": {"layout": {"margin": {"l": 8, "r": 8, "t": 8, "b": 8}}},
    "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
    "uirevision": "keep",
    "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": "#8a8f98", "activecolor": "#3f90da"},
    "font": {"size": 14},
    # the paper has the theme's colour, so that a picture saved from a dark page is readable
    "plot_bgcolor": "rgba(0,0,0,0)",
    "legend": {
        "x": 1.0,
        "xanchor": "right",
        "y": 1.0,
        "yanchor": "top",
        "font": {"size": 13},
        "itemsizing": "constant",
        "tracegroupgap": 0,
        "title": {"text": ""},
        "bgcolor": "rgba(0,0,0,0)",
    },
    "xaxis": {"automargin": True, "zeroline": False},
    "yaxis": {"automargin": True, "zeroline": False},
}


def figure(traces: list[dict[str, Any]], height: int, **layout: Any) -> go.Figure:
    """Build a figure from plain dicts: a tenth of what graph objects and updates cost.

    Plotly checks nothing here, which would be half of a refresh; the tests do.
    """
    merged = {**_LAYOUT, "height": height}
    for key, value in layout.items():
        usual = merged.get(key)
        merged[key] = {**usual, **value} if isinstance(usual, dict) else value
    return Figure({"data": traces, "layout": merged})


def curves(
    epochs: Sequence[float],
    series: Mapping[str, Sequence[float]],
    lines: Mapping[str, float],
    *,
    title: str,
    last_epoch: float,
    first_epoch: float = 0.0,
    at: float | None = None,
    height: int = 300,
    pale: str = "Train",
) -> go.Figure:
    """Draw measurements against epochs on a logarithmic scale, with dashed lines to compare.

    Parameters
    ----------
    epochs : sequence of float, length k
    series : mapping
        Name to k values, each in a colour of its own.
    lines : mapping
        Name to the height of a dashed horizontal line; the name carries the value.
    title : str
        The axis title, with unit.
    last_epoch, first_epoch : float
        Ends of the axis, held still while the run grows; epochs before 0 are pretraining.
    at : float, optional
        Epoch of the snapshot that is looked at.
    height : int
        Pixels.
    pale : str
        Series whose names start so are drawn pale instead.
    """
    traces: list[dict[str, Any]] = []
    colours = iter((TEST_COLOUR, *SERIES_COLOURS))
    for name, values in series.items():
        train = name.lower().startswith(pale.lower())
        traces.append(
            {
                "type": "scatter",
                "x": list(epochs),
                "y": list(values),
                "name": name,
                "mode": "lines+markers",
                "marker": {"size": 8 if train else 4, "symbol": "square" if train else "circle"},
                "line": {
                    "color": TRAIN_COLOUR if train else next(colours),
                    "width": 5 if train else 2,
                },
                "hovertemplate": _("epoch %{x:.2f}: %{y:.4f}") + f"<extra>{name}</extra>",
            }
        )
    drawn = [(epochs, values) for values in series.values()]
    dashed, notes = levels(lines, first_epoch, last_epoch, drawn)
    traces += dashed
    shown = [v for values in series.values() for v in values] + list(lines.values())
    return figure(
        traces,
        height,
        xaxis={
            "title": {"text": _("epoch, pretraining before 0") if first_epoch else _("epoch")},
            "range": [
                first_epoch - 0.01 * (last_epoch - first_epoch),
                last_epoch + 0.02 * (last_epoch - first_epoch),
            ],
        },
        yaxis={"title": {"text": title}, "type": "log", **log_ticks(shown)},
        annotations=notes,
        legend={"orientation": "h", "y": 1.05},
        shapes=[] if at is None else [upright(at)],
    )


Curve: TypeAlias = tuple[Sequence[float], Sequence[float]]
"""Values across, and as many of them upwards."""


def levels(
    lines: Mapping[str, float], first: float, last: float, curves: Sequence[Curve] = ()
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return dashed horizontal lines on a logarithmic scale, and their names with values.

    Parameters
    ----------
    lines : mapping
        Name to height.
    first, last : float
        Where they begin and end.
    curves : sequence of Curve
        What else is drawn: names keep clear of it.

    Returns
    -------
    traces, annotations : list of dict
    """
    traces: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    looks = ((BASELINE_COLOUR, "dash"), (MEAN_COLOUR, "dot"))
    for i, (name, value) in enumerate(lines.items()):
        # the last of several is the least one can do, such as the mean image
        colour, dash = looks[0 < i == len(lines) - 1]
        on_scale = value >= _LOWEST
        # two lines close to each other are named above the one and below the other
        below = any(value < other < _CLOSE * value for other in lines.values())
        left = on_scale and _is_clear_on_the_left(value, first, last, curves)
        notes.append(
            {
                "text": f"{name} {short(value)}",
                "showarrow": False,
                "font": {"size": 12},
                "x": 0.01 if left else 0.99,
                "xref": "paper",
                "xanchor": "left" if left else "right",
                "y": float(np.log10(value)) if on_scale else 0.0,
                "yref": "y" if on_scale else "paper",
                "yanchor": "top" if below else "bottom",
                "yshift": 1 if below else -1,
            }
        )
        if not on_scale:  # PCA with as many components as pixels, say: named, but not drawn
            continue
        traces.append(
            {
                "type": "scatter",
                "x": [first, last],
                "y": [value, value],
                "name": name,
                "mode": "lines",
                "showlegend": False,
                "line": {"color": colour, "width": 2, "dash": dash},
                "hovertemplate": f"{name}: {short(value)}<extra></extra>",
            }
        )
    return traces, notes


def _is_clear_on_the_left(
    height: float, first: float, last: float, curves: Sequence[Curve]
) -> bool:
    """Tell whether a line's name stands better at its beginning than, as usual, at its end."""
    width = _NAMED * (last - first)
    left = right = inf
    for across, values in curves:
        x, y = np.asarray(across), np.asarray(values)
        x, y = x[y >= _LOWEST], y[y >= _LOWEST]
        away = np.abs(np.log(y / height))
        left = min(left, away[x <= first + width].min(initial=inf))
        right = min(right, away[x >= last - width].min(initial=inf))
    return right < log(_CLEAR) and left > right


def upright(at: float, **looks: Any) -> dict[str, Any]:
    """Return a line from the bottom of a chart to its top, at a value of the x axis; thin, grey."""
    return {
        "type": "line",
        "x0": at,
        "x1": at,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": "rgba(128,128,128,0.6)", "width": 1} | looks,
    }


def _plain(tick: float) -> str:
    """Return a tick without zeros that say nothing, and without an exponent."""
    return f"{tick:.9f}".rstrip("0").rstrip(".")


_LADDER = [d * 10.0**e for e in range(-8, 9) for d in (1, 1.5, 2, 3, 5, 7)]
"""Where ticks may be on a logarithmic scale."""


def log_ticks(values: Sequence[float]) -> dict[str, object]:
    """Return plain ticks (0.02, 0.05, 0.1) that cover the values."""
    positive = [v for v in values if v >= _LOWEST and isfinite(v)]
    if not positive:
        return {}
    first = max(bisect_right(_LADDER, min(positive)) - 1, 0)
    last = min(bisect_left(_LADDER, max(positive)), len(_LADDER) - 1)
    low, high, ticks = _LADDER[first], _LADDER[last], _LADDER[first : last + 1]
    while len(ticks) > 8:
        ticks = ticks[::2]
    return {
        "range": [float(np.log10(low)) - 0.02, float(np.log10(high)) + 0.02],
        "tickvals": ticks,
        "ticktext": [_plain(t) if t < 1e6 else short(t) for t in ticks],
        "minor": {"showgrid": False},
    }


def scatter(
    points: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int64],
    classes: Sequence[str],
    ids: npt.NDArray[np.int64],
    axes: Sequence[str],
    *,
    height: int = 300,
    size: int = 5,
    still: bool = True,
) -> go.Figure:
    """Draw points with the colour and the symbol of their class, in two or three dimensions.

    Parameters
    ----------
    points : ndarray, shape (m, 2) or (m, 3)
    labels : ndarray, shape (m,)
        Class of each point.
    classes : sequence of str
        Names; one trace each, so that a click on the legend hides a class.
    ids : ndarray, shape (m,)
        Place of each image in its split; travels with its point in ``customdata``.
    axes : sequence of str
        Axis titles, length 2 or 3.
    still : bool
        Round the axes' ends generously, so that they rarely move as training goes on.
    """
    three = points.shape[1] == 3
    symbols = CLASS_SOLIDS if three else CLASS_SYMBOLS
    traces: list[dict[str, Any]] = []
    for k, name in enumerate(classes):
        mine = labels == k
        if not mine.any():
            continue
        common = {
            "x": points[mine, 0], "y": points[mine, 1], "name": name, "mode": "markers",
            "customdata": ids[mine].tolist(),
            "hovertemplate": name + _(" · test image %{customdata}") + "<extra></extra>",
            "marker": {
                "size": size - (2 if three else 0), "opacity": 0.8,
                "color": CLASS_COLOURS[k % len(CLASS_COLOURS)],
                "symbol": symbols[k % len(symbols)],
            },
        }  # fmt: skip
        if three:
            traces.append(dict(type="scatter3d", z=points[mine, 2], **common))
        elif len(points) > 2000:
            traces.append(dict(type="scattergl", **common))
        else:
            # points at the very end of an axis are seen whole
            traces.append(dict(type="scatter", cliponaxis=False, **common))
    ranges = [still_range(points[:, d]) if still else None for d in range(points.shape[1])]
    titles = [
        {"title": {"text": title}, **({"range": r} if r else {})}
        for title, r in zip(axes, ranges, strict=True)
    ]
    if three:
        return figure(
            traces, height, scene=dict(zip(("xaxis", "yaxis", "zaxis"), titles, strict=True))
        )
    legend = {"x": 1.01, "xanchor": "left", "itemwidth": 30}
    top = 40 if height > 500 else 8  # room for the tools of a large chart
    return figure(
        traces,
        height,
        xaxis=titles[0],
        yaxis=titles[1],
        dragmode="pan",
        legend=legend,
        margin={"l": 8, "r": 8, "t": top, "b": 8},
    )


def still_range(values: npt.NDArray[np.floating[Any]]) -> list[float]:
    """Return a range about 0 whose ends are round numbers, and so move rarely."""
    low, high = float(values.min(initial=0)), float(values.max(initial=0))
    if low == high:
        return [-1.0, 1.0]
    least = max(high - low, 1e-6) / 20  # an axis with nothing on one side of 0 still shows it
    return [-_round_up(max(-low, least)), _round_up(max(high, least))]


def _round_up(value: float) -> float:
    """Return the next of 1, 1.5, 2, 3, 5, 7 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(d * power for d in (1, 1.5, 2, 3, 5, 7, 10) if d * power >= value))


def histogram(
    values: npt.NDArray[np.float32],
    marks: Mapping[str, Sequence[float]],
    *,
    title: str,
    bins: int = 60,
    height: int = 280,
    line: float | None = None,
    reach: float | None = None,
) -> go.Figure:
    """Draw how values are spread, with marked values as named ticks above.

    Parameters
    ----------
    values : ndarray, shape (m,)
    marks : mapping
        Name to the values to mark.
    title : str
        Axis title, with unit.
    line : float, optional
        Where a dashed vertical line stands.
    reach : float, optional
        Marks beyond are drawn at the right edge; by default none is beyond it.
    """
    farthest = max([float(values.max(initial=0)), *(max(m) for m in marks.values() if len(m))])
    reach = farthest if reach is None else min(reach, farthest)
    beyond = sum(x > reach for xs in marks.values() for x in xs)
    counts, edges = np.histogram(values, bins=bins, range=(0, reach or 1.0))
    middle = (edges[1:] + edges[:-1]) / 2
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "x": middle,
            "y": counts,
            "name": _("test images"),
            "marker": {"color": TEST_COLOUR},
            "hovertemplate": _("%{y} images near %{x:.3f}") + "<extra></extra>",
            "width": edges[1] - edges[0],
        }
    ]
    for i, (name, xs) in enumerate(marks.items()):
        traces.append(
            {
                "type": "scatter",
                "x": [min(x, reach) for x in xs],
                "y": [counts.max() * (1.06 + 0.08 * i)] * len(xs),
                "text": [short(x) for x in xs],
                "name": name,
                "mode": "markers",
                "marker": {
                    "symbol": "triangle-down",
                    "size": 11,
                    "color": CLASS_COLOURS[(6, 2, 4, 1, 5, 7)[i % 6]],
                },
                "hovertemplate": name + ": %{text}<extra></extra>",
            }
        )
    note = {
        "text": _("{beyond} farther out ▸", beyond=beyond),
        "showarrow": False,
        "font": {"size": 12},
        "x": 1,
        "xref": "paper",
        "xanchor": "right",
        "y": 0.7,
        "yref": "paper",
    }
    return figure(
        traces,
        height,
        annotations=[note] if beyond else [],
        shapes=[] if line is None else [upright(line, color=BASELINE_COLOUR, width=2, dash="dash")],
        bargap=0,
        margin={"l": 8, "r": 8, "t": 30, "b": 8},
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
        xaxis={"title": {"text": title}, "range": [0, (reach or 1.0) * 1.05]},
        yaxis={"title": {"text": _("images")}},
    )


def bars(
    values: Sequence[float],
    names: Sequence[str],
    *,
    title: str,
    height: int = 240,
    line: float | None = None,
    per: str = "unit",
) -> go.Figure:
    """Draw one bar for each of something, and a dashed line where they should end."""
    trace = {
        "type": "bar",
        "x": list(names),
        "y": list(values),
        "marker": {"color": TEST_COLOUR},
        "hovertemplate": per + " %{x}: %{y:.3f}<extra></extra>",
    }
    return figure(
        [trace],
        height,
        xaxis={"title": {"text": per}, "type": "category"},
        yaxis={"title": {"text": title}},
        shapes=[]
        if line is None
        else [
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": line,
                "y1": line,
                "line": {"color": BASELINE_COLOUR, "width": 2, "dash": "dash"},
            }
        ],
    )
