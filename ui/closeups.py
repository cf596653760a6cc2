"""A few pictures side by side, with an outline that may mark one place in each."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

Place = tuple[float, float, float, float]
"""Top, left, height and width, as shares of a picture's sides."""


def panels(pictures: Sequence[tuple[str, str, str]], outline: Place | None = None) -> None:
    """Show pictures side by side.

    Parameters
    ----------
    pictures : sequence of (str, str, str)
        Data address, caption, and what it is for those who do not see it.
    outline : tuple of float, optional
        The place that is outlined in all of them.
    """
    mark = ""
    if outline is not None:
        names = ("top", "left", "height", "width")
        style = ";".join(f"{n}:{100 * v:.3f}%" for n, v in zip(names, outline, strict=True))
        mark = f'<span class="ae-outline" style="{style}"></span>'
    parts = [
        f'<figure><div><img src="{address}" alt="{escape(alt)}">{mark}</div>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
        for address, caption, alt in pictures
    ]
    st.html(f'<div class="ae-panels">{"".join(parts)}</div>')


def numbers(values: Sequence[tuple[str, str]]) -> None:
    """Show numbers large, each over a word or two that say what it is."""
    parts = [f"<div><b>{escape(v)}</b><small>{escape(name)}</small></div>" for name, v in values]
    st.html(f'<div class="ae-numbers">{"".join(parts)}</div>')
