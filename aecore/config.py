"""A run's settings: one frozen object, checked in one place, with JSON, URL and hash.

`RunConfig` refuses what makes no sense; `aecore.choosing` mends what people chose.
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

from aecore import datasets, devices
from aecore.architectures import ARCHITECTURES
from aecore.codes import CODES
from aecore.conflicts import FEWEST_SNAPSHOTS, SNAPSHOT_BUDGET, conflicts, parameters
from aecore.corruption import CORRUPTIONS, Noise
from aecore.datasets import DATASETS
from aecore.fields import Field, as_text, quoted, read
from aecore.language import marked
from aecore.language import text as _
from aecore.objectives import LOSSES, PENALTIES
from aecore.settings import Settings
from aecore.variants import variant

FORMAT = 1
"""Version of the recording on disk; part of every run's id."""

MOST_SNAPSHOTS = 96


class ConfigError(ValueError):
    """Settings that make no sense; the message is one sentence for a person."""


@dataclass(frozen=True)
class RunConfig(Settings):
    """Everything that decides what a run computes.

    Values are checked when the object is made. A setting that has no effect beside the others
    has its bare default, whatever was given.

    Raises
    ------
    ConfigError
        If a value is unknown or out of range, or if two do not go together.
    """

    def __post_init__(self) -> None:
        for name, field in FIELDS.items():
            value, note = read(field, getattr(self, name))
            if note:
                raise ConfigError(note)
            object.__setattr__(self, name, value)
        for name, value in applied(self.as_dict()).items():
            object.__setattr__(self, name, value)
        for sentence, _repair in conflicts(self.as_dict()):
            raise ConfigError(sentence)

    # -- derived ---------------------------------------------------------------------

    @cached_property
    def data_options(self) -> dict[str, Any]:
        """What is chosen of the data set itself, for `aecore.datasets.load`."""
        return {name: getattr(self, name) for name in DATASETS[self.dataset].options}

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Height and width of an image, pixels."""
        return datasets.shape(self.dataset, self.data_options)

    @cached_property
    def train_size(self) -> int:
        """Number of training images."""
        return datasets.sizes(self.dataset, self.data_options)[0]

    @property
    def pixels(self) -> int:
        """Pixels of an image, n."""
        return math.prod(self.shape)

    @cached_property
    def layer_sizes(self) -> tuple[int, ...]:
        """Units from image to code: (n, …, q)."""
        return ARCHITECTURES[self.architecture].layers(self.as_dict(), self.shape)

    @property
    def code_size(self) -> int:
        """Numbers in the code, q."""
        return self.layer_sizes[-1]

    @cached_property
    def parameters(self) -> int:
        """Weights and biases of the whole network."""
        return parameters(self.as_dict())

    @cached_property
    def corruption(self) -> Noise:
        """What is done to images before the network sees them."""
        level = self.noise_level if self.noise != "none" else 0.0
        return Noise(self.noise, level, self.clip, self.shape)

    @cached_property
    def penalties(self) -> dict[str, float]:
        """Coefficients of the penalties that are switched on, by name."""
        mine = self.as_dict()
        return {name: mine[name] for name in PENALTIES if mine[name] and FIELDS[name].applies(mine)}

    @cached_property
    def normalised(self) -> bool:
        """Whether the decoder's columns from the code are kept at length 1."""
        return self.unit_columns and FIELDS["unit_columns"].applies(self.as_dict())

    @cached_property
    def steps_per_epoch(self) -> int:
        """Training steps that show every training image once."""
        return math.ceil(self.train_size / self.batch_size)

    @property
    def pretrained_layers(self) -> int:
        """How many layers are pretrained one by one; 0 without pretraining."""
        return len(self.hidden) + 1 if self.pretraining != "none" else 0

    @property
    def pretraining_span(self) -> int:
        """Epochs of pretraining, all layers together; they come before the others."""
        return self.pretrained_layers * self.pretraining_epochs

    def pretrained_layer(self, step: int) -> int | None:
        """Return which layer, from 0, is pretrained by the step after ``step``; None: all are."""
        layer = step // (self.steps_per_epoch * self.pretraining_epochs)
        return layer if layer < self.pretrained_layers else None

    @property
    def target_step(self) -> int:
        """Step at which the chosen number of epochs is done."""
        return self.last_step(self.epochs)

    def last_step(self, epochs: int) -> int:
        """Return the step at which so many epochs are done, after pretraining."""
        return (self.pretraining_span + epochs) * self.steps_per_epoch

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

    @property
    def loss_name(self) -> str:
        """The loss in a word: what BCE is called with softmax outputs is cross-entropy."""
        softmax = self.loss == "bce" and self.output_activation == "softmax"
        return marked("cross-entropy") if softmax else LOSSES[self.loss].short

    @property
    def variant(self) -> str:
        """The kind of autoencoder, a key of `aecore.variants.VARIANTS`."""
        return variant(self.as_dict()).name

    def title(self) -> str:
        """Return the settings in a few words: ``784–16–784 · BCE · σ 0.3``."""
        parts = [ARCHITECTURES[self.architecture].title(self.as_dict(), self.shape)]
        parts += [_(CODES[self.code].label).lower()] if self.code != "plain" else []
        parts += [f"k {self.active}"] if self.code == "k-sparse" else []
        parts.append(_(self.loss_name))
        if self.noise != "none":
            parts.append(f"{CORRUPTIONS[self.noise].symbol} {self.noise_level:g}")
        if self.tied:
            parts.append(_("tied"))
        parts += [f"{_(_SYMBOLS[name])} {value:g}" for name, value in self.penalties.items()]
        if self.pretraining != "none":
            parts.append(
                _("pretrained as {pretrained}", pretrained=_(_PRETRAINED[self.pretraining]))
            )
        parts += ["GPU"] if self.device == "cuda" else []
        return " · ".join(parts)


_SYMBOLS = {
    "beta": "β",
    "kl_sparsity": "KL β",
    "l1_sparsity": "L1 λ",
    "l2_sparsity": "L2 λ",
    "contractive": marked("contraction λ"),
    "weight_decay": "λ",
}
_PRETRAINED = {"autoencoders": marked("autoencoders"), "rbms": "RBMs"}

FIELDS: dict[str, Field] = {f.name: f.metadata["field"] for f in fields(RunConfig)}
"""All settings by name, in the order in which they are shown."""


def defaults(dataset: str | None) -> dict[str, Any]:
    """Return every setting's default for a data set (None: the bare defaults).

    The bare defaults are those of recordings, the same everywhere.
    """
    usual = {f.name: f.default for f in fields(RunConfig)}
    if dataset is not None:
        spec = DATASETS[dataset]
        usual |= {"dataset": dataset, "device": devices.best(), **spec.options, **spec.defaults}
    return usual


def applied(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings in which each that has no effect has its bare default."""
    result, usual = dict(settings), defaults(None)
    while True:  # one setting may decide on another, which decides on a third
        idle = [
            name
            for name, field in FIELDS.items()
            if result[name] != usual[name] and not field.applies(result)
        ]
        if not idle:
            return result
        result |= {name: usual[name] for name in idle}


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
            raise ConfigError(unknown(name))
    return RunConfig(**values)


def unknown(name: object) -> str:
    """Say that there is no setting of this name."""
    close = difflib.get_close_matches(str(name)[:40], FIELDS, n=1)
    if close:
        return _(
            "There is no setting {name}. Did you mean {close}?", name=quoted(name), close=close[0]
        )
    return _("There is no setting {name}.", name=quoted(name))
