"""One thing that can be chosen on a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Entries = Mapping[Any, tuple[str, str]]
"""Label and sentence of help of each option."""


def _nothing_more() -> Entries:
    return {}


@dataclass(frozen=True)
class Choice:
    """One thing that can be chosen on a page and is no setting.

    Attributes
    ----------
    name : str
        As in a link; no other choice, setting or parameter of an address has it.
    page : str
        The address of the page; none for what belongs to all pages.
    label, help : str
        What it is called, and a sentence on what it does; English.
    default : object
        What is chosen to begin with; None where that depends on the settings.
    control : str
        How it is drawn and read, a key of `ui.choices.CONTROLS`.
    key : str
        What the key of its widget begins with.
    write : callable
        Returns the text of an option, as in a link.
    entries : callable
        Returns what is to be said of each option. Called when it is drawn: some know torch.
    """

    name: str
    page: str
    label: str
    help: str
    default: Any = None
    control: str = "buttons"
    key: str = ""
    write: Callable[[Any], str] = str
    entries: Callable[[], Entries] = _nothing_more


def described(registry: Mapping[str, Any]) -> Entries:
    """Return label and help of each entry of a registry."""
    return {name: (entry.label, entry.help) for name, entry in registry.items()}
