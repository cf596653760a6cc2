"""What refreshes itself while something moves, and stands still otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx

from aecore.language import use
from ui import address, session, tabs
from ui.pace import PERIODS_S, spread
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

    def body() -> None:
        use(session.language())
        if session.settings() != config:  # changed below: data, sidebar and address are to follow
            st.rerun()
        seen = look()
        if moving(seen) != moves or tabs.remember():
            st.rerun()
        before = _period()
        period = server().pace.period(before)
        if moves and period != before and _refresh_every(spread(period, session.holder())):
            st.session_state["period"] = period
        draw(seen, period)
        address.show()  # what was chosen here, of which the rest of the page hears nothing

    every = spread(_period(), session.holder()) if moves else None
    st.fragment(body, run_every=every)()


def _period() -> float:
    """Return the seconds between refreshes of this session."""
    return float(st.session_state.get("period", PERIODS_S[0]))


def _refresh_every(seconds: float) -> bool:
    """Have the browser ask for this fragment in another rhythm from now on, if it can be told.

    Streamlit says the same where a fragment is begun; beginning it again would draw the whole
    page for every viewer, just when there is too much to do.
    """
    context = get_script_run_ctx()
    names = (context.fragment_ids_this_run if context else None) or []
    if context is None or len(names) != 1:  # the whole page is drawn, or others are as well
        return False
    message = ForwardMsg()
    message.auto_rerun.interval = seconds
    message.auto_rerun.fragment_id = names[0]
    context.enqueue(message)
    return True
