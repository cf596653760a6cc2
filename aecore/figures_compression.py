"""Error against bytes, of picture formats and of codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from aecore.figures import BASELINE_COLOUR, SERIES_COLOURS, TEST_COLOUR, figure, log_ticks, upright
from aecore.language import text as _


@dataclass(frozen=True)
class Curve:
    """One way to compress, in several sizes.

    Attributes
    ----------
    name : str
    style : str
        A key of `STYLES`.
    sizes : sequence of float
        Bytes an image, above 0.
    errors : sequence of float
        Mean squared error per pixel.
    words : sequence of str
        What each point is: "4 bits", "quality 50".
    """

    name: str
    style: str
    sizes: Sequence[float]
    errors: Sequence[float]
    words: Sequence[str]


def _style(colour: str, *, width: int = 2, dash: str = "solid", **marker: Any) -> dict[str, Any]:
    return {
        "mode": "lines+markers",
        "line": {"color": colour, "width": width, "dash": dash},
        "marker": {"color": colour, "size": 5, **marker},
    }


STYLES: dict[str, dict[str, Any]] = {
    "code": _style(TEST_COLOUR, width=4, size=10),
    "entropy": _style(TEST_COLOUR, dash="dot", size=8, symbol="circle-open"),
    "float": {**_style(TEST_COLOUR, size=13, symbol="star"), "mode": "markers"},
    "pca": _style(BASELINE_COLOUR, dash="dash", size=7, symbol="square"),
    "jpeg": _style(SERIES_COLOURS[0]),
    "jpeg2000": _style(SERIES_COLOURS[1]),
    "webp": _style(SERIES_COLOURS[2]),
}
"""How each kind of curve is drawn."""


def error_against_bytes(
    curves: Sequence[Curve], at: float | None = None, floor: float = 0.0, height: int = 460
) -> go.Figure:
    """Draw errors against bytes an image, both on logarithmic scales.

    Parameters
    ----------
    curves : sequence of Curve
    at : float, optional
        Bytes an image to mark.
    floor : float
        Error below which curves leave the picture.
    height : int
        Pixels.
    """
    traces: list[dict[str, Any]] = []
    for curve in curves:
        points = [
            (size, error, words)
            for size, error, words in zip(curve.sizes, curve.errors, curve.words, strict=True)
            if size > 0 and error > 0  # nothing else is on a logarithmic scale
        ]
        sizes, errors, words = zip(*points, strict=True) if points else ((), (), ())
        traces.append(
            {
                "type": "scatter",
                "x": list(sizes),
                "y": list(errors),
                "text": list(words),
                "name": curve.name,
                "hovertemplate": _("%{text}: %{x:.3~r} bytes, error %{y:.3~r}")
                + f"<extra>{curve.name}</extra>",
                **STYLES[curve.style],
            }
        )
    shown = [
        point for t in traces for point in zip(t["x"], t["y"], strict=True) if point[1] >= floor
    ]
    across = log_ticks([x for x, _error in shown])
    up = log_ticks([y for _bytes, y in shown])
    return figure(
        traces,
        height,
        xaxis={"title": {"text": _("bytes an image")}, "type": "log", **across},
        yaxis={"title": {"text": _("MSE per pixel, test")}, "type": "log", **up},
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
        margin={"l": 8, "r": 8, "t": 40, "b": 8},
        shapes=[] if at is None else [upright(at)],
    )
