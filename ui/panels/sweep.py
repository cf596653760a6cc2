"""One unit of the code moved alone, the others held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.language import text as _
from aecore.wording import plain, sentences
from ui import choices
from ui.pictures import strip

if TYPE_CHECKING:
    from aecore.own_images import OwnImages
    from ui.views.frame import Frame


def draw(frame: Frame, picked: tuple[int, ...], own: OwnImages) -> None:
    """Draw what decoding makes of one unit's values, or a row for each unit."""
    from ui.views import exploring as views

    q = frame.config.code_size
    rows = min(q, views.MOST_ROWS)
    every = _("All, most varying first") if q == rows else _("The {rows} that vary most", rows=rows)
    unit = st.selectbox(
        **choices.widget("moved_unit", [None, *range(q)], at=str(q)),
        format_func=lambda k: every if k is None else _("Code {number}", number=k + 1),
        width=240,
    )
    found = views.specimens(frame.data, picked[-1:], own)
    held = found[0] if found else None
    strip(views.sweep(frame, unit, None if held is None else held.place, own))
    things = _(frame.data.spec.things)
    how = _(
        "Each row moves one unit from the 1st to the 99th percentile of its values over "
        "{count:,} test {things}.",
        count=min(views.MEASURED, len(frame.data.test_images)),
        things=things,
    )
    others = (
        _(
            "The others are held at the mean code of the test {things}; click an image on the map "
            "to hold its code instead.",
            things=things,
        )
        if held is None
        else _(
            "The others are held at the code of **{name}**, the image picked last.",
            name=plain(held.name),
        )
    )
    st.caption(sentences([how, others]))
