"""The session's pins: runs that are kept at hand to be compared, in an order, by name."""

from __future__ import annotations

import streamlit as st

from aecore import pins as pinning
from aecore.config import RunConfig
from aecore.language import text as _
from aecore.pins import MOST_PINS, Pin
from ui import session

_PINS, _GIVEN = "pins", "pins given"


def pins() -> list[Pin]:
    """Return the session's pins in their order."""
    given = st.session_state.pop(_GIVEN, None)
    if given is not None:
        # an address names them beside its data set, which is known by now
        found, notes = pinning.read(given, session.settings())
        st.session_state[_PINS] = found
        for note in notes:
            session.say(note)
    return list(st.session_state.get(_PINS, []))


def read_address(texts: list[str]) -> list[str]:
    """Take in the pins of an address, which are said more about once its settings are known."""
    st.session_state[_GIVEN] = texts
    return []


def write_address() -> list[str]:
    """Return the session's pins as an address has them."""
    return [pinning.write(pin, session.settings()) for pin in pins()]


def is_pinned(config: RunConfig) -> bool:
    """Tell whether a run is pinned, whatever its number of epochs."""
    return pinning.holds(pins(), config)


def add(config: RunConfig) -> None:
    """Pin a run, or take over its number of epochs where it is pinned; said where it cannot be."""
    present = pins()
    if pinning.holds(present, config):
        present = [
            Pin(config, pin.name) if pin.config.identity == config.identity else pin
            for pin in present
        ]
    elif len(present) < MOST_PINS:
        present.append(Pin(config))
    else:
        session.say(pinning.too_many())
    st.session_state[_PINS] = present


def remove(config: RunConfig) -> None:
    """Let go of a run."""
    st.session_state[_PINS] = [p for p in pins() if p.config.identity != config.identity]


def rename(config: RunConfig, name: str) -> None:
    """Call a pinned run by a name of one's own, or by its settings again if it is empty."""
    st.session_state[_PINS] = [
        Pin(pin.config, pinning.tidy(name)) if pin.config.identity == config.identity else pin
        for pin in pins()
    ]


def move(config: RunConfig, by: int) -> None:
    """Move a pinned run by so many places, negative to the front."""
    present = pins()
    place = next(k for k, pin in enumerate(present) if pin.config.identity == config.identity)
    present.insert(min(max(place + by, 0), len(present) - 1), present.pop(place))
    st.session_state[_PINS] = present


def control(config: RunConfig, *, wanted: bool) -> None:
    """Draw what pins the session's run or lets go of it, and the way to all that are pinned.

    Parameters
    ----------
    config : RunConfig
        The session's settings.
    wanted : bool
        Whether as many epochs as they say are trained, or are being trained: a pin follows then.
    """
    if session.controls().hides("compare"):
        return
    present = pins()
    pinned = pinning.holds(present, config)
    if wanted and any(
        pin.config.identity == config.identity and pin.config.epochs < config.epochs
        for pin in present
    ):
        add(config)
        st.rerun()  # the address is to follow
    full = len(present) >= MOST_PINS and not pinned
    pressed = st.button(
        _("Unpin") if pinned else _("Pin"),
        icon=":material/keep_off:" if pinned else ":material/keep:",
        type="tertiary",
        disabled=full,
        width="content",
        key=f"pin.{pinned}",
        help=pinning.too_many() if full else _("Keep this run at hand, to compare it with others."),
    )
    if present and session.page() != "compare":
        from ui.shell import page_of

        st.page_link(
            page_of("compare"),
            label=_("Compare ({count})", count=len(present)),
            icon=":material/view_column:",
            width="content",
            help=_("All pinned runs side by side."),
        )
    if pressed:
        (remove if pinned else add)(config)
        st.rerun()
