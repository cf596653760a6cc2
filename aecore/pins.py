"""Pins: runs that somebody keeps at hand, and how they are written in an address.

A pin is what differs from its data set's defaults, ``bottleneck:8,loss:mse``; its data set and its
epochs stand with it where they are not the address's own, and a name in front of it all:
``Wide~bottleneck:64``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aecore.choosing import nearest
from aecore.config import RunConfig
from aecore.differences import names
from aecore.fields import quoted
from aecore.language import text as _

MOST_PINS = 6
MOST_PIECES = 100
"""Settings that are read of one."""
MOST_LETTERS = 40
"""Of a name."""
USUAL = "defaults"
"""Stands for a run in which nothing differs, which is written as its code size."""

_END, _BETWEEN, _IS = "~", ",", ":"


@dataclass(frozen=True)
class Pin:
    """A run that is kept at hand.

    Attributes
    ----------
    config : RunConfig
    name : str
        As `tidy` leaves it; empty where the run is called by its settings.
    """

    config: RunConfig
    name: str = ""


def tidy(name: str) -> str:
    """Return a name that somebody gave as one short line of what can be printed."""
    line = "".join(c if c.isprintable() else " " for c in name)
    return " ".join(line.split())[:MOST_LETTERS].rstrip()


def titles(pins: Sequence[Pin]) -> list[str]:
    """Return what each pin is called: its name, else its settings; no two the same."""
    called = names([pin.config for pin in pins])
    found: list[str] = []
    for pin, settings in zip(pins, called, strict=True):
        wanted = pin.name or settings[:1].upper() + settings[1:]
        title, turn = wanted, 2
        while title in found:
            title, turn = f"{wanted} ({turn})", turn + 1
        found.append(title)
    return found


def write(pin: Pin, beside: RunConfig) -> str:
    """Return a pin as an address has it.

    Parameters
    ----------
    pin : Pin
    beside : RunConfig
        The address's own settings.
    """
    query = pin.config.to_query()
    if pin.config.dataset == beside.dataset:
        del query["dataset"]
        query.pop("epochs", None)
        if pin.config.epochs != beside.epochs:
            query["epochs"] = str(pin.config.epochs)
    settings = _BETWEEN.join(f"{name}{_IS}{value}" for name, value in query.items())
    name = pin.name.replace(_END, 2 * _END) + _END if pin.name else ""
    return name + (settings or f"bottleneck{_IS}{pin.config.bottleneck}")


def read(texts: Sequence[str], beside: RunConfig) -> tuple[list[Pin], list[str]]:
    """Read the pins of an address; what does not fit is mended or left out, and said.

    Parameters
    ----------
    texts : sequence of str
        One for each pin.
    beside : RunConfig
        The address's own settings, whose data set and epochs count where a pin names none.

    Returns
    -------
    list of Pin
        At most `MOST_PINS`, no run twice.
    list of str
        A sentence for everything that was changed.
    """
    pins: list[Pin] = []
    notes = []
    for raw in texts:
        name, rest = _parted(raw)
        pieces = [piece for piece in rest.split(_BETWEEN) if piece.strip()][:MOST_PIECES]
        values = {}
        for piece in pieces:
            setting, colon, value = piece.partition(_IS)
            if colon:
                values[setting.strip()] = value.strip()
            elif piece.strip() != USUAL:
                notes.append(
                    _(
                        "A pin names settings as bottleneck:8, not {piece}. It was ignored.",
                        piece=quoted(piece),
                    )
                )
        own = values.get("dataset", beside.dataset) == beside.dataset
        config, mended = nearest(values, beside.dataset, {"epochs": beside.epochs} if own else {})
        notes += [_("Of the pin {pin}: {note}", pin=quoted(raw), note=note) for note in mended]
        if pieces and not values and rest.strip() != USUAL:
            continue  # nothing in it can be a setting
        if holds(pins, config):
            continue
        pins.append(Pin(config, tidy(name)))
    if len(pins) > MOST_PINS:
        notes.append(too_many())
    return pins[:MOST_PINS], notes


def too_many() -> str:
    """Say that no more can be pinned."""
    return _("No more than {most} runs can be pinned at a time.", most=MOST_PINS)


def holds(pins: Sequence[Pin], config: RunConfig) -> bool:
    """Tell whether a run is among the pins, whatever its number of epochs."""
    return any(pin.config.identity == config.identity for pin in pins)


def _parted(raw: str) -> tuple[str, str]:
    """Return the name of a pin, empty where it has none, and its settings."""
    name, rest = "", raw
    while rest:
        before, end, after = rest.partition(_END)
        if not end:
            return "", raw
        name += before
        if not after.startswith(_END):
            return name, after
        name, rest = name + _END, after[1:]
    return "", raw
