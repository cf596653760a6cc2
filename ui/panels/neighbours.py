"""Panel “Neighbours”: the test images nearest to an image, in code space and outside of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.language import text as _
from aecore.own_images import OwnImages
from aecore.wording import sentences
from ui.pictures import heading, strip

if TYPE_CHECKING:
    from ui.views.frame import Frame


def draw(frame: Frame, picked: tuple[int, ...], own: OwnImages) -> None:
    """Draw the nearest test images of the image that was picked last.

    Parameters
    ----------
    frame : Frame
    picked : tuple of int
        Places of images, see `ui.views.frame.specimens`; the most recent last.
    own : OwnImages
    """
    from ui.views import neighbours as views

    data = frame.data
    if len(data.test_images) < 2:
        st.info(_("There is only one test image here, and it has no neighbours."))
        return
    there = [place for place in picked if place < len(data.test_images) + len(own)]
    place = there[-1] if there else views.usual_place(data)
    seen = views.neighbours(frame, place, own)
    heading(
        _("Nearest test images"),
        _("to the image picked last")
        if there
        else _("click an image on the map to choose another"),
    )
    strip(seen.rows)
    near = {"code_size": frame.config.code_size, "pixels": data.pixels}
    notes = [
        _(
            "Near means a small Euclidean distance between codes ({code_size:,} numbers) or images "
            "({pixels:,} pixels), or few different bits: the code's own. Of images that are "
            "equally near the first are shown.",
            **near,
        )
        if frame.config.code == "binary"
        else _(
            "Near means a small Euclidean distance between codes ({code_size:,} numbers) or images "
            "({pixels:,} pixels), or few different bits: whether each is above its median. Of "
            "images that are equally near the first are shown.",
            **near,
        )
    ]
    if seen.asked:
        notes.append(
            _(
                "✓ marks the same class. The average is the share of the same class among the "
                "{shown} nearest (precision at {shown}), over {asked:,} test {things}.",
                shown=views.SHOWN,
                asked=seen.asked,
                things=_(data.spec.things),
            )
        )
    st.caption(sentences(notes))
