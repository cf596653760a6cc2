"""One unit of the code moved alone, the others held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.wording import plain
from ui.pictures import strip

if TYPE_CHECKING:
    from aecore.own_images import OwnImages
    from ui.views.frame import Frame


def draw(frame: Frame, picked: tuple[int, ...], own: OwnImages) -> None:
    """Draw what decoding makes of one unit's values, or a row for each unit."""
    from ui.views import exploring as views

    q = frame.config.code_size
    rows = min(q, views.MOST_ROWS)
    every = "All, most varying first" if q == rows else f"The {rows} that vary most"
    unit = st.selectbox(
        "Code unit",
        [None, *range(q)],
        format_func=lambda k: every if k is None else f"Code {k + 1}",
        key=f"latent.sweep.{q}",
        persist_state="session",
        width=240,
        help="Which number of the code moves; all the others stay as they are.",
    )
    found = views.specimens(frame.data, picked[-1:], own)
    held = found[0] if found else None
    strip(views.sweep(frame, unit, None if held is None else held.place, own))
    others = (
        f"the mean code of the test {frame.data.spec.things}; click an image on the map to hold "
        "its code instead"
        if held is None
        else f"the code of **{plain(held.name)}**, the image picked last"
    )
    st.caption(
        "Each row moves one unit from the 1st to the 99th percentile of its values over "
        f"{min(views.MEASURED, len(frame.data.test_images)):,} test {frame.data.spec.things}. "
        f"The others are held at {others}."
    )
