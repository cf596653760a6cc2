"""A teacher's controls: hidden, locked and limited settings, in an address or the environment."""

from __future__ import annotations

from collections.abc import Iterator

from aecore.classroom import HIDEABLE
from aecore.config import FIELDS
from aecore.control_texts import from_query, from_texts, to_texts
from aecore.control_words import described
from fuzz.entry import Entry, for_people

PAGES = {"compare": "Compare", "sweep": "Sweep"}


def seeds() -> Iterator[bytes]:
    """Yield controls of each kind."""
    yield ("hide=" + ",".join((*HIDEABLE, *PAGES))).encode()
    for name, field in FIELDS.items():
        yield f"lock={name}:{next(iter(field.choices), 3)}".encode()
        yield f"limit={name}:{'|'.join(field.choices) or '2-64'}".encode()
    yield b"present=1&hide=<script>&lock=bottleneck&limit=hidden:1e9-"


def check(content: bytes) -> None:
    """Read controls, put them in force, and write them again."""
    controls, notes = from_query(content.decode("utf-8", "replace"), PAGES)
    for_people(notes)
    for_people(described(controls, PAGES))
    assert from_texts(to_texts(controls), PAGES)[0] == controls
    inforce, config, notes = controls.opened({"bottleneck": "8"}, "digits")
    for_people(notes)
    assert not inforce.breaks(config.as_dict())


ENTRY = Entry(seeds, check)
