"""What a harness is, and what must hold of every sentence that a person may read."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
MOST = 2000
"""Characters of a sentence."""
_PLACES = (str(ROOT), str(Path.home()), tempfile.gettempdir())


@dataclass(frozen=True)
class Entry:
    """A place where something comes in from outside.

    Attributes
    ----------
    seeds : callable
        Returns good content to begin with; none is kept in the repository.
    check : callable
        Reads any content, and raises if that is not met as it should be.
    """

    seeds: Callable[[], Iterable[bytes]]
    check: Callable[[bytes], None]


def for_people(said: Iterable[str]) -> None:
    """Assert that sentences can stand on a page, and tell nothing of the server's folders."""
    for sentence in said:
        assert sentence.strip(), "nothing is said"
        assert len(sentence) <= MOST, f"{len(sentence)} characters"
        assert sentence.isprintable(), repr(sentence)
        assert "Traceback" not in sentence
        if place := next((place for place in _PLACES if place in sentence), None):
            raise AssertionError(f"{place} in {sentence}")
