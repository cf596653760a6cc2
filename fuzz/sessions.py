"""Saved sessions: a file that is opened in place of what is chosen now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace

from aecore import sharing
from fuzz.entry import Entry, for_people
from ui.lessons import predictions


def seeds() -> Iterator[bytes]:
    """Yield a session's file, and some that are nearly one."""
    saved = sharing.Saved(
        "filters",
        {"dataset": ("digits",), "pin": ("A~bottleneck:8", "loss:bce"), "epochs": ("3",)},
        {"order": "norm", "charts": "svg"},
        {"bottleneck": {"guess": 3.5, "asked": True}, "loss": {"guess": 1, "seen": True}},
    )
    content = saved.as_text().encode()
    yield content
    yield content.replace(b"3.5", b"1" + b"0" * 400)
    yield content.replace(b"bottleneck", b"\\ud800<script>")
    yield content.replace(b"true", b"[" * 90 + b"]" * 90)


def check(content: bytes) -> None:
    """Read a file, take its predictions over, and write all of it again."""
    saved, notes = sharing.read(content)
    for_people(notes)
    if saved is None:
        assert notes
        return
    found, notes = predictions.read_all(saved.predictions)
    for_people(notes)
    assert all(name.isprintable() for name in (*saved.parameters, *saved.choices, *found))
    kept = {slug: asdict(standing) for slug, standing in found.items()}
    replace(saved, predictions=kept).as_text().encode()


ENTRY = Entry(seeds, check)
