"""A chapter: the idea, the prediction, the live run, what came of it, and where to go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from aecore.datasets import DATASETS, DatasetError
from aecore.language import counted
from aecore.language import text as _
from aecore.wording import listed
from ui import pins, session
from ui.downloads import download
from ui.lessons import place, prediction, predictions, reveal, running, views
from ui.lessons.running import Stand
from ui.lessons.ways import TITLES, go
from ui.places import unplaced
from ui.refreshing import refreshing
from ui.server import server

if TYPE_CHECKING:
    from aecore.lessons.lesson import Lesson


def draw(lesson: Lesson, lessons: Sequence[Lesson]) -> None:
    """Draw a chapter from top to bottom.

    Parameters
    ----------
    lesson : Lesson
    lessons : sequence of Lesson
        The whole course.
    """
    _ways(lesson, lessons, "above")
    st.title(f"{lesson.number} · {lesson.title}", anchor=False)
    st.caption(counted("about {count} minute", "about {count} minutes", lesson.minutes))
    if not _data(lesson):
        _idea(lesson)
        return
    for config in lesson.configs().values():
        server().engine.warm_up(config.dataset, config.data_options)
    idea, asked = st.columns([1.15, 1], gap="large")
    with idea:
        _idea(lesson)
    try:
        now = running.stand(lesson)
    except DatasetError as error:
        st.error(unplaced(str(error)), icon=":material/error:")
        return
    with asked:
        if prediction.draw(lesson, there=now.values is not None):
            predictions.ask(lesson.slug)
            if not now.trained:
                running.begin(lesson)
            st.rerun()
    if not predictions.standing(lesson.slug).asked:
        return
    if not now.trained:
        running.resume(lesson)

    def show(now: Stand, period: float) -> None:
        if now.values is not None and not predictions.standing(lesson.slug).seen:
            predictions.see(lesson.slug)
            st.rerun()  # from now on the prediction stands
        server().ready.wait()
        with server().pace.turn(session.holder()):
            _result(lesson, now)

    refreshing(lambda: running.stand(lesson), lambda now: running.waiting(), show)
    _ways(lesson, lessons, "below")


def _result(lesson: Lesson, now: Stand) -> None:
    """Draw what there is to see so far."""
    if now.values is None:
        st.header(_("The runs"), anchor=False)
        running.see_to(lesson, now)
        views.draw(lesson, now, live=True)
        return
    reveal.draw(lesson, prediction.said(lesson), now.values)
    st.header(_("The pictures"), anchor=False)
    views.draw(lesson, now, live=False)
    reveal.published(lesson.verdicts(now.values), lesson)
    _notice(lesson)
    _try_next(lesson)
    _runs(lesson, now)


def _ways(lesson: Lesson, lessons: Sequence[Lesson], where: str) -> None:
    """Draw the ways to the course, to the chapters beside this one, and to the worksheet."""
    at = [other.slug for other in lessons].index(lesson.slug)
    with st.container(horizontal=True, vertical_alignment="center", key=f"lesson-ways-{where}"):
        ways = [("", _("All chapters"), ":material/list:")]
        if at > 0:
            before = lessons[at - 1]
            ways.append((before.slug, _("Previous: {title}", title=before.title), _BACK))
        if at + 1 < len(lessons):
            after = lessons[at + 1]
            ways.append((after.slug, _("Next: {title}", title=after.title), _ON))
        for slug, label, icon in ways:
            st.button(
                label, icon=icon, type="tertiary", key=f"lesson.way.{where}.{slug}",
                on_click=place.open_chapter, args=(slug,),
            )  # fmt: skip
        if where == "above":
            st.button(
                _("Worksheet"), icon=":material/print:", key="lesson.worksheet",
                on_click=place.show_worksheet, args=(True,),
                help=_("This chapter on paper: the question, room to write, and the numbers."),
            )  # fmt: skip


_BACK, _ON = ":material/arrow_back:", ":material/arrow_forward:"


def _idea(lesson: Lesson) -> None:
    with st.container(key="lesson-idea"):
        st.header(_("The idea"), anchor=False)
        st.markdown(lesson.idea, anchors=False)
        if lesson.formula:
            st.latex(lesson.formula)


def _data(lesson: Lesson) -> bool:
    """Say what data is missing, and offer to fetch it; tell whether the chapter can be run."""
    absent = lesson.experiment.missing() or lesson.instead_of
    if not absent:
        return True
    spec = DATASETS[absent]
    values = {"wanted": _(spec.label), "used": ""}
    if lesson.instead_of:
        values["used"] = listed(
            dict.fromkeys(_(DATASETS[c.dataset].label) for c in lesson.configs().values())
        )
        text = _(
            "This chapter is about {wanted}, which is not on this machine. It runs on {used} "
            "instead: what there is to see is alike, and nothing published is judged.",
            **values,
        )
    else:
        text = _("This chapter needs {wanted}, which is not on this machine.", **values)
    st.info(text, icon=":material/download:")
    if spec.mirrors and st.button(
        _("Download {wanted}", **values), icon=":material/download:", key="lesson.download"
    ):
        download(absent)
    return bool(lesson.instead_of)


def _notice(lesson: Lesson) -> None:
    if lesson.notice:
        st.header(_("What to notice"), anchor=False)
        st.markdown("\n".join(f"- {sentence}" for sentence in lesson.notice), anchors=False)


def _try_next(lesson: Lesson) -> None:
    if not lesson.try_next:
        return
    st.header(_("What to try next"), anchor=False)
    for k, other in enumerate(lesson.try_next):
        with st.container(horizontal=True, vertical_alignment="center", key=f"lesson-next-{k}"):
            label = _("Open on {page}", page=_(TITLES[other.page]))
            there = not session.controls().hides(other.page)
            if there and st.button(label, icon=_ON, key=f"lesson.next.{lesson.slug}.{k}"):
                go(other.page, other.settings)
            st.markdown(other.text, anchors=False)


def _runs(lesson: Lesson, now: Stand) -> None:
    """Draw the ways to the runs on the ordinary pages."""
    st.header(_("These runs on the other pages"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", key="lesson-runs"):
        for name, config in now.configs.items():
            label = _("{name}: open on Train", name=lesson.names[name])
            if st.button(label, icon=_ON, key=f"lesson.train.{lesson.slug}.{name}"):
                go("train", config.to_query())
        if not session.controls().hides("compare") and st.button(
            _("Pin all, and compare"), icon=":material/keep:", key=f"lesson.pin.{lesson.slug}",
            help=_("Keep these runs at hand on the Compare page, with their names here."),
        ):  # fmt: skip
            for name, config in now.configs.items():
                pins.add(config)
                pins.rename(config, lesson.names[name])
            go("compare")
    st.button(
        _("Start this chapter over"),
        icon=":material/restart_alt:",
        type="tertiary",
        key="lesson.over",
        on_click=predictions.forget,
        args=(lesson.slug,),
        help=_("Forget the prediction, so that somebody else can make one. The runs are kept."),
    )
