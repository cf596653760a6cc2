"""What a session hands on: a link and its QR code, and the session as a file to open again."""

from __future__ import annotations

import streamlit as st
from streamlit import config
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from aecore import sharing
from aecore.language import text as _
from aecore.sharing import Saved
from aecore.wording import plain
from ui import address, choices, session
from ui.components import component
from ui.lessons import predictions
from ui.navigation import PAGES
from ui.server import server

_DRAWN, _GO = "share drawn", "share goes to"
_OPENED, _TRIED, _WRONG = "share opened", "share tried", "share wrong"
START = "start"
"""What Streamlit's navigation calls the first page."""


def share() -> None:
    """Offer a link to what is looked at, and the session as a file."""
    st.session_state[_DRAWN] = True
    _go()
    offer = st.popover(
        _("Share"),
        icon=":material/share:",
        type="tertiary",
        help=_("A link and a QR code to exactly this page, or a file to open it elsewhere."),
        width="content",
        key=f"share.{_opened()}",
        on_change="rerun",
    )
    if offer.open:
        with offer:
            _link()
            _file()


def share_where_missing(place: DeltaGenerator) -> None:
    """Offer it in a place of the frame, unless the page did so already."""
    if not st.session_state.get(_DRAWN):
        with place:
            share()


def page_begins() -> None:
    """Note that a page is about to be drawn."""
    st.session_state[_DRAWN] = False


# -- link ----------------------------------------------------------------------------


def _link() -> None:
    """Draw the link to what is looked at."""
    label = _("Link to this page, with all that is chosen")
    link_box(session.page(), address.whole(), label, "share.link")


def link_box(page: str, query: address.Query, label: str, key: str) -> str:
    """Draw a link to be copied, with its code, or say why nobody else could open it.

    Parameters
    ----------
    page : str
        Address of the page that it opens.
    query : Query
        Its parameters.
    label, key : str

    Returns
    -------
    str
        The link.
    """
    text = address.as_text(query)
    page = "" if page == PAGES[0].address else page
    root = _reachable()
    found = sharing.link(root or sharing.root_of(st.context.url or "", _pages()), page, text)
    code = sharing.qr_code(found) if root else ""
    component("share")(
        data={
            "link": found,
            "code": code,
            "words": {
                "link": label,
                "copy": _("Copy link"),
                "copied": _("Copied"),
                "failed": _("Not copied: press Ctrl+C"),
                "code": _("QR code of the link; press it to fill the screen"),
                "large": _("QR code of the link, large"),
                "close": _("Close"),
            },
        },
        key=key,
    )
    if not root:
        st.caption(
            _(
                "Only this machine can open the link: the server listens to no other. To share it, "
                "start the server with {command}, or name its public address in {variable}.",
                command="`streamlit run app.py --server.address 0.0.0.0`",
                variable="`AE_ADDRESS`",
            )
            if not sharing.is_open(_listening())
            else _(
                "This machine has no address in a network, so nobody else can open the link. "
                "Connect it, or name its public address in {variable}.",
                variable="`AE_ADDRESS`",
            )
        )
    elif not code:
        st.caption(_("The link is too long for a QR code."))
    return found


def _reachable() -> str:
    return sharing.reachable(
        server().environment.address,
        st.context.url or "",
        _pages(),
        _listening(),
        config.get_option("server.port"),
        sharing.local_address,
        "https" if config.get_option("server.sslCertFile") else "http",
    )


def _listening() -> str:
    return config.get_option("server.address") or ""


def _pages() -> list[str]:
    return [START, *(info.address for info in PAGES)]


# -- file ----------------------------------------------------------------------------


def _file() -> None:
    """Offer the session as a file, and to open one."""
    st.download_button(
        _("Save session"),
        data=saved().as_text(),
        file_name=f"session-{session.settings().dataset}.json",
        mime="application/json",
        icon=":material/save:",
        on_click="ignore",
        width="stretch",
        key="share.save",
        help=_(
            "Settings, choices of all pages, pins and predictions as a small JSON file. Runs are "
            "trained again where they are missing; your own images are not in it, nor what a "
            "teacher has hidden or locked."
        ),
    )
    tried = int(st.session_state.get(_TRIED, 0))
    key = f"share.file.{tried}"

    def came() -> None:
        brought = st.session_state.get(key)
        if isinstance(brought, UploadedFile):
            st.session_state[_TRIED] = tried + 1
            st.session_state[_WRONG] = open_session(brought.getvalue())

    st.file_uploader(
        _("Open session"),
        type=["json"],
        key=key,
        on_change=came,
        max_upload_size=1,
        help=_("A file saved by “Save session”, at most 200 kB; it replaces what is chosen now."),
    )
    for sentence in st.session_state.get(_WRONG, []):
        st.error(plain(sentence), icon=":material/error:")


def saved() -> Saved:
    """Return what a session's file is to hold."""
    parameters = {
        name: tuple(texts)
        for name, texts in address.whole(controls=False).items()
        if name not in choices.CHOICES
    }
    return Saved(session.page(), parameters, choices.remembered(), predictions.as_dict())


def open_session(content: bytes) -> list[str]:
    """Take over what a session's file holds; what does not fit is said on the page.

    Parameters
    ----------
    content : bytes
        Whatever the file holds.

    Returns
    -------
    list of str
        Why it cannot be opened at all; nothing if it can.
    """
    found, notes = sharing.read(content)
    if found is None:
        return notes
    address.enter({name: list(texts) for name, texts in found.parameters.items()}, anew=True)
    known = {name: text for name, text in found.choices.items() if name in choices.CHOICES}
    choices.give_all(known)
    notes += [
        _("There is no choice {name}.", name=sharing.quoted(name))
        for name in found.choices
        if name not in known
    ]
    notes += predictions.from_dict(found.predictions)
    if found.page in [p.address for p in PAGES if not session.controls().hides(p.address)]:
        st.session_state[_GO] = found.page
    else:
        notes.append(_("There is no page {name}.", name=sharing.quoted(found.page)))
    for note in notes:
        session.say(note)
    st.session_state[_OPENED] = _opened() + 1
    return []


def _go() -> None:
    """Go to the page of a session that was opened."""
    page = st.session_state.pop(_GO, None)
    if page is not None:
        from ui.shell import page_of  # the frame knows this module

        st.switch_page(page_of(page))


def _opened() -> int:
    return int(st.session_state.get(_OPENED, 0))
