"""From what a person chose to settings that fit: kinds of autoencoders, repairs, refusals.

Everything that comes from outside (address bar, command line, a page's controls) passes through
`nearest`, which mends it and says what it changed, or through `strict`, which refuses it with the
same words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from aecore import datasets
from aecore.config import FIELDS, ConfigError, RunConfig, applied, defaults, unknown
from aecore.conflicts import obstacles
from aecore.fields import as_text, quoted, read, shown
from aecore.language import marked
from aecore.language import text as _
from aecore.variants import SWITCHES, TOUCHED, VARIANTS, variant
from aecore.wording import listed, sentences

MOST_OVERCOMPLETE = 8
"""Times the numbers of the input that a kind may give the code."""
SHORTHAND = "variant"
"""Not a setting: the name of a kind, which stands for the settings that make it."""


def nearest(
    values: Mapping[str, Any], dataset: str, others: Mapping[str, Any] | None = None
) -> tuple[RunConfig, list[str]]:
    """Build the nearest sensible settings, and say what had to be changed.

    Parameters
    ----------
    values : mapping
        Settings by name; texts (of an address or a command line) or values.
    dataset : str
        Data set to use where ``values`` names none, or none that is known.
    others : mapping, optional
        Settings that stand already; nothing is said of those that have no effect.

    Returns
    -------
    RunConfig
    list of str
        A sentence for each change; empty when everything fitted.
    """
    settings, repairs = _repaired(values, dataset, others or {})
    return RunConfig(**settings), [
        sentences((complaint, changes(repair))) for complaint, repair in repairs
    ]


def strict(values: Mapping[str, Any], dataset: str) -> RunConfig:
    """Build settings from the same texts or values as `nearest`, but refuse what it would mend.

    Parameters
    ----------
    values : mapping
        Settings by name; the others take the data set's defaults.
    dataset : str
        Data set to use where ``values`` names none.

    Raises
    ------
    ConfigError
        With one sentence on the first thing wrong.
    """
    for complaint, _repair in gathered(values, dataset, {})[2]:  # each names what could be read
        raise ConfigError(complaint)
    settings, repairs = _repaired(values, dataset, {})
    for complaint, repair in repairs:
        raise ConfigError(sentences((complaint, _suggested(repair))))
    return RunConfig(**settings)


def misfits(values: Mapping[str, Any], dataset: str, others: Mapping[str, Any]) -> list[str]:
    """Return what does not fit in the same settings as for `nearest`, without what it changes."""
    return [complaint for complaint, _repair in _repaired(values, dataset, others)[1]]


Repair = dict[str, Any]
"""What settings are changed to; nothing where something given is ignored."""


def _repaired(
    values: Mapping[str, Any], dataset: str, others: Mapping[str, Any]
) -> tuple[dict[str, Any], list[tuple[str, Repair]]]:
    """Return the nearest settings that fit; for each repair, the complaint and the change."""
    settings, given, repairs = gathered(values, dataset, others)
    for _time in range(len(FIELDS)):  # every repair settles one conflict for good
        settings = applied(settings)
        conflict = next(obstacles(settings), None)
        if conflict is None:
            break
        sentence, repair = conflict
        settings |= repair
        repairs.append((sentence, repair))
        given = {name: value for name, value in given.items() if name not in repair}
    return settings, repairs + without_effect(given, settings)


def gathered(
    values: Mapping[str, Any], dataset: str, others: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], list[tuple[str, Repair]]]:
    """Read settings as `nearest` does, whether or not they go together.

    Returns
    -------
    settings : dict
        Every setting.
    given : dict
        Those of ``values`` that could be read, but for the data set and the kind.
    repairs : list of (str, dict)
        For each that could not, the complaint and what is in its place.
    """
    repairs: list[tuple[str, Repair]] = []
    if "dataset" in values:
        chosen, complaint = read(FIELDS["dataset"], values["dataset"])
        if complaint:
            repairs.append((complaint, {"dataset": dataset}))
        else:
            dataset = chosen
    settings = defaults(dataset) | {k: v for k, v in others.items() if k in FIELDS}
    settings["dataset"] = dataset
    if SHORTHAND in values:
        raw = values[SHORTHAND]
        kind = raw.strip().lower() if isinstance(raw, str) else ""
        if kind in VARIANTS:
            settings |= variant_settings(kind, dataset)
        else:
            complaint = _(
                "There is no variant {given}: it can be {known}.",
                given=quoted(raw),
                known=listed(VARIANTS),
            )
            repairs.append((complaint, {}))
    given = {}
    for name, raw in values.items():
        if name in ("dataset", SHORTHAND):
            continue
        if name not in FIELDS:
            repairs.append((unknown(name), {}))
            continue
        value, complaint = read(FIELDS[name], raw)
        settings[name] = settings[name] if value is None else value
        if complaint:
            repairs.append((complaint, {name: settings[name]}))
        else:
            given[name] = value
    return settings, given, repairs


def without_effect(
    given: Mapping[str, Any], settings: Mapping[str, Any]
) -> list[tuple[str, Repair]]:
    """Complain of settings that were given a value and do not have it: they have no effect."""
    return [
        (
            _(
                "{setting} has no effect here: it needs {needed}.",
                setting=_(FIELDS[name].label),
                needed=_(FIELDS[name].needs),
            ),
            {},
        )
        for name, value in given.items()
        if settings[name] != value
    ]


def changes(repair: Repair) -> str:
    """Say what a repair changes."""
    if not repair:
        return _("It was ignored.")
    said = [
        _("{setting} is now {value}", setting=_(FIELDS[name].label), value=_(spoken(name, value)))
        for name, value in repair.items()
    ]
    return _("{changes}.", changes=listed(said))


def _suggested(repair: Repair) -> str:
    """Say what would do instead of what does not go together; of a number, the complaint does."""
    choices = [
        f"{name} {as_text(value)}"
        for name, value in repair.items()
        if FIELDS[name].kind in ("choice", "bool", "sizes")
    ]
    return _("The nearest that can: {choices}.", choices=listed(choices)) if choices else ""


def spoken(name: str, value: Any) -> str:
    """Return a setting's value as it stands on a page, in English."""
    if isinstance(value, bool):
        return marked("on") if value else marked("off")
    return FIELDS[name].choices.get(str(value), shown(value))


# -- kinds ---------------------------------------------------------------------------


def variant_settings(name: str, dataset: str) -> dict[str, Any]:
    """Return what choosing a kind of autoencoder sets, for a data set.

    What any other kind would have set goes back: penalties and whatever makes a kind off,
    the rest to the data set's defaults. A code many times as large as the input is left out.
    """
    off, usual = defaults(None), defaults(dataset)
    touched = {key: off[key] for key in SWITCHES} | {
        key: usual[key] for key in TOUCHED if key not in SWITCHES
    }
    wanted = dict(VARIANTS[name].settings)
    if wanted.get("bottleneck", 0) > MOST_OVERCOMPLETE * math.prod(datasets.shape(dataset)):
        del wanted["bottleneck"]
        wanted |= (
            {"active": min(wanted["active"], usual["bottleneck"])} if "active" in wanted else {}
        )
    return touched | wanted


def carried(old: RunConfig, dataset: str) -> dict[str, Any]:
    """Return what of a run's settings is taken to another data set.

    Its kind, unless that is the old data set's own, and every setting that was changed beyond.
    """
    usual = defaults(old.dataset)
    of_kind: dict[str, Any] = {}
    if old.variant != variant(applied(usual)).name:
        usual = usual | variant_settings(old.variant, old.dataset)
        of_kind = variant_settings(old.variant, dataset)
    changed = {
        name: value
        for name, value in old.differences().items()
        if value != usual[name] and FIELDS[name].group != "Data"
    }
    return of_kind | changed
