"""What an explanation is, and a section of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aecore.language import text as _


@dataclass(frozen=True)
class Entry:
    """One thing explained, in the language in use.

    Attributes
    ----------
    id : str
        Tells it from all others, and serves as its anchor: ``setting-bottleneck``.
    title, text : str
        What it is called, and what it means; Markdown.
    formula : str
        LaTeX, or empty.
    name : str
        What addresses, files and commands call it, or empty.
    group : str
        Entries of a group follow each other under its heading; empty for none.
    facts : tuple of str
        Further sentences: range, default, unit, source. Markdown.
    choices : tuple of (str, str)
        What it can be: labels, and a sentence on each.
    also : tuple of str
        Ids of entries to read next.
    """

    id: str
    title: str
    text: str
    formula: str = ""
    name: str = ""
    group: str = ""
    facts: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Entries that belong together.

    Attributes
    ----------
    name : str
        As in an address.
    title, intro : str
        What it is called, and what is said before its entries; English.
    entries : callable
        Returns the entries in the language in use. Some registries import torch.
    """

    name: str
    title: str
    intro: str
    entries: Callable[[], tuple[Entry, ...]]


def slug(*parts: str) -> str:
    """Return an id: ``("term", "k-NN") -> "term-k-nn"``."""
    return re.sub(r"[^a-z0-9]+", "-", " ".join(parts).lower()).strip("-")


def of_registry(
    kind: str, registry: Mapping[str, Any], group: str = "", names: Iterable[str] = ()
) -> tuple[Entry, ...]:
    """Explain the entries of a registry, each by its own label, help and formula.

    Parameters
    ----------
    kind : str
        What its ids begin with.
    registry : mapping
        Entries have ``help``; ``label`` and ``formula`` where they have them.
    group : str
        English.
    names : iterable of str
        Those to explain; without any, all.
    """
    return tuple(
        Entry(
            slug(kind, name),
            _(getattr(registry[name], "label", name[:1].upper() + name[1:])),
            _(registry[name].help),
            getattr(registry[name], "formula", ""),
            name,
            _(group),
        )
        for name in names or registry
    )
