"""Kinds of autoencoders, by name: each is a few settings, and nothing beside them.

A kind is a shorthand, never stored: which one a run is follows from its settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Variant:
    """One kind of autoencoder.

    Attributes
    ----------
    settings : mapping
        What choosing it sets; everything else that kinds set goes back to its default.
    controls : tuple of str
        The settings that it is about, to be shown beside it.
    matches : callable
        ``settings -> bool``; the first kind that matches is the one a run is.
    """

    name: str
    label: str
    help: str
    settings: Settings
    controls: tuple[str, ...]
    matches: Callable[[Settings], bool]


def _linear(s: Settings) -> bool:
    return (
        s["architecture"] == "dense"
        and s["code"] == "plain"
        and s["code_activation"] == s["output_activation"] == "identity"
        and (not s["hidden"] or s["hidden_activation"] == "identity")
    )


_KINDS = (
    Variant(
        "variational",
        "Variational",
        "Codes follow a normal distribution, so that drawn codes decode to new images.",
        {"code": "variational", "code_activation": "identity", "hidden": (256,)},
        ("beta",),
        lambda s: s["code"] == "variational",
    ),
    Variant(
        "binary",
        "Binary codes (hashing)",
        "Every code unit becomes a bit: similar images share most of their bits.",
        {"code": "binary", "code_activation": "sigmoid", "hidden": (256,)},
        ("code_noise",),
        lambda s: s["code"] == "binary",
    ),
    Variant(
        "k-sparse",
        "k-sparse",
        "Of many code units only the k strongest speak for each image.",
        {"code": "k-sparse", "bottleneck": 256, "active": 25, "tied": True},
        ("active",),
        lambda s: s["code"] == "k-sparse",
    ),
    Variant(
        "stacked",
        "Stacked, layer by layer",
        "Each layer is pretrained on the one below before all are trained together.",
        {"hidden": (256, 64), "hidden_activation": "sigmoid", "pretraining": "autoencoders"},
        ("pretraining", "pretraining_epochs"),
        lambda s: s["pretraining"] != "none",
    ),
    Variant(
        "contractive",
        "Contractive",
        "The code is made to change little when the image changes a little.",
        {"contractive": 10.0, "code_activation": "sigmoid", "tied": True, "bottleneck": 64},
        ("contractive",),
        lambda s: s["contractive"] > 0,
    ),
    Variant(
        "sparse",
        "Sparse",
        "Each of many code units is silent on most images.",
        {"kl_sparsity": 3.0, "code_activation": "sigmoid", "bottleneck": 128},
        ("kl_sparsity", "sparsity_target", "l1_sparsity", "l2_sparsity", "unit_columns"),
        lambda s: s["kl_sparsity"] > 0 or s["l1_sparsity"] > 0 or s["l2_sparsity"] > 0,
    ),
    Variant(
        "denoising",
        "Denoising",
        "Spoiled images go in, and the clean ones have to come out.",
        {"noise": "gaussian", "noise_level": 0.5},
        (),  # noise and its level are always shown
        lambda s: s["noise"] != "none",
    ),
    Variant(
        "convolutional",
        "Convolutional",
        "Small patterns are looked for everywhere in the image.",
        {"architecture": "convolutional"},
        ("architecture", "channels"),
        lambda s: s["architecture"] != "dense",
    ),
    Variant(
        "linear",
        "Linear",
        "No bends anywhere: it finds what PCA finds.",
        {"output_activation": "identity", "code_activation": "identity", "loss": "mse"},
        (),
        _linear,
    ),
    Variant(
        "deep",
        "Deep",
        "Hidden layers on both sides of the code.",
        {"hidden": (256, 64)},
        ("hidden",),
        lambda s: bool(s["hidden"]),
    ),
    Variant(
        "tied",
        "Tied weights",
        "The decoder uses the encoder's weights, transposed.",
        {"tied": True},
        (),
        lambda s: s["tied"],
    ),
    Variant("plain", "Plain", "One layer to the code, one layer back.", {}, (), lambda s: True),
)

VARIANTS: dict[str, Variant] = {kind.name: kind for kind in reversed(_KINDS)}
"""The kinds by name, simple ones first."""

SWITCHES = (
    "architecture",
    "code",
    "contractive",
    "hidden",
    "kl_sparsity",
    "l1_sparsity",
    "l2_sparsity",
    "noise",
    "pretraining",
    "tied",
)
"""The settings that make a kind what it is: off, every network is plain."""

TOUCHED = tuple(dict.fromkeys(name for kind in _KINDS for name in kind.settings))
"""Every setting that some kind sets."""


def variant(settings: Settings) -> Variant:
    """Return the kind that settings make: the most special one that matches."""
    return next(kind for kind in _KINDS if kind.matches(settings))
