"""In which line of a TOML text each key stands: the parser itself does not tell.

Only texts that the parser has read are looked at, so nothing is checked here.
"""

from __future__ import annotations

import re
import tomllib
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys and places in arrays from the top: ``("views", 1, "caption")``."""

_TOKEN = re.compile(
    r"""
    \"{3}(?:\\.|[^\\])*?\"{3,5}   # long texts, of several lines perhaps
    | '{3}.*?'{3,5}
    | "(?:\\.|[^"\\\n])*"
    | '[^'\n]*'
    | \#[^\n]*
    | [\[\]{},=\n]
    | [^\[\]{},=\n"'\#]+
    """,
    re.VERBOSE | re.DOTALL,
)


def lines(text: str) -> dict[Path, int]:
    """Return the line of each key, table and array's entry, from 1.

    Parameters
    ----------
    text : str
        TOML that `tomllib` reads.
    """
    return _Scan(text).found


def line_of(found: dict[Path, int], path: Path) -> int:
    """Return the line of a key, or of the nearest thing around it that has one."""
    while path and path not in found:
        path = path[:-1]
    return found.get(path, 1)


class _Scan:
    def __init__(self, text: str) -> None:
        self.found: dict[Path, int] = {}
        self._tokens = _TOKEN.findall(text)
        self._at, self._line = 0, 1
        self._counts: dict[Path, int] = {}
        table: Path = ()
        while self._peek():
            if self._peek() == "\n" or self._is_blank():
                self._next()
            elif self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _is_blank(self) -> bool:
        return not self._peek().strip() or self._peek().startswith("#")

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        self._line += token.count("\n")
        return token

    def _until(self, end: str) -> str:
        parts = []
        while self._peek() and self._peek() != end:
            parts.append(self._next())
        self._next()
        return "".join(parts)

    def _header(self) -> Path:
        """Read ``[a.b]`` or ``[[a]]``, and return where its keys are."""
        line = self._line
        self._next()
        several = self._peek() == "["
        if several:
            self._next()
        names = _names(self._until("]"))
        if several:
            self._next()
        path: Path = ()
        for name in names[:-1]:
            path = self._last((*path, name))
        path = (*path, names[-1])
        self.found.setdefault(path, line)
        if several:
            self._counts[path] = self._counts.get(path, -1) + 1
            path = self._last(path)
            self.found[path] = line
        return path

    def _last(self, path: Path) -> Path:
        """Return the newest entry where a path is an array of tables, else the path."""
        return (*path, self._counts[path]) if path in self._counts else path

    def _pair(self, table: Path) -> None:
        line = self._line
        path = table
        for name in _names(self._until("=")):
            path = (*path, name)
            self.found.setdefault(path, line)
        self._value(path)

    def _value(self, path: Path) -> None:
        while self._is_blank() and self._peek():
            self._next()
        if self._peek() == "[":
            self._array(path)
        elif self._peek() == "{":
            self._inline(path)
        else:
            self._next()

    def _array(self, path: Path) -> None:
        self._next()
        place = 0
        while self._peek() and self._peek() != "]":
            if self._peek() == ",":
                place += 1
                self._next()
            elif self._peek() == "\n" or self._is_blank():
                self._next()
            else:
                self.found[(*path, place)] = self._line
                self._value((*path, place))
        self._next()

    def _inline(self, path: Path) -> None:
        self._next()
        while self._peek() and self._peek() != "}":
            if self._peek() == "," or self._is_blank():
                self._next()
            else:
                self._pair(path)
        self._next()


def _names(text: str) -> list[str]:
    """Return the parts of a key: ``runs."q = 8"`` is two."""
    try:
        read = tomllib.loads(f"{text.strip()} = 0")
    except tomllib.TOMLDecodeError:
        return [text.strip()]
    names = []
    inner: object = read
    while isinstance(inner, dict):
        (name, inner), *_ = inner.items()
        names.append(name)
    return names
