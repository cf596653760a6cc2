"""The first visit's tour: three steps that point at the real controls.

All of it happens in the browser, which remembers that it was shown; the pages do not wait for it.
"""

from __future__ import annotations

import streamlit as st

from aecore.language import text as _
from ui.components import component

_OFFERED, _TURN = "tour offered", "tour turn"


def offer(*, bare: bool, here: bool) -> None:
    """Have the tour shown where it was never shown before, or where it was asked for again.

    Parameters
    ----------
    bare : bool
        Whether the address that was opened said nothing: who follows a link to something is not
        to be shown something else. Only the first call of a session counts.
    here : bool
        Whether what it points at is on the page; elsewhere it waits.
    """
    offered = st.session_state.setdefault(_OFFERED, bare)
    turn = st.session_state.get(_TURN, 0)
    if not here or not (offered or turn):
        return
    with st.container(key="tour"):
        component("tour")(
            data={
                "turn": turn,
                "steps": _steps(),
                "words": {
                    "title": _("First steps"),
                    "next": _("Next"),
                    "done": _("Done"),
                    "skip": _("Skip"),
                    "count": _("{step} of {steps}", step="%1", steps="%2"),
                },
            },
            key="tour.card",
        )


def offer_again() -> None:
    """Draw a button that shows the tour once more, on the page where training is."""
    if st.button(
        _("Show the tour"),
        icon=":material/tour:",
        help=_("The three steps that a first visit begins with."),
        key="guide.tour",
    ):
        st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
        from ui.navigation import PAGES
        from ui.shell import page_of

        st.switch_page(page_of(PAGES[0].address))


def _steps() -> list[dict[str, object]]:
    """Return what each step says, and where it points: the first of the places that is seen."""
    return [
        {
            "title": _("Choose"),
            "text": _(
                "Choose images to learn from, and how many numbers the network may keep of each: "
                "the bottleneck. It is all in the sidebar."
            ),
            "targets": [
                '[data-testid="stSidebar"][data-collapsed="false"]',
                '[data-testid="stExpandSidebarButton"]',
            ],
        },
        {
            "title": _("Train"),
            "text": _("Press Train, and watch the network learn to draw the images again."),
            "targets": ['[class*="st-key-act-"] button', ".st-key-controls button"],
        },
        {
            "title": _("Look"),
            "text": _(
                "Drag the timeline to see every picture as it was at any moment of the training. "
                "The other pages look at the same network in other ways; the Guide explains "
                "everything."
            ),
            "targets": [".st-key-time", '[data-testid="stTopNav"]', "header"],
        },
    ]
