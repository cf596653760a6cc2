"""Fuzzing: whatever comes from outside is thrown at the code that reads it, for a bounded time.

``python -m fuzz`` runs every harness of `ENTRIES` under atheris, which is no requirement: install
it beside the others. The tests throw a few of the same things at the same harnesses.
"""

from __future__ import annotations

from importlib import import_module

from fuzz.entry import Entry

NAMES = ("uploads", "drawings", "sessions", "addresses", "controls", "lessons", "idx", "store")
"""Modules of this package with an ``ENTRY``."""


def entry(name: str) -> Entry:
    """Return a harness by its name."""
    found = import_module(f"{__name__}.{name}").ENTRY
    assert isinstance(found, Entry)
    return found
