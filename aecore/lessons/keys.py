"""What can stand in a lesson's file: every key, of what kind it is, and how much it may hold.

``assets/lessons/README.md`` explains them to whoever writes one; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MOST_BYTES = 200_000
"""Of a file."""
MOST_FILES = 60
"""In a folder; more are left out."""


@dataclass(frozen=True)
class Key:
    """One key of a part.

    Attributes
    ----------
    kind : str
        "text", "texts", "name", "names", "number", "whole", "settings" (a table of settings),
        "runs" (a table of such), "titles" (a table of names), "arguments" (whatever an analysis
        takes), or the name of a part of `PARTS`, which is then a table, or an array of tables
        where ``most`` is more than one.
    most : float
        Characters of a text (of each, of several), entries of an array of tables, or the
        largest number.
    needed : bool
    translated : bool
        Whether a translation can have it.
    fewest : float
        Entries of an array, or the smallest number.
    entries : int
        Most entries of texts and names.
    """

    kind: str
    most: float = 0
    needed: bool = False
    translated: bool = False
    fewest: float = 0
    entries: int = 0


def _text(most: int, needed: bool = False, translated: bool = True) -> Key:
    return Key("text", most, needed, translated)


def _number(kind: str = "number", low: float = -1e12, high: float = 1e12) -> Key:
    return Key(kind, high, fewest=low)


PARTS: Mapping[str, Mapping[str, Key]] = {
    "lesson": {
        "title": _text(80, needed=True),
        "minutes": _number("whole", 1, 90),
        "source": _text(200),
        "idea": _text(3000, needed=True),
        "formula": _text(800),
        "budget_note": _text(600),
        "notice": Key("texts", 600, translated=True, entries=8),
        "dataset": Key("name", 40, needed=True),
        "settings": Key("settings"),
        "full": Key("settings"),
        "instead": Key("settings"),
        "runs": Key("runs", needed=True),
        "names": Key("titles", 40, translated=True),
        "measures": Key("measures", 10, needed=True, fewest=1),
        "prediction": Key("prediction", 1, needed=True, translated=True),
        "published": Key("published", 12, translated=True),
        "views": Key("views", 8, needed=True, translated=True, fewest=1),
        "try_next": Key("try_next", 6, translated=True),
    },
    "measures": {
        "analysis": Key("name", 40, needed=True),
        "run": Key("name", 60),
        "runs": Key("names", 60, entries=7, fewest=1),
        "arguments": Key("arguments"),
    },
    "prediction": {
        "question": _text(400, needed=True),
        "kind": Key("name", 20, needed=True),
        "options": Key("texts", 120, translated=True, fewest=2, entries=6),
        "values": Key("names", 80, fewest=1, entries=6),
        "answer": Key("name", 120),
        "low": _number(),
        "high": _number(),
        "step": _number(),
        "unit": Key("text", 40, translated=True),
        "explanation": _text(1500),
    },
    "published": {
        "what": _text(300, needed=True),
        "published": _text(300, needed=True),
        "unit": Key("text", 40, translated=True),
        "why": _text(400, needed=True),
        "within": Key("within", 1),
        "rising": Key("names", 80, fewest=2, entries=7),
        "ratio": Key("ratio", 1),
    },
    "within": {
        "value": Key("name", 80, needed=True),
        "low": _number(),
        "high": _number(),
    },
    "ratio": {
        "value": Key("name", 80, needed=True),
        "by": Key("name", 80, needed=True),
        "low": _number(),
        "high": _number(),
    },
    "views": {
        "name": Key("name", 40, needed=True),
        "runs": Key("names", 60, fewest=1, entries=7),
        "figure": Key("name", 80),
        "caption": _text(600, needed=True),
    },
    "try_next": {
        "text": _text(400, needed=True),
        "page": Key("name", 40, needed=True),
        "settings": Key("settings"),
    },
}
"""The keys of each part of a lesson's file; ``lesson`` is the file itself."""


def in_translation(part: str) -> dict[str, Key]:
    """Return the keys that a translation can have of a part, none of them needed."""
    return {
        name: Key(key.kind, key.most, False, True, 0, key.entries)
        for name, key in PARTS[part].items()
        if key.translated
    }
