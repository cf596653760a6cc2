"""The chapters of the course, in order, read anew whenever a file was changed."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from aecore import datasets, environment
from aecore.language import text as _
from aecore.lessons.keys import MOST_BYTES, MOST_FILES
from aecore.lessons.lesson import Lesson, LessonError
from aecore.lessons.reading import read_lesson

SHIPPED = Path(__file__).parents[2] / "assets" / "lessons"
"""The folder of the lessons that come with the app."""


_ENDING = re.compile(r"\.toml(\.txt)?$", re.IGNORECASE)
"""Of files that are lessons, and of those that an editor named otherwise: these are told."""


def course(language: str = "en") -> list[Lesson | LessonError]:
    """Return all chapters by number, each broken file as what is wrong with it.

    The lessons that come with the app, and those of the folder that ``AE_LESSONS`` names; there
    a file of the same name takes the place of ours. A broken translation leaves the lesson
    English and is told after it.

    Parameters
    ----------
    language : str
        A key of `aecore.language.LANGUAGES`; what a translation does not have stays English.
    """
    found: dict[str, Path] = {}
    crowded: list[LessonError] = []
    for folder in folders():
        names = _files(folder)
        if len(names) > MOST_FILES:
            why = _("There are more than {most} lessons: this is left out.", most=MOST_FILES)
            crowded.append(LessonError(names[MOST_FILES], 1, why))
        found |= {name: folder / name for name in names[:MOST_FILES]}
    at_hand = tuple(name for name in datasets.DATASETS if datasets.available(name))
    read: list[Lesson | LessonError] = []
    slugs: dict[str, str] = {}
    for name, path in sorted(found.items(), key=lambda item: _order(item[0])):
        entries = _read(path, _stamp(path), language, _stamp(_translated(path, language)), at_hand)
        for entry in entries:
            if isinstance(entry, Lesson) and entry.slug in slugs:
                why = _("{other} has the same short name.", other=slugs[entry.slug])
                read.append(LessonError(name, 1, why))
                continue
            if isinstance(entry, Lesson):
                slugs[entry.slug] = name
            read.append(entry)
    return read + crowded


def folders() -> list[Path]:
    """Return the folders of lessons: ours, and a teacher's own."""
    own = environment.read().lessons
    return [SHIPPED] if own is None else [SHIPPED, own]


def lessons(language: str = "en") -> dict[str, Lesson]:
    """Return the chapters that are in order, by their short names."""
    return {entry.slug: entry for entry in course(language) if isinstance(entry, Lesson)}


def _files(folder: Path) -> list[str]:
    try:
        return sorted(
            path.name for path in folder.iterdir() if _ENDING.search(path.name) and path.is_file()
        )
    except OSError:
        return []


def _order(name: str) -> tuple[int, str]:
    number = name.partition("-")[0]
    return (int(number) if number.isascii() and number.isdigit() else 1000, name)


def _translated(path: Path, language: str) -> Path:
    return path.parent / language / path.name


def _stamp(path: Path) -> tuple[int, int] | None:
    """Return what changes when a file does; None where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=4 * MOST_FILES)
def _read(
    path: Path,
    stamp: tuple[int, int] | None,
    language: str,
    translated: tuple[int, int] | None,
    at_hand: tuple[str, ...],
) -> tuple[Lesson | LessonError, ...]:
    """Read a file and its translation; the other arguments say whether anything changed."""
    try:
        content = _content(path)
        lesson = read_lesson(path.name, content)
        if translated is None or language == "en" or isinstance(lesson, LessonError):
            return (lesson,)
        other = read_lesson(path.name, content, _content(_translated(path, language)))
    except OSError as error:
        why = _("The file cannot be read: {why}.", why=error.strerror or error)
        return (LessonError(path.name, 1, why),)
    if isinstance(other, Lesson):
        return (other,)
    return lesson, replace(other, file=f"{language}/{path.name}")


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)
