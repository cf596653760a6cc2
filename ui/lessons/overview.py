"""The course: its chapters in order, and how far this session is with each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from aecore.language import counted
from aecore.language import text as _
from aecore.wording import plain
from ui.lessons import place, predictions

if TYPE_CHECKING:
    from aecore.lessons.lesson import Lesson, LessonError

SIDE_BY_SIDE = 2


def draw(lessons: Sequence[Lesson], broken: Sequence[LessonError]) -> None:
    """Draw a card for each chapter, and what is wrong with files that are none.

    Parameters
    ----------
    lessons : sequence of Lesson
    broken : sequence of LessonError
    """
    st.title(_("Lessons"), anchor=False)
    st.markdown(
        _(
            "A course in short chapters. Each asks what you expect **before** anything is trained, "
            "then trains it, and puts what was measured beside your guess and beside what was "
            "published."
        )
    )
    if lessons:
        minutes = sum(lesson.minutes for lesson in lessons)
        seen = sum(predictions.standing(lesson.slug).seen for lesson in lessons)
        parts = [
            counted("{count} chapter", "{count} chapters", len(lessons)),
            counted("about {count} minute", "about {count} minutes", minutes),
        ]
        parts += [_("{count} done in this session", count=seen)] if seen else []
        st.caption(" · ".join(parts))
    else:
        st.info(_("There are no chapters in the folder of lessons."), icon=":material/school:")
    for first in range(0, len(lessons), SIDE_BY_SIDE):
        columns = st.columns(SIDE_BY_SIDE, gap="medium")
        for column, lesson in zip(columns, lessons[first : first + SIDE_BY_SIDE], strict=False):
            with column:
                _card(lesson)
    say_broken(broken)


def draw_contents(lessons: Sequence[Lesson]) -> None:
    """Draw the chapters in the sidebar, where other pages have settings.

    Parameters
    ----------
    lessons : sequence of Lesson
    """
    with st.sidebar, st.container(gap="xsmall", key="lesson-contents"):
        st.caption(_("Each chapter has settings of its own. Those of the other pages stay."))
        for lesson in lessons:
            st.button(
                f"{lesson.number} · {lesson.title}",
                icon=":material/check_circle:" if predictions.standing(lesson.slug).seen else None,
                type="tertiary",
                disabled=lesson.slug == place.chapter(),
                key=f"lesson.contents.{lesson.slug}",
                on_click=place.open_chapter,
                args=(lesson.slug,),
            )


def say_broken(broken: Sequence[LessonError]) -> None:
    """Name the files that could not be read, each with the line where it goes wrong."""
    if not broken:
        return
    label = counted(
        "{count} lesson file could not be read", "{count} lesson files could not be read",
        len(broken),
    )  # fmt: skip
    with st.expander(label, expanded=True, icon=":material/build:", key="lessons.broken"):
        st.markdown("\n".join(f"- {plain(str(error))}" for error in broken))
        st.caption(_("The other chapters are not affected. A file is read anew when it is saved."))


def _card(lesson: Lesson) -> None:
    with st.container(border=True, height="stretch", key=f"lesson-card-{lesson.slug}"):
        st.header(f"{lesson.number} · {lesson.title}", anchor=False)
        st.markdown(lesson.prediction.question)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                _("Open chapter {number}", number=lesson.number),
                icon=":material/arrow_forward:",
                key=f"lesson.open.{lesson.slug}",
                on_click=place.open_chapter,
                args=(lesson.slug,),
            )
            st.caption(" · ".join(_state(lesson)), width="content")


def _state(lesson: Lesson) -> list[str]:
    """Return how long a chapter takes, and what this session did with it."""
    now = predictions.standing(lesson.slug)
    parts = [counted("{count} minute", "{count} minutes", lesson.minutes)]
    if now.predicted:
        parts.append(":material/lightbulb: " + _("predicted"))
    if now.seen:
        parts.append(":material/check_circle: " + _("done"))
    elif now.asked:
        parts.append(":material/play_circle: " + _("begun"))
    return parts
