"""From one image to another: straight through code space, beside the cross-fade."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.language import text as _
from aecore.wording import plain, sentences
from ui import choices
from ui.pictures import strip

if TYPE_CHECKING:
    from aecore.own_images import OwnImages
    from ui.views.frame import Frame, Specimen

TURNS = range(10**6)
_MEANWHILE = "latent.walk.meanwhile"
"""Key of which images were picked when another pair was asked for."""


def draw(frame: Frame, picked: tuple[int, ...], own: OwnImages) -> None:
    """Draw both ways between the last two picked images, or between two others."""
    from ui.views import exploring as views

    known = [each.place for each in views.specimens(frame.data, picked, own)]
    turn = choices.chosen("pair", TURNS)
    if turn and st.session_state.setdefault(_MEANWHILE, picked) != picked:
        turn = 0
    chosen = len(known) >= 2 and turn == 0
    ends = known[-2:] if chosen else views.another_pair(frame, turn)
    walk = views.walk(frame, (ends[0], ends[1]), own)
    first, second = (_words(end) for end in walk.ends)
    who = (
        _("From {first} to {second}, the last two picked.", first=first, second=second)
        if chosen
        else _("From {first} to {second}.", first=first, second=second)
    )
    hint = "" if chosen else _("Click two images on the map to choose your own.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(sentences([who, hint]))

        def again() -> None:
            st.session_state[_MEANWHILE] = picked
            choices.hold("pair", turn + 1)

        st.button(
            _("Other pair"),
            icon=":material/shuffle:",
            key="latent.walk.again",
            on_click=again,
            help=_("Takes two test images of different classes at random."),
        )
    strip(walk.rows)
    st.caption(
        _(
            "Through the code every picture is one that the decoder can draw, from one "
            "reconstruction to the other: parts move and change their shape. Through the pixels "
            "one original fades while the other appears."
        )
    )


def _words(end: Specimen) -> str:
    name = f"**{plain(end.name)}**"
    return name if end.own else _("{name} (test image {place:,})", name=name, place=end.place)
