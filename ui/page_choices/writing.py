"""How options are written in a link."""

from __future__ import annotations

LAST_LAYER = -1
"""As `aecore.activity.LAST`, which needs torch."""


def counted_from_one(place: int) -> str:
    """Return a place, counted from 0, as people count."""
    return str(place + 1)


def number(value: float) -> str:
    """Return a number without needless decimals."""
    return f"{value:g}"


def percent(share: float) -> str:
    """Return a share in percent."""
    return f"{100 * share:g}"


def layer(place: int) -> str:
    """Return a layer as people count them."""
    return "last" if place == LAST_LAYER else str(place + 1)


def unit(place: int | None) -> str:
    """Return a unit as people count them."""
    return "all" if place is None else str(place + 1)


def epoch(epoch: float | None) -> str:
    """Return an epoch, or that the newest is looked at."""
    return "newest" if epoch is None else f"{epoch:g}"


def output(drawn: bool) -> str:
    """Return whether an output is drawn at random or a mean."""
    return "drawn" if drawn else "mean"


def number_or_none(value: float | None) -> str:
    """Return a number, or that there is none."""
    return number(value) if value else "none"


def dashed(name: str) -> str:
    """Return a name of several words as one."""
    return name.replace(" ", "-")


def amount(place: int) -> str:
    """Return whether some or all are shown."""
    return "all" if place else "some"
