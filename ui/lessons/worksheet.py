"""A chapter on paper: the idea, the question, room to write, and published beside measured."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from aecore.datasets import DatasetError
from aecore.experiments.claims import judge
from aecore.language import text as _
from ui.components import component
from ui.lessons import place, predictions, reveal, running
from ui.lessons.prediction import guessed

if TYPE_CHECKING:
    from aecore.lessons.lesson import Lesson, Prediction

LINES = {"why": 3, "notice": 2, "after": 3}
"""Ruled lines below a question."""


def draw(lesson: Lesson) -> None:
    """Draw the worksheet of a chapter, and what prints it.

    Parameters
    ----------
    lesson : Lesson
    """
    values = _values(lesson)
    with st.container(horizontal=True, vertical_alignment="center", key="unprinted"):
        st.button(
            _("Back to the chapter"), icon=":material/arrow_back:", key="lesson.back",
            on_click=place.show_worksheet, args=(False,),
        )  # fmt: skip
        with st.container(width="content"):
            component("print")(data={"label": _("Print or save as PDF")}, key="lesson.print")
        filled = st.toggle(
            _("With the measured values"),
            disabled=values is None,
            key="lesson.filled",
            persist_state="session",
            width="content",
            help=_("Off: the column stays empty, to be filled in by hand."),
        )
    with st.container(key="worksheet"):
        _sheet(lesson, values if filled else None)


def _values(lesson: Lesson) -> dict[str, float] | None:
    """Return what was measured, for those who have seen it: a sheet is no way around guessing."""
    if not predictions.standing(lesson.slug).seen or lesson.experiment.missing():
        return None
    try:
        return running.stand(lesson).values
    except DatasetError:
        return None


def _sheet(lesson: Lesson, values: dict[str, float] | None) -> None:
    st.html(_fields(_("Your name"), _("Date")))
    st.title(f"{lesson.number} · {lesson.title}", anchor=False)
    with st.container(key="lesson-idea"):
        st.markdown(lesson.idea, anchors=False)
    if lesson.formula:
        st.latex(lesson.formula)
    with st.container(key="sheet-question"):
        st.header(_("Predict first"), anchor=False)
        st.markdown(lesson.prediction.question)
        st.html(_answers(lesson.prediction))
        st.markdown(_("I think so because:"))
        st.html(_lines("why"))
    if lesson.experiment.claims:
        st.header(_("Published and measured"), anchor=False)
        if values is None:
            reveal.table([judge(claim, []) for claim in lesson.experiment.claims], filled=False)
        else:
            reveal.table(lesson.verdicts(values), filled=True)
        if lesson.source:
            st.caption(_("Published in: {source}.", source=lesson.source.rstrip(".。")))
    if lesson.notice:
        st.header(_("What to notice"), anchor=False)
    for k, sentence in enumerate(lesson.notice):
        with st.container(key=f"sheet-notice-{k}"):
            st.markdown(f"{k + 1}. {sentence}", anchors=False)
            st.html(_lines("notice"))
    with st.container(key="sheet-after"):
        st.header(_("What I had not expected"), anchor=False)
        st.html(_lines("after"))


def _answers(asked: Prediction) -> str:
    """Return boxes to tick, or a line for a number."""
    if asked.kind == "choice":
        boxes = "".join(f"<li>{escape(option)}</li>" for option in asked.options)
        return f'<ul class="ae-boxes">{boxes}</ul>'
    low, high = (guessed(end, replace(asked, unit="")) for end in (asked.low, asked.high))
    if not asked.unit:
        return _fields(_("My prediction, between {low} and {high}:", low=low, high=high))
    return _fields(
        _(
            "My prediction, between {low} and {high} {unit}:",
            low=low,
            high=high,
            unit=asked.unit,
        )
    )


def _fields(*labels: str) -> str:
    """Return labels with a line to write on behind each."""
    return f'<div class="ae-fields">{"".join(f"<span>{escape(t)}</span>" for t in labels)}</div>'


def _lines(question: str) -> str:
    return f'<div class="ae-rules">{"<div></div>" * LINES[question]}</div>'
