"""The Guide page: a search field, the sections, and the entries of the one that is open."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from aecore.guide import Entry, found
from aecore.language import counted
from aecore.language import text as _
from ui import choices
from ui.guide import tour
from ui.guide.sections import SECTIONS, entries
from ui.guide.writing import contents, written

MOST_FOUND = 25
"""Entries that a search shows: whoever looks for more is to say more."""


def draw() -> None:
    """Draw the page."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="guide-top"):
        words = st.text_input(
            _("Search the guide"),
            type="search",
            icon=":material/search:",
            placeholder=_("a setting, a picture, a number, a term"),
            key="guide.words",
            live="200ms",
            persist_state="session",
        )
        tour.offer_again()
    if words and words.strip():
        _found(words)
        return
    topic = st.pills(
        **choices.widget("topic", list(SECTIONS)),
        format_func=lambda name: _(SECTIONS[name].title),
        required=True,
    )
    _section(topic or next(iter(SECTIONS)))


def _found(words: str) -> None:
    """Show the entries that have all words, whatever section they are in."""
    where = {entry.id: _(SECTIONS[name].title) for name in SECTIONS for entry in entries(name)}
    results = found([entry for name in SECTIONS for entry in entries(name)], words)
    with st.container(key="guide-entries"):
        st.markdown(f"**{_count(len(results))}**")
        parts = [_result(entry, where[entry.id]) for entry in results[:MOST_FOUND]]
        st.markdown("\n\n".join(parts), unsafe_allow_html=True, anchors=False)


def _result(entry: Entry, section: str) -> str:
    place = " · ".join(part for part in (section, entry.group) if part)
    return f"{written([replace(entry, group='')])}\n\n<small>{place}</small>"


def _count(number: int) -> str:
    if not number:
        return _("Nothing is explained by these words: try fewer, or others.")
    if number > MOST_FOUND:
        return _("{number} entries, of which these fit best. More words find fewer.", number=number)
    return counted("{count} entry", "{count} entries", number)


def _section(name: str) -> None:
    section, listed = SECTIONS[name], entries(name)
    left, right = st.columns([1, 3.2], gap="large")
    with left.container(key="guide-contents"):
        st.markdown(contents(listed))
    with right.container(key="guide-entries"):
        st.markdown(f"## {_(section.title)}\n\n{_(section.intro)}", anchors=False)
        titles = {entry.id: entry.title for entry in listed}
        st.markdown(written(listed, titles), unsafe_allow_html=True, anchors=False)
