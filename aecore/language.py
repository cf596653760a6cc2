"""The language that people are spoken to in: English in the code, others from catalogues.

A text is looked up where it is shown: ``_("{count} runs take turns", count=3)``. What a registry
says of its entries (labels, sentences of help) stays English there, and is looked up by whoever
shows it. Catalogues are gettext's, all of ``assets/languages/<name>/*.po``, read as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

LANGUAGES = {"en": "English", "zh": "简体中文"}
"""Languages by the name that an address has for them, each called what it calls itself."""

CATALOGUES = Path(__file__).parents[1] / "assets" / "languages"


def _english() -> str:
    return "en"


_wanted: Callable[[], str] = _english
_used: ContextVar[str] = ContextVar("language", default="")


def follow(wanted: Callable[[], str]) -> None:
    """Have the language decided anew for every text.

    Parameters
    ----------
    wanted : callable
        Returns a key of `LANGUAGES`; called in the thread that shows the text.
    """
    global _wanted
    _wanted = wanted


def use(language: str) -> None:
    """Say which language this thread is in, so that it is not asked for with every text."""
    _used.set(language)


def current() -> str:
    """Return the language in use, a key of `LANGUAGES`; results with texts are cached by it."""
    return _used.get() or _wanted()


def text(message: str, /, **values: Any) -> str:
    """Return a text in the language in use, or as it stands where no catalogue has it.

    Parameters
    ----------
    message : str
        English; places for values in braces: ``"{count} runs"``.
    **values
        What is put there, as `str.format` does. Without any, braces stay as they are.
    """
    found = _catalogue(current()).get(message, message) if message else message
    return found.format(**values) if values else found


def marked(message: str) -> str:
    """Return a text as it is: catalogues are to have it, and whoever shows it looks it up."""
    return message


def counted(one: str, many: str, count: int, /, **values: Any) -> str:
    """Return the text for a number of things, which it knows as ``{count}``.

    Parameters
    ----------
    one, many : str
        English, for one thing and for any other number; a catalogue has them under ``one``.
    count : int
    **values
        As for `text`.
    """
    english = one if count == 1 else many
    found = _catalogue(current()).get(one, english) if current() != "en" else english
    return found.format(count=f"{count:,}", **values)


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> dict[str, str]:
    """Return what a language's catalogues say for English texts; nothing where there are none."""
    if language not in LANGUAGES:
        return {}
    found: dict[str, str] = {}
    for path in sorted((CATALOGUES / language).glob("*.po")):
        from babel.messages.pofile import read_po  # not before a catalogue is asked for

        with path.open("rb") as file:
            for entry in read_po(file, locale=language):
                if entry.id and (said := _first(entry.string)):
                    found[_first(entry.id)] = said
    return found


def _first(forms: Any) -> str:
    """Return a text, the first of its plural forms: Chinese has no other."""
    return str(forms if isinstance(forms, str) else forms[0])
