"""A table on a page, taken out of it as CSV."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from aecore.language import text as _


def save_csv(make: Callable[[], str], name: str) -> None:
    """Draw a button that saves a table, which is written when it is pressed.

    Parameters
    ----------
    make : callable
        Returns the table as CSV.
    name : str
        What it holds, in a word: the file is ``autoencoder-<name>.csv``, the key ``<name>.csv``.
    """
    st.download_button(
        _("Save as CSV"),
        data=make,
        file_name=f"autoencoder-{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=f"{name}.csv",
    )
