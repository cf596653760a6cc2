"""Showing charts: all with the same few buttons, the export as a picture among them."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from aecore.figure import Figure
from aecore.language import text as _
from aecore.wording import listed, sentences, short
from ui import choices, classroom

if TYPE_CHECKING:
    import plotly.graph_objects as go

FORMATS = {"png": "PNG", "svg": "SVG"}
"""What a chart can be saved as; the browser draws it."""
MOST_TOLD = 12
"""Lines and notes of a chart that are told in words."""
_TAG = re.compile(r"<[^>]*>")
ENLARGED = 1.5
"""Times as large are charts that are shown from the front."""


def chart(figure: go.Figure, key: str, *, zoom: bool = False) -> None:
    """Show a chart; the camera that appears over it saves it as a picture.

    Parameters
    ----------
    figure : go.Figure
    key : str
        Stable, and other than those of all other charts of the page; also the file's name.
    zoom : bool
        Whether the mouse wheel zooms.
    """
    config = {
        "displaylogo": False,
        "scrollZoom": zoom,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {
            "format": choices.chosen("charts", list(FORMATS)),
            "filename": f"autoencoder-{key.replace('.', '-')}",
            "scale": 2,
        },
    }
    shown = Figure(enlarged(figure.to_dict())) if classroom.presenting() else figure
    st.plotly_chart(shown, key=key, config=config, alt=told(figure))


def told(figure: go.Figure) -> str:
    """Return in words what a chart shows, for those who do not see it: axes, lines and ends."""
    spec = figure.to_dict()
    layout, traces = spec["layout"], spec["data"]
    up, across = (_title(layout.get(name, {})) for name in ("yaxis", "xaxis"))
    parts = []
    for trace in traces[:MOST_TOLD]:
        name = trace.get("name")
        if name and "lines" not in trace.get("mode", ""):
            parts.append(name)
        elif name and (end := _last(trace.get("y"))) is not None:
            parts.append(_("{name} ending at {value}", name=name, value=short(end)))
    notes = [note.get("text") for note in layout.get("annotations", ())[:MOST_TOLD]]
    named = tuple(trace["name"] for trace in traces if trace.get("name"))
    # names of lines beside them were told
    parts += [note for note in notes if note and not note.startswith(named)]
    words = _("Chart of {up} against {across}.", up=up, across=across) if up and across else ""
    shown = _("It shows: {parts}.", parts=listed(dict.fromkeys(parts))) if parts else ""
    return _TAG.sub(" ", sentences((words, shown))) or _("Chart")


def _title(axis: Mapping[str, Any]) -> str:
    title = axis.get("title") or ""
    return str(title if isinstance(title, str) else title.get("text") or "")


def _last(values: Any) -> float | None:
    """Return the last number of those that a figure is sent with, if there is one."""
    if isinstance(values, dict):
        values = np.frombuffer(b64decode(values["bdata"]), values["dtype"])
    found = [] if values is None else values
    return next((float(value) for value in reversed(found) if value is not None), None)


def enlarged(part: Any, times: float = ENLARGED) -> Any:
    """Return a figure, as plain dicts, with larger type, points, lines and height.

    Parameters
    ----------
    part : object
        A figure or anything in one.
    times : float
    """
    if isinstance(part, list):
        return [enlarged(entry, times) for entry in part]
    if not isinstance(part, dict):
        return part
    larger = {key: enlarged(value, times) for key, value in part.items()}
    for holder, name in (("font", "size"), ("textfont", "size"), ("marker", "size"),
                         ("line", "width"), ("layout", "height")):  # fmt: skip
        found = larger.get(holder)
        if isinstance(found, dict) and isinstance(found.get(name), (int, float)):
            larger[holder] = {**found, name: found[name] * times}
    return larger
