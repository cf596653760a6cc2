"""Offering to download a data set that is not on this machine."""

from __future__ import annotations

import streamlit as st

from aecore import datasets
from aecore.datasets import DATASETS, DatasetError
from aecore.language import text as _
from ui import session
from ui.places import unplaced

_DIGITS = {"dataset": "digits", "outliers": 0.0}
"""Settings that need no download."""


def offer_download(name: str | None, reason: str) -> None:
    """Say why a data set cannot be opened, and offer to fetch the one that is missing, if any."""
    if name is None or not DATASETS[name].mirrors:
        st.error(reason, icon=":material/error:")
        st.button(_("Use the digits instead"), on_click=session.change, kwargs=_DIGITS)
        return
    spec = DATASETS[name]
    st.subheader(_(spec.label))
    st.write(_(spec.description))
    st.info(reason, icon=":material/download:")
    with st.container(horizontal=True):
        wanted = st.button(
            _("Download {wanted}", wanted=_(spec.label)),
            type="primary",
            icon=":material/download:",
            width="content",
        )
        st.button(_("Use the digits instead"), on_click=session.change, kwargs=_DIGITS)
    if wanted:
        download(name)


def download(name: str) -> None:
    """Fetch a data set that has mirrors, with its progress and a way to cancel."""
    bar, cancel = st.progress(0.0, text=_("Connecting …")), st.empty()
    cancel.button(_("Cancel"), icon=":material/close:")  # any rerun ends the script that downloads

    def progress(done: int, total: int, file: str) -> None:
        share = min(done / total, 1.0) if total else 0.0
        bar.progress(
            share,
            text=_("{file}: {done:.1f} of {total:.1f} MB", file=file, done=done / 1e6,
                   total=total / 1e6),
        )  # fmt: skip

    try:
        datasets.fetch(name, progress)
    except DatasetError as error:
        bar.empty()
        cancel.empty()
        st.error(unplaced(str(error)), icon=":material/error:")
    else:
        st.rerun()
