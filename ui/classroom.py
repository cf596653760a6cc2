"""A teacher's controls in a session: those of the server, those of its address, the stage.

What an address says of them stands for the whole session; the server's cannot be loosened.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from aecore import datasets, language
from aecore.classroom import Controls
from aecore.control_texts import from_query, from_texts, to_texts
from aecore.language import text as _
from ui import session
from ui.components import component
from ui.navigation import PAGES
from ui.server import server

_OWN, _BEGUN, _MOVED = "controls of the address", "controls begun", "keys moved"
KEYS = "stage.keys"
TRAIN_KEY = "T"
"""The key that does what the button of training does, on the stage."""
STYLES = Path(__file__).parents[1] / "assets" / "stage.css"
HIDEABLE_PAGES = tuple(page.address for page in PAGES[1:])
"""The first page is where the app opens: it stays."""


def begin() -> list[str]:
    """On a session's first run, put the server's controls in force; afterwards do nothing.

    Returns
    -------
    list of str
        Sentences on what of them made no sense.
    """
    if _BEGUN in st.session_state:
        return []
    st.session_state[_BEGUN] = True
    controls, notes = _of_server(server().environment.controls, language.current())
    session.control(controls)
    return [f"AE_CONTROLS: {note}" for note in notes]


def for_everybody() -> Controls:
    """Return the controls that the server's owner has set, which nothing loosens."""
    return _of_server(server().environment.controls, language.current())[0]


@lru_cache(maxsize=8)
def _of_server(text: str, spoken: str) -> tuple[Controls, tuple[str, ...]]:
    """Return the controls that the server's owner has set, and what made no sense of them.

    Parameters
    ----------
    text : str
        As they stand behind the question mark of an address.
    spoken : str
        The language of what is said of them, which is the one in use.
    """
    asked, notes = from_query(text, HIDEABLE_PAGES)
    controls, _config, more = asked.opened({}, datasets.default_name())
    # that the defaults had to move is as it should be; that a lock or limit is left out is not
    left_out = (len(controls.locked), len(controls.limits)) < (len(asked.locked), len(asked.limits))
    return controls, (*notes, *(more if left_out else ()))


def read(name: str, texts: Sequence[str]) -> list[str]:
    """Take what an address says of one of the controls.

    Parameters
    ----------
    name : str
        A key of `aecore.control_texts.HELP`.
    texts : sequence of str

    Returns
    -------
    list of str
        Sentences on what made no sense.
    """
    own: dict[str, Sequence[str]] = st.session_state.setdefault(_OWN, {})
    own[name] = texts
    controls, _notes = from_texts(own, HIDEABLE_PAGES)
    session.control(for_everybody().over(controls))
    return from_texts({name: texts}, HIDEABLE_PAGES)[1]


def locked_by_address() -> set[str]:
    """Return the settings whose values stand in the locks of the session's own address."""
    own, _notes = from_texts(st.session_state.get(_OWN, {}), HIDEABLE_PAGES)
    return own.locked.keys() & session.controls().locked.keys()


def write(name: str) -> list[str]:
    """Return what an address says of one of the controls: those of the session's own."""
    own, _notes = from_texts(st.session_state.get(_OWN, {}), HIDEABLE_PAGES)
    inforce = session.controls()
    locked = {k: inforce.locked[k] for k in own.locked if k in inforce.locked}
    limits = {k: v for k, v in own.limits.items() if k in inforce.limits}
    mine = replace(own, locked=locked, limits=limits, presenting=inforce.presenting)
    return to_texts(mine).get(name, [])


def presenting() -> bool:
    """Tell whether pages are shown from the front."""
    return session.controls().presenting


def present(on: bool) -> None:
    """Begin to show the pages from the front, or end it."""
    session.control(replace(session.controls(), presenting=on))


def enter_button() -> None:
    """Draw the way to the stage."""
    st.button(
        _("Present"),
        icon=":material/present_to_all:",
        type="tertiary",
        on_click=present,
        args=(True,),
        help=_(
            "Show the pages from the front: large, without the settings. The space bar follows "
            "or pauses, arrow keys step through the snapshots, Escape ends it."
        ),
    )


def stage(pages: Sequence[StreamlitPage], page: StreamlitPage) -> DeltaGenerator:
    """Draw what is above a page on the stage: the way to other pages, and the way out.

    Parameters
    ----------
    pages : sequence of StreamlitPage
        Those of the navigation.
    page : StreamlitPage
        The one that is shown.

    Returns
    -------
    DeltaGenerator
        Where something that belongs to every page can be offered.
    """
    st.html(STYLES)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="stage"):
        with st.popover(page.title, icon=page.icon or None, key=f"pages.{page.url_path}"):
            for other in pages:
                st.page_link(other)
        place = st.container(width="content")
        st.button(
            _("End"),
            icon=":material/close:",
            type="tertiary",
            shortcut="Esc",
            on_click=present,
            args=(False,),
            help=_("End presenting, and show the settings again."),
            key="stage.end",
        )
    return place


def transport(steps: Sequence[int], shown: int) -> None:
    """Draw the buttons that step through the snapshots, and follow or pause.

    Parameters
    ----------
    steps : sequence of int
        Those of the snapshots that there are.
    shown : int
        The one that is looked at.
    """

    def step(by: int) -> None:
        # from where it is by now: keys are quicker than the pages
        seen = session.step()
        at = len(steps) - 1 if seen is None else bisect_right(steps, seen) - 1
        session.look_at(steps[min(max(at + by, 0), len(steps) - 1)])

    def keys_pressed() -> None:
        before, now = st.session_state.get(_MOVED, 0), st.session_state[KEYS].moved
        if isinstance(now, int):  # whatever a browser sends
            st.session_state[_MOVED] = now
            step(now - before)

    with st.container(key="unseen-keys"):
        component("stage")(key=KEYS, default={"moved": 0}, on_moved_change=keys_pressed)
    _step_button("back", _("Back"), ":material/arrow_back:", partial(step, -1))
    following = session.step() is None
    st.button(
        _("Pause") if following else _("Follow"),
        icon=":material/pause:" if following else ":material/play_arrow:",
        shortcut="Space",
        on_click=session.look_at,
        args=(shown if following else None,),
        help=_("Stay with this snapshot.") if following else _("Always show the newest snapshot."),
        key=f"stage.follow.{following}",
    )
    _step_button("on", _("Next"), ":material/arrow_forward:", partial(step, 1))


def _step_button(name: str, label: str, icon: str, step: Callable[[], None]) -> None:
    st.button(
        label,
        icon=icon,
        on_click=step,
        help=_("Step through the snapshots, as the arrow keys do."),
        key=f"stage.{name}",
    )
