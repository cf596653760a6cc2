"""The latent map on a page: its blocks, each sent only when it changes, and what is picked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.language import marked
from aecore.language import text as _
from ui import choices
from ui.components import component
from ui.server import server

if TYPE_CHECKING:
    from aecore.layouts import Layout
    from aecore.own_images import OwnImages
    from ui.views.frame import Frame

_PICKED = "picked on the map"
"""Places picked last in this session, and the own images that there were, by data set."""
MOST_LINKED = 20
"""Picked images that a link names at most."""
_CUTS = {"picked": marked("Last picked image"), "mean": marked("Mean code")}


def latent_map(frame: Frame, layout: Layout, own: OwnImages) -> tuple[int, ...]:
    """Show the map of a layout in two dimensions, and return what is picked on it.

    Parameters
    ----------
    frame : Frame
    layout : Layout
        One that is there.
    own : OwnImages

    Returns
    -------
    tuple of int
        Places of images as for `ui.views.frame.specimens`, the most recent last.
    """
    from ui.views import latent_map as views
    from ui.views.frame import knows_pca

    data = frame.data
    kept: dict[str, tuple[tuple[int, ...], OwnImages]]
    kept = st.session_state.setdefault(_PICKED, {})
    existing = len(data.test_images) + len(own)
    linked = choices.first("picked", range(len(data.test_images)), (), data.fingerprint)
    mark = choices.turned("picked", data.fingerprint)
    last, at_that_time = kept.get(mark, (tuple(linked), own))
    before = _still_there(last, at_that_time, own, len(data.test_images))
    # blocks come first on the page, though the last of them needs what is picked
    unseen = st.container(key="unseen-latent")
    result = component("map")(
        data={"name": views.NAME},
        key=f"latent.map.{mark}",
        default={"picked": list(before)},
        on_picked_change=lambda: None,
    )
    sent = result.picked if isinstance(result.picked, list) else ()  # whatever a browser sends
    picked = tuple(p for p in sent if type(p) is int and 0 <= p < existing)
    kept[mark] = picked, own
    of_everybody = [place for place in picked if place < len(data.test_images)]
    choices.hold("picked", of_everybody[-MOST_LINKED:], data.fingerprint)
    moving = server().engine.status(frame.run, frame.config.epochs)[0] == "training"
    held = _about_places(frame, layout, picked, own, moving)
    shown = layout, own, knows_pca(data)
    blocks = {
        "about": views.about(frame, *shown, before),
        "atlas": views.atlas(data, layout.count),
        "own": views.own_atlas(data, own),
        "points": views.points(frame, *shown),
        "decoder": views.decoder(frame, *shown, held, moving),
    }
    with unseen:
        for name, block in blocks.items():
            component("blocks")(data=block, key=f"latent.block.{name}")
    return picked


def _still_there(
    picked: tuple[int, ...], before: OwnImages, own: OwnImages, count: int
) -> tuple[int, ...]:
    """Return where picked images are now; own ones, behind `count` others, come and go."""
    now = {id(picture): count + k for k, picture in enumerate(own.pictures)}
    places = [
        place if place < count else now.get(id(before.pictures[place - count])) for place in picked
    ]
    return tuple(place for place in places if place is not None)


def _about_places(
    frame: Frame, layout: Layout, picked: tuple[int, ...], own: OwnImages, moving: bool
) -> int | None:
    """Say what a place on the map decodes to; return the image whose code the map cuts through."""
    from ui.views import latent_map as views

    held = None
    words = st.container()
    if views.can_be_held(frame, layout):
        left, words = st.columns([1, 2.6], vertical_alignment="center")
        with left:
            cut = st.segmented_control(
                **choices.widget("through", list(_CUTS)),
                format_func=lambda name: _(_CUTS[name]),
                required=True,
                width="content",
            )
            held = picked[-1] if picked and cut == "picked" else None
    words.markdown(
        views.where_it_decodes(frame, layout, held, own),
        help=views.how_it_decodes(frame, layout, moving),
    )
    return held
