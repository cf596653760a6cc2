"""What was published, and how near to it a measurement has to come to agree.

A tolerance is data: a range, a ratio or an ordering, with the reason for it beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TypeAlias

from aecore.language import text as _
from aecore.wording import explained, short

Values: TypeAlias = Mapping[str, float]


@dataclass(frozen=True)
class Within:
    """One value lies in a range.

    Attributes
    ----------
    key : str
        Name of the value.
    low, high : float
        Ends of the range, both allowed.
    """

    key: str
    low: float = -math.inf
    high: float = math.inf

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the values it is about."""
        return (self.key,)

    def holds(self, values: Values) -> bool:
        """Tell whether the measured values agree."""
        return self.low <= values[self.key] <= self.high

    def words(self, unit: str) -> str:
        """Return the tolerance in words."""
        if self.low == -math.inf:
            return _("at most {value}", value=shown(self.high, unit))
        if self.high == math.inf:
            return _("at least {value}", value=shown(self.low, unit))
        if self.low == self.high:
            return _("exactly {value}", value=shown(self.low, unit))
        low = shown(self.low, "%" if unit == "%" else "")
        return _("{low} to {high}", low=low, high=shown(self.high, unit))


@dataclass(frozen=True)
class Rising:
    """Values become larger from one to the next.

    Attributes
    ----------
    order : tuple of str
        Names of the values, smallest first.
    """

    order: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the values it is about."""
        return self.order

    def holds(self, values: Values) -> bool:
        """Tell whether the measured values agree."""
        found = [values[key] for key in self.order]
        return all(a < b for a, b in pairwise(found))

    def words(self, unit: str) -> str:
        """Return the tolerance in words."""
        return _("in this order")


@dataclass(frozen=True)
class Ratio:
    """One value is so many times another.

    Attributes
    ----------
    key, by : str
        Names of the value and of what it is divided by.
    low, high : float
        Ends of the range of the ratio, both allowed.
    """

    key: str
    by: str
    low: float = 0.0
    high: float = math.inf

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the values it is about."""
        return self.key, self.by

    def holds(self, values: Values) -> bool:
        """Tell whether the measured values agree."""
        return self.low * values[self.by] <= values[self.key] <= self.high * values[self.by]

    def words(self, unit: str) -> str:
        """Return the tolerance in words."""
        if self.low == 0:
            return _("ratio at most {value}", value=short(self.high))
        if self.high == math.inf:
            return _("ratio at least {value}", value=short(self.low))
        return _("ratio {low} to {high}", low=short(self.low), high=short(self.high))


Tolerance: TypeAlias = Within | Rising | Ratio


@dataclass(frozen=True)
class Claim:
    """One published statement.

    Attributes
    ----------
    what : str
        What is measured, with its split.
    published : str
        What the source says, in a few words or numbers.
    unit : str
        Of the measured values: "%", "MSE per pixel", "nats an image", …; may be empty.
    agrees : Within, Rising or Ratio
    why : str
        Why that much difference is allowed.
    full : Within, Rising or Ratio, optional
        A stricter tolerance, of the same values, for runs as long as the published ones.
    full_why : str
        Why that much is still allowed.
    names : mapping of str to str
        What values beside each other are called, where `apart` leaves other words.
    """

    what: str
    published: str
    unit: str
    agrees: Tolerance
    why: str
    full: Tolerance | None = None
    full_why: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    def in_full(self) -> Claim:
        """Return the claim as it is judged after runs as long as the published ones."""
        if self.full is None:
            return self
        return replace(self, agrees=self.full, why=self.full_why, full=None, full_why="")


@dataclass(frozen=True)
class Verdict:
    """A claim beside what was measured.

    Attributes
    ----------
    measured : mapping of str to float
        Means over the seeds; empty where something was not measured.
    spread : mapping of str to float
        Largest minus smallest over the seeds.
    word : {"agrees", "differs", "not measured", "other data"}
    """

    claim: Claim
    measured: dict[str, float]
    spread: dict[str, float]
    word: str

    def text(self) -> str:
        """Return the measured values, with half their range where there is more than one seed."""
        several, unit = len(self.measured) > 1, self.claim.unit
        own, after = ("%", "") if unit == "%" else ("", unit)  # of each value, and behind them all
        parts = []
        for (key, value), name in zip(self.measured.items(), apart(self.measured), strict=True):
            text = shown(value, own)
            if self.spread.get(key):
                text += f" ± {_beside(text, self.spread[key] / 2, own)}"
            called = self.claim.names.get(name, name)
            parts.append(explained(called, text) if several else text)
        rising = isinstance(self.claim.agrees, Rising)
        text = (" < " if rising and self.word == "agrees" else ", ").join(parts)
        text = f"{text} {after}".rstrip()
        if self.too_close:
            return _("{values}; closer together than the seeds", values=text)
        return text

    @property
    def too_close(self) -> bool:
        """Whether an ordering rests on less than the spread over the seeds."""
        if not isinstance(self.claim.agrees, Rising):
            return False
        pairs = pairwise(self.measured.items())
        return any(
            abs(b - a) < (self.spread.get(first, 0) + self.spread.get(second, 0)) / 2
            for (first, a), (second, b) in pairs
        )


def judge(claim: Claim, found: list[Values]) -> Verdict:
    """Compare a claim with what one or more seeds measured.

    Parameters
    ----------
    claim : Claim
    found : list of mapping
        Values by name, of each seed; judged by their means.
    """
    keys = claim.agrees.keys
    if not found or any(key not in values for values in found for key in keys):
        return Verdict(claim, {}, {}, "not measured")
    columns = {key: [values[key] for values in found] for key in keys}
    means = {key: sum(column) / len(column) for key, column in columns.items()}
    spread = {key: max(column) - min(column) for key, column in columns.items()}
    return Verdict(claim, means, spread, "agrees" if claim.agrees.holds(means) else "differs")


def shown(value: float, unit: str) -> str:
    """Return a value with its unit: ``0.964 -> 96.4 %``."""
    if unit == "%":
        return f"{100 * value:.1f} %"
    if math.isfinite(value) and value == int(value) and abs(value) < 1e6:  # a rank, a count
        return f"{int(value):,} {unit}".rstrip()
    return f"{short(value)} {unit}".rstrip()


def apart(names: Iterable[str]) -> list[str]:
    """Return names without the words that all of them end with, which go without saying.

    ``["deep squared error", "deep PCA squared error"]`` are ``["deep", "deep PCA"]``.
    """
    words = [name.split() for name in names]
    while all(len(each) > 1 for each in words) and len({each[-1] for each in words}) == 1:
        words = [each[:-1] for each in words]
    return [" ".join(each) for each in words]


def _beside(mean: str, half: float, unit: str) -> str:
    """Return half a range with as many decimals as the text of its mean: ``<0.1 %``."""
    decimals = len(mean.removesuffix(f" {unit}").partition(".")[2])
    text = f"{100 * half if unit == '%' else half:,.{decimals}f}"
    if not float(text.replace(",", "")):
        text = f"<{10**-decimals:.{decimals}f}"
    return f"{text} {unit}".rstrip()
