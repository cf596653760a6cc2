"""Showing charts: all with the same few buttons, the export as a picture among them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import streamlit as st

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
    shown = enlarged(figure.to_dict()) if classroom.presenting() else figure
    st.plotly_chart(shown, key=key, config=config, alt=told(figure))


def told(figure: go.Figure) -> str:
    """Return in words what a chart shows, for those who do not see it: axes, lines and ends."""
    layout = figure.layout
    up, across = (axis.title.text or "" for axis in (layout.yaxis, layout.xaxis))
    parts = []
    for trace in figure.data[:MOST_TOLD]:
        if "lines" not in (getattr(trace, "mode", None) or ""):
            parts += [trace.name] if trace.name else []
            continue
        values = [float(value) for value in trace.y if value is not None]
        if trace.name and values:
            parts.append(_("{name} ending at {value}", name=trace.name, value=short(values[-1])))
    notes = [note.text for note in layout.annotations[:MOST_TOLD] if note.text]
    named = tuple(trace.name for trace in figure.data if trace.name)
    parts += [note for note in notes if not note.startswith(named)]  # names of lines beside them
    words = _("Chart of {up} against {across}.", up=up, across=across) if up and across else ""
    shown = _("It shows: {parts}.", parts=listed(dict.fromkeys(parts))) if parts else ""
    return _TAG.sub(" ", sentences((words, shown))) or _("Chart")


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
