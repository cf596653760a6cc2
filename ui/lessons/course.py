"""The Lessons page as a whole: the course, one of its chapters, or that chapter on paper."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from aecore import language
from aecore.fields import quoted
from aecore.language import text as _
from aecore.lessons.course import course
from aecore.lessons.lesson import Lesson, LessonError
from ui import classroom, session
from ui.lessons import chapter, overview, place, worksheet
from ui.shell import ASSETS


def draw() -> None:
    """Draw what is open."""
    st.html(ASSETS / "lessons.css")
    found = course(language.current())
    lessons = [entry for entry in found if isinstance(entry, Lesson)]
    broken = [entry for entry in found if isinstance(entry, LessonError)]
    if not classroom.presenting():
        overview.draw_contents(lessons)
    lesson = next((each for each in lessons if each.slug == place.chapter()), None)
    if lesson is None:
        if place.chapter():
            _leave_unknown(place.chapter(), broken)
        overview.draw(lessons, broken)
    elif place.worksheet():
        worksheet.draw(lesson)
    else:
        chapter.draw(lesson, lessons)


def _leave_unknown(slug: str, broken: Sequence[LessonError]) -> None:
    """Say that there is no such chapter, or what is wrong with it, and open the course instead."""
    place.open_chapter("")
    its = [error for error in broken if error.slug == slug]
    unknown = _("There is no lesson called {slug}: here are all of them.", slug=quoted(slug))
    for note in map(str, its) if its else (unknown,):
        session.say(note)
    st.rerun()
