"""Finding entries by words, wherever they stand."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from aecore.guide.entries import Entry


def found(entries: Iterable[Entry], words: str) -> list[Entry]:
    """Return the entries that have all words, those first whose title or name has them.

    Parameters
    ----------
    entries : iterable of Entry
    words : str
        Parts of words are enough; case and accents do not matter. Nothing finds nothing.
    """
    wanted = _folded(words).split()
    ranked = [(rank, entry) for entry in entries if (rank := _rank(entry, wanted)) is not None]
    return [entry for _, entry in sorted(ranked, key=lambda pair: pair[0])]


def _rank(entry: Entry, wanted: list[str]) -> int | None:
    """Return how far from the top an entry belongs; None where it does not fit."""
    if not wanted:
        return None
    title = _folded(f"{entry.title} {entry.name}")
    text = _folded(" ".join([title, entry.text, *entry.facts, *map(" ".join, entry.choices)]))
    if not all(word in text for word in wanted):
        return None
    sought = " ".join(wanted)
    if sought in (_folded(entry.title), _folded(entry.name)):
        return 0
    if title.startswith(sought):
        return 1
    return 2 if all(word in title for word in wanted) else 3


def _folded(text: str) -> str:
    """Return text without what does not matter: case, accents, joining signs."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return letters.replace("-", " ").replace("_", " ")
