"""Which chapter of the course is open: kept with the session, and named in the address."""

from __future__ import annotations

import streamlit as st

MOST = 60
"""Letters of a name; those of chapters have fewer."""
_OPEN, _SHEET = "lesson open", "worksheet open"


def chapter() -> str:
    """Return the name of the open chapter, empty for the overview of the course."""
    return str(st.session_state.get(_OPEN, ""))


def open_chapter(slug: str) -> None:
    """Open a chapter; an empty name closes the one that is open."""
    st.session_state[_OPEN] = slug
    show_worksheet(False)


def worksheet() -> bool:
    """Tell whether the open chapter is shown as a worksheet."""
    return bool(st.session_state.get(_SHEET, False))


def show_worksheet(shown: bool) -> None:
    """Show the open chapter as a worksheet, or as it is."""
    st.session_state[_SHEET] = shown


def read(texts: list[str]) -> list[str]:
    """Open the chapter that an address names; whether it is one shows on the page."""
    open_chapter(texts[-1][:MOST])
    return []


def write() -> list[str]:
    """Return what an address says of the open chapter."""
    return [chapter()] if chapter() else []
