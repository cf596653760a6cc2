"""What a teacher's controls mean for those who open a link, in words."""

from __future__ import annotations

from collections.abc import Mapping

from aecore.choosing import SHORTHAND, spoken
from aecore.classroom import GROUPS, HIDEABLE, Controls
from aecore.config import FIELDS
from aecore.language import text as _
from aecore.wording import listed


def described(controls: Controls, pages: Mapping[str, str]) -> list[str]:
    """Say what controls do, a sentence for each kind of them.

    Parameters
    ----------
    controls : Controls
    pages : mapping of str to str
        Titles of the pages by name.
    """
    words = []
    if controls.presenting:
        words.append(_("Pages are shown from the front: large, and without the settings."))
    groups = {FIELDS[name].group.lower(): FIELDS[name].group for name in FIELDS}
    parts = [
        _("everything of {group}", group=_(groups[name])) if name in GROUPS
        else _("the kind of autoencoder") if name == SHORTHAND
        else _(FIELDS[name].label)
        for name in HIDEABLE
        if name in controls.hidden
    ]  # fmt: skip
    if parts:
        words.append(_("These settings are not there: {parts}.", parts=listed(parts)))
    parts = [_(title) for name, title in pages.items() if name in controls.hidden]
    if parts:
        words.append(_("These pages are not there: {parts}.", parts=listed(parts)))
    parts = [
        f"{_(FIELDS[name].label)} {_(spoken(name, value))}"
        for name, value in controls.locked.items()
    ]
    if parts:
        words.append(_("These settings cannot be changed: {parts}.", parts=listed(parts)))
    words += [
        _("{setting} can be {allowed}.", setting=_(FIELDS[name].label), allowed=limit.said(name))
        for name, limit in controls.limits.items()
    ]
    return words
