"""A run's settings: one frozen object, checked in one place, with JSON, URL and hash.

Everything that comes from outside (address bar, command line, a file on disk) passes
through `nearest`, which repairs it and says what it changed, or through `strict`, which
refuses with the same words; `RunConfig` itself refuses.
"""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import pairwise
from typing import Any

from aecore.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from aecore.corruption import CORRUPTIONS
from aecore.datasets import DATASETS
from aecore.objectives import LOSSES

FORMAT = 1
"""Version of the recording on disk; part of every run's id."""

SNAPSHOT_BUDGET = 256 * 2**20
"""Bytes that a run's snapshots may take together."""
FEWEST_SNAPSHOTS, MOST_SNAPSHOTS = 12, 96
LARGEST_LAYER, MOST_LAYERS = 2048, 4


class ConfigError(ValueError):
    """Settings that make no sense; the message is one sentence for a person."""


@dataclass(frozen=True)
class Field:
    """What is known of one setting beside its name and default.

    Attributes
    ----------
    group, label, help : str
        Where and how it is shown.
    kind : {"int", "float", "bool", "choice", "sizes"}
        How it is read; ``sizes`` is a tuple of whole numbers.
    low, high : float
        Smallest and largest value allowed (of every entry, for sizes).
    choices : mapping of str to str
        Names and their labels.
    applies : callable
        ``settings -> bool``; where False the setting has no effect and is not shown.
    stops : tuple of float
        Usual values, for a slider.
    identity : bool
        Whether another value makes another run.
    """

    group: str
    label: str
    help: str
    kind: str
    low: float = -math.inf
    high: float = math.inf
    choices: Mapping[str, str] = dataclasses.field(default_factory=dict)
    applies: Callable[[Mapping[str, Any]], bool] = lambda settings: True
    stops: tuple[float, ...] = ()
    identity: bool = True


def _setting(default: Any, group: str, label: str, help: str, kind: str, **more: Any) -> Any:
    return dataclasses.field(
        default=default, metadata={"field": Field(group, label, help, kind, **more)}
    )


def _labels(registry: Mapping[str, Any], names: tuple[str, ...] = ()) -> dict[str, str]:
    return {name: registry[name].label for name in names or registry}


@dataclass(frozen=True)
class RunConfig:
    """Everything that decides what a run computes.

    Values are checked when the object is made.

    Raises
    ------
    ConfigError
        If a value is unknown or out of range, or if two do not go together.
    """

    dataset: str = _setting(
        "digits",
        "Data",
        "Data set",
        "The images to learn from.",
        "choice",
        choices={name: spec.label for name, spec in DATASETS.items() if spec.trainable},
    )
    bottleneck: int = _setting(
        16,
        "Network",
        "Bottleneck size",
        "Numbers in the code: all that the decoder gets to see of an image.",
        "int",
        low=1,
        high=1024,
        stops=(1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512, 1024),
    )
    hidden: tuple[int, ...] = _setting(
        (),
        "Network",
        "Hidden layers",
        "Units of the layers between image and code, e.g. 128-64; the decoder mirrors them.",
        "sizes",
        low=1,
        high=LARGEST_LAYER,
    )
    hidden_activation: str = _setting(
        "relu",
        "Network",
        "Hidden activation",
        "What each hidden unit makes of its weighted sum.",
        "choice",
        choices=_labels(ACTIVATIONS),
        applies=lambda s: bool(s["hidden"]),
    )
    code_activation: str = _setting(
        "identity",
        "Network",
        "Code activation",
        "What each code unit makes of its weighted sum. ReLU units can die for good.",
        "choice",
        choices=_labels(ACTIVATIONS),
    )
    output_activation: str = _setting(
        "sigmoid",
        "Network",
        "Output activation",
        "Sigmoid keeps pixels in 0 to 1; ReLU cannot go below 0; identity can go anywhere.",
        "choice",
        choices=_labels(ACTIVATIONS, OUTPUT_ACTIVATIONS),
    )
    tied: bool = _setting(
        False,
        "Network",
        "Tied weights",
        "The decoder uses the encoder's weights, transposed: half the parameters.",
        "bool",
    )
    loss: str = _setting(
        "bce",
        "Loss",
        "Loss",
        "What training makes small. Numbers of different losses cannot be compared.",
        "choice",
        choices=_labels(LOSSES),
    )
    weight_decay: float = _setting(
        0.0,
        "Loss",
        "Weight decay λ",
        "λ times the sum of all squared weights is added to the loss. Try 0.0001.",
        "float",
        low=0.0,
        high=10.0,
        stops=(0.0, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0),
    )
    noise: str = _setting(
        "none",
        "Noise",
        "Noise",
        "Training images are spoiled like this, and the network has to give back the clean ones.",
        "choice",
        choices=_labels(CORRUPTIONS),
    )
    noise_level: float = _setting(
        0.3,
        "Noise",
        "Noise level",
        "Gaussian: standard deviation, pixels range from 0 to 1. Others: share of the pixels.",
        "float",
        low=0.0,
        high=max(entry.high for entry in CORRUPTIONS.values()),
        stops=(0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.5, 2.0),
        applies=lambda s: s["noise"] != "none",
    )
    epochs: int = _setting(
        10,
        "Training",
        "Epochs",
        "How often every training image is seen. Raise it later to train further.",
        "int",
        low=1,
        high=1000,
        identity=False,
    )
    learning_rate: float = _setting(
        1e-3,
        "Training",
        "Learning rate",
        "Size of a training step (Adam). Too large and the loss explodes.",
        "float",
        low=1e-6,
        high=10.0,
        stops=(1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 1.0),
    )
    batch_size: int = _setting(
        256,
        "Training",
        "Batch size",
        "Images looked at before each training step.",
        "int",
        low=1,
        high=8192,
        stops=(16, 32, 64, 128, 256, 512, 1024),
    )
    seed: int = _setting(
        0,
        "Training",
        "Seed",
        "Another seed, another random start; the same seed gives the same run.",
        "int",
        low=0,
        high=2**31 - 1,
    )

    def __post_init__(self) -> None:
        for name in FIELDS:
            value, note = _read(name, getattr(self, name))
            if note:
                raise ConfigError(note)
            object.__setattr__(self, name, value)
        for sentence, _ in _conflicts(self.as_dict()):
            raise ConfigError(sentence)

    # -- derived ---------------------------------------------------------------------

    @property
    def pixels(self) -> int:
        """Pixels of an image, n."""
        height, width = DATASETS[self.dataset].shape
        return height * width

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Units from image to code: (n, *hidden, q)."""
        return (self.pixels, *self.hidden, self.bottleneck)

    @property
    def parameters(self) -> int:
        """Weights and biases of the whole network."""
        return _parameters(self.as_dict())

    @property
    def steps_per_epoch(self) -> int:
        """Training steps that show every training image once."""
        return math.ceil(DATASETS[self.dataset].train_size / self.batch_size)

    @property
    def target_step(self) -> int:
        """Step at which the chosen number of epochs is done."""
        return self.epochs * self.steps_per_epoch

    @property
    def most_snapshots(self) -> int:
        """How many snapshots a run keeps, so that it stays within its budget."""
        return max(FEWEST_SNAPSHOTS, min(MOST_SNAPSHOTS, _affordable(self.parameters)))

    # -- going out and coming back ---------------------------------------------------

    def as_dict(self) -> dict[str, Any]:
        """Return every setting by name."""
        return {name: getattr(self, name) for name in FIELDS}

    def differences(self) -> dict[str, Any]:
        """Return the settings that apply and differ from the data set's defaults."""
        usual = defaults(self.dataset)
        mine = self.as_dict()
        return {
            name: value
            for name, value in mine.items()
            if name != "dataset" and FIELDS[name].applies(mine) and value != usual[name]
        }

    def to_query(self) -> dict[str, str]:
        """Return the address bar's parameters: the data set and what differs from default."""
        return {"dataset": self.dataset} | {
            name: _as_text(value) for name, value in self.differences().items()
        }

    def to_json(self) -> str:
        """Return all settings as one JSON object, names sorted."""
        return json.dumps(self.as_dict(), sort_keys=True)

    @cached_property
    def identity(self) -> str:
        """What the run's id is the hash of: settings that change what is computed."""
        mine, usual = self.as_dict(), defaults(None)
        return json.dumps(
            {
                name: mine[name]
                for name, field in FIELDS.items()
                if name == "dataset"
                or (field.identity and field.applies(mine) and mine[name] != usual[name])
            },
            sort_keys=True,
        )

    def run_id(self, fingerprint: str) -> str:
        """Return the id of the run of these settings on data with this fingerprint."""
        text = f"{FORMAT}\n{fingerprint}\n{self.identity}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def title(self) -> str:
        """Return the settings in a few words: ``784–16–784 · BCE · σ 0.3``."""
        layers = self.layer_sizes
        parts = ["–".join(map(str, layers + layers[-2::-1])), LOSSES[self.loss].short]
        if self.noise != "none":
            parts.append(f"{CORRUPTIONS[self.noise].symbol} {self.noise_level:g}")
        if self.tied:
            parts.append("tied")
        if self.weight_decay:
            parts.append(f"λ {self.weight_decay:g}")
        return " · ".join(parts)


FIELDS: dict[str, Field] = {f.name: f.metadata["field"] for f in fields(RunConfig)}
"""All settings by name, in the order in which they are shown."""


def defaults(dataset: str | None) -> dict[str, Any]:
    """Return every setting's default for a data set (None: the bare defaults)."""
    usual = {f.name: f.default for f in fields(RunConfig)}
    if dataset is not None:
        usual |= {"dataset": dataset, **DATASETS[dataset].defaults}
    return usual


def from_dict(values: Mapping[str, Any]) -> RunConfig:
    """Build settings from a mapping such as a JSON object; refuse what does not fit.

    Missing settings take the bare defaults, as in the run's identity.

    Raises
    ------
    ConfigError
        With one sentence on the first thing wrong.
    """
    for name in values:
        if name not in FIELDS:
            raise ConfigError(_unknown(name))
    return RunConfig(**values)


def nearest(values: Mapping[str, Any], dataset: str) -> tuple[RunConfig, list[str]]:
    """Build the nearest sensible settings, and say what had to be changed.

    Parameters
    ----------
    values : mapping
        Settings by name; texts (of an address or a command line) or values.
    dataset : str
        Data set to use where ``values`` names none, or none that is known.

    Returns
    -------
    RunConfig
    list of str
        A sentence for each change; empty when everything fitted.
    """
    settings, repairs = _repaired(values, dataset)
    return RunConfig(**settings), [f"{complaint} {change}" for complaint, change in repairs]


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
    settings, repairs = _repaired(values, dataset)
    for complaint, _ in repairs:
        raise ConfigError(complaint)
    return RunConfig(**settings)


def _repaired(
    values: Mapping[str, Any], dataset: str
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return the nearest settings that fit; for each repair, the complaint and the change."""
    repairs = []
    if "dataset" in values:
        chosen, complaint = _read("dataset", values["dataset"])
        if complaint:
            repairs.append((complaint, f"{_label('dataset')} is now {dataset}."))
        else:
            dataset = chosen
    settings = defaults(dataset)
    for name, raw in values.items():
        if name == "dataset":
            continue
        if name not in FIELDS:
            repairs.append((_unknown(name), "It was ignored."))
            continue
        value, complaint = _read(name, raw)
        settings[name] = settings[name] if value is None else value
        if complaint:
            repairs.append((complaint, f"{_label(name)} is now {_shown(settings[name])}."))
    for _ in range(len(FIELDS)):  # every repair settles one conflict for good
        conflict = next(_conflicts(settings), None)
        if conflict is None:
            break
        sentence, repair = conflict
        settings |= repair
        changed = ", ".join(f"{_label(k)} is now {_shown(v)}" for k, v in repair.items())
        repairs.append((sentence, f"{changed}."))
    return settings, repairs


# -- checks --------------------------------------------------------------------------


def _read(name: str, raw: Any) -> tuple[Any, str]:
    """Return the nearest allowed value (None: no idea, use the default) and a complaint."""
    return _READERS[FIELDS[name].kind](name, raw)


def _read_number(name: str, raw: Any) -> tuple[Any, str]:
    field = FIELDS[name]
    whole = field.kind == "int"
    try:
        # int() first: a float cannot hold every whole number
        number: float = int(raw) if whole and not isinstance(raw, float) else float(raw)
    except (TypeError, ValueError, OverflowError):
        try:
            number = float(raw)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
    if isinstance(raw, bool) or number != number:  # isnan cannot take every whole number
        return None, f"{field.label} must be a number, not {_quoted(raw)}."
    inside = min(max(number, field.low), field.high)
    if whole:
        nearest_whole = round(inside)
        if number == nearest_whole:
            return nearest_whole, ""
        if inside == number:
            return nearest_whole, f"{field.label} must be a whole number, not {_quoted(raw)}."
        inside = nearest_whole
    if inside != number:
        return inside, (
            f"{field.label} must be between {field.low:g} and {_shown(field.high)}, "
            f"not {_quoted(raw)}."
        )
    return number + 0.0, ""  # no -0.0, which would be another run than 0.0


def _read_choice(name: str, raw: Any) -> tuple[Any, str]:
    field = FIELDS[name]
    if isinstance(raw, str):
        text = raw.strip().lower()
        if text in field.choices:
            return text, ""
        close = difflib.get_close_matches(text[:40], field.choices, n=1)
    else:
        close = []
    value = close[0] if close else None
    return value, f"{field.label} can be {_listed(field.choices)}, not {_quoted(raw)}."


def _read_bool(name: str, raw: Any) -> tuple[Any, str]:
    if isinstance(raw, bool):
        return raw, ""
    words = {"true": True, "1": True, "yes": True, "on": True}
    words |= {"false": False, "0": False, "no": False, "off": False}
    value = words.get(_text(raw).strip().lower())
    note = "" if value is not None else f"{_label(name)} can be true or false, not {_quoted(raw)}."
    return value, note


def _read_sizes(name: str, raw: Any) -> tuple[Any, str]:
    field = FIELDS[name]
    example = "whole numbers such as 128-64"
    if isinstance(raw, str):
        text = raw.replace(",", "-").replace(" ", "").strip("-")
        parts: list[Any] = [] if text.lower() in ("", "none") else text.split("-")
    elif isinstance(raw, (list, tuple)):
        parts = list(raw)
    else:
        return None, f"{field.label} must be {example}, not {_quoted(raw)}."
    sizes = []
    for part in parts:
        try:
            size = int(part)
        except (TypeError, ValueError, OverflowError):
            size = None
        if size is None or isinstance(part, bool) or not (isinstance(part, str) or size == part):
            return None, f"{field.label} must be {example}, not {_quoted(raw)}."
        sizes.append(size)
    inside = tuple(int(min(max(size, field.low), field.high)) for size in sizes[:MOST_LAYERS])
    if inside == tuple(sizes):
        return inside, ""
    return inside, (
        f"{field.label} can be up to {MOST_LAYERS}, each of {field.low:g} to "
        f"{_shown(field.high)} units, not {_quoted(raw)}."
    )


_READERS: dict[str, Callable[[str, Any], tuple[Any, str]]] = {
    "int": _read_number,
    "float": _read_number,
    "choice": _read_choice,
    "bool": _read_bool,
    "sizes": _read_sizes,
}


def _parameters(settings: Mapping[str, Any]) -> int:
    height, width = DATASETS[settings["dataset"]].shape
    sizes: tuple[int, ...] = (height * width, *settings["hidden"], settings["bottleneck"])
    weights: int = sum(a * b for a, b in pairwise(sizes))
    return weights * (1 if settings["tied"] else 2) + sum(sizes[1:]) + sum(sizes[:-1])


def _affordable(parameters: int) -> int:
    return SNAPSHOT_BUDGET // (4 * parameters)


def _conflicts(settings: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what does not go together: why, and the smallest change that mends it."""
    loss = LOSSES[settings["loss"]]
    if settings["output_activation"] not in loss.outputs:
        output = ACTIVATIONS[settings["output_activation"]].label
        yield (
            f"{loss.short} needs outputs between 0 and 1, and a {output} output can leave them.",
            {"output_activation": loss.outputs[0]},
        )
    corruption = CORRUPTIONS[settings["noise"]]
    if settings["noise"] != "none" and settings["noise_level"] > corruption.high:
        yield (
            f"The level of {corruption.label} noise is at most {corruption.high:g}, "
            f"not {settings['noise_level']:g}.",
            {"noise_level": corruption.high},
        )
    train_size = DATASETS[settings["dataset"]].train_size
    if settings["batch_size"] > train_size:
        yield (
            f"Batch size cannot be more than the {train_size:,} training images.",
            {"batch_size": train_size},
        )
    if _affordable(_parameters(settings)) < FEWEST_SNAPSHOTS:
        hidden = tuple(max(1, size // 2) for size in settings["hidden"])
        yield (
            f"A network of {_parameters(settings):,} parameters is too large to record: "
            f"{FEWEST_SNAPSHOTS} snapshots must fit into {SNAPSHOT_BUDGET // 2**20} MB.",
            {"hidden": hidden},
        )


def _label(name: str) -> str:
    return FIELDS[name].label


def _unknown(name: object) -> str:
    close = difflib.get_close_matches(str(name)[:40], FIELDS, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"There is no setting {_quoted(name)}.{hint}"


def _quoted(raw: object) -> str:
    text = _text(raw)
    text = text if len(text) <= 40 else text[:39] + "…"
    return "“" + "".join(c if c.isprintable() else "�" for c in text) + "”"


def _text(raw: object) -> str:
    try:
        return str(raw)
    except ValueError:  # Python does not write out whole numbers of thousands of digits
        return "a number too long to write"


def _listed(names: Mapping[str, str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def _as_text(value: Any) -> str:
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        text = f"{value:.12g}"
        return text if float(text) == value else repr(value)
    return str(value)


def _shown(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 10_000:
        return f"{value:,.0f}"
    return _as_text(value)
