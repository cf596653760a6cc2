"""Choices on a page that outlive a visit to another page; Streamlit forgets widgets that are gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T")


def keep(widget: Callable[..., T], label: str, key: str, default: Any, **more: Any) -> T:
    """Draw a widget that takes up its last value when its page is opened again.

    Parameters
    ----------
    widget : callable
        Such as ``st.slider``.
    label, key : str
    default
        Value on the first visit.
    **more
        Passed on to the widget; a kept value that is not among its ``options`` is dropped.
    """
    memory = f"kept.{key}"
    if key not in st.session_state:
        st.session_state[key] = st.session_state.get(memory, default)
    options = more.get("options")
    if options is not None:
        value = st.session_state[key]
        wanted = value if isinstance(value, list) else [value]
        if any(v not in options for v in wanted):
            st.session_state[key] = default
    value = widget(label, key=key, **more)
    st.session_state[memory] = value
    return value
