"""The pictures of a chapter: its runs side by side, as the Compare page has them too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.language import text as _
from ui.charts import chart
from ui.lessons import running

if TYPE_CHECKING:
    from pathlib import Path

    import plotly.graph_objects as go

    from aecore.lessons.lesson import Lesson, ViewChoice
    from ui.lessons.running import Stand

DRAWN = "figure"
"""The view that is a picture drawn while measuring; there is none before."""


def draw(lesson: Lesson, now: Stand, *, live: bool) -> None:
    """Draw the views that a chapter chose, each with its caption.

    Parameters
    ----------
    lesson : Lesson
    now : Stand
    live : bool
        Whether the runs are still in training: their newest snapshots are drawn.
    """
    for k, view in enumerate(lesson.views):
        key = f"lesson.{lesson.slug}.{k}"
        if view.name == DRAWN:
            if not live:
                _figure(lesson, now, view, key)
            continue
        from ui.comparisons import COMPARISONS

        found = running.subjects(lesson, now, view.runs)
        if not found:
            if live and k == 0:
                st.caption(_("The first pictures are on their way."))
            continue
        with st.container(key=f"lesson-view-{k}"):
            COMPARISONS[view.name].draw(found, key)
            st.markdown(view.caption, anchors=False)


def _figure(lesson: Lesson, now: Stand, view: ViewChoice, key: str) -> None:
    """Draw what an analysis drew: a picture, or a chart."""
    path = running.figures(lesson, now).get(view.figure)
    if path is None:
        return
    if path.suffix == ".json":
        chart(_read(path), key)
    else:
        st.image(str(path), alt=view.caption)
    st.markdown(view.caption, anchors=False)


@st.cache_resource(max_entries=32, show_spinner=False)
def _read(path: Path) -> go.Figure:
    """Return a chart that is kept in a file, whose name changes with its content."""
    from plotly import io

    return io.from_json(path.read_text("utf-8"))
