"""Whether a lesson's file has the form of one: known keys, of the right kind and size.

What they mean beside each other is `aecore.lessons.reading`'s.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from aecore.fields import quoted
from aecore.language import marked
from aecore.language import text as _
from aecore.lessons.keys import MOST_BYTES, PARTS, Key, in_translation
from aecore.lessons.lines import Path
from aecore.wording import listed, sentences

FEW = 4
"""So many names are all told to whoever wrote another one."""


class Wrong(Exception):
    """Something in a file that is no lesson's: where, and a sentence about it.

    Parameters
    ----------
    path : tuple or int
        Of the key; or the number of the line, from 1.
    sentence : str
    """

    def __init__(self, path: Path | int, sentence: str) -> None:
        super().__init__(sentence)
        self.path, self.sentence = path, sentence


def parsed(content: bytes) -> tuple[str, dict[str, Any]]:
    """Return a file's text, and what it says in TOML.

    Raises
    ------
    Wrong
        If it is too large, no text, or no TOML.
    """
    if len(content) > MOST_BYTES:
        size = f"{MOST_BYTES // 1000} kB"
        raise Wrong(1, _("A lesson can have {size} at most.", size=size))
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Wrong(line, _("This is not UTF-8, the encoding of every lesson.")) from None
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Wrong(*_syntax(text, str(error))) from None
    except (ValueError, RecursionError, OverflowError):
        raise Wrong(1, _("A number here is too long, or something is nested too deep.")) from None


def _syntax(text: str, message: str) -> tuple[int, str]:
    """Return the line of what the parser could not read, and a sentence."""
    found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    last = max(len(text.splitlines()), 1)
    line = 1 if found is None else int(found[1] or last)
    why = message if found is None else message[: found.start()]
    known = next((_(told) for begins, told in _PARSER.items() if why.startswith(begins)), "")
    return min(line, last), known or _("This is not TOML: {why}.", why=why)


_PARSER = {
    "Illegal character '\\n'": marked("A text that begins here has no quote at its end."),
    "Unterminated string": marked("A text is not closed before the file ends."),
    "Unescaped '\\'": marked(
        "A backslash is written twice in a text in double quotes, once in single ones."
    ),
    "Cannot overwrite a value": marked("This is said twice."),
    "Cannot declare": marked("This table is there twice."),
    "Expected '=' after a key": marked("A key is followed by “=” and what it says."),
    "Invalid value": marked(
        "Behind “=” stands a text in straight quotes, a number, true, false, a list or a table."
    ),
    "Invalid initial character for a key part": marked(
        "A name with anything but letters, digits, “-” and “_” stands in straight quotes."
    ),
    "Expected ']' at the end of a table declaration": marked(
        "A name with anything but letters, digits, “-” and “_” stands in straight quotes."
    ),
}
"""Beginnings of what the parser says, and the same for people who do not know TOML."""


def checked(values: Mapping[str, Any], *, translation: bool = False) -> None:
    """Refuse what has not the form of a lesson.

    Parameters
    ----------
    values : mapping
        What a file says.
    translation : bool
        Whether it is one, which has texts alone, and as many of them as it likes.

    Raises
    ------
    Wrong
        At the first thing that does not fit.
    """
    _part("lesson", values, (), in_translation if translation else PARTS.__getitem__)


def _part(
    part: str,
    values: Mapping[str, Any],
    path: Path,
    keys_of: Callable[[str], Mapping[str, Key]],
) -> None:
    keys = keys_of(part)
    for name, value in values.items():
        if name not in keys:
            raise Wrong((*path, name), _unknown(name, part, keys))
        key, here = keys[name], (*path, name)
        if key.kind in PARTS:
            for entry, place in _tables(key, value, here):
                _part(key.kind, entry, place, keys_of)
        else:
            _KINDS[key.kind](key, value, here)
    for name, key in keys.items():
        if key.needed and name not in values:
            raise Wrong(path, _("“{name}” is missing here.", name=name))


def _unknown(name: str, part: str, keys: Mapping[str, Key]) -> str:
    if name in PARTS[part]:
        return _("A translation has texts alone, and {name} is none.", name=quoted(name))
    close = get_close_matches(name[:40], keys, n=1)
    sentence = _("There is no {name} here.", name=quoted(name))
    return sentences([sentence, _("Did you mean “{name}”?", name=close[0]) if close else ""])


def _tables(key: Key, value: Any, path: Path) -> list[tuple[Mapping[str, Any], Path]]:
    name = path[-1]
    if key.most == 1:
        if not isinstance(value, dict):
            raise Wrong(path, _("“{name}” must be a table, [{name}].", name=name))
        return [(value, path)]
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise Wrong(path, _("“{name}” must be tables, each begun by [[{name}]].", name=name))
    _count(len(value), key.fewest, key.most, path)
    return [(entry, (*path, k)) for k, entry in enumerate(value)]


def _count(count: int, fewest: float, most: float, path: Path) -> None:
    if not fewest <= count <= most:
        raise Wrong(
            path,
            _(
                "There can be {fewest} to {most} of “{name}”, not {count}.",
                fewest=f"{fewest:g}",
                most=f"{most:g}",
                name=path[-1],
                count=count,
            ),
        )


_NO_PICTURES = marked("A lesson's text can have no pictures: write without “![”.")


def _text(key: Key, value: Any, path: Path) -> None:
    if not isinstance(value, str):
        raise Wrong(path, _("This must be a text in quotes, not {value}.", value=quoted(value)))
    if not value.strip():
        raise Wrong(path, _("This text is empty."))
    if len(value) > key.most:
        raise Wrong(
            path,
            _(
                "This text can have {most} characters at most, and it has {count}.",
                most=f"{key.most:g}",
                count=len(value),
            ),
        )
    if "![" in value:
        raise Wrong(path, _(_NO_PICTURES))
    odd = next((k for k, c in enumerate(value) if not (c.isprintable() or c == "\n")), None)
    if odd is not None:
        before = quoted(value[max(odd - 12, 0) : odd].replace("\n", " "))
        sentence = _("This text has a character that cannot be shown, behind {text}.", text=before)
        backslash = _PARSER["Unescaped '\\'"]
        raise Wrong(path, sentences([sentence, _(backslash)]))


def _name(key: Key, value: Any, path: Path) -> None:
    _text(key, value, path)
    if "\n" in value:
        raise Wrong(path, _("This must be one line."))


def _several(single: Callable[[Key, Any, Path], None]) -> Callable[[Key, Any, Path], None]:
    def check(key: Key, value: Any, path: Path) -> None:
        if not isinstance(value, list):
            raise Wrong(path, _("This must be a list, […], not {value}.", value=quoted(value)))
        _count(len(value), key.fewest, key.entries, path)
        for k, entry in enumerate(value):
            single(key, entry, (*path, k))

    return check


def _number(key: Key, value: Any, path: Path) -> None:
    kinds = int if key.kind == "whole" else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        wanted = _("a whole number") if key.kind == "whole" else _("a number")
        raise mistyped(path, wanted, value)
    within(path, value, key.fewest, key.most)


def mistyped(path: Path, wanted: str, value: Any) -> Wrong:
    """Return what to say where something of another type stands."""
    return Wrong(path, _("This must be {wanted}, not {value}.", wanted=wanted, value=quoted(value)))


def within(path: Path, value: float, low: float, high: float) -> None:
    """Refuse a number outside of its range, and one that is none (NaN)."""
    if not low <= value <= high:
        raise Wrong(
            path,
            _(
                "This must be between {low} and {high}, not {value}.",
                low=f"{low:g}",
                high=f"{high:g}",
                value=quoted(value),
            ),
        )


def one_of(name: Any, known: Any, path: Path, what: str) -> None:
    """Refuse a name that is not among those known, with the nearest or all of them."""
    known = list(dict.fromkeys(known))
    if name in known:
        return
    close = get_close_matches(str(name)[:60], known, n=1) if len(known) > FEW else []
    sentence = _("There is no {what} {name}.", what=what, name=quoted(name))
    if close:
        hint = _("Did you mean “{name}”?", name=close[0])
    else:
        hint = _("It can be {names}.", names=listed(map(str, known[:12])))
    raise Wrong(path, sentences([sentence, hint]))


def _settings(key: Key, value: Any, path: Path) -> None:
    if not isinstance(value, dict):
        raise Wrong(path, _("“{name}” must be a table of settings.", name=path[-1]))


def _titles(key: Key, value: Any, path: Path) -> None:
    if not isinstance(value, dict):
        raise Wrong(path, _("“{name}” must be a table of texts.", name=path[-1]))
    for name, title in value.items():
        _name(key, title, (*path, name))


def _runs(key: Key, value: Any, path: Path) -> None:
    if not isinstance(value, dict) or not value:
        raise Wrong(path, _("“runs” must be tables, each begun by [runs.NAME]."))
    for name, settings in value.items():
        if not name.strip() or len(name) > 40 or not name.isprintable():
            raise Wrong((*path, name), _("A run's name has 1 to 40 characters that can be shown."))
        if set(name) & set("{}"):
            raise Wrong((*path, name), _("A run's name can have no braces."))
        if "![" in name:
            raise Wrong((*path, name), _(_NO_PICTURES))
        _settings(key, settings, (*path, name))


_KINDS: dict[str, Callable[[Key, Any, Path], None]] = {
    "text": _text,
    "texts": _several(_text),
    "name": _name,
    "names": _several(_name),
    "number": _number,
    "whole": _number,
    "settings": _settings,
    "arguments": _settings,
    "runs": _runs,
    "titles": _titles,
}
