"""What refreshes itself while something moves, and stands still otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from aecore.language import use
from ui import address, session
from ui.pace import spread
from ui.server import server

Seen = TypeVar("Seen")


def refreshing(
    look: Callable[[], Seen], moving: Callable[[Seen], bool], draw: Callable[[Seen, float], None]
) -> None:
    """Draw part of a page in one fragment, and again every so often while something moves.

    Parameters
    ----------
    look : callable
        Returns how things stand at this moment.
    moving : callable
        Tells of that whether there will be something new to see in a second.
    draw : callable
        Draws it; knows also how many seconds there are between refreshes.
    """
    config = session.settings()
    moves = moving(look())
    period = server().pace.period(st.session_state.get("period", 1.0))
    st.session_state["period"] = period

    def body() -> None:
        use(session.language())
        if session.settings() != config:  # changed below: data, sidebar and address are to follow
            st.rerun()
        seen = look()
        if moving(seen) != moves or (moves and server().pace.period(period) != period):
            st.rerun()
        draw(seen, period)
        address.show()  # what was chosen here, of which the rest of the page hears nothing

    every = spread(period, session.holder()) if moves else None
    st.fragment(body, run_every=every)()
