"""What a browser's tab and its session tell each other: the language, and what is not to be lost.

Settings, pins and choices are in the address. What else a session has, its own images and its
predictions, the server remembers for some hours under a name that only the tab knows. A tab that is
loaded again, or wakes from a sleep that its session did not outlast, has a new session: it says
what the one before was called.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from secrets import token_urlsafe
from typing import NamedTuple

import streamlit as st
from cachetools import TTLCache

from aecore.own_images import MAX_BYTES, OwnImages
from ui import own, session
from ui.components import component
from ui.lessons import predictions
from ui.server import is_connected

LASTING_S = 8 * 3600
"""How long it is remembered: a day at school."""
MOST_SESSIONS = 2000
MOST_LETTERS = 100
"""Of the name of a session, if that is what a browser says."""
MOST_BYTES = 2 * MAX_BYTES
"""What the images of all sessions together may take; the oldest go first."""

_NAME, _HEARD, _KEPT = "tab name", "tab heard", "tab images"
_KEY = "tab.told"


class _Guesses(NamedTuple):
    """The predictions of a session, and by which id the server knows it."""

    session: str
    standings: Mapping[str, predictions.Standing]


_guesses: TTLCache[str, _Guesses] = TTLCache(MOST_SESSIONS, LASTING_S)
_images: TTLCache[str, OwnImages] = TTLCache(MOST_BYTES, LASTING_S, getsizeof=lambda i: i.nbytes)
_lock = threading.Lock()


def draw() -> None:
    """Tell the browser the page's language, and what this session is called if that matters."""
    remember()
    with st.container(key="tab"):
        component("tab")(
            data={
                "language": session.language(),
                "session": st.session_state.get(_NAME, ""),
                "heard": st.session_state.get(_HEARD, ""),
            },
            key=_KEY,
            on_before_change=_come_back,
        )


def remember() -> bool:
    """Remember what this session has now; tell whether the browser has still to hear of it."""
    images, standings = own.own_images(), predictions.standings()
    name = st.session_state.get(_NAME)
    new = not name and bool(images or standings)
    if new:
        name = st.session_state[_NAME] = token_urlsafe(16)  # nobody could guess it
    if name:
        with _lock:
            _guesses[name] = _Guesses(session.holder(), standings)
            if not images:
                _images.pop(name, None)
            elif name not in _images or st.session_state.get(_KEPT) is not images:
                _images[name] = images.as_placed(images.normalised)  # without what was made of them
        st.session_state[_KEPT] = images
    return new


def _come_back() -> None:
    """Take over what the tab's last session had, where this one has nothing of its own."""
    told = st.session_state[_KEY].before
    name = told.get("session") if isinstance(told, dict) else None
    if not isinstance(name, str) or name == st.session_state.get(_NAME):
        return
    st.session_state[_HEARD] = name[:MOST_LETTERS]
    with _lock:
        guesses, images = _guesses.get(name), _images.get(name)
        if guesses and not is_connected(guesses.session):  # else a tab that was doubled
            del _guesses[name]
            _images.pop(name, None)
    if images and not own.own_images():
        own.come_back(images)
    if guesses:
        predictions.come_back(guesses.standings)
