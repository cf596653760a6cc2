"""What the catalogues have to hold: texts in the code, and those of the registries.

``python -m tests.catalogues zh`` lists what a language still lacks, as entries to fill in.
"""

from __future__ import annotations

import string
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from aecore import language

ROOT = Path(__file__).parents[1]
KEYWORDS = {"_": None, "counted": (1, 2), "marked": None}
PLACES = ("aecore", "ui", "pages")
"""Folders whose texts people read."""


def in_code() -> dict[str, str]:
    """Return all texts that the code looks up as they stand, each with a place where it does."""
    found: dict[str, str] = {}
    for folder in PLACES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for line, texts, _comments, _context in extract_from_file("python", path, KEYWORDS):
                message = texts if isinstance(texts, str) else texts[0]
                found.setdefault(message, f"{path.relative_to(ROOT)}:{line}")
    found.pop("", None)
    return found


def in_registries() -> dict[str, str]:
    """Return all texts that the guide looks up: labels and help of whatever can be chosen."""
    from ui.guide.sections import SECTIONS

    found: dict[str, str] = {}
    name = ""

    class Recorder(dict[str, str]):
        def get(self, key: str, default: str | None = None) -> str:  # type: ignore[override]
            found.setdefault(key, f"guide, {name}")
            return default or ""

    original, language._catalogue = language._catalogue, lambda language: Recorder()  # type: ignore[assignment]
    try:
        for entry in SECTIONS.values():
            name = entry.name
            language.text(entry.title)
            language.text(entry.intro)
            entry.entries()
    finally:
        language._catalogue = original
    found.pop("", None)
    return found


def entries(name: str) -> Iterator[tuple[Path, Message]]:
    """Yield all entries of a language's catalogues."""
    for path in sorted((language.CATALOGUES / name).glob("*.po")):
        with path.open("rb") as file:
            for entry in read_po(file, locale=name):
                if entry.id:
                    yield path, entry


def places(text: str) -> set[str]:
    """Return the names of the places for values in a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def lacking(name: str) -> dict[str, str]:
    """Return the texts that a language has no entry for."""
    there = {language._first(entry.id) for _, entry in entries(name) if entry.string}
    return {m: p for m, p in (in_code() | in_registries()).items() if m not in there}


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


if __name__ == "__main__":
    only = sys.argv[2:]
    for message, place in lacking(sys.argv[1]).items():
        if not only or any(place.startswith(start) for start in only):
            print(f'#: {place}\nmsgid {_quoted(message)}\nmsgstr ""\n')
