"""A session's own images, which every page shows beside the test images."""

from __future__ import annotations

import streamlit as st

from aecore import datasets
from aecore.own_images import OwnImages
from ui import session

_OWN = "own images"


def own_images() -> OwnImages:
    """Return this session's own images, none to begin with."""
    own = st.session_state.get(_OWN, OwnImages())
    assert isinstance(own, OwnImages)
    return own


def keep(own: OwnImages) -> None:
    """Make these the session's own images."""
    st.session_state[_OWN] = own


def fitting() -> OwnImages:
    """Return the session's own images where the data set in use has pictures, else none."""
    config = session.settings()
    return (
        own_images() if datasets.has_pictures(config.dataset, config.data_options) else OwnImages()
    )
