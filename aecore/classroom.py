"""What a teacher decides for a class: settings hidden, locked or limited, and presentation.

All of it stands in an address. Locks and limits are kept in one place, `Controls.nearest`: what
does not go together is mended around them, and what cannot be is not done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from typing import Any

from aecore.choosing import (
    SHORTHAND,
    changes,
    gathered,
    nearest,
    spoken,
    variant_settings,
    without_effect,
)
from aecore.config import FIELDS, RunConfig, applied, defaults
from aecore.conflicts import obstacles
from aecore.fields import as_text, read
from aecore.language import text as _
from aecore.limits import Limit
from aecore.variants import VARIANTS
from aecore.wording import sentences

GROUPS = tuple(dict.fromkeys(field.group.lower() for field in FIELDS.values()))
"""Names of whole groups of settings."""
HIDEABLE = tuple(dict.fromkeys((*GROUPS, *FIELDS, SHORTHAND)))
"""What can be hidden beside pages. ``loss`` and ``noise`` are the groups."""


@dataclass(frozen=True)
class Controls:
    """What a teacher has decided.

    Attributes
    ----------
    hidden : frozenset of str
        Settings, groups of `GROUPS`, ``variant`` (the kind of autoencoder), and pages.
    locked : mapping
        Values by setting; None where it is what the address gives, see `opened`.
    limits : mapping of str to Limit
        What a setting can be.
    presenting : bool
        Whether pages are shown from the front: large, and without the settings.
    """

    hidden: frozenset[str] = frozenset()
    locked: Mapping[str, Any] = attribute(default_factory=dict)
    limits: Mapping[str, Limit] = attribute(default_factory=dict)
    presenting: bool = False

    def hides(self, name: str) -> bool:
        """Tell whether a setting is hidden, by itself or with its group; or a page."""
        group = FIELDS[name].group.lower() if name in FIELDS else ""
        return name in self.hidden or group in self.hidden

    def fixes(self, name: str) -> bool:
        """Tell whether a setting can have one value only."""
        limit = self.limits.get(name)
        return name in self.locked or (limit is not None and limit.single)

    def free(self, name: str) -> bool:
        """Tell whether a student can change a setting."""
        return not self.fixes(name) and not self.hides(name)

    def kept(self, name: str, value: Any) -> Any:
        """Return the nearest value that a setting can have here."""
        return self._kept({name: value})[name]

    def usual(self, dataset: str) -> dict[str, Any]:
        """Return every setting's default for a data set, as near as locks and limits allow."""
        return self._kept(defaults(dataset))

    def kinds(self, config: RunConfig) -> list[str]:
        """Return the kinds of autoencoders that can be chosen, keys of `VARIANTS`."""
        if not self.locked and not self.limits:
            return list(VARIANTS)
        mine = config.as_dict()
        return [
            name
            for name in VARIANTS
            if name == config.variant
            or self.nearest({SHORTHAND: name}, config.dataset, mine, config)[0].variant == name
        ]

    def over(self, others: Controls) -> Controls:
        """Return both together; where they differ, these hold."""
        limits = dict(others.limits)
        for name, limit in self.limits.items():
            limits[name] = limit.within(limits[name]) if name in limits else limit
        locked = {
            name: value if value is None else self._inside(name, value)
            for name, value in others.locked.items()
            if name not in self.locked
        }
        return Controls(
            self.hidden | others.hidden,
            {**self.locked, **locked},
            limits,
            self.presenting or others.presenting,
        )

    # -- settings that are allowed -----------------------------------------------------

    def breaks(self, settings: Mapping[str, Any]) -> list[str]:
        """Return the locked or limited settings that have another value, where they apply."""
        return [
            name
            for name in dict.fromkeys((*self.locked, *self.limits))
            if FIELDS[name].applies(settings) and self.kept(name, settings[name]) != settings[name]
        ]

    def nearest(
        self,
        values: Mapping[str, Any],
        dataset: str,
        others: Mapping[str, Any] | None = None,
        before: RunConfig | None = None,
    ) -> tuple[RunConfig, list[str]]:
        """Build the nearest sensible settings that are allowed, as `choosing.nearest` does.

        Parameters
        ----------
        values, dataset, others
            As there; what is said is said of ``values`` alone.
        before : RunConfig, optional
            Settings to stay with where nothing near is allowed; they must be so themselves.
            Without any, the defaults nearest to what is allowed.

        Returns
        -------
        RunConfig
        list of str
            A sentence for each thing that had to be changed.
        """
        if not self.locked and not self.limits:
            return nearest(values, dataset, others)
        asked, _complaint = read(FIELDS["dataset"], values.get("dataset", dataset))
        allowed = self.kept("dataset", asked or dataset)
        if asked and "dataset" in values:
            values = {**values, "dataset": allowed}
        wanted, given, misread = gathered(values, allowed, others or {})
        settings, repairs = self._around(wanted, given, before)
        if settings is None:
            return self._instead(wanted, before)
        notes = [sentences((complaint, changes(repair))) for complaint, repair in misread]
        if asked and asked != allowed:
            notes.append(self._refusal("dataset", allowed))
        notes += [self._refusal(name, settings[name]) for name in self.breaks(applied(wanted))
                  if name in _asked(values, allowed)]  # fmt: skip
        settled = {name for _complaint, repair in repairs for name in repair}
        free = {k: v for k, v in given.items() if k not in settled and self.kept(k, v) == v}
        repairs = [*repairs, *without_effect(free, settings)]
        notes += [sentences((complaint, changes(repair))) for complaint, repair in repairs]
        return RunConfig(**settings), notes

    def opened(
        self, values: Mapping[str, Any], dataset: str, firm: Controls | None = None
    ) -> tuple[Controls, RunConfig, list[str]]:
        """Begin with an address: locks without a value get that of the address.

        Parameters
        ----------
        values, dataset
            As for `nearest`.
        firm : Controls, optional
            Those among these that go together, and hold whatever the others say.

        Returns
        -------
        Controls
            With a value for each lock; without those that contradict the ones before them,
            or the firm ones.
        RunConfig
            Allowed by them.
        list of str
            A sentence for each thing that had to be changed.
        """
        valued = {name: value for name, value in self.locked.items() if value is not None}
        notes: list[str] = []
        if len(valued) < len(self.locked):
            config, _notes = replace(self, locked=valued).opened(values, dataset, firm)[1:]
            mine, usual = config.as_dict(), defaults(config.dataset)
            valued = {
                name: value
                if value is not None
                else self._inside(name, (mine if FIELDS[name].applies(mine) else usual)[name])
                for name, value in self.locked.items()
            }
        controls = replace(self, locked=valued)
        while True:
            try:
                config, more = controls.nearest(values, dataset)
            except Contradiction as error:
                controls, dropped = controls._looser(firm or Controls())
                notes.append(sentences((str(error), dropped)))
            else:
                return controls, config, [*notes, *more]

    def _looser(self, firm: Controls) -> tuple[Controls, str]:
        """Return these without the last lock, or else the last limit, that is not firm; say so."""
        locks = [name for name in self.locked if name not in firm.locked]
        limits = [n for n, limit in self.limits.items() if limit != firm.limits.get(n)]
        kind, name = ("lock", locks[-1]) if locks else ("limit", limits[-1])
        if kind == "lock":
            looser = replace(self, locked={k: v for k, v in self.locked.items() if k != name})
        else:
            rest = {k: v for k, v in self.limits.items() if k != name}
            mine = {name: firm.limits[name]} if name in firm.limits else {}
            looser = replace(self, limits=rest | mine)
        label = _(FIELDS[name].label)
        said = {
            "lock": _(
                "{setting} is not locked: its lock does not go with the rest.", setting=label
            ),
            "limit": _(
                "{setting} is not limited: its limit does not go with the rest.", setting=label
            ),
        }
        return looser, said[kind]

    def _inside(self, name: str, value: Any) -> Any:
        """Return the nearest value that a setting's limit allows."""
        return self.limits[name].nearest(value) if name in self.limits else value

    def _kept(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return settings with locked values, and the others inside their limits."""
        return {
            name: self.locked[name]
            if self.locked.get(name) is not None
            else self._inside(name, value)
            for name, value in settings.items()
        }

    def _mended(self, settings: Mapping[str, Any]) -> tuple[dict[str, Any] | None, list[Repair]]:
        """Settle conflicts without touching locks and limits; None where one needs it."""
        repairs: list[Repair] = []
        for _time in range(len(FIELDS)):
            settings = applied(self._kept(settings))
            conflict = next(obstacles(settings), None)
            if conflict is None:
                return dict(settings), repairs
            complaint, repair = conflict
            if self._kept(repair) != repair:
                return None, [(complaint, {})]
            settings |= repair
            repairs.append((complaint, repair))
        return None, []

    def _around(
        self, settings: Mapping[str, Any], given: Collection[str], before: RunConfig | None
    ) -> tuple[dict[str, Any] | None, list[Repair]]:
        """Settle conflicts; where that needs what is locked, by changing one other setting."""
        mended, repairs = self._mended(settings)
        if mended is not None or not repairs:
            return mended, repairs
        complaint = repairs[-1][0]
        for name, value in self._alternatives(settings, given, before):
            mended, repairs = self._mended({**settings, name: value})
            if mended is not None:
                return mended, [(complaint, {name: value}), *repairs]
        return None, []

    def _alternatives(
        self, settings: Mapping[str, Any], given: Collection[str], before: RunConfig | None
    ) -> Iterator[tuple[str, Any]]:
        """Yield other values of single settings: back to what was, then what is usual."""
        tried = {(name, as_text(value)) for name, value in settings.items()}
        bare, usual = defaults(None), defaults(settings["dataset"])
        options = [(name, getattr(before, name)) for name in given if before and name != "dataset"]
        options += [(name, value) for name in FIELDS if name != "dataset"
                    for value in (*_all(name), usual[name], bare[name])]  # fmt: skip
        for name, value in options:
            if (name, as_text(value)) not in tried and self.kept(name, value) == value:
                tried.add((name, as_text(value)))
                yield name, value

    def _instead(
        self, wanted: Mapping[str, Any], before: RunConfig | None
    ) -> tuple[RunConfig, list[str]]:
        """Stay as it was, or begin with the defaults nearest to what is allowed."""
        reason = self._reason(wanted)
        if before is not None:
            return before, [_("{reason} So all stays as it was.", reason=reason)]
        for dataset in dict.fromkeys((wanted["dataset"], *FIELDS["dataset"].choices)):
            settings, _repairs = self._around(defaults(dataset), (), None)
            if settings is not None:
                return RunConfig(**settings), [_("{reason} So all is as usual.", reason=reason)]
        raise Contradiction(reason)

    def _reason(self, wanted: Mapping[str, Any]) -> str:
        """Say why settings cannot be had."""
        return next((why for why, _repair in obstacles(applied(self._kept(wanted)))),
                    _("These settings are not allowed here."))  # fmt: skip

    def _refusal(self, name: str, value: Any) -> str:
        """Say that a setting has this value, and nothing else will do."""
        words = {"setting": _(FIELDS[name].label), "value": _(spoken(name, value))}
        if name in self.locked:
            return _("{setting} is locked at {value}.", **words)
        return _(
            "{setting} can be {allowed} here: it is now {value}.",
            allowed=self.limits[name].said(name),
            **words,
        )


class Contradiction(ValueError):
    """Locks and limits that nothing can satisfy; the message is a sentence."""


Repair = tuple[str, dict[str, Any]]


def _asked(values: Mapping[str, Any], dataset: str) -> dict[str, Any]:
    """Return the settings that were asked for, by themselves or with a kind."""
    kind = values.get(SHORTHAND)
    of_kind = variant_settings(kind, dataset) if kind in VARIANTS else {}
    return of_kind | {name: value for name, value in values.items() if name in FIELDS}


def _all(name: str) -> tuple[Any, ...]:
    """Return all values of a choice or a switch; of others, none."""
    field = FIELDS[name]
    return (False, True) if field.kind == "bool" else tuple(field.choices)
