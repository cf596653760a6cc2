"""Which settings do not go together, and the smallest change that mends it.

The last of them is memory: a network must be small enough for its snapshots to be kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from aecore import datasets, devices
from aecore.activations import ACTIVATIONS
from aecore.architectures import ARCHITECTURES
from aecore.codes import CODES
from aecore.corruption import CORRUPTIONS
from aecore.datasets import DATASETS
from aecore.language import text as _
from aecore.objectives import LOSSES

SNAPSHOT_BUDGET = 256 * 2**20
"""Bytes that a run's snapshots may take together."""
FEWEST_SNAPSHOTS = 12

Settings = Mapping[str, Any]
Conflict = tuple[str, dict[str, Any]]
"""Why, in a sentence, and the smallest change that mends it."""


def conflicts(settings: Settings) -> Iterator[Conflict]:
    """Yield what does not go together: why, and the smallest change that mends it.

    Settings that have no effect must have their defaults, see `aecore.config.applied`.
    """
    for check in _CHECKS:
        yield from check(settings)


def obstacles(settings: Settings) -> Iterator[Conflict]:
    """Yield what keeps settings from being trained here: what this machine lacks, and `conflicts`.

    Settings of runs that were recorded elsewhere may need what is not here.
    """
    if settings["device"] == "cuda" and not devices.gpu():
        yield _("This machine has no GPU that a network could be trained on."), {"device": "cpu"}
    yield from conflicts(settings)


def _data(s: Settings) -> Iterator[Conflict]:
    if "patch_source" in DATASETS[s["dataset"]].options:
        largest = datasets.largest_patch(s)
        if s["size"] > largest:
            yield (
                _(
                    "A patch can be 2 to {largest} pixels wide, as wide as the images it is cut "
                    "from, not {value}.",
                    largest=largest,
                    value=s["size"],
                ),
                {"size": largest},
            )
            return
    images = DATASETS[s["dataset"]].train_size
    if s["subset"] > images:
        yield (
            _(
                "Training images can be 0, which is all, to {images:,}, not {value:,}.",
                images=images,
                value=s["subset"],
            ),
            {"subset": 0},
        )
    if s["outliers"]:
        sources = datasets.outlier_sources(s["dataset"])
        if s["outlier_source"] not in sources:
            spec, chosen = DATASETS[s["dataset"]], DATASETS[s["outlier_source"]]
            yield (
                _(
                    "Outliers among {dataset} can be {possible}, not {chosen}.",
                    dataset=_(spec.label),
                    possible=_(" or ").join(_(DATASETS[name].label) for name in sources),
                    chosen=_(chosen.label),
                ),
                {"outlier_source": spec.options["outlier_source"]},
            )
            return
        source = DATASETS[s["outlier_source"]]
        there = source.test_size
        most = there / datasets.sizes(s["dataset"], s)[0]
        if s["outliers"] > most:
            share = math.floor(most * 1000) / 1000
            yield (
                _(
                    "The share of outliers can be at most {share:g}: {label} has {there:,} test "
                    "images to hide.",
                    share=share,
                    label=_(source.label),
                    there=there,
                ),
                {"outliers": share},
            )
            return
    if s["batch_size"] > (train_size := datasets.sizes(s["dataset"], s)[0]):
        yield (
            _(
                "Batch size cannot be more than the {train_size:,} training images.",
                train_size=train_size,
            ),
            {"batch_size": train_size},
        )


def _outputs(s: Settings) -> Iterator[Conflict]:
    loss, spec, output = LOSSES[s["loss"]], DATASETS[s["dataset"]], s["output_activation"]
    label = _(ACTIVATIONS[output].label)
    if not datasets.unit_range(s["dataset"], s):
        if s["loss"] == "bce":
            yield (
                _("BCE needs pixels between 0 and 1, and these patches go below 0."),
                {"loss": "mse"},
            )
        if output != "identity":
            yield (
                _("These patches go below 0, where a {label} output cannot follow.", label=label),
                {"output_activation": "identity"},
            )
        return
    if output == "softmax" and not spec.sums_to_one:
        one_hot = DATASETS["one-hot"]
        yield (
            _(
                "Softmax outputs add up to 1, as the inputs of {one_hot} do and images of "
                "{dataset} do not.",
                one_hot=_(one_hot.label),
                dataset=_(spec.label),
            ),
            {"output_activation": "sigmoid"},
        )
    elif output not in loss.outputs:
        names = {"loss": _(loss.short), "output": label}
        yield (
            _(
                "{loss} needs outputs between 0 and 1, and an {output} output can leave them.",
                **names,
            )
            if ACTIVATIONS[output].label[0] in "AEIOU"
            else _(
                "{loss} needs outputs between 0 and 1, and a {output} output can leave them.",
                **names,
            ),
            {"output_activation": loss.outputs[0]},
        )


def _code(s: Settings) -> Iterator[Conflict]:
    kind, activation = CODES[s["code"]], ACTIVATIONS[s["code_activation"]]
    label = _(activation.label)
    q = ARCHITECTURES[s["architecture"]].layers(s, datasets.shape(s["dataset"], s))[-1]
    if s["code_activation"] not in kind.activations:
        needed = _(ACTIVATIONS[kind.activations[0]].label)
        yield (
            _(
                "A {kind} code needs {needed} code units, not {chosen}.",
                kind=_(kind.label).lower(),
                needed=needed,
                chosen=label,
            ),
            {"code_activation": kind.activations[0]},
        )
    if s["code"] == "k-sparse" and s["active"] > q:
        yield (
            _(
                "Active units k can be 1 to {units:,}, the size of the code, not {value:,}.",
                units=q,
                value=s["active"],
            ),
            {"active": q},
        )
    if s["kl_sparsity"] and s["code_activation"] not in ("sigmoid", "tanh"):
        yield (
            _(
                "KL sparsity needs code units between an off and an on, Sigmoid or Tanh, and "
                "{label} units have no highest value.",
                label=label,
            ),
            {"code_activation": "sigmoid"},
        )


def _pretraining(s: Settings) -> Iterator[Conflict]:
    if s["pretraining"] != "rbms":
        return
    if not datasets.unit_range(s["dataset"], s):
        yield (
            _("RBMs need pixels between 0 and 1, and these patches go below 0."),
            {"pretraining": "autoencoders"},
        )
        return
    hidden, code = ACTIVATIONS[s["hidden_activation"]], ACTIVATIONS[s["code_activation"]]
    if s["hidden_activation"] != "sigmoid":
        yield (
            _(
                "RBMs are made of Sigmoid hidden units, not {chosen}.",
                chosen=_(hidden.label),
            ),
            {"hidden_activation": "sigmoid"},
        )
    if s["code_activation"] not in ("sigmoid", "identity"):
        yield (
            _(
                "The code of stacked RBMs can be Sigmoid or Identity, not {chosen}.",
                chosen=_(code.label),
            ),
            {"code_activation": "sigmoid"},
        )


def _noise(s: Settings) -> Iterator[Conflict]:
    corruption = CORRUPTIONS[s["noise"]]
    if s["noise"] != "none" and s["noise_level"] > corruption.high:
        yield (
            _(
                "The level of {corruption} noise is at most {high:g}, not {level:g}.",
                corruption=_(corruption.label),
                high=corruption.high,
                level=s["noise_level"],
            ),
            {"noise_level": corruption.high},
        )
    if s["clip"] and not datasets.unit_range(s["dataset"], s):
        yield (
            _("These patches go below 0 without any noise: clipping to 0 to 1 would spoil them."),
            {"clip": False},
        )


def _room(s: Settings) -> Iterator[Conflict]:
    if 4 * parameters(s) * FEWEST_SNAPSHOTS > SNAPSHOT_BUDGET:
        layers = "hidden" if s["architecture"] == "dense" else "channels"
        yield (
            _(
                "A network of {parameters:,} parameters is too large to record: "
                "{snapshots} snapshots must fit into {budget} MB.",
                parameters=parameters(s),
                snapshots=FEWEST_SNAPSHOTS,
                budget=SNAPSHOT_BUDGET // 2**20,
            ),
            {layers: tuple(max(1, size // 2) for size in s[layers])},
        )


_CHECKS = (_data, _outputs, _code, _pretraining, _noise, _room)


def parameters(settings: Settings) -> int:
    """Return the weights and biases of the whole network, counted."""
    shape = datasets.shape(settings["dataset"], settings)
    outputs = CODES[settings["code"]].outputs
    return ARCHITECTURES[settings["architecture"]].parameters(settings, shape, outputs)


# -- what goes together, but should be known -----------------------------------------


def remarks(settings: Settings) -> Iterator[str]:
    """Yield what a person should know about settings that go together all the same."""
    s = settings
    dense = s["architecture"] == "dense"
    if not dense:
        yield _(
            "Convolutions take about 20 times as long to train as a dense network with this code."
        )
    if s["contractive"]:
        if (
            s["code"] == "plain"
            and s["code_activation"] == "identity"
            and dense
            and not s["hidden"]
        ):
            yield (
                _(
                    "With an identity code the contraction is only weight decay of the encoder: "
                    "choose a Sigmoid code."
                )
            )
        if dense and not s["tied"]:
            yield (
                _(
                    "Without tied weights a network can shrink its code and grow its decoder "
                    "instead of contracting."
                )
            )
        if not dense:
            yield _("The contraction takes one backward pass for every code unit here.")
        elif s["hidden"]:
            yield _("The contraction of a deep network takes about 5 times as long to train.")
    if (s["l1_sparsity"] or s["l2_sparsity"]) and not s["unit_columns"] and not s["tied"]:
        yield _("The network can cheat now: a small code, and a decoder that enlarges it again.")
    if s["code_activation"] == "relu":
        yield _("ReLU code units can die: the Filters page shows which do nothing any more.")
    if s["tied"] and s["code"] == "variational":
        yield _("Tied weights are those of the mean; the spread has weights of its own.")
