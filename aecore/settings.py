"""The settings of a run: every field with its default, its range, and how it is shown.

`aecore.config.RunConfig` adds the checks and what follows from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aecore.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS, UNIT_ACTIVATIONS
from aecore.architectures import ARCHITECTURES
from aecore.codes import CODES
from aecore.corruption import CORRUPTIONS
from aecore.datasets import DATASETS
from aecore.devices import DEVICES, resolved
from aecore.fields import setting
from aecore.objectives import LOSSES
from aecore.patches import LARGEST_FROM_PHOTOS, SMALLEST, SOURCES
from aecore.selection import MOST_OUTLIERS
from aecore.synthetic import DISTRIBUTIONS, LENGTHS

LARGEST_LAYER = 2048
PRETRAININGS = {
    "none": "None",
    "autoencoders": "As autoencoders",
    "rbms": "As RBMs",
}
"""Ways of greedy layer-wise pretraining; `aecore.pretraining` does them."""

_PUBLISHED = ("fashion-mnist", "fashion-mnist-sample", "mnist", "digits")
_COEFFICIENTS = (0.0, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0, 3.0, 6.0, 10.0)


def _labels(registry: Mapping[str, Any], names: tuple[str, ...] = ()) -> dict[str, str]:
    return {name: registry[name].label for name in names or registry}


def _helps(registry: Mapping[str, Any], names: tuple[str, ...] = ()) -> dict[str, str]:
    return {name: registry[name].help for name in names or registry}


def _descriptions(names: Iterable[str]) -> dict[str, str]:
    return {name: DATASETS[name].description for name in names}


def _option(name: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return whether a data set has an option of this name."""
    return lambda s: name in DATASETS[s["dataset"]].options


def _dense(s: Mapping[str, Any]) -> bool:
    return bool(s["architecture"] == "dense")


@dataclass(frozen=True)
class Settings:
    """Everything that decides what a run computes, with the bare defaults."""

    dataset: str = setting(
        "digits",
        "Data",
        "Data set",
        "The images to learn from.",
        "choice",
        choices={name: spec.label for name, spec in DATASETS.items() if spec.trainable},
        explained=_descriptions(name for name, spec in DATASETS.items() if spec.trainable),
    )
    patch_source: str = setting(
        "photos",
        "Data",
        "Patches from",
        "Where the patches are cut out: two photographs, or images of digits or clothing.",
        "choice",
        choices=SOURCES,
        explained={
            "photos": "Squares out of grey pictures of a building and a flower: edges, textures.",
            **_descriptions(name for name in SOURCES if name != "photos"),
        },
        needs="patches",
        applies=_option("patch_source"),
    )
    size: int = setting(
        8,
        "Data",
        "Height and width",
        "Pixels from one side of an image to the other.",
        "int",
        low=SMALLEST,
        high=LARGEST_FROM_PHOTOS,
        stops=(4, 6, 8, 10, 12, 16),
        needs="patches or noise",
        applies=_option("size"),
    )
    mean_removal: bool = setting(
        True,
        "Data",
        "Remove the mean",
        "Subtracts from every patch its own mean: only differences are left.",
        "bool",
        needs="patches",
        applies=_option("mean_removal"),
    )
    whitening: bool = setting(
        False,
        "Data",
        "ZCA whitening",
        "Makes all pixels equally spread and uncorrelated; edges are what is left.",
        "bool",
        needs="patches",
        applies=_option("whitening"),
    )
    distribution: str = setting(
        "uniform",
        "Data",
        "Distribution",
        "How the grey of every pixel is drawn.",
        "choice",
        choices=DISTRIBUTIONS,
        explained={
            "uniform": "Every grey from black to white is as likely as any other.",
            "gaussian": "Greys lie about the middle one, with a standard deviation of 0.2.",
        },
        needs="noise as the data set",
        applies=_option("distribution"),
    )
    length: int = setting(
        4,
        "Data",
        "Length",
        "Numbers of each input, of which one is 1; there are as many inputs.",
        "int",
        low=LENGTHS[0],
        high=LENGTHS[1],
        stops=(2, 4, 8, 16, 32, 64),
        needs="one-hot vectors",
        applies=_option("length"),
    )
    subset: int = setting(
        0,
        "Data",
        "Training images",
        "How many of the training images are used; 0 is all of them.",
        "int",
        low=0,
        high=60_000,
        stops=(0, 500, 1000, 2000, 5000, 10_000, 20_000),
        needs="a data set of images",
        applies=_option("subset"),
    )
    outliers: float = setting(
        0.0,
        "Data",
        "Outliers inside",
        "Share of the training images that are secretly pictures of something else.",
        "float",
        low=0.0,
        high=MOST_OUTLIERS,
        stops=(0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5),
        needs="a data set of images",
        applies=_option("outliers"),
    )
    outlier_source: str = setting(
        "fashion-mnist",
        "Data",
        "Outliers from",
        "The test images that are hidden among the training images.",
        "choice",
        choices=_labels(DATASETS, _PUBLISHED),
        explained=_descriptions(_PUBLISHED),
        needs="outliers",
        applies=lambda s: _option("outliers")(s) and s["outliers"] > 0,
    )
    architecture: str = setting(
        "dense",
        "Network",
        "Architecture",
        "How units are connected. Convolutions take many times longer to train.",
        "choice",
        choices=_labels(ARCHITECTURES),
        explained=_helps(ARCHITECTURES),
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
        needs="an architecture whose code is not its maps",
        applies=lambda s: s["architecture"] != "feature-maps",
    )
    hidden: tuple[int, ...] = setting(
        (),
        "Network",
        "Hidden layers",
        "Units of the layers between image and code, e.g. 128-64; the decoder mirrors them.",
        "sizes",
        low=1,
        high=LARGEST_LAYER,
        offered=((), (64,), (128,), (256, 64), (512, 128), (1000, 500, 250)),
        needs="the dense architecture",
        applies=_dense,
    )
    channels: tuple[int, ...] = setting(
        (16, 32),
        "Network",
        "Channels",
        "Maps of each convolution, e.g. 16-32; each halves height and width.",
        "sizes",
        low=1,
        high=128,
        fewest=1,
        offered=((8, 16), (16, 32), (32, 64), (16, 8, 8), (8, 16, 32)),
        needs="convolutions",
        applies=lambda s: not _dense(s),
    )
    hidden_activation: str = setting(
        "relu",
        "Network",
        "Hidden activation",
        "What each hidden unit makes of its weighted sum.",
        "choice",
        choices=_labels(ACTIVATIONS, UNIT_ACTIVATIONS),
        explained=_helps(ACTIVATIONS, UNIT_ACTIVATIONS),
        needs="hidden layers",
        applies=lambda s: bool(s["hidden"]) or not _dense(s),
    )
    code: str = setting(
        "plain",
        "Network",
        "Code",
        "What becomes of the code before the decoder gets it.",
        "choice",
        choices=_labels(CODES),
        explained=_helps(CODES),
    )
    active: int = setting(
        10,
        "Network",
        "Active units k",
        "Code units that may speak for an image; the others are set to 0.",
        "int",
        low=1,
        high=1024,
        stops=(1, 2, 5, 10, 15, 20, 25, 40, 70, 100),
        needs="a k-sparse code",
        applies=lambda s: s["code"] == "k-sparse",
    )
    code_noise: float = setting(
        4.0,
        "Network",
        "Noise before the code σ",
        "Standard deviation of what training adds to each unit’s sum; it pushes units to 0 and 1.",
        "float",
        low=0.0,
        high=20.0,
        stops=(0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0),
        needs="a binary code",
        applies=lambda s: s["code"] == "binary",
    )
    code_activation: str = setting(
        "identity",
        "Network",
        "Code activation",
        "What each code unit makes of its weighted sum. ReLU units can die for good.",
        "choice",
        choices=_labels(ACTIVATIONS, UNIT_ACTIVATIONS),
        explained=_helps(ACTIVATIONS, UNIT_ACTIVATIONS),
    )
    output_activation: str = setting(
        "sigmoid",
        "Network",
        "Output activation",
        "Sigmoid keeps pixels in 0 to 1; ReLU cannot go below 0; identity can go anywhere.",
        "choice",
        choices=_labels(ACTIVATIONS, OUTPUT_ACTIVATIONS),
        explained=_helps(ACTIVATIONS, OUTPUT_ACTIVATIONS),
    )
    tied: bool = setting(
        False,
        "Network",
        "Tied weights",
        "The decoder uses the encoder’s weights, transposed: half the parameters.",
        "bool",
        needs="the dense architecture",
        applies=_dense,
    )
    loss: str = setting(
        "bce",
        "Loss",
        "Loss",
        "What training makes small. Numbers of different losses cannot be compared.",
        "choice",
        choices=_labels(LOSSES),
        explained=_helps(LOSSES),
    )
    beta: float = setting(
        1.0,
        "Loss",
        "Weight of the prior β",
        "β times the KL divergence of the codes from N(0, 1) is added to the loss.",
        "float",
        low=0.0,
        high=1000.0,
        stops=(0.0, 0.1, 0.3, 1.0, 2.0, 4.0, 10.0),
        needs="a variational code",
        applies=lambda s: s["code"] == "variational",
    )
    kl_sparsity: float = setting(
        0.0,
        "Loss",
        "KL sparsity β",
        "β times the KL divergence of every unit’s mean activation from ρ is added to the loss.",
        "float",
        low=0.0,
        high=1000.0,
        stops=_COEFFICIENTS,
        needs="a plain code",
        applies=lambda s: s["code"] == "plain",
    )
    sparsity_target: float = setting(
        0.05,
        "Loss",
        "Wanted mean activation ρ",
        "The share of images on which a unit should speak.",
        "float",
        low=0.001,
        high=0.999,
        stops=(0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5),
        needs="KL sparsity",
        applies=lambda s: s["code"] == "plain" and s["kl_sparsity"] > 0,
    )
    l1_sparsity: float = setting(
        0.0,
        "Loss",
        "L1 sparsity λ",
        "λ times the sum of the code’s absolute values is added to the loss.",
        "float",
        low=0.0,
        high=1000.0,
        stops=_COEFFICIENTS,
        needs="a code that is not binary",
        applies=lambda s: s["code"] != "binary",
    )
    l2_sparsity: float = setting(
        0.0,
        "Loss",
        "L2 sparsity λ",
        "λ times the sum of the code’s squares is added to the loss.",
        "float",
        low=0.0,
        high=1000.0,
        stops=_COEFFICIENTS,
        needs="a code that is not binary",
        applies=lambda s: s["code"] != "binary",
    )
    unit_columns: bool = setting(
        True,
        "Loss",
        "Decoder columns of length 1",
        "Else a network shrinks its code and grows its decoder; switch it off to see it cheat.",
        "bool",
        needs="L1 or L2 sparsity",
        applies=lambda s: s["l1_sparsity"] > 0 or s["l2_sparsity"] > 0,
    )
    contractive: float = setting(
        0.0,
        "Loss",
        "Contraction λ",
        "λ times the squared derivative of the code by the image is added to the loss.",
        "float",
        low=0.0,
        high=1000.0,
        stops=_COEFFICIENTS,
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
        explained=_helps(CORRUPTIONS),
    )
    noise_level: float = setting(
        0.3,
        "Noise",
        "Noise level",
        "Gaussian: standard deviation, pixels range from 0 to 1. Others: share that is spoiled.",
        "float",
        low=0.0,
        high=max(entry.high for entry in CORRUPTIONS.values()),
        stops=(0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.5, 2.0),
        needs="noise",
        applies=lambda s: s["noise"] != "none",
    )
    clip: bool = setting(
        False,
        "Noise",
        "Clip to 0 to 1",
        "Sets pixels that the noise drives out of 0 to 1 back to its ends.",
        "bool",
        needs="Gaussian noise",
        applies=lambda s: CORRUPTIONS[s["noise"]].additive,
    )
    clean_epochs: int = setting(
        0,
        "Noise",
        "Clean epochs first",
        "Epochs, after any pretraining, before the noise is switched on.",
        "int",
        low=0,
        high=1000,
        stops=(0, 1, 2, 5, 10, 20, 50),
        needs="noise",
        applies=lambda s: s["noise"] != "none",
    )
    pretraining: str = setting(
        "none",
        "Training",
        "Pretraining",
        "Layer by layer from the image to the code, each on what the one below gives.",
        "choice",
        choices=PRETRAININGS,
        explained={
            "none": "All layers are trained together from the start.",
            "autoencoders": "Each layer is first the code of a small autoencoder of its own.",
            "rbms": "Each layer is first a restricted Boltzmann machine, taught by contrastive "
            "divergence with one step back (CD-1).",
        },
        needs="hidden layers, the dense architecture and a plain code",
        applies=lambda s: bool(s["hidden"]) and _dense(s) and s["code"] == "plain",
    )
    pretraining_epochs: int = setting(
        5,
        "Training",
        "Epochs a layer",
        "Epochs that each layer is pretrained; then all are trained together.",
        "int",
        low=1,
        high=100,
        stops=(1, 2, 5, 10, 20, 50),
        needs="pretraining",
        applies=lambda s: s["pretraining"] != "none",
    )
    epochs: int = setting(
        10,
        "Training",
        "Epochs",
        "How often every training image is seen. Raise it later to train further.",
        "int",
        low=1,
        high=10_000,
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
        offered=tuple(range(8)),
    )
    device: str = setting(
        "cpu",
        "Training",
        "Device",
        "What does the computing. A seed draws the same numbers on each; only rounding differs.",
        "choice",
        choices=_labels(DEVICES),
        explained=_helps(DEVICES),
        stands_for=resolved,
        usually="auto",
    )
