"""Making links for a class: what is hidden, locked and limited, and where it begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from aecore.choosing import SHORTHAND, spoken
from aecore.classroom import GROUPS, Controls
from aecore.config import FIELDS, RunConfig
from aecore.control_texts import to_texts
from aecore.control_words import described
from aecore.language import LANGUAGES
from aecore.language import text as _
from aecore.lessons.course import course
from aecore.lessons.lesson import Lesson
from aecore.limits import Limit
from aecore.wording import explained
from ui import classroom, session
from ui.navigation import PAGES

TITLES = {page.address: page.title for page in PAGES}
_LESSONS = "lessons"
_GROUPED = {FIELDS[name].group.lower(): FIELDS[name].group for name in FIELDS}


def built() -> tuple[str, dict[str, list[str]], list[str]]:
    """Draw the choices that make up a link.

    Returns
    -------
    page : str
        Address of the page that it opens.
    query : dict
        Parameters of the address.
    list of str
        What a student will see, a sentence each.
    """
    config, mine = session.settings(), session.controls()
    where, what = st.columns(2, gap="large")
    with where:
        page, lesson, language = _begins()
        presenting = st.toggle(
            _("Presentation"),
            value=mine.presenting,
            key="links.present",
            persist_state="session",
            help=_("Pages are shown from the front: large, without the settings."),
        )
    with what:
        hidden = _hidden(mine)
        locked = _locked(config, mine)
        limits = _limits(config, mine, locked)
    controls = Controls(hidden, locked, limits, presenting)
    query = {
        name: [text] for name, text in config.to_query().items()
        if name not in locked or name == "dataset"
    }  # fmt: skip
    query |= {"lang": [language]} if language else {}
    query |= {"lesson": [lesson.slug]} if lesson else {}
    query |= to_texts(controls)
    return page, query, _words(page, lesson, language, config, controls)


def _begins() -> tuple[str, Lesson | None, str]:
    """Draw where the link begins: page, chapter of the course, language."""
    page = st.selectbox(
        _("Page that it opens"),
        list(TITLES),
        format_func=lambda name: _(TITLES[name]),
        key="links.page",
        persist_state="session",
        help=_("Where students begin; they can go to all pages that are not hidden."),
    )
    lesson = None
    if page == _LESSONS:
        chapters = {
            entry.slug: entry for entry in course(session.language()) if isinstance(entry, Lesson)
        }
        slug = st.selectbox(
            _("Chapter"),
            ["", *chapters],
            format_func=lambda slug: chapters[slug].title if slug else _("The overview"),
            key="links.lesson",
            persist_state="session",
            help=_("The chapter that the Lessons page has open."),
        )
        lesson = chapters.get(str(slug))
    language = st.segmented_control(
        _("Language"),
        ["", *LANGUAGES],
        default="",
        required=True,
        format_func=lambda name: LANGUAGES.get(name, _("The browser’s")),
        key="links.language",
        persist_state="session",
        help=_("The language that the pages begin with."),
    )
    return str(page), lesson, str(language or "")


def _hidden(mine: Controls) -> frozenset[str]:
    """Draw the choice of what is hidden."""
    labels = {name: _("All of: {group}", group=_(_GROUPED[name])) for name in GROUPS}
    labels[SHORTHAND] = _("Kind of autoencoder")
    labels |= {
        name: explained(_(field.group), _(field.label))
        for name, field in FIELDS.items()
        if name not in GROUPS
    }
    labels |= {name: _("Page: {title}", title=_(TITLES[name])) for name in classroom.HIDEABLE_PAGES}
    chosen = st.multiselect(
        _("Hide"),
        list(labels),
        default=[name for name in labels if name in mine.hidden],
        format_func=labels.__getitem__,
        key="links.hide",
        persist_state="session",
        placeholder=_("nothing"),
        help=_("Settings, whole groups of them, and pages that students do not get to see."),
    )
    return frozenset(chosen)


def _locked(config: RunConfig, mine: Controls) -> dict[str, Any]:
    """Draw the choice of what is locked, each at its present value."""
    values = {
        name: v for name, v in config.as_dict().items() if FIELDS[name].applies(config.as_dict())
    }
    chosen = st.multiselect(
        _("Lock"),
        list(values),
        default=[name for name in values if name in mine.locked],
        format_func=lambda name: explained(_(FIELDS[name].label), _(spoken(name, values[name]))),
        key=f"links.lock.{'.'.join(values)}",
        persist_state="session",
        placeholder=_("nothing"),
        help=_("Settings that keep the value that they have in the sidebar now."),
    )
    return {name: values[name] for name in values if name in chosen}


def _limits(config: RunConfig, mine: Controls, locked: Mapping[str, Any]) -> dict[str, Limit]:
    """Draw the choice of what is limited, and for each the ends or the choices."""
    names = [n for n in FIELDS if FIELDS[n].kind != "bool" and n not in locked]
    chosen = st.multiselect(
        _("Limit"),
        names,
        default=[name for name in names if name in mine.limits],
        format_func=lambda name: _(FIELDS[name].label),
        key=f"links.limit.{'.'.join(locked)}",
        persist_state="session",
        placeholder=_("nothing"),
        help=_("Settings that can be changed, but not to any value."),
    )
    found: dict[str, Limit] = {}
    for name in chosen:
        limit = _limit(name, mine.limits.get(name))
        if limit is not None:
            found[name] = limit
    return found


def _limit(name: str, present: Limit | None) -> Limit | None:
    """Draw what one setting can be; None where nothing is chosen."""
    field = FIELDS[name]
    if field.choices:
        picked = st.multiselect(
            _("{setting}: allowed", setting=_(field.label)),
            list(field.choices),
            default=list(present.choices if present else field.choices),
            format_func=lambda choice: _(field.choices[choice]),
            key=f"links.limit.{name}.choices",
            persist_state="session",
        )
        return Limit(choices=tuple(picked)) if picked else None
    number = float if field.kind == "float" else int
    usual = Limit(min(field.stops or (field.low,)), max(field.stops or (field.high,)))
    ends = present or usual
    found = []
    with st.container(horizontal=True):
        for end, label, value in (
            ("low", _("{setting}: at least", setting=_(field.label)), ends.low),
            ("high", _("{setting}: at most", setting=_(field.label)), ends.high),
        ):
            found.append(
                st.number_input(
                    label,
                    min_value=number(field.low),
                    max_value=number(field.high),
                    value=number(value),
                    step=1 if number is int else 0.01,
                    format="%d" if number is int else "%g",
                    key=f"links.limit.{name}.{end}",
                    persist_state="session",
                )
            )
    return Limit(min(found), max(found))


def _words(
    page: str, lesson: Lesson | None, language: str, config: RunConfig, controls: Controls
) -> list[str]:
    """Say what a student will see, and what does not go together."""
    if lesson is not None:
        words = [_("The chapter “{title}” is open.", title=lesson.title)]
    else:
        words = [_("The page {page} is open.", page=f"**{_(TITLES[page])}**")]
    if controls.hides(page):
        words.append(_("It is hidden, too: the first page is opened instead."))
    words.append(_("The settings are {title}.", title=config.title()))
    words += described(controls, TITLES)
    if language:
        words.append(_("The pages are in {language}.", language=LANGUAGES[language]))
    _controls, _config, notes = controls.opened(config.as_dict(), config.dataset)
    return words + notes
