"""The address: the settings by name, and whatever else makes up what a person looks at.

Each thing that is no setting has one entry in `PARAMETERS`: how it is read when a link is
opened, and what is written for it. The address bar, links to copy and saved sessions are all
made of the same parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib import parse

import streamlit as st

from aecore.control_texts import HELP
from aecore.fields import quoted
from aecore.language import marked
from aecore.language import text as _
from aecore.sharing import MOST_TEXTS
from ui import choices, classroom, pins, session, sweeps
from ui.lessons import place as lesson_place

Query = dict[str, list[str]]
"""Parameters of an address by name; one may be given more than once."""

_OPENED, _GIVEN = "address opened", "address given"
OTHERS = ("embed", "embed_options")
"""Parameters that belong to Streamlit."""
MOST_LETTERS, MOST_NAMES = 20_000, 200
"""Characters and parameters that are read of an address; its own have a few hundred."""


def _keep() -> None:
    """Leave it as it is."""


@dataclass(frozen=True)
class Parameter:
    """One thing beside the settings that an address can say.

    Attributes
    ----------
    name : str
        Also the parameter's.
    help : str
        A sentence on what it does, for the table of what an address can say.
    read : callable
        Takes the texts that were given (at least one) into the session; returns sentences on
        what did not fit. Called before the settings are read.
    write : callable
        Returns the texts that stand for what the session has now; none for the usual.
    lasting : bool
        Whether the address bar shows it; else only links do.
    forget : callable
        Brings the session back to the usual; called for what a file says nothing of.
    """

    name: str
    help: str
    read: Callable[[list[str]], list[str]]
    write: Callable[[], list[str]]
    lasting: bool = True
    forget: Callable[[], object] = _keep


def _read_step(texts: list[str]) -> list[str]:
    try:
        step = int(texts[-1])
    except ValueError:
        return [
            _(
                "The snapshot must be a whole number of steps, not {given}.",
                given=quoted(texts[-1]),
            )
        ]
    session.look_at(min(max(step, 0), session.LAST_STEP))
    return []


def _read_language(texts: list[str]) -> list[str]:
    return session.speak(texts[-1])


PARAMETERS: dict[str, Parameter] = {
    entry.name: entry
    for entry in (
        Parameter(
            "lang",
            marked("The language: en or zh."),
            _read_language,
            lambda: [session.language()] if session.language_chosen() else [],
        ),
        Parameter(
            "pin",
            marked(
                "A run that is kept at hand, by what differs from the defaults: "
                "bottleneck:8,loss:mse. May be given up to six times."
            ),
            pins.read_address,
            pins.write_address,
            forget=partial(pins.read_address, []),
        ),
        Parameter(
            sweeps.NAME,
            marked(
                "What the Sweep page varies: a setting and its values, bottleneck:2,4,8. May be "
                "given twice, for two settings."
            ),
            sweeps.read_address,
            sweeps.write_address,
        ),
        Parameter(
            "step",
            marked("The snapshot that is looked at; without it, the newest."),
            _read_step,
            lambda: [str(session.step())] if session.step() is not None else [],
            lasting=False,
            forget=partial(session.look_at, None),
        ),
        Parameter(
            "lesson",
            marked("The chapter that the Lessons page has open, by its name."),
            lesson_place.read,
            lesson_place.write,
            forget=partial(lesson_place.open_chapter, ""),
        ),
        *(
            Parameter(name, help, partial(classroom.read, name), partial(classroom.write, name))
            for name, help in HELP.items()
        ),
        *(
            Parameter(
                choice.name,
                choice.help,
                partial(choices.read, choice.name),
                partial(choices.write, choice.name),
                lasting=False,
            )
            for choice in choices.CHOICES.values()
        ),
    )
}


def open_address() -> None:
    """On a session's first run, take in what the address says; afterwards do nothing."""
    if _OPENED in st.session_state:
        return
    st.session_state[_OPENED] = True
    given = {name: st.query_params.get_all(name) for name in st.query_params}
    enter({name: texts for name, texts in given.items() if name not in OTHERS and texts})


def enter(query: Query, *, anew: bool = False) -> None:
    """Take in the parameters of an address; what does not fit is mended and said.

    Parameters
    ----------
    query : Query
        Names of settings and of `PARAMETERS`; others are said to be unknown.
    anew : bool
        Whether there was something before, of which nothing is to stay but a teacher's controls:
        those are the first address's alone.
    """
    query, notes = _bounded(query)
    for name, parameter in PARAMETERS.items():
        if name in HELP and anew:
            continue
        if name in query:
            notes += parameter.read(query[name])
        elif anew:
            parameter.forget()
    settings = {name: texts[-1] for name, texts in query.items() if name not in PARAMETERS}
    session.begin(settings, classroom.for_everybody())
    for note in notes:
        session.say(note)
    st.session_state[_GIVEN] = {k: v for k, v in query.items() if k in PARAMETERS}


def _bounded(query: Query) -> tuple[Query, list[str]]:
    """Return as much of an address as is read, and a sentence where that is not all."""
    kept: Query = {}
    room = MOST_LETTERS
    for name, texts in query.items():
        room -= len(name) + sum(map(len, texts))
        if room < 0 or len(kept) == MOST_NAMES or len(texts) > MOST_TEXTS:
            told = _("This is more than an address can say: all from {name} on is left out.",
                     name=quoted(name))  # fmt: skip
            return kept, [told]
        kept[name] = texts
    return kept, []


def whole(*, controls: bool = True) -> Query:
    """Return all parameters that bring another browser to what this session looks at.

    Parameters
    ----------
    controls : bool
        Whether a teacher's controls are among them; locked values stand in those.
    """
    apart = classroom.locked_by_address() - {"dataset"} if controls else ()
    settings = session.settings().to_query()
    query = {name: [text] for name, text in settings.items() if name not in apart}
    others = {name: p.write() for name, p in PARAMETERS.items() if controls or name not in HELP}
    return query | {name: texts for name, texts in others.items() if texts}


def show() -> None:
    """Make the address bar hold what lasts, and of what was given what is still true."""
    given: Mapping[str, Sequence[str]] = st.session_state.get(_GIVEN, {})
    wanted = {
        name: texts
        for name, texts in whole().items()
        if name not in PARAMETERS or PARAMETERS[name].lasting or given.get(name) == texts
    }
    kept = {name: st.query_params.get_all(name) for name in OTHERS if name in st.query_params}
    present = {name: st.query_params.get_all(name) for name in st.query_params}
    if present != kept | wanted:
        st.query_params.from_dict(kept | wanted)


def as_text(query: Query) -> str:
    """Return parameters as the part of an address behind its question mark, easy to read."""
    return "&".join(
        f"{parse.quote(name)}={parse.quote(text, safe=',:;|~')}"
        for name, texts in query.items()
        for text in texts
    )
