"""What a setting can be in a class: part of its range, or some of its choices."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from aecore.choosing import spoken
from aecore.config import FIELDS
from aecore.fields import as_text, quoted, read, shown
from aecore.language import text as _

_NUMBER = r"(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)?"
_RANGE = re.compile(rf"{_NUMBER}-{_NUMBER}", re.IGNORECASE)


@dataclass(frozen=True)
class Limit:
    """The values that a setting is limited to.

    Attributes
    ----------
    low, high : float
        Smallest and largest number, of every entry for sizes; both allowed.
    choices : tuple
        For choices and switches, the values there are; empty for numbers.
    """

    low: float = -math.inf
    high: float = math.inf
    choices: tuple[Any, ...] = ()

    @property
    def single(self) -> bool:
        """Whether it leaves one value."""
        return len(self.choices) == 1 or (not self.choices and self.low == self.high)

    def nearest(self, value: Any) -> Any:
        """Return the nearest allowed value; of choices, the first."""
        if self.choices:
            return value if value in self.choices else self.choices[0]
        if isinstance(value, tuple):
            return tuple(self.nearest(entry) for entry in value)
        inside = min(max(value, self.low), self.high)
        return int(inside) if isinstance(value, int) else float(inside)

    def within(self, other: Limit) -> Limit:
        """Return what both allow, or this one where that is nothing."""
        if self.choices:
            both = tuple(choice for choice in self.choices if choice in other.choices)
            return Limit(choices=both or self.choices)
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Limit(low, high) if low <= high else self

    def said(self, name: str) -> str:
        """Say what a setting of this name can be."""
        if not self.choices:
            return _("{low} to {high}", low=shown(self.low), high=shown(self.high))
        return _(" or ").join(_(spoken(name, choice)) for choice in self.choices)

    def to_text(self) -> str:
        """Return the limit as an address has it."""
        if self.choices:
            return "|".join(map(as_text, self.choices))
        return f"{as_text(self.low)}-{as_text(self.high)}"


def read_limit(name: str, text: str) -> tuple[Limit | None, list[str]]:
    """Read a limit from an address.

    Parameters
    ----------
    name : str
        A setting, a key of `aecore.config.FIELDS`.
    text : str
        ``2-64``, ``2-``, ``-64``, or ``none|gaussian``.

    Returns
    -------
    Limit or None
        None where there is no telling which.
    list of str
        A sentence for each thing that did not fit.
    """
    field = FIELDS[name]
    if field.kind in ("choice", "bool"):
        return _read_choices(name, text)
    found = _RANGE.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        return None, [
            _(
                "A limit of {setting} is a range such as {example}, not {given}.",
                setting=_(field.label),
                example=f"{as_text(field.low)}-{as_text(field.high)}",
                given=quoted(text),
            )
        ]
    ends = [float(end) if end else None for end in found.groups()]
    low, high = (
        field.low if ends[0] is None else ends[0],
        field.high if ends[1] is None else ends[1],
    )
    whole = field.kind != "float"
    inside = [min(max(end, field.low), field.high) for end in (min(low, high), max(low, high))]
    if whole:
        inside = [float(math.ceil(inside[0])), float(math.floor(inside[1]))]
    if inside[0] > inside[1]:
        inside = [inside[1], inside[1]]
    low_end, high_end = (int(end) if whole else end for end in inside)
    limit = Limit(low_end, high_end)
    if (limit.low, limit.high) == (low, high):
        return limit, []
    return limit, [
        _(
            "The limit of {setting} is {allowed}, not {given}.",
            setting=_(field.label),
            allowed=limit.said(name),
            given=quoted(text),
        )
    ]


def _read_choices(name: str, text: str) -> tuple[Limit | None, list[str]]:
    read_ones = [read(FIELDS[name], part) for part in text.split("|")]
    values = tuple(dict.fromkeys(value for value, _complaint in read_ones if value is not None))
    complaints = [complaint for _value, complaint in read_ones if complaint]
    return (Limit(choices=values) if values else None), complaints
