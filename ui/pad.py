"""The drawing pad: a component of the browser, and what is drawn with it in this session."""

from __future__ import annotations

import streamlit as st

from aecore.language import text as _
from ui import own
from ui.components import component
from ui.own_desk import stroke_drawn

_KEY = "own.pad"


def pad() -> None:
    """Show the pad; `ui.own.drawn` is what is on it after each stroke."""
    component("draw")(
        data={
            "name": "own images",
            "cleared": own.drawings(),
            "label": _(
                "Drawing pad, for mouse, finger or pen. With the keyboard, upload a picture "
                "instead."
            ),
            "texts": {
                "undo": _("Undo"),
                "undoHelp": _("Take the last stroke back (Ctrl-Z)"),
                "clear": _("Clear"),
                "clearHelp": _("Empty the pad"),
                "pen": _("Pen"),
                "width": _("Pen width"),
            },
        },
        key=_KEY,
        on_drawn_change=_changed,
    )


def _changed() -> None:
    event = st.session_state[_KEY].drawn
    own.take_drawing(event.get("picture") if isinstance(event, dict) else event)
    stroke_drawn()
