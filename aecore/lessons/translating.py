"""A lesson's file with a translation's texts laid over its own, and what things are called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from aecore.experiments.claims import apart
from aecore.language import text as _
from aecore.lessons.checking import Wrong, parsed
from aecore.lessons.keys import PARTS
from aecore.lessons.lines import Path
from aecore.lessons.runs import Values

_WORD = re.compile(r"[a-z]{3}")
"""In a name that says something in one language only, unlike "q = 8"."""
_WORDS = re.compile(r"\\text\{[^}]*[a-z]{3}")
"""In a formula with words."""


def laid_over(values: Values, others: Values) -> Any:
    """Return what a file says with a translation's texts in their places.

    Raises
    ------
    Wrong
        Where the file has no such text.
    """
    return _over({**values, "names": names_of(values)}, others)


def names_of(values: Values) -> dict[str, str]:
    """Return what runs and measured values are called, by their names in the file.

    Values that stand beside each other go without the words that all of them end with.

    Raises
    ------
    Wrong
        If the file calls something by a name that is not there, or two runs alike.
    """
    names = {run: run for run in values["runs"]}
    for claim in values.get("published", ()):
        beside = [*claim.get("rising", ()), *_compared(claim.get("ratio", {}))]
        names |= {name: name for name in apart(beside)}
    for name, title in values.get("names", {}).items():
        if name not in names:
            raise Wrong(("names", name), _("Nothing here is called “{name}”.", name=name))
        names[name] = title
    called = [names[run] for run in values["runs"]]
    for run, title in zip(values["runs"], called, strict=True):
        if called.count(title) > 1:
            raise Wrong(("names", run), _("Two runs are called “{name}”.", name=title))
    return names


def untranslated(content: bytes, translation: bytes) -> list[str]:
    """Return which texts of a lesson a translation lacks: ``views.1.caption``, for a test.

    Both must be in order.
    """
    values, others = parsed(content)[1], parsed(translation)[1]
    own = _texts("lesson", {**values, "names": names_of(values)}, ())
    lacking = {*own} - {*_texts("lesson", others, ())}
    if not _WORDS.search(values.get("formula", "")):
        lacking -= {("formula",)}
    return [".".join(map(str, path)) for path in sorted(lacking, key=str)]


def _compared(ratio: Values) -> list[str]:
    return [ratio["value"], ratio["by"]] if ratio else []


def _over(values: Any, others: Any, path: Path = ()) -> Any:
    """Return what a file says with a translation's texts in their places."""
    if isinstance(others, dict):
        result = dict(values)
        for name, other in others.items():
            if name not in values:
                raise Wrong((*path, name), _("The English file has no “{name}” here.", name=name))
            result[name] = _over(values[name], other, (*path, name))
        if "options" in others and values.get("answer") in values["options"]:
            result["answer"] = result["options"][values["options"].index(values["answer"])]
        return result
    if isinstance(others, list):
        texts = isinstance(others[0], str) if others else False
        if len(others) > len(values) or (texts and len(others) != len(values)):
            raise Wrong(
                path,
                _("The English file has {count} of these here.", count=len(values)),
            )
        laid = [
            _over(value, other, (*path, k))
            for k, (value, other) in enumerate(zip(values, others, strict=False))
        ]
        return laid + list(values[len(others) :])
    return others


def _texts(part: str, values: Values, path: Path) -> Iterator[Path]:
    """Yield where a file has texts that can be translated."""
    for name, key in PARTS[part].items():
        if not key.translated or name not in values:
            continue
        if key.kind == "titles":
            yield from ((*path, name, title) for title in values[name] if _WORD.search(title))
        elif key.kind not in PARTS:
            yield (*path, name)
        elif key.most == 1:
            yield from _texts(key.kind, values[name], (*path, name))
        else:
            for k, entry in enumerate(values[name]):
                yield from _texts(key.kind, entry, (*path, name, k))
