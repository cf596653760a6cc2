"""A run's settings: one frozen object, checked in one place, with JSON, URL and hash.

Everything that comes from outside (address bar, command line, a file on disk) passes
through `nearest`, which repairs it and says what it changed, or through `strict`, which
refuses with the same words; `RunConfig` itself refuses.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from aecore.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from aecore.conflicts import FEWEST_SNAPSHOTS, SNAPSHOT_BUDGET, conflicts, parameters
from aecore.corruption import CORRUPTIONS
from aecore.datasets import DATASETS
from aecore.fields import Field, as_text, quoted, read, setting, shown
from aecore.objectives import LOSSES

FORMAT = 1
"""Version of the recording on disk; part of every run's id."""

MOST_SNAPSHOTS = 96
LARGEST_LAYER = 2048


class ConfigError(ValueError):
    """Settings that make no sense; the message is one sentence for a person."""


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

    dataset: str = setting(
        "digits",
        "Data",
        "Data set",
        "The images to learn from.",
        "choice",
        choices={name: spec.label for name, spec in DATASETS.items() if spec.trainable},
    )
    bottleneck: int = setting(
        16,
        "Network",
        "Bottleneck size",
        "Numbers in the code: all that the decoder gets to see of an image.",
        "int",
        low=1,
        high=1024,
        stops=(1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512, 1024),
    )
    hidden: tuple[int, ...] = setting(
        (),
        "Network",
        "Hidden layers",
        "Units of the layers between image and code, e.g. 128-64; the decoder mirrors them.",
        "sizes",
        low=1,
        high=LARGEST_LAYER,
    )
    hidden_activation: str = setting(
        "relu",
        "Network",
        "Hidden activation",
        "What each hidden unit makes of its weighted sum.",
        "choice",
        choices=_labels(ACTIVATIONS),
        applies=lambda s: bool(s["hidden"]),
    )
    code_activation: str = setting(
        "identity",
        "Network",
        "Code activation",
        "What each code unit makes of its weighted sum. ReLU units can die for good.",
        "choice",
        choices=_labels(ACTIVATIONS),
    )
    output_activation: str = setting(
        "sigmoid",
        "Network",
        "Output activation",
        "Sigmoid keeps pixels in 0 to 1; ReLU cannot go below 0; identity can go anywhere.",
        "choice",
        choices=_labels(ACTIVATIONS, OUTPUT_ACTIVATIONS),
    )
    tied: bool = setting(
        False,
        "Network",
        "Tied weights",
        "The decoder uses the encoder's weights, transposed: half the parameters.",
        "bool",
    )
    loss: str = setting(
        "bce",
        "Loss",
        "Loss",
        "What training makes small. Numbers of different losses cannot be compared.",
        "choice",
        choices=_labels(LOSSES),
    )
    weight_decay: float = setting(
        0.0,
        "Loss",
        "Weight decay λ",
        "λ times the sum of all squared weights is added to the loss. Try 0.0001.",
        "float",
        low=0.0,
        high=10.0,
        stops=(0.0, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0),
    )
    noise: str = setting(
        "none",
        "Noise",
        "Noise",
        "Training images are spoiled like this, and the network has to give back the clean ones.",
        "choice",
        choices=_labels(CORRUPTIONS),
    )
    noise_level: float = setting(
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
    epochs: int = setting(
        10,
        "Training",
        "Epochs",
        "How often every training image is seen. Raise it later to train further.",
        "int",
        low=1,
        high=1000,
        identity=False,
    )
    learning_rate: float = setting(
        1e-3,
        "Training",
        "Learning rate",
        "Size of a training step (Adam). Too large and the loss explodes.",
        "float",
        low=1e-6,
        high=10.0,
        stops=(1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 1.0),
    )
    batch_size: int = setting(
        256,
        "Training",
        "Batch size",
        "Images looked at before each training step.",
        "int",
        low=1,
        high=8192,
        stops=(16, 32, 64, 128, 256, 512, 1024),
    )
    seed: int = setting(
        0,
        "Training",
        "Seed",
        "Another seed, another random start; the same seed gives the same run.",
        "int",
        low=0,
        high=2**31 - 1,
    )

    def __post_init__(self) -> None:
        for name, field in FIELDS.items():
            value, note = read(field, getattr(self, name))
            if note:
                raise ConfigError(note)
            object.__setattr__(self, name, value)
        for sentence, _ in conflicts(self.as_dict()):
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
        return parameters(self.as_dict())

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
        affordable = SNAPSHOT_BUDGET // (4 * self.parameters)
        return max(FEWEST_SNAPSHOTS, min(MOST_SNAPSHOTS, affordable))

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
            name: as_text(value) for name, value in self.differences().items()
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
        chosen, complaint = read(FIELDS["dataset"], values["dataset"])
        if complaint:
            repairs.append((complaint, f"{_now('dataset', dataset)}."))
        else:
            dataset = chosen
    settings = defaults(dataset)
    for name, raw in values.items():
        if name == "dataset":
            continue
        if name not in FIELDS:
            repairs.append((_unknown(name), "It was ignored."))
            continue
        value, complaint = read(FIELDS[name], raw)
        settings[name] = settings[name] if value is None else value
        if complaint:
            repairs.append((complaint, f"{_now(name, settings[name])}."))
    for _ in range(len(FIELDS)):  # every repair settles one conflict for good
        conflict = next(conflicts(settings), None)
        if conflict is None:
            break
        sentence, repair = conflict
        settings |= repair
        changed = ", ".join(_now(name, value) for name, value in repair.items())
        repairs.append((sentence, f"{changed}."))
    return settings, repairs


def _now(name: str, value: Any) -> str:
    return f"{FIELDS[name].label} is now {shown(value)}"


def _unknown(name: object) -> str:
    close = difflib.get_close_matches(str(name)[:40], FIELDS, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"There is no setting {quoted(name)}.{hint}"
