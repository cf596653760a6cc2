"""Offering to download a data set that is not on this machine."""

from __future__ import annotations

import streamlit as st

from aecore import datasets
from aecore.datasets import DATASETS, DatasetError
from ui import session

_DIGITS = {"dataset": "digits", "outliers": 0.0}
"""Settings that need no download."""


def offer_download(name: str | None, reason: str) -> None:
    """Say why a data set cannot be opened, and offer to fetch the one that is missing, if any."""
    if name is None or not DATASETS[name].mirrors:
        st.error(reason, icon=":material/error:")
        st.button("Use the digits instead", on_click=session.change, kwargs=_DIGITS)
        return
    spec = DATASETS[name]
    st.subheader(spec.label)
    st.write(spec.description)
    st.info(reason, icon=":material/download:")
    with st.container(horizontal=True):
        wanted = st.button(
            f"Download {spec.label}", type="primary", icon=":material/download:", width="content"
        )
        st.button("Use the digits instead", on_click=session.change, kwargs=_DIGITS)
    if wanted:
        _download(name)


def _download(name: str) -> None:
    bar, cancel = st.progress(0.0, text="Connecting …"), st.empty()
    cancel.button("Cancel", icon=":material/close:")  # any rerun ends the script that downloads

    def progress(done: int, total: int, file: str) -> None:
        share = min(done / total, 1.0) if total else 0.0
        bar.progress(share, text=f"{file}: {done / 1e6:.1f} of {total / 1e6:.1f} MB")

    try:
        datasets.fetch(name, progress)
    except DatasetError as error:
        bar.empty()
        cancel.empty()
        st.error(str(error), icon=":material/error:")
    else:
        st.rerun()
