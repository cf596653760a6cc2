"""Numbers, shares, times and names as people read them.

Numbers have three figures and no exponents; units are left to the caller.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from aecore import language
from aecore.language import text as _


def short(value: float) -> str:
    """Return a number with three significant figures: ``0.021343 -> 0.0213``.

    Only what would be a row of zeros otherwise gets a power of ten.
    """
    if not math.isfinite(value):
        return "–"
    if abs(value) < 5e-9:  # nothing left at eight decimals
        return "0"
    rounded = float(f"{value:.3g}")  # first, because 9.996 has one figure more before the point
    digits = 2 - math.floor(math.log10(abs(rounded)))
    return f"{rounded:,.{min(max(digits, 0), 8)}f}".replace("-", "−")


def percentage(share: float) -> str:
    """Return a share as whole per cent; only what is none or all is called 0 % or 100 %."""
    if 0 < share < 0.005:
        return _("less than 1 %")
    if 0.995 < share < 1:
        return _("more than 99 %")
    return f"{share:.0%}".replace("%", " %")


def sentences(said: Iterable[str]) -> str:
    """Return whole sentences one after the other, empty ones left out; Chinese has no spaces."""
    return ("" if language.current() == "zh" else " ").join(filter(None, said))


def listed(parts: Iterable[str]) -> str:
    """Return things one after the other: ``a, b, c``."""
    return _(", ").join(parts)


def explained(name: str, said: str) -> str:
    """Return a name, and what is said of it: ``Per class: one of each``."""
    return _("{name}: {said}", name=name, said=said)


def plain(text: str) -> str:
    """Return text, such as a name that somebody gave, that Markdown shows as it stands."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+-.!|<>$~:" else c for c in text)


def brief(value: float) -> str:
    """Return a number for a narrow place: `short`, but no more than four decimals."""
    if 0 < abs(value) < 0.001:
        return f"{value:.4f}".replace("-", "−")
    return short(value)


def duration(seconds: float) -> str:
    """Return a time as ``m:ss`` or ``h:mm:ss``."""
    minutes, s = divmod(max(0, math.ceil(seconds)), 60)
    hours, m = divmod(minutes, 60)
    return f"{hours}:{m:02}:{s:02}" if hours else f"{m}:{s:02}"


def about(seconds: float) -> str:
    """Return a time that is only roughly known: ``40 s``, ``7 min``, ``3 h 10 min``."""
    if seconds < 90:
        return _("{count} s", count=math.ceil(max(seconds, 1)))
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("{count} min", count=minutes)
    return _("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)


def rounded_count(value: float) -> str:
    """Return a large count with two significant figures: ``61234 -> 61,000``."""
    if value <= 0 or not math.isfinite(value):
        return "–"
    digits = 1 - math.floor(math.log10(value))
    return f"{round(value, min(digits, 0)):,.0f}"


def moment(step: int, per_epoch: int, pretraining: int = 0) -> str:
    """Return when in training a step is: ``step 20`` early on, then ``epoch 2.25``.

    Epochs of pretraining are counted apart: ``pretraining 3.5``.
    """
    if step < round(per_epoch / 4):
        return _("step {step}", step=step)
    epochs = round(4 * step / per_epoch) / 4
    if epochs < pretraining:
        return _("pretraining {epochs:g}", epochs=epochs)
    return _("epoch {epochs:g}", epochs=epochs - pretraining)
