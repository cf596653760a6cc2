"""Entries of the guide as Markdown, and the list of what a section has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from types import MappingProxyType

from aecore.guide import Entry
from aecore.language import text as _
from aecore.wording import explained, listed, sentences


def written(entries: Iterable[Entry], known: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return entries as Markdown, each with an anchor, under the headings of their groups.

    Parameters
    ----------
    entries : iterable of Entry
    known : mapping of str to str
        Titles of the entries that are on the page and can be linked to, by id.
    """
    parts = []
    for group, members in groupby(entries, lambda entry: entry.group):
        parts += [f"### {group}"] if group else []
        parts += [_entry(entry, known) for entry in members]
    return "\n\n".join(parts)


def contents(entries: Iterable[Entry]) -> str:
    """Return links to entries, those of a group behind its name."""
    lines = []
    for group, members in groupby(entries, lambda entry: entry.group):
        lines += [f"**{group}**"] if group else []
        lines.append("  \n".join(_link(entry.id, entry.title) for entry in members))
    return "\n\n".join(lines)


def _entry(entry: Entry, known: Mapping[str, str]) -> str:
    name = f" `{entry.name}`" if entry.name and not entry.title.startswith(entry.name) else ""
    level = "####" if entry.group else "###"
    lines = [f'<span id="{entry.id}"></span>\n\n{level} {entry.title}{name}', entry.text]
    if entry.formula:
        lines.append(f"$$\n{entry.formula}\n$$")
    if entry.choices:
        lines.append(
            "\n".join("- " + explained(f"**{label}**", said) for label, said in entry.choices)
        )
    if entry.facts:
        lines.append(f"<small>{sentences(entry.facts)}</small>")
    also = [_link(other, known[other]) for other in entry.also if other in known]
    if also:
        lines.append(f"<small>{_('See also {listed}.', listed=listed(also))}</small>")
    return "\n\n".join(lines)


def _link(anchor: str, title: str) -> str:
    return f"[{title}](#{anchor})"
