"""What the decoder makes of regular places in code space, as one large picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.language import text as _
from aecore.wording import sentences
from ui import choices
from ui.pictures import picture

if TYPE_CHECKING:
    from aecore.own_images import OwnImages
    from ui.views.frame import Frame

SIDES = [10, 15, 20, 25]


def draw(frame: Frame, picked: tuple[int, ...], own: OwnImages) -> None:
    """Draw the grid, and say what its axes are."""
    from ui.views import exploring as views
    from ui.views.frame import knows_pca

    side = st.segmented_control(**choices.widget("grid", SIDES), required=True, width="content")
    grid = views.decoded_grid(frame, side, knows_pca(frame.data))
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        what = _("Decoded grid of {columns} by {rows} places", columns=grid.columns, rows=grid.rows)
        picture(grid.source, what)
    with right:
        st.markdown(_("**To the right**: {across}.", across=grid.across))
        if grid.up:
            st.markdown(_("**Upwards**: {up}.", up=grid.up))
        st.markdown(_meaning(frame))


def _meaning(frame: Frame) -> str:
    if frame.config.code == "variational":
        said = _(
            "The places are quantiles of N(0, 1), the prior: between any two neighbours lies the "
            "same share of it, and the whole picture is what the network can draw."
        )
    else:
        said = _(
            "The places go from the 1st to the 99th percentile of the codes of test images. Where "
            "no image's code is near, the decoder still draws something: look for pictures that "
            "are of no class."
        )
    if frame.config.code_size > 2:
        more = _(
            "Components are the two directions in which the codes vary most; along all others "
            "the places stay in the middle."
        )
        return sentences([said, more])
    return said
