"""What codes are worth beside pixels and PCA: classifiers and clusters on each, and their time.

Computed in the analysis process. What is about the codes is kept with the run, what is about
pixels and principal components with the data set.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from aecore.config import RunConfig, from_dict
from aecore.datasets import Dataset, load
from aecore.features import adjusted_rand, cluster, linear_probe
from aecore.language import marked
from aecore.neighbours import knn_accuracy, same_class_share
from aecore.progress import Progress
from aecore.results import Results, of_dataset
from aecore.runs import Run, RunError, RunStore

if TYPE_CHECKING:
    from torch import Tensor

Labels: TypeAlias = npt.NDArray[np.int64]

NEIGHBOURS = 7
"""Nearest training images that vote."""
SAME_CLASS_AMONG = 10
"""Nearest test images of which those of the same class are counted."""
QUICK = 10_000, 2_000
"""Training and test images of the quick comparison."""


@dataclass(frozen=True)
class Amount:
    """How many images a comparison takes, the first so many in the fixed order of each split.

    Attributes
    ----------
    train, test : int
    """

    train: int
    test: int

    @property
    def name(self) -> str:
        """Its name among results."""
        return f"{self.train}-{self.test}"


def amounts(data: Dataset) -> tuple[Amount, ...]:
    """Return the amounts to choose from, the quick one first; one where the data set is small."""
    whole = Amount(len(data.train_images), len(data.test_images))
    quick = Amount(min(whole.train, QUICK[0]), min(whole.test, QUICK[1]))
    return (quick,) if quick == whole else (quick, whole)


@dataclass(frozen=True)
class Split:
    """Features of both splits with their labels.

    Attributes
    ----------
    train : array, shape (N, q), float32
    labels : array, shape (N,)
    test : array, shape (M, q), float32
    test_labels : array, shape (M,)
    """

    train: npt.NDArray[np.float32]
    labels: Labels
    test: npt.NDArray[np.float32]
    test_labels: Labels


@dataclass(frozen=True)
class Measure:
    """One number to judge features by; higher is better.

    Attributes
    ----------
    name, label, help : str
    find : callable
        ``(split, seed, progress of the share done) -> float``.
    formula : str
        LaTeX.
    """

    name: str
    label: str
    help: str
    find: Callable[[Split, int, Callable[[float], None]], float]
    formula: str


def _knn(split: Split, seed: int, progress: Callable[[float], None]) -> float:
    return knn_accuracy(
        split.train, split.labels, split.test, split.test_labels, NEIGHBOURS, progress
    )


def _probe(split: Split, seed: int, progress: Callable[[float], None]) -> float:
    return linear_probe(split.train, split.labels, split.test, split.test_labels)


def _clusters(split: Split, seed: int, progress: Callable[[float], None]) -> float:
    groups = cluster(split.test, len(np.unique(split.test_labels)), seed)
    return adjusted_rand(groups, split.test_labels)


def _same_class(split: Split, seed: int, progress: Callable[[float], None]) -> float:
    k = min(SAME_CLASS_AMONG, len(split.test) - 1)
    return float(same_class_share(split.test, split.test_labels, k, progress).mean())


MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure(
            "knn",
            f"{NEIGHBOURS}-NN",
            f"Share of the test images whose class a vote of the {NEIGHBOURS} nearest training "
            "images gets right.",
            _knn,
            r"\frac{1}{M} \sum_{i=1}^{M} [\hat{y}_i = y_i], \quad \hat{y}_i ="
            rf" \arg\max_{{c}}\, \bigl|\{{k \le {NEIGHBOURS} : y_{{(k)}} = c\}}\bigr|",
        ),
        Measure(
            "probe",
            "Linear probe",
            "Share of the test images that a linear classifier, fitted on the training images, "
            "gets right.",
            _probe,
            r"\frac{1}{M} \sum_{i=1}^{M} [\hat{y}_i = y_i], \quad \hat{y}_i ="
            r" \arg\max_{c}\, (w_c^{\top} h_i + b_c)",
        ),
        Measure(
            "clusters",
            "k-means ARI",
            "How well groups that k-means finds among the test images, without being told "
            "classes, agree with the classes (adjusted Rand index): 1 fully, 0 as by chance.",
            _clusters,
            r"\mathrm{ARI} = \frac{R - \mathbb{E}[R]}{R_{\max} - \mathbb{E}[R]}",
        ),
        Measure(
            "neighbours",
            f"Same class of {SAME_CLASS_AMONG}",
            f"Share of the {SAME_CLASS_AMONG} test images nearest to each test image that are of "
            "its class.",
            _same_class,
            r"\frac{1}{M} \sum_{i=1}^{M} \frac{|\{k \in N(i) : y_k = y_i\}|}{|N(i)|}",
        ),
    )
}
"""The measures by name, in the order of the table's columns."""


@dataclass(frozen=True)
class Space:
    """What images can be described by.

    Attributes
    ----------
    name : str
        "codes", "pixels" or "pca".
    label : str
        For people: "Codes", "PCA 16".
    width : int
        Numbers an image.
    """

    name: str
    label: str
    width: int


def spaces(config: RunConfig) -> tuple[Space, ...]:
    """Return what is compared: codes, pixels, and PCA with as many numbers as the code."""
    q = min(config.code_size, config.pixels)
    return (
        Space("codes", marked("Codes"), config.code_size),
        Space("pixels", marked("Pixels"), config.pixels),
        Space("pca", f"PCA {q}", q),
    )


def has_classes(data: Dataset) -> bool:
    """Tell whether there is anything to measure: images of several classes in both splits."""
    splits = data.train_labels, data.test_labels
    return all(
        len(np.unique(labels[labels >= 0])) > 1 and (labels >= 0).sum() > NEIGHBOURS
        for labels in splits
    )


def kept(
    run: Run, home: Path, fingerprint: str, step: int, space: Space, amount: Amount
) -> dict[str, float] | None:
    """Return what `judge` kept of one space: each measure by name, and ``<name> seconds``."""
    results, name = _place(run, home, fingerprint, step, space, amount)
    return results.load(name)


def _place(
    run: Run, home: Path, fingerprint: str, step: int, space: Space, amount: Amount
) -> tuple[Results, str]:
    """Return where a space's numbers are kept, and under which name."""
    if space.name == "codes":
        return run.results, f"quality-{amount.name}-s{run.config.seed}-{step:09d}"
    name = f"quality-{space.name}{space.width}-{amount.name}-s{run.config.seed}"
    return of_dataset(home, fingerprint), name


def judge(
    root: str,
    settings: Mapping[str, Any],
    step: int,
    home: str,
    amount: Amount,
    progress: Progress,
) -> None:
    """Measure what codes, pixels and principal components are worth, and keep the numbers.

    What is there already is not measured again.

    Parameters
    ----------
    root : str
        The run store's folder.
    settings : mapping
        As `RunConfig.as_dict`.
    step : int
        The snapshot's.
    home : str
        Folder for all that the app writes.
    amount : Amount
    progress : callable

    Raises
    ------
    RunError
        If there is no such snapshot, or its codes are not finite.
    """
    config = from_dict(settings)
    data = load(config.dataset, config.data_options)
    run = RunStore(Path(root)).open(config, data.fingerprint)
    progress(marked("Getting ready"), None)
    for module in ("cluster", "linear_model", "metrics", "neighbors"):
        importlib.import_module(f"sklearn.{module}")  # else the first measure's time has it in it
    for space in spaces(config):
        place = _place(run, Path(home), data.fingerprint, step, space, amount)
        if place[0].load(place[1]) is not None:
            continue
        progress(f"{space.label}: {marked('preparing')}", None)
        split = _split(data, amount, _describer(run, data, Path(home), step, space))
        place[0].save(place[1], measured(split, config.seed, space.label, progress))


def measured(split: Split, seed: int, name: str, progress: Progress) -> dict[str, float]:
    """Return every measure of some features by name, and ``<name> seconds`` for each.

    Parameters
    ----------
    split : Split
    seed : int
        For the starts of k-means.
    name : str
        What the features are called, for the progress.
    progress : callable
    """
    from threadpoolctl import threadpool_limits

    found = {}
    with threadpool_limits(1):  # seconds on one core mean the same everywhere
        for measure in MEASURES.values():
            stage = f"{name}: {measure.label}"
            progress(stage, None)
            began = time.perf_counter()
            found[measure.name] = measure.find(split, seed, partial(progress, stage))
            found[f"{measure.name} seconds"] = time.perf_counter() - began
    return found


def _split(data: Dataset, amount: Amount, describe: Callable[[Tensor], Tensor]) -> Split:
    """Return the features of both splits.

    Raises
    ------
    RunError
        If some are not finite.
    """
    train, labels = _described(data, "train", amount.train, describe)
    test, test_labels = _described(data, "test", amount.test, describe)
    if not (np.isfinite(train).all() and np.isfinite(test).all()):
        raise RunError(marked("Some codes are not finite numbers: choose an earlier snapshot."))
    return Split(train, labels, test, test_labels)


def _describer(
    run: Run, data: Dataset, home: Path, step: int, space: Space
) -> Callable[[Tensor], Tensor]:
    """Return what makes features (m, q) of images (m, n)."""
    from aecore.baselines import ensure
    from aecore.models import load_weights
    from aecore.reconstruction import codes

    if space.name == "codes":
        return partial(codes, load_weights(run.config, run.weights(step)))
    if space.name == "pca":
        baseline = ensure(data, home)
        return lambda images: baseline.scores(images, space.width)
    return lambda images: images


def _described(
    data: Dataset, split: str, count: int, describe: Callable[[Tensor], Tensor]
) -> tuple[npt.NDArray[np.float32], Labels]:
    """Return features and labels of a split's first images in the fixed order, no outliers."""
    from aecore.evaluation import order, pixels
    from aecore.training import as_pixels

    stored = data.train_images if split == "train" else data.test_images
    labels = data.train_labels if split == "train" else data.test_labels
    places = order(len(stored), split)[:count]
    places = places[labels[places.numpy()] >= 0]
    features = describe(as_pixels(pixels(stored)[places]))
    return features.numpy(), labels[places.numpy()]
