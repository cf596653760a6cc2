"""What this session guessed before it looked, and which chapters it has seen the result of.

Kept in memory with the session, and part of what can be saved of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import streamlit as st

from aecore.fields import quoted
from aecore.language import text as _

MOST_CHAPTERS = 200
"""Chapters that are remembered; a course has about ten."""
MOST = 1e12
"""The largest number that is a prediction."""
_STANDINGS, _TURN = "lessons stood at", "lessons turn"


@dataclass(frozen=True)
class Standing:
    """How far a session is with one chapter.

    Attributes
    ----------
    guess : float, optional
        The prediction: a number, or the place of an option, from 0.
    skipped : bool
        Whether it was decided to make none.
    asked : bool
        Whether the runs were asked for; the result is shown as soon as it is there.
    seen : bool
        Whether the result was shown: a prediction does not change any more.
    """

    guess: float | None = None
    skipped: bool = False
    asked: bool = False
    seen: bool = False

    @property
    def predicted(self) -> bool:
        """Whether there is a prediction."""
        return self.guess is not None

    @property
    def ready(self) -> bool:
        """Whether the runs may be asked for: a prediction was made, or left out on purpose."""
        return self.predicted or self.skipped


def standing(slug: str) -> Standing:
    """Return how far this session is with a chapter."""
    return _standings().get(slug, Standing())


def guess(slug: str, value: float) -> None:
    """Keep a prediction, unless the result was seen already."""
    now = standing(slug)
    if not now.seen:
        _keep(slug, replace(now, guess=value, skipped=False))


def skip(slug: str) -> None:
    """Leave the prediction out."""
    _keep(slug, replace(standing(slug), skipped=True))


def ask(slug: str) -> None:
    """Note that the runs of a chapter were asked for."""
    _keep(slug, replace(standing(slug), asked=True))


def see(slug: str) -> None:
    """Note that the result was shown."""
    if not standing(slug).seen:
        _keep(slug, replace(standing(slug), seen=True))


def forget(slug: str) -> None:
    """Begin a chapter anew."""
    _standings().pop(slug, None)
    st.session_state[_TURN] = turn() + 1


def standings() -> dict[str, Standing]:
    """Return how far this session is with all chapters, by their slugs."""
    return dict(_standings())


def come_back(before: Mapping[str, Standing]) -> None:
    """Take over how far another session was with the chapters that this one did not begin."""
    both = {**_standings(), **{k: v for k, v in before.items() if k not in _standings()}}
    st.session_state[_STANDINGS] = dict(list(both.items())[:MOST_CHAPTERS])
    st.session_state[_TURN] = turn() + 1


def turn() -> int:
    """Return how often predictions were changed by anything but their widgets."""
    return int(st.session_state.get(_TURN, 0))


def as_dict() -> dict[str, dict[str, Any]]:
    """Return all of it as plain values, for a file."""
    return {
        slug: {name: value for name, value in asdict(found).items() if value not in (None, False)}
        for slug, found in _standings().items()
    }


def from_dict(values: Mapping[str, Any]) -> list[str]:
    """Take all of it from plain values, in place of what there was.

    Parameters
    ----------
    values : mapping
        As `as_dict` returns it; whatever a file holds instead is left out.

    Returns
    -------
    list of str
        A sentence for each chapter whose prediction made no sense.
    """
    found, notes = read_all(values)
    st.session_state[_STANDINGS] = found
    st.session_state[_TURN] = turn() + 1
    return notes


def read_all(values: Mapping[str, Any]) -> tuple[dict[str, Standing], list[str]]:
    """Return how far a session is with each chapter, and a sentence for each that made no sense."""
    notes = []
    found = {}
    for slug, entry in list(values.items())[:MOST_CHAPTERS]:
        read = _read(entry)
        if read is None or not slug.isprintable():
            notes.append(
                _("The prediction for the lesson {slug} was not readable.", slug=quoted(slug))
            )
        else:
            found[slug] = read
    return found, notes


def _read(entry: Any) -> Standing | None:
    if not isinstance(entry, Mapping):
        return None
    value = entry.get("guess")
    if isinstance(value, bool) or not isinstance(value, int | float | None):
        return None
    if value is not None and not -MOST <= value <= MOST:
        return None
    flags = {name: entry.get(name) is True for name in ("skipped", "asked", "seen")}
    return Standing(value, **flags)


def _keep(slug: str, now: Standing) -> None:
    _standings()[slug] = now


def _standings() -> dict[str, Standing]:
    found: dict[str, Standing] = st.session_state.setdefault(_STANDINGS, {})
    return found
