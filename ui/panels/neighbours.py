"""Panel “Neighbours”: the test images nearest to an image, in code space and outside of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.own_images import OwnImages
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
        st.info("There is only one test image here, and it has no neighbours.")
        return
    there = [place for place in picked if place < len(data.test_images) + len(own)]
    place = there[-1] if there else views.usual_place(data)
    seen = views.neighbours(frame, place, own)
    heading(
        "Nearest test images",
        "to the image picked last" if there else "click an image on the map to choose another",
    )
    strip(seen.rows)
    bits = "the code's own" if frame.config.code == "binary" else "whether each is above its median"
    notes = [
        f"Near means a small Euclidean distance between codes ({frame.config.code_size:,} numbers) "
        f"or images ({data.pixels:,} pixels), or few different bits: {bits}. Of images that are "
        "equally near the first are shown."
    ]
    if seen.asked:
        notes.append(
            f"✓ marks the same class. The average is the share of the same class among the "
            f"{views.SHOWN} nearest (precision at {views.SHOWN}), over {seen.asked:,} test "
            f"{data.spec.things}."
        )
    st.caption(" ".join(notes))
