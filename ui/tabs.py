"""What a browser's tab and its session tell each other: the language, and what is not to be lost.

Settings, pins and choices are in the address. What else a session has, its own images and its
predictions, the server remembers for some hours under a name that only the tab knows. A tab that is
loaded again, or wakes from a sleep that its session did not outlast, has a new session: it says
what the one before was called.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_urlsafe

import streamlit as st
from cachetools import TTLCache

from aecore.own_images import MAX_BYTES, OwnImages
from ui import own, session
from ui.components import component
from ui.lessons import predictions

LASTING_S = 8 * 3600
"""How long it is remembered: a day at school."""
MOST_BYTES = 2 * MAX_BYTES
"""What all sessions together may have remembered; the oldest goes first."""
_SMALL_BYTES = 10_000
"""What predictions and the like take at most."""

_NAME, _TOLD = "tab name", "tab told"
_KEY = "tab.told"


@dataclass(frozen=True)
class Belongings:
    """What a session has that no address says."""

    own: OwnImages
    standings: Mapping[str, predictions.Standing]

    def __bool__(self) -> bool:
        return bool(self.own or self.standings)

    @property
    def size(self) -> int:
        """Bytes, about."""
        return self.own.nbytes + _SMALL_BYTES


_remembered: TTLCache[str, Belongings] = TTLCache(
    MOST_BYTES, LASTING_S, getsizeof=lambda belongings: belongings.size
)
_lock = threading.Lock()


def draw() -> None:
    """Tell the browser the page's language, and what this session is called if that matters."""
    remember()
    with st.container(key="tab"):
        component("tab")(
            data={"language": session.language(), "session": _name() if _has_some() else ""},
            key=_KEY,
            on_before_change=_come_back,
        )
    st.session_state[_TOLD] = _has_some()


def remember() -> bool:
    """Remember what this session has now; tell whether the browser has still to hear of it."""
    belongings = Belongings(own.own_images(), predictions.standings())
    with _lock:
        _remembered.pop(_name(), None)
        if belongings:
            _remembered[_name()] = belongings
    return _has_some() and not st.session_state.get(_TOLD)


def _has_some() -> bool:
    with _lock:
        return _name() in _remembered


def _come_back() -> None:
    """Take over what the tab's last session had, where this one has nothing of its own."""
    told = st.session_state[_KEY].before
    name = told.get("session") if isinstance(told, dict) else None
    if not isinstance(name, str):
        return
    with _lock:
        before = _remembered.get(name)
    if before is None or name == _name():
        return
    if not own.own_images():
        own.come_back(before.own)
    predictions.come_back(before.standings)


def _name() -> str:
    """Return what this session is called: nobody could guess it."""
    name: str = st.session_state.setdefault(_NAME, token_urlsafe(16))
    return name
