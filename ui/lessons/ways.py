"""Ways from the lessons to the ordinary pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

import streamlit as st

from ui import session
from ui.shell import PAGES, ROOT

TITLES = {page.address: page.title for page in PAGES}
"""Titles of pages by their addresses."""


def go(page: str, settings: Mapping[str, str] | None = None) -> NoReturn:
    """Leave for a page.

    Parameters
    ----------
    page : str
        Its address.
    settings : mapping of str to str, optional
        Of the session from then on, as an address has them; without them they stay as they are.
    """
    if settings is not None:
        session.begin(settings)
        session.look_at(None)
    st.switch_page(ROOT / "pages" / f"{page}.py")
