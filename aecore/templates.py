"""What a linear classifier looks for: its templates of a data set's classes, found once and kept.

Importing this module does not import scikit-learn, and finding templates needs no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from aecore.dataset import Dataset
from aecore.datasets import load
from aecore.features import softmax_weights
from aecore.language import marked
from aecore.progress import Progress
from aecore.results import of_dataset

_NAME = "softmax-templates"


@dataclass(frozen=True, eq=False)
class Templates:
    """A linear softmax classifier, fitted to a data set's training images.

    Attributes
    ----------
    labels : tuple of int
        The classes that it knows, in increasing order.
    weights : ndarray, shape (classes, n), float32
        One template a class; each pixel's weights add up to 0.
    biases : ndarray, shape (classes,), float32
    accuracy : float
        Share of all test images that it names rightly, 0 to 1.
    train, test : int
        Images that it was fitted to, and scored on.
    """

    labels: tuple[int, ...]
    weights: npt.NDArray[np.float32]
    biases: npt.NDArray[np.float32]
    accuracy: float
    train: int
    test: int

    def scores(self, images: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return how much speaks for each class in images (m, n), (m, classes)."""
        return images @ self.weights.T + self.biases


def fit(data: Dataset) -> Templates:
    """Fit the classifier; images without a class (outliers) are left out.

    Raises
    ------
    ValueError
        If there are fewer than two classes.
    """
    train, train_labels = _known(data.train_images, data.train_labels)
    test, test_labels = _known(data.test_images, data.test_labels)
    weights, biases = softmax_weights(train, train_labels)
    labels = np.unique(train_labels)
    named = labels[(test @ weights.T + biases).argmax(axis=1)]
    accuracy = float((named == test_labels).mean()) if len(test) else 0.0
    return Templates(
        tuple(int(k) for k in labels), weights, biases, accuracy, len(train), len(test)
    )


def _known(
    images: npt.NDArray[Any], labels: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Return images that have a class, (m, n), uint8 brought to 0 to 1, and their labels."""
    known = labels >= 0
    rows = images[known].reshape(int(known.sum()), -1).astype(np.float32)
    if images.dtype == np.uint8:
        rows /= 255
    return rows, labels[known]


# -- kept with the data set ----------------------------------------------------------


def kept(home: Path, fingerprint: str) -> Templates | None:
    """Return what `find` kept for a data set, or None."""
    results = of_dataset(home, fingerprint)
    values, weights = results.load(_NAME), results.array(_NAME)
    if values is None or weights is None:
        return None
    return Templates(
        labels=tuple(values["labels"]),
        weights=weights[:, :-1],
        biases=weights[:, -1],
        accuracy=values["accuracy"],
        train=values["train"],
        test=values["test"],
    )


def find(home: str, dataset: str, options: Mapping[str, Any], progress: Progress) -> None:
    """Fit the classifier to a data set, and keep it for all who look at the same data.

    Does nothing where that was done before.

    Parameters
    ----------
    home : str
        Folder for all that the app writes.
    dataset : str
        Its name.
    options : mapping
        What is chosen of it.
    progress : callable
        Told of stages as they come.

    Raises
    ------
    ValueError
        If the data set has fewer than two classes.
    """
    data = load(dataset, options)
    if kept(Path(home), data.fingerprint) is not None:
        return
    progress(marked("Fitting to the training images"), None)
    found = fit(data)
    results = of_dataset(Path(home), data.fingerprint)
    results.save_array(_NAME, np.column_stack([found.weights, found.biases]))
    about = {"labels": found.labels, "accuracy": found.accuracy}
    results.save(_NAME, {**about, "train": found.train, "test": found.test})
