"""Choices on pages: what their widgets begin with, and what is chosen now, as texts.

A page draws a control by ``st.selectbox(**choices.widget("test_noise", options))``. What a link
or an opened session says of a choice becomes what its widget begins with when it is first
drawn; it is never pushed into a widget that is there. Opening a session gives all widgets new
keys instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from aecore.fields import quoted
from aecore.language import text as _
from aecore.wording import explained, sentences
from ui import session
from ui.page_choices import CHOICES, Choice

__all__ = [
    "CHOICES", "CONTROLS", "Choice", "chosen", "first", "gallery", "give", "give_all", "hold",
    "key", "new_drawing", "read", "remembered", "settle", "turned", "visit", "widget", "write",
]  # fmt: skip

_GIVEN, _BEGUN, _TURNS = "choices given", "choices begun", "choices turns"
_KNOWN, _DRAWN, _WRONG = "choices known", "choices drawn", "choices wrong"
NONE = "none"
"""The text of several where none is chosen."""
MOST = 200
"""Characters of a choice's text."""
_USUAL = object()


@dataclass(frozen=True)
class Control:
    """How a kind of choice is drawn and read.

    Attributes
    ----------
    argument : str
        The widget's argument for what it begins with; none where there is no such widget.
    read : callable
        Takes a choice, a text and what can be chosen; returns what was meant or raises
        ValueError.
    write : callable
        Takes a choice and what is chosen; returns its text.
    """

    argument: str
    read: Callable[[Choice, str, Collection[Any]], Any]
    write: Callable[[Choice, Any], str]


def _one(choice: Choice, text: str, options: Collection[Any]) -> Any:
    if isinstance(options, range):
        return _whole(choice, text, options)
    for option in options:
        if choice.write(option) == text:
            return option
    raise ValueError(text)


def _several(choice: Choice, text: str, options: Collection[Any]) -> list[Any]:
    names = [] if text == NONE else text.split(",")
    return [_one(choice, name, options) for name in dict.fromkeys(names)]


def _whole(choice: Choice, text: str, options: Collection[Any]) -> int:
    """Read a number where what can be chosen is a range, or are a few numbers."""
    if not text.isascii():
        raise ValueError(text)
    for value in (int(text), int(text) - 1):  # some are counted from 1
        if choice.write(value) == text and value in options:
            return value
    raise ValueError(text)


def _amount(choice: Choice, text: str, options: Collection[Any]) -> float | None:
    """Read a number of at least 0, or that there is none."""
    value = None if text == NONE else float(text)
    if value is not None and not 0 <= value < math.inf:
        raise ValueError(text)
    return value


def _switch(choice: Choice, text: str, options: Collection[Any]) -> bool:
    return {"yes": True, "no": False}[text]


def _text(choice: Choice, value: Any) -> str:
    return choice.write(value)


def _texts(choice: Choice, values: Sequence[Any]) -> str:
    return ",".join(map(choice.write, values)) or NONE


def _yes_or_no(choice: Choice, value: Any) -> str:
    return "yes" if value else "no"


CONTROLS: dict[str, Control] = {
    "box": Control("index", _one, _text),
    "buttons": Control("default", _one, _text),
    "pills": Control("default", _several, _texts),
    "slider": Control("value", _one, _text),
    "switch": Control("value", _switch, _yes_or_no),
    "number": Control("value", _whole, _text),
    "amount": Control("value", _amount, _text),
    "whole number": Control("", _whole, _text),
    "several": Control("", _several, _texts),
}
"""How choices are drawn: the last two are no widgets of Streamlit's."""


@dataclass(frozen=True)
class _Known:
    """What is known of a choice that was drawn: where it stands, and its usual text."""

    holder: str
    begun: Any
    usual: str


# -- for pages -----------------------------------------------------------------------


def widget(
    name: str, options: Collection[Any] = (), *, default: Any = _USUAL, at: str = ""
) -> dict[str, Any]:
    """Return the arguments of a choice's widget.

    Parameters
    ----------
    name : str
        A key of `CHOICES`.
    options : collection
        What can be chosen now; nothing for a switch or an amount.
    default : object, optional
        What is chosen to begin with, where that depends on something.
    at : str
        Tells widgets from each other that a choice has one after the other, such as one for
        each data set.

    Returns
    -------
    dict
        Label, help, key, options and what it begins with, to be passed on by name.
    """
    choice = CHOICES[name]
    usual = choice.default if default is _USUAL else default
    begun = _begin(choice, at, options, usual, key(name, at))
    control = CONTROLS[choice.control]
    said = choice.entries()
    more = [explained(_(label), _(help)) for o, (label, help) in said.items() if o in options]
    arguments: dict[str, Any] = {
        "label": _(choice.label),
        "help": sentences([_(choice.help), *more]),
        "key": key(name, at),
        "persist_state": "session",
    }
    if choice.control == "number":
        assert isinstance(options, range)
        arguments |= {"min_value": options[0], "max_value": options[-1]}
    elif choice.control not in ("switch", "amount"):
        arguments["options"] = options
    if control.argument == "index":
        return arguments | {"index": list(options).index(begun)}
    return arguments | {control.argument: begun}


def gallery(name: str, ids: Collection[int], usual: int | None, at: str = "") -> dict[str, Any]:
    """Return key and first pick of a gallery, see `ui.pictures.pick`.

    Parameters
    ----------
    name : str
        A key of `CHOICES`.
    ids : collection of int
        All that can be picked, also those that are not shown now.
    usual : int or None
        What is picked to begin with.
    at : str
        As for `widget`.
    """
    mine = key(name, at)
    return {"key": mine, "first": _begin(CHOICES[name], at, ids, usual, f"{mine} picked")}


def first(name: str, options: Collection[Any], usual: Any, at: str = "") -> Any:
    """Return what a choice begins with that no widget of Streamlit's holds; see `hold`."""
    return _begin(CHOICES[name], at, options, usual, _held(name, at))


def chosen(name: str, options: Collection[Any], at: str = "") -> Any:
    """Return what stands for a choice that `hold` keeps, or what it begins with."""
    begun = first(name, options, CHOICES[name].default, at)
    return st.session_state.get(_held(name, at), begun)


def hold(name: str, value: Any, at: str = "") -> None:
    """Keep what is chosen where no widget of Streamlit's does."""
    st.session_state[_held(name, at)] = value


def _held(name: str, at: str) -> str:
    """Return where it is kept what is chosen: with its widget, or by `hold`."""
    mine = key(name, at)
    return mine if CONTROLS[CHOICES[name].control].argument else f"{mine} held"


def key(name: str, at: str = "") -> str:
    """Return the key of a choice's widget."""
    return f"{CHOICES[name].key}.{turned(name, at)}".rstrip(".")


def turned(name: str, at: str = "") -> str:
    """Return what is behind the first part of a key: new whenever a choice is given anew."""
    turn = _kept(_TURNS).get(name, 0)
    return ".".join(part for part in (at, f"turn {turn}" if turn else "") if part)


# -- as texts ------------------------------------------------------------------------


def read(name: str, texts: Sequence[str]) -> list[str]:
    """Take what an address says of a choice; what fits is seen when its widget is drawn.

    Returns
    -------
    list of str
        A sentence where it can fit nothing.
    """
    text = texts[-1]
    if not text or len(text) > MOST:
        return [_wrong(CHOICES[name], text)]
    give({name: text})
    return []


def give(given: Mapping[str, str]) -> None:
    """Choose anew, whatever was chosen before.

    Parameters
    ----------
    given : mapping of str to str
        Texts by keys of `CHOICES`.
    """
    for name in given:
        _kept(_TURNS)[name] = _kept(_TURNS).get(name, -1 if name not in _kept(_KNOWN) else 0) + 1
        _kept(_KNOWN).pop(name, None)
        _kept(_DRAWN).pop(name, None)
    _kept(_GIVEN).update(given)


def give_all(given: Mapping[str, str]) -> None:
    """Choose anew on all pages: what is not given goes back to its default."""
    _kept(_GIVEN).clear()
    give({name: given.get(name, "") for name in {**_kept(_KNOWN), **given}})
    for name in [name for name, text in _kept(_GIVEN).items() if not text]:
        del _kept(_GIVEN)[name]


def write(name: str) -> list[str]:
    """Return what a link to the present page says of a choice; nothing for the usual."""
    if CHOICES[name].page != session.page():
        return []
    waiting = _kept(_GIVEN).get(name)
    if waiting is not None:
        return [waiting]
    return _now(name) if name in _kept(_DRAWN) else []


def remembered() -> dict[str, str]:
    """Return what was chosen on all pages, by name, as far as it is not the usual."""
    given = dict(_kept(_GIVEN))
    now = {name: text for name in _kept(_KNOWN) for text in _now(name)}
    return {name: text for name in CHOICES if (text := given.get(name, now.get(name))) is not None}


def visit() -> None:
    """Note that another page is looked at."""
    _kept(_DRAWN).clear()


def new_drawing() -> None:
    """Note that all choices of the page are drawn now; what is not drawn is not there."""
    _kept(_DRAWN).clear()


def settle() -> None:
    """Have it said what did not fit, after a page was drawn."""
    if st.session_state.pop(_WRONG, False):
        st.rerun()


# -- inside --------------------------------------------------------------------------


def _begin(choice: Choice, at: str, options: Collection[Any], usual: Any, holder: str) -> Any:
    """Return what a choice begins with, and remember that it was drawn."""
    mine, control = key(choice.name, at), CONTROLS[choice.control]
    begun: dict[str, str] = _kept(_BEGUN)
    if choice.name in _kept(_GIVEN):
        begun[mine] = _kept(_GIVEN).pop(choice.name)
    value = usual
    if mine in begun:
        try:
            value = control.read(choice, begun[mine], options)
        except (ValueError, KeyError):
            if mine not in st.session_state:
                session.say(_wrong(choice, begun[mine]))
                st.session_state[_WRONG] = True
            del begun[mine]
    texts = (
        "" if usual is None and choice.control == "whole number" else control.write(choice, usual)
    )
    _kept(_KNOWN)[choice.name] = _Known(holder, value, texts)
    _kept(_DRAWN)[choice.name] = True
    return value


def _now(name: str) -> list[str]:
    """Return the text of what is chosen; none for the usual."""
    choice, known = CHOICES[name], _kept(_KNOWN)[name]
    value = st.session_state.get(known.holder, known.begun)
    if value is None and choice.control == "whole number":
        return []
    text = CONTROLS[choice.control].write(choice, value)
    return [] if text == known.usual else [text]


def _wrong(choice: Choice, text: str) -> str:
    return _(
        "{label} cannot be {text} here: it stays as usual.",
        label=_(choice.label),
        text=quoted(text),
    )


def _kept(name: str) -> dict[str, Any]:
    found: dict[str, Any] = st.session_state.setdefault(name, {})
    return found
