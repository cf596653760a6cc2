"""A teacher's controls as the parameters of an address, read and written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import parse_qs

from aecore.classroom import HIDEABLE, Controls
from aecore.config import FIELDS, unknown
from aecore.fields import as_text, quoted, read
from aecore.language import marked
from aecore.language import text as _
from aecore.limits import Limit, read_limit

Texts = Mapping[str, Sequence[str]]
"""Parameters of an address by name; one may be given more than once."""

HELP = {
    "hide": marked(
        "Hides settings, whole groups of them, the choice of the kind, or pages: "
        "`hide=learning_rate,batch_size`, `hide=training,variant,anomalies`. `loss` and `noise` "
        "are the groups."
    ),
    "lock": marked(
        "Locks settings at a value, or at what the address gives: `lock=bottleneck:8,loss`."
    ),
    "limit": marked("Limits what settings can be: `limit=bottleneck:2-64,noise:none|gaussian`."),
    "present": marked(
        "Shows the pages from the front, large and without the settings: `present=1`."
    ),
}
"""What the parameters do, for the table of what an address can say."""


MOST_PARTS = 200
"""Names that one parameter can have; the rest is left alone."""


def from_texts(texts: Texts, pages: Collection[str] = ()) -> tuple[Controls, list[str]]:
    """Read controls from the parameters of an address; others are left alone.

    Parameters
    ----------
    texts : mapping of str to sequence of str
    pages : collection of str
        Names of the pages that can be hidden.

    Returns
    -------
    Controls
    list of str
        A sentence for each thing that made no sense; the rest works.
    """
    notes: list[str] = []
    controls = Controls(
        frozenset(_hidden(texts.get("hide", ()), pages, notes)),
        dict(_locked(texts.get("lock", ()), notes)),
        dict(_limits(texts.get("limit", ()), notes)),
        _presenting(texts.get("present", ()), notes),
    )
    return controls, notes


def from_query(text: str, pages: Collection[str] = ()) -> tuple[Controls, list[str]]:
    """Read controls from what stands behind the question mark of an address.

    Parameters and what is returned are as for `from_texts`; whatever is none of the controls
    is named, too.
    """
    try:
        texts = parse_qs(text.strip().lstrip("?"), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return Controls(), [_("{given} is no part of an address.", given=quoted(text))]
    controls, notes = from_texts(texts, pages)
    for name in texts:
        if name not in HELP:
            notes.append(_("There is no {given} among the controls: ignored.", given=quoted(name)))
    return controls, notes


def to_texts(controls: Controls) -> dict[str, list[str]]:
    """Return the parameters that `from_texts` reads the same controls from; none for nothing."""
    order = [name for name in HIDEABLE if name in controls.hidden]
    order += sorted(controls.hidden - set(order))
    texts = {
        "hide": ",".join(order),
        "lock": ",".join(
            name if value is None else f"{name}:{as_text(value)}"
            for name, value in controls.locked.items()
        ),
        "limit": ",".join(f"{name}:{limit.to_text()}" for name, limit in controls.limits.items()),
        "present": "1" if controls.presenting else "",
    }
    return {name: [text] for name, text in texts.items() if text}


def _parts(texts: Sequence[str]) -> Iterator[str]:
    found = (part.strip() for text in texts for part in text.split(",") if part.strip())
    yield from islice(found, MOST_PARTS)


def _hidden(texts: Sequence[str], pages: Collection[str], notes: list[str]) -> Iterator[str]:
    for part in _parts(texts):
        name = part.lower()
        if name in HIDEABLE or name in pages:
            yield name
        else:
            notes.append(
                _(
                    "{given} cannot be hidden: it is neither a setting nor a group of them nor a "
                    "page.",
                    given=quoted(part),
                )
            )


def _named(texts: Sequence[str], notes: list[str]) -> Iterator[tuple[str, str]]:
    """Yield settings and what stands behind their colons; say which are none."""
    for part in _parts(texts):
        name, _colon, value = part.partition(":")
        name = name.strip().lower()
        if name in FIELDS:
            yield name, value.strip()
        else:
            notes.append(unknown(name))


def _locked(texts: Sequence[str], notes: list[str]) -> Iterator[tuple[str, Any]]:
    for name, text in _named(texts, notes):
        if not text:
            yield name, None
            continue
        value, complaint = read(FIELDS[name], text)
        if complaint:
            notes.append(complaint)
        if value is not None:
            yield name, value


def _limits(texts: Sequence[str], notes: list[str]) -> Iterator[tuple[str, Limit]]:
    for name, text in _named(texts, notes):
        limit, complaints = read_limit(name, text)
        notes += complaints
        if limit is not None:
            yield name, limit


def _presenting(texts: Sequence[str], notes: list[str]) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "": True}
    words |= {"0": False, "false": False, "no": False, "off": False}
    if not texts:
        return False
    if texts[-1].strip().lower() not in words:
        notes.append(_("present can be 1 or 0, not {given}.", given=quoted(texts[-1])))
    return words.get(texts[-1].strip().lower(), False)
