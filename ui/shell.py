"""The frame around every page: page set-up, styles, navigation, sidebar, address.

On a fresh server the first request to a page's own address runs that page without
``app.py``; so every page calls `shell` first, which does nothing where it was drawn already.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from aecore import language
from aecore.wording import plain
from ui import address, session
from ui.server import server
from ui.sidebar import sidebar

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "assets"


@dataclass(frozen=True)
class PageInfo:
    """One entry of the navigation; a page's file is named like its address."""

    title: str
    icon: str
    address: str


PAGES = (
    PageInfo("Train", ":material/play_circle:", "train"),
    PageInfo("Lessons", ":material/school:", "lessons"),
    PageInfo("Compare", ":material/view_column:", "compare"),
    PageInfo("Sweep", ":material/stacked_line_chart:", "sweep"),
    PageInfo("Reconstructions", ":material/compare:", "reconstructions"),
    PageInfo("Latent space", ":material/scatter_plot:", "latent_space"),
    PageInfo("Filters", ":material/grid_view:", "filters"),
    PageInfo("Anomalies", ":material/search_insights:", "anomalies"),
    PageInfo("Compression", ":material/compress:", "compression"),
    PageInfo("Own images", ":material/draw:", "own_images"),
    PageInfo("Guide", ":material/menu_book:", "guide"),
    PageInfo("Links", ":material/link:", "links"),
)

_COLD = "opened without app.py"
_inside = threading.local()


def shell(*, run: bool = False) -> None:
    """Draw the frame; ``app.py`` also runs the page that was asked for.

    Parameters
    ----------
    run : bool
        Run the page after drawing. A page that calls this itself leaves it False.
    """
    if getattr(_inside, "page", False):
        return
    st.set_page_config(
        page_title="Autoencoder explorer",
        page_icon=str(ASSETS / "logo.svg"),
        layout="wide",
        initial_sidebar_state="auto",
        menu_items={"Get help": None, "Report a bug": None, "About": _ABOUT},
    )
    st.html(ASSETS / "styles.css")
    st.logo(str(ASSETS / "logo.svg"), size="large")
    page = st.navigation([*_pages()], position="top")
    if not run and _COLD not in st.session_state:
        # from now on the page is run by app.py, where its widgets are others: none is drawn before
        st.session_state[_COLD] = True
        st.rerun()
    server()
    language.follow(session.language)
    address.open_address()
    sidebar()
    address.show()
    _say_notes()
    if run:
        _inside.page = True
        try:
            page.run()
        finally:
            _inside.page = False


def _pages() -> Iterator[st.Page]:
    first, *others = PAGES
    # the first page answers at the root and, unseen, at its own address
    yield st.Page(_file(first), title=first.title, icon=first.icon, url_path="start", default=True)
    yield st.Page(_file(first), title=first.title, url_path=first.address, visibility="hidden")
    for page in others:
        yield st.Page(_file(page), title=page.title, icon=page.icon, url_path=page.address)


def _file(page: PageInfo) -> Path:
    return ROOT / "pages" / f"{page.address}.py"


_ABOUT = "Train small autoencoders in the browser, and look at everything they learn."


def _say_notes() -> None:
    """Say once what was changed in an address or a setting to make sense of it."""
    notes = session.notes() + [
        note for note in server().environment.notes if "environment read" not in st.session_state
    ]
    if notes:
        with st.container(horizontal=True, key="notes"):
            st.warning("\n".join(f"- {plain(note)}" for note in notes), icon=":material/info:")
            st.button("Got it", on_click=_notes_read)


def _notes_read() -> None:
    session.forget_notes()
    st.session_state["environment read"] = True
