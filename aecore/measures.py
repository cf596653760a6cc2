"""Every number that is measured of a run: what it is called, its unit, and what it means.

The losses, errors and penalties are those of `aecore.evaluation.measure`, under its names; the
others stand beside them where runs are compared.
"""

from __future__ import annotations

from dataclasses import dataclass

from aecore.language import marked
from aecore.objectives import PENALTIES


@dataclass(frozen=True)
class Measure:
    """One number that is measured of a run.

    Attributes
    ----------
    name : str
    label, short : str
        In full, and for a narrow place.
    unit : str
        Empty for plain counts.
    split : {"train", "test", ""}
        Images that it is measured on; empty where it is of no split.
    help : str
        One sentence on what it means.
    formula : str
        LaTeX, or empty. An image x has n pixels, its reconstruction is x̂, its code h has q
        numbers.
    better : {"low", "high", ""}
        Which of two values is the better one; empty where neither is.
    """

    name: str
    label: str
    short: str
    unit: str
    split: str
    help: str
    formula: str = ""
    better: str = ""


SPLITS = {"train": marked("training"), "test": marked("test")}
"""What the images of a split are called."""

_MSE = r"\frac{1}{n}\sum_{i=1}^{n}(\hat{x}_i - x_i)^2"


def _of_split(split: str) -> tuple[Measure, ...]:
    """Return what is measured of both splits, for one of them."""
    images = f"{SPLITS[split]} images"
    why = {
        "train": "The network learns from these images",
        "test": "The network has never seen these images",
    }[split]
    return (
        Measure(
            f"{split}_loss",
            f"{SPLITS[split].capitalize()} loss",
            f"{split} loss",
            "per pixel",
            split,
            f"The loss that training makes small, penalties left out, as the mean over {images} "
            "and their pixels; only runs with the same loss can be compared by it.",
            r"\frac{1}{n}\, L(\hat{x}, x)",
            "low",
        ),
        Measure(
            f"{split}_mse",
            f"{SPLITS[split].capitalize()} error (MSE)",
            f"{split} MSE",
            "squared grey value per pixel",
            split,
            f"{why}: the mean squared difference between each pixel of the reconstruction and of "
            "the clean original, with the noise of training on the input.",
            _MSE,
            "low",
        ),
        Measure(
            f"{split}_mse_clean",
            f"{SPLITS[split].capitalize()} error on clean input (MSE)",
            f"{split} MSE, clean",
            "squared grey value per pixel",
            split,
            f"The mean squared error on {images} when no noise is put on the input; without noise "
            "in training it is the same as the error with it.",
            _MSE,
            "low",
        ),
    )


_PENALTIES: dict[str, tuple[str, str]] = {
    "beta": (
        "How far the distributions from which codes are drawn are from the prior N(0, 1), "
        "times β: about as many nats as a code tells about its image.",
        r"\frac{\beta}{2n}\sum_{j=1}^{q}(\mu_j^2 + \sigma_j^2 - 1 - \ln\sigma_j^2)",
    ),
    "kl_sparsity": (
        "How far the mean activation of each code unit is from the wanted one, times β; 0 where "
        "every unit is on exactly as often as wanted.",
        r"\frac{\beta}{n}\sum_{j=1}^{q}\left(\rho\ln\frac{\rho}{\hat{\rho}_j} "
        r"+ (1-\rho)\ln\frac{1-\rho}{1-\hat{\rho}_j}\right)",
    ),
    "l1_sparsity": (
        "The sum of the code's numbers without their signs, times λ; it pushes most of them to 0.",
        r"\frac{\lambda}{n}\sum_{j=1}^{q}|h_j|",
    ),
    "l2_sparsity": (
        "The sum of the code's squared numbers, times λ; it keeps all of them small.",
        r"\frac{\lambda}{n}\sum_{j=1}^{q}h_j^2",
    ),
    "contractive": (
        "How strongly the code answers to small changes of the image, times λ; 0 for a code that "
        "does not change at all.",
        r"\frac{\lambda}{n}\left\lVert\frac{\partial h}{\partial x}\right\rVert_F^2",
    ),
    "weight_decay": (
        "The sum of all squared weights, biases excepted, times λ; it keeps weights small.",
        r"\frac{\lambda}{n}\sum_{k} w_k^2",
    ),
}
"""What the value of a penalty says, and its formula; per pixel, so that it adds to the loss."""


def _of_penalties() -> tuple[Measure, ...]:
    return tuple(
        Measure(
            name,
            f"Penalty: {penalty.label}",
            penalty.label,
            "per pixel",
            "" if name == "weight_decay" else "train",
            *_PENALTIES[name],
        )
        for name, penalty in PENALTIES.items()
    )


MEASURES: dict[str, Measure] = {
    entry.name: entry
    for entry in (
        *_of_split("train"),
        *_of_split("test"),
        *_of_penalties(),
        Measure(
            "whole_mse",
            "Error of all test images (MSE)",
            "all test images",
            "squared grey value per pixel",
            "test",
            "The mean squared error on the whole test split, clean input: the number to compare "
            "networks by, whatever loss and noise they were trained with.",
            _MSE,
            "low",
        ),
        Measure(
            "pca_mse",
            "Error of PCA of the same size (MSE)",
            "PCA",
            "squared grey value per pixel",
            "test",
            "What principal component analysis, the best linear way, reaches with as many numbers "
            "as the code has, on all test images, clean input.",
            r"\frac{1}{n}\lVert \bar{x} + V_q V_q^\top (x - \bar{x}) - x \rVert^2",
        ),
        Measure(
            "pca_ratio",
            "Error as a share of PCA's",
            "of PCA",
            "× PCA's error",
            "test",
            "The network's error divided by that of PCA of the same size, on all test images; "
            "below 1 the network does what no linear way can.",
            r"\frac{\mathrm{MSE}}{\mathrm{MSE}_{\mathrm{PCA}}}",
            "low",
        ),
        Measure(
            "mean_mse",
            "Error of the mean image (MSE)",
            "mean image",
            "squared grey value per pixel",
            "test",
            "What one reaches by always answering with the mean training image, without looking; "
            "a network that is not below it has learned nothing.",
            r"\frac{1}{n}\lVert \bar{x} - x \rVert^2",
        ),
        Measure(
            "code_size",
            "Code size",
            "code",
            "numbers per image",
            "",
            "How many numbers the network has to draw an image again from; fewer are a stronger "
            "squeeze, and are not better in themselves.",
            "q",
        ),
        Measure(
            "compression",
            "Pixels per number of the code",
            "squeeze",
            "× fewer numbers",
            "",
            "How many times fewer numbers the code has than the image has pixels; below 1 the "
            "code is larger than the image.",
            r"\frac{n}{q}",
        ),
        Measure(
            "parameters",
            "Parameters",
            "parameters",
            "",
            "",
            "Weights and biases that training adjusts, encoder and decoder together.",
        ),
        Measure(
            "epochs",
            "Epochs trained",
            "epochs",
            "",
            "",
            "How often the network has seen every training image, pretraining left out.",
        ),
        Measure(
            "seconds",
            "Training time",
            "time",
            "seconds",
            "",
            "Time that all training of the run took so far on this machine, waiting left out.",
            better="low",
        ),
        Measure(
            "images_per_second",
            "Training speed",
            "speed",
            "images per second",
            "",
            "How many training images the network learned from in a second when it was last "
            "trained; it depends on the machine and on what else runs there.",
            better="high",
        ),
    )
}
"""All measures by name, in the order in which a comparison shows them."""

SWEPT = ("test_mse", "test_mse_clean", "test_loss", "train_mse", "train_loss")
"""Measures that a sweep can be looked at by, the usual one first."""

NOTHING = 1e-8
"""An error that is none: what rounding leaves where nothing is lost."""


def share_of_pca(error: float, pca_error: float) -> float | None:
    """Return an error as a share of PCA's; None where PCA loses nothing."""
    return error / pca_error if pca_error > NOTHING else None
