"""The address: the settings by name, and whatever else makes up what a person looks at.

Each thing that is no setting has one entry in `PARAMETERS`: how it is read when a link is
opened, and what is written for it. The address bar, links to copy and saved sessions are all
made of the same parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib import parse

import streamlit as st

from aecore.fields import quoted
from ui import session

Query = dict[str, list[str]]
"""Parameters of an address by name; one may be given more than once."""

_OPENED, _GIVEN = "address opened", "address given"
OTHERS = ("embed", "embed_options")
"""Parameters that belong to Streamlit."""


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
    """

    name: str
    help: str
    read: Callable[[list[str]], list[str]]
    write: Callable[[], list[str]]
    lasting: bool = True


def _read_step(texts: list[str]) -> list[str]:
    try:
        step = int(texts[-1])
    except ValueError:
        return [f"The snapshot must be a whole number of steps, not {quoted(texts[-1])}."]
    session.look_at(min(max(step, 0), session.LAST_STEP))
    return []


def _read_language(texts: list[str]) -> list[str]:
    return session.speak(texts[-1])


PARAMETERS: dict[str, Parameter] = {
    entry.name: entry
    for entry in (
        Parameter(
            "lang",
            "The language: en or zh.",
            _read_language,
            lambda: [session.language()] if session.language_chosen() else [],
        ),
        Parameter(
            "step",
            "The snapshot that is looked at; without it, the newest.",
            _read_step,
            lambda: [str(session.step())] if session.step() is not None else [],
            lasting=False,
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


def enter(query: Query) -> None:
    """Take in the parameters of an address; what does not fit is mended and said.

    Parameters
    ----------
    query : Query
        Names of settings and of `PARAMETERS`; others are said to be unknown.
    """
    notes = []
    for name, parameter in PARAMETERS.items():
        if name in query:
            notes += parameter.read(query[name])
    session.begin({name: texts[-1] for name, texts in query.items() if name not in PARAMETERS})
    for note in notes:
        session.say(note)
    st.session_state[_GIVEN] = {k: v for k, v in query.items() if k in PARAMETERS}


def whole() -> Query:
    """Return all parameters that bring another browser to what this session looks at."""
    query = {name: [text] for name, text in session.settings().to_query().items()}
    return query | {name: texts for name, p in PARAMETERS.items() if (texts := p.write())}


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
