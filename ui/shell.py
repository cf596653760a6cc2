"""The frame around every page: page set-up, styles, navigation, sidebar, address.

On a fresh server the first request to a page's own address runs that page without
``app.py``; so every page calls `shell` first, which does nothing where it was drawn already.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from aecore import language
from aecore.language import counted
from aecore.language import text as _
from aecore.wording import plain
from ui import address, choices, classroom, incoming, session, share, tabs
from ui.guide import tour
from ui.navigation import PAGES, PageInfo
from ui.places import replaced
from ui.sidebar import sidebar

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "assets"

MOST_NOTES = 12
"""Notes that are shown; whoever mends these sees the others next."""
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
    incoming.distrust()
    language.follow(session.language)
    made_no_sense = classroom.begin()
    bare = not st.query_params
    address.open_address()
    language.use(session.language())
    st.set_page_config(
        page_title=_("Autoencoder explorer"),
        page_icon=str(ASSETS / "logo.svg"),
        layout="wide",
        initial_sidebar_state="auto",
        menu_items={"Get help": None, "Report a bug": None, "About": _about()},
    )
    st.html(ASSETS / "styles.css")
    st.logo(str(ASSETS / "logo.svg"), size="large")
    for note in made_no_sense:
        session.say(note)
    pages = [*_pages()]
    page = st.navigation(pages, position="hidden" if classroom.presenting() else "top")
    if not run and _COLD not in st.session_state:
        # from now on the page is run by app.py, where its widgets are others: none is drawn before
        st.session_state[_COLD] = True
        st.rerun()
    visited = _visited(page, run)
    if session.visit(visited):
        choices.visit()
    place = None
    if classroom.presenting():
        place = classroom.stage([p for p in pages if p.visibility != "hidden"], page)
    else:
        sidebar(settings=next((p.settings for p in PAGES if p.address == visited), True))
    address.show()
    _say_notes()
    tour.offer(bare=bare, here=visited == PAGES[0].address)
    tabs.draw()
    if run:
        _inside.page = True
        place = place or st.container(horizontal=True, horizontal_alignment="right")
        share.page_begins()
        try:
            page.run()
        finally:
            _inside.page = False
        share.share_where_missing(place)
        choices.settle()


def _visited(page: st.Page, navigated: bool) -> str:
    """Return the address of the page that is looked at."""
    if navigated:
        return page.url_path or PAGES[0].address
    context = get_script_run_ctx()
    return Path(context.main_script_path).stem if context else ""


def _pages() -> Iterator[st.Page]:
    first, *others = PAGES
    # the first page answers at the root and, unseen, at its own address
    yield st.Page(
        _file(first), title=_(first.title), icon=first.icon, url_path="start", default=True
    )
    yield st.Page(_file(first), title=_(first.title), url_path=first.address, visibility="hidden")
    for page in others:
        if not session.controls().hides(page.address):
            yield st.Page(_file(page), title=_(page.title), icon=page.icon, url_path=page.address)


def page_of(address: str) -> st.Page:
    """Return the page at an address, for a link to it."""
    info = next(info for info in PAGES if info.address == address)
    path = "start" if info is PAGES[0] else info.address
    return st.Page(_file(info), title=_(info.title), icon=info.icon, url_path=path)


def _file(page: PageInfo) -> Path:
    return ROOT / "pages" / f"{page.address}.py"


def _about() -> str:
    return _("Train small autoencoders in the browser, and look at everything they learn.")


def _say_notes() -> None:
    """Say once what was changed in an address or a setting to make sense of it."""
    notes = session.notes()
    if "environment read" not in st.session_state:
        notes += replaced()
    if len(notes) > MOST_NOTES:
        more = len(notes) - MOST_NOTES
        notes = [*notes[:MOST_NOTES], counted("And {count} more.", "And {count} more.", more)]
    if notes:
        with st.container(horizontal=True, key="notes"):
            st.warning("\n".join(f"- {plain(note)}" for note in notes), icon=":material/info:")
            st.button(_("Got it"), on_click=_notes_read)


def _notes_read() -> None:
    session.forget_notes()
    st.session_state["environment read"] = True
