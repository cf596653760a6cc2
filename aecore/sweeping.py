"""A sweep: one or two settings over several values, everything else as it stands.

In an address it is ``sweep=bottleneck:2,4,8,16``, once for each setting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

from aecore import language
from aecore.choosing import misfits, nearest, spoken
from aecore.config import FIELDS, RunConfig, unknown
from aecore.fields import as_text, quoted, read
from aecore.language import text as _
from aecore.objectives import LOSSES
from aecore.wording import explained, listed, sentences

MOST_AXES = 2
MOST_VALUES = 8
"""Values of a setting."""
MOST_READ = 100
"""Values that are read of an address, before some are left out."""
MOST_RUNS = 36

VARIABLE = tuple(
    name for name, field in FIELDS.items() if field.identity and name not in ("dataset", "device")
)
"""Settings that can vary: errors on different data sets cannot be compared, those on different
devices are the same, and the numbers of epochs are all in one run."""

Place = tuple[int, ...]
"""Where a run stands: which value it has of each setting."""


@dataclass(frozen=True)
class Axis:
    """A setting and the values that it goes through.

    Attributes
    ----------
    name : str
        A key of `aecore.config.FIELDS`.
    values : tuple
        Each allowed for the setting, and there once; numbers increase.
    """

    name: str
    values: tuple[Any, ...]

    @property
    def label(self) -> str:
        """The setting's name for people, in English."""
        return FIELDS[self.name].label

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers, which have a place on a scale."""
        return FIELDS[self.name].kind in ("int", "float")

    def said(self, value: Any) -> str:
        """Return one of the values for people, in English: a choice by its label."""
        return said(self.name, value)


@dataclass(frozen=True)
class Sweep:
    """One or two settings that vary; what may be left of one that somebody is still choosing.

    Attributes
    ----------
    axes : tuple of Axis
        Of different settings.
    """

    axes: tuple[Axis, ...]

    @property
    def places(self) -> list[Place]:
        """Every combination of values, the last setting's changing fastest."""
        return list(product(*(range(len(axis.values)) for axis in self.axes)))

    def values(self, place: Place) -> dict[str, Any]:
        """Return the settings of a place by name."""
        return {axis.name: axis.values[k] for axis, k in zip(self.axes, place, strict=True)}

    def said(self, place: Place) -> str:
        """Return what tells a place from the others: ``Bottleneck size 8, Loss MSE``."""
        return listed(
            f"{_(axis.label)} {_(axis.said(axis.values[k]))}"
            for axis, k in zip(self.axes, place, strict=True)
        )

    def faults(self) -> list[str]:
        """Return why this cannot be started as it stands, in sentences."""
        if not self.axes:
            return [_("Choose a setting to vary.")]
        found = [
            _("Choose at least one value of {setting}.", setting=_(axis.label))
            for axis in self.axes
            if not axis.values
        ]
        if len(self.places) > MOST_RUNS:
            found.append(
                _(
                    "A sweep has up to {most} runs, and these values would make {count}: take "
                    "some out.",
                    most=MOST_RUNS,
                    count=len(self.places),
                )
            )
        return found

    def to_texts(self) -> list[str]:
        """Return what an address says of it, one text for each setting; `parse` reads them."""
        return [
            f"{axis.name}:{','.join(as_text(value) for value in axis.values)}"
            for axis in self.axes
            if axis.values
        ]


@dataclass(frozen=True)
class Grid:
    """The runs of a sweep beside certain other settings.

    Attributes
    ----------
    sweep : Sweep
    cells : mapping of Place to RunConfig
        Without the combinations that cannot be. Several may be one run.
    notes : tuple of str
        What was left out or changed, in sentences.
    """

    sweep: Sweep
    cells: Mapping[Place, RunConfig]
    notes: tuple[str, ...]

    @property
    def configs(self) -> list[RunConfig]:
        """The different runs."""
        return list(dict.fromkeys(self.cells.values()))


def said(name: str, value: Any) -> str:
    """Return a setting's value for people, in English: a choice by its label."""
    return LOSSES[value].short if name == "loss" else spoken(name, value)


# -- reading -------------------------------------------------------------------------


def axis_of(name: str, raws: Iterable[Any]) -> tuple[Axis, list[str]]:
    """Build an axis from texts or values of any kind.

    Parameters
    ----------
    name : str
        Of a setting that can vary.
    raws : iterable
        What came from outside.

    Returns
    -------
    Axis
        With the nearest allowed values; what cannot be told is left out.
    list of str
        Sentences on what did not fit.
    """
    values, notes = [], []
    for raw in raws:
        value, complaint = read(FIELDS[name], raw)
        notes += [complaint] if complaint else []
        values += [] if value is None else [value]
    values = list(dict.fromkeys(values))
    if len(values) > MOST_VALUES:
        notes.append(
            _(
                "A sweep has up to {most} values of {setting}: the last {count} are left out.",
                most=MOST_VALUES,
                setting=_(FIELDS[name].label),
                count=len(values) - MOST_VALUES,
            )
        )
        values = values[:MOST_VALUES]
    axis = Axis(name, tuple(values))
    return (Axis(name, tuple(sorted(values))) if axis.numeric else axis), notes


def parse(texts: Sequence[str]) -> tuple[Sweep | None, list[str]]:
    """Read what an address says of a sweep.

    Parameters
    ----------
    texts : sequence of str
        As `Sweep.to_texts` writes them.

    Returns
    -------
    Sweep or None
        None where nothing of it makes sense.
    list of str
        Sentences on what did not fit.
    """
    axes: dict[str, Axis] = {}
    notes: list[str] = []
    for text in texts:
        name, colon, values = text.partition(":")
        name = name.strip().lower()
        if not colon:
            notes.append(
                _(
                    "A sweep is a setting, a colon and its values, such as bottleneck:2,4,8, "
                    "not {given}.",
                    given=quoted(text),
                )
            )
        elif name not in FIELDS:
            notes.append(unknown(name))
        elif name not in VARIABLE:
            notes.append(_("{setting} cannot be swept.", setting=_(FIELDS[name].label)))
        elif len(axes) == MOST_AXES or name in axes:
            notes.append(
                _("A sweep is of one or two different settings: {given} is left out.",
                  given=quoted(text))
            )  # fmt: skip
        else:
            parts = [part for part in values.split(",") if part.strip()]
            axis, said_of_it = axis_of(name, parts[:MOST_READ])
            notes += said_of_it
            if axis.values:
                axes[name] = axis
            else:
                notes.append(
                    _("The sweep has no value of {setting}.", setting=_(FIELDS[name].label))
                )
    sweep = Sweep(tuple(axes.values()))
    if len(sweep.places) > MOST_RUNS:
        notes += sweep.faults()
        sweep = _cut(sweep)
    return (sweep if axes else None), notes


def _cut(sweep: Sweep) -> Sweep:
    """Take values out at the end of the last setting until there are few enough runs."""
    *first, last = sweep.axes
    most = MOST_RUNS // max(1, len(Sweep(tuple(first)).places))
    return Sweep((*first, Axis(last.name, last.values[:most])))


# -- runs ----------------------------------------------------------------------------


def grid(sweep: Sweep, base: RunConfig) -> Grid:
    """Return the runs of a sweep.

    A combination that does not go together is mended in settings that do not vary, and else
    left out; either is said.

    Parameters
    ----------
    sweep : Sweep
        Without faults.
    base : RunConfig
        All other settings.
    """
    return _grid(sweep, base, language.current())


@lru_cache(maxsize=64)
def _grid(sweep: Sweep, base: RunConfig, spoken: str) -> Grid:
    cells: dict[Place, RunConfig] = {}
    changed: dict[str, list[str]] = {}  # which places, by what is said of them
    for place in sweep.places:
        values = sweep.values(place)
        config, notes = nearest(values, base.dataset, base.as_dict())
        mine = config.as_dict()
        idle = [name for name in values if not FIELDS[name].applies(mine)]
        if len(idle) < len(values) and all(
            mine[name] == value for name, value in values.items() if name not in idle
        ):
            cells[place] = config
            for note in notes:
                changed.setdefault(note, []).append(sweep.said(place))
        else:
            for complaint in misfits(values, base.dataset, base.as_dict())[:1]:
                left_out = sentences((complaint, _("It is left out.")))
                changed.setdefault(left_out, []).append(sweep.said(place))
    notes = [explained(_some(where), note) for note, where in changed.items()]
    return Grid(sweep, cells, tuple(notes))


_MOST_NAMED = 3


def _some(places: Sequence[str]) -> str:
    named, more = list(places[:_MOST_NAMED]), len(places) - _MOST_NAMED
    if more > 0:
        named.append(language.counted("{count} more", "{count} more", more))
    return _("; ").join(named)
