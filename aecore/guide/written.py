"""What is explained in files: the glossary, and the pictures and controls of every page."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from aecore.guide.entries import Entry, slug
from aecore.language import text as _

FOLDER = Path(__file__).parents[2] / "assets" / "guide"


@cache
def terms() -> tuple[dict[str, Any], ...]:
    """Return the glossary's entries as they stand: ``term, text, formula, also``."""
    return _read("glossary.toml", "term")


@cache
def parts() -> tuple[dict[str, Any], ...]:
    """Return what is explained of pages as it stands: ``page, title, text, covers``.

    ``covers`` are the headings that stand over the thing, where they are not its title.
    """
    return _read("pages.toml", "part")


def glossary() -> tuple[Entry, ...]:
    """Explain the terms of the field, in alphabetical order of what they are called."""

    def explained(term: str, text: str, formula: str = "", also: Sequence[str] = ()) -> Entry:
        others = tuple(slug("term", other) for other in also)
        return Entry(slug("term", term), _(term), _(text), formula, also=others)

    entries = (explained(**entry) for entry in terms())
    return tuple(sorted(entries, key=lambda entry: entry.title.casefold()))


def of_page(page: str, title: str) -> tuple[Entry, ...]:
    """Explain what is seen on a page.

    Parameters
    ----------
    page : str
        Its address; "everywhere" for what all pages have.
    title : str
        Its name, in the language in use.
    """
    found = ((part["title"], part["text"]) for part in parts() if part["page"] == page)
    return tuple(
        Entry(slug("page", page, heading), _(heading), _(text), group=title)
        for heading, text in found
    )


def _read(name: str, kind: str) -> tuple[dict[str, Any], ...]:
    found: list[dict[str, Any]] = tomllib.loads((FOLDER / name).read_text("utf-8"))[kind]
    return tuple(found)
