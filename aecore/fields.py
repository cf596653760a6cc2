"""What a setting is, how its value is read from outside, and how it is written out again.

A reader never fails: it returns the nearest allowed value and a sentence on what was wrong.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aecore.language import text as _

MOST_LAYERS = 4
"""Entries that a setting of sizes may have."""


@dataclass(frozen=True)
class Field:
    """What is known of one setting beside its name and default.

    Attributes
    ----------
    group, label, help : str
        Where and how it is shown.
    kind : {"int", "float", "bool", "choice", "sizes"}
        How it is read; ``sizes`` is a tuple of whole numbers.
    low, high : float
        Smallest and largest value allowed (of every entry, for sizes).
    choices : mapping of str to str
        Names and their labels.
    explained : mapping of str to str
        A sentence on each choice, by its name.
    stands_for : callable
        Maps an allowed value to the one that it means on this machine.
    usually : str
        What explanations call the default where that depends on the machine.
    applies : callable
        ``settings -> bool``; where False the setting has no effect and is not shown.
    stops : tuple of float
        Usual values, for a slider.
    offered : tuple
        Values worth a try, for a setting that has neither stops nor choices.
    identity : bool
        Whether another value makes another run.
    fewest : int
        Entries that sizes must have.
    needs : str
        What has to be chosen for it to apply, in a few words.
    """

    group: str
    label: str
    help: str
    kind: str
    low: float = -math.inf
    high: float = math.inf
    choices: Mapping[str, str] = dataclasses.field(default_factory=dict)
    applies: Callable[[Mapping[str, Any]], bool] = lambda settings: True
    stops: tuple[float, ...] = ()
    offered: tuple[Any, ...] = ()
    identity: bool = True
    fewest: int = 0
    needs: str = ""
    explained: Mapping[str, str] = dataclasses.field(default_factory=dict)
    stands_for: Callable[[Any], Any] = lambda value: value
    usually: str = ""


def setting(default: Any, group: str, label: str, help: str, kind: str, **more: Any) -> Any:
    """Return a dataclass field with this default, described by a `Field`."""
    return dataclasses.field(
        default=default, metadata={"field": Field(group, label, help, kind, **more)}
    )


def read(field: Field, raw: Any) -> tuple[Any, str]:
    """Read a setting's value from a text or a value of any kind.

    Parameters
    ----------
    field : Field
    raw : object
        What came from outside.

    Returns
    -------
    value : object
        The nearest allowed value; None where there is no telling which.
    complaint : str
        A sentence on what did not fit; empty when everything did.
    """
    value, complaint = _READERS[field.kind](field, raw)
    return (None if value is None else field.stands_for(value)), complaint


def _read_number(field: Field, raw: Any) -> tuple[Any, str]:
    whole = field.kind == "int"
    try:
        # int() first: a float cannot hold every whole number
        number: float = int(raw) if whole and not isinstance(raw, float) else float(raw)
    except (TypeError, ValueError, OverflowError):
        try:
            number = float(raw)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
    if isinstance(raw, bool) or number != number:  # isnan cannot take every whole number
        return None, _(
            "{setting} must be a number, not {given}.",
            setting=_(field.label),
            given=quoted(raw),
        )
    inside = min(max(number, field.low), field.high)
    if whole:
        nearest_whole = round(inside)
        if number == nearest_whole:
            return nearest_whole, ""
        if inside == number:
            return nearest_whole, _(
                "{setting} must be a whole number, not {given}.",
                setting=_(field.label),
                given=quoted(raw),
            )
        inside = nearest_whole
    if inside != number:
        return inside, _(
            "{setting} must be between {low:g} and {high}, not {given}.",
            setting=_(field.label),
            low=field.low,
            high=shown(field.high),
            given=quoted(raw),
        )
    return number + 0.0, ""  # no -0.0, which would be another run than 0.0


def _read_choice(field: Field, raw: Any) -> tuple[Any, str]:
    if isinstance(raw, str):
        text = raw.strip().lower()
        if text in field.choices:
            return text, ""
        close = difflib.get_close_matches(text[:40], field.choices, n=1)
    else:
        close = []
    value = close[0] if close else None
    return value, _(
        "{setting} can be {allowed}, not {given}.",
        setting=_(field.label),
        allowed=_either(field.choices),
        given=quoted(raw),
    )


def _read_bool(field: Field, raw: Any) -> tuple[Any, str]:
    if isinstance(raw, bool):
        return raw, ""
    words = {"true": True, "1": True, "yes": True, "on": True}
    words |= {"false": False, "0": False, "no": False, "off": False}
    value = words.get(_text(raw).strip().lower())
    if value is not None:
        return value, ""
    return None, _(
        "{setting} can be {allowed}, not {given}.",
        setting=_(field.label),
        allowed=_either(("true", "false")),
        given=quoted(raw),
    )


def _read_sizes(field: Field, raw: Any) -> tuple[Any, str]:
    complaint = _(
        "{setting} must be whole numbers such as 128-64, not {given}.",
        setting=_(field.label),
        given=quoted(raw),
    )
    if isinstance(raw, str):
        text = raw.replace(",", "-").replace(" ", "").strip("-")
        parts: list[Any] = [] if text.lower() in ("", "none") else text.split("-")
    elif isinstance(raw, (list, tuple)):
        parts = list(raw)
    else:
        return None, complaint
    sizes = []
    for part in parts:
        try:
            size = int(part)
        except (TypeError, ValueError, OverflowError):
            size = None
        if size is None or isinstance(part, bool) or not (isinstance(part, str) or size == part):
            return None, complaint
        sizes.append(size)
    if len(sizes) < field.fewest:
        return None, _(
            "{setting} must be at least {fewest}, such as 16 or 128-64.",
            setting=_(field.label),
            fewest=field.fewest,
        )
    inside = tuple(int(min(max(size, field.low), field.high)) for size in sizes[:MOST_LAYERS])
    if inside == tuple(sizes):
        return inside, ""
    return inside, _(
        "{setting} can be up to {most}, each of {low:g} to {high} units, not {given}.",
        setting=_(field.label),
        most=MOST_LAYERS,
        low=field.low,
        high=shown(field.high),
        given=quoted(raw),
    )


_READERS: dict[str, Callable[[Field, Any], tuple[Any, str]]] = {
    "int": _read_number,
    "float": _read_number,
    "choice": _read_choice,
    "bool": _read_bool,
    "sizes": _read_sizes,
}


def quoted(raw: object) -> str:
    """Return what was given, as it is put into a complaint: in quotes, short, printable."""
    text = _text(raw)
    text = text if len(text) <= 40 else text[:39] + "…"
    return "“" + "".join(c if c.isprintable() else "�" for c in text) + "”"


def _text(raw: object) -> str:
    try:
        return str(raw)
    except ValueError:  # Python does not write out whole numbers of thousands of digits
        return _("a number too long to write")


def _either(names: Iterable[str]) -> str:
    *first, last = names
    return _(", ").join(first) + _(" or ") + last if first else last


def as_text(value: Any) -> str:
    """Return a value as the text that `read` makes the same value of."""
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        text = f"{value:.12g}"
        return text if float(text) == value else repr(value)
    return str(value)


def shown(value: Any) -> str:
    """Return a value as a sentence has it: ``16384 -> 16,384``."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 10_000:
        return f"{value:,.0f}"
    return as_text(value)
