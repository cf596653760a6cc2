"""The usual detectors of odd images, from scikit-learn, to compare a network's scores with.

They see pixels only, and the same training images for all. Computed in the analysis process
and kept with the data set, whatever is trained on it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from aecore.config import from_dict
from aecore.datasets import Dataset, load
from aecore.progress import Progress
from aecore.results import Results, of_dataset

Matrix: TypeAlias = npt.NDArray[np.float32]

MOST_TRAINING = 5000
"""Training images that detectors are fitted to, so that all end in seconds."""
NEIGHBOURS = 5
TREES = 100
CHUNK = 1000


@dataclass(frozen=True)
class Detector:
    """One way to find odd images without a network.

    Attributes
    ----------
    fit : callable
        ``(images (N, n), components, seed) -> score``, where ``score`` takes images (m, n) and
        returns (m,), larger for the odder.
    formula : str
        LaTeX: the score of an image x.
    uses_components : bool
        Whether it depends on the number of components.
    """

    name: str
    label: str
    help: str
    fit: Callable[[Matrix, int, int], Callable[[Matrix], npt.NDArray[Any]]]
    formula: str
    uses_components: bool = False


def _forest(
    images: Matrix, components: int, seed: int
) -> Callable[[Matrix], npt.NDArray[np.float64]]:
    """Fit an isolation forest (Liu, Ting & Zhou 2008)."""
    from sklearn.ensemble import IsolationForest

    forest = IsolationForest(n_estimators=TREES, random_state=seed, n_jobs=1).fit(images)
    return lambda queries: -forest.score_samples(queries)


def _neighbours(
    images: Matrix, components: int, seed: int
) -> Callable[[Matrix], npt.NDArray[np.float32]]:
    """Keep images to find the k-th nearest of (Ramaswamy, Rastogi & Shim 2000)."""
    from sklearn.neighbors import NearestNeighbors

    k = min(NEIGHBOURS, len(images))
    search = NearestNeighbors(n_neighbors=k, algorithm="brute", n_jobs=1).fit(images)
    return lambda queries: search.kneighbors(queries)[0][:, -1].astype(np.float32)


def _pca(images: Matrix, components: int, seed: int) -> Callable[[Matrix], npt.NDArray[Any]]:
    """Fit principal components; the score is the squared error of what they leave over."""
    from sklearn.decomposition import PCA

    model = PCA(min(components, *images.shape), svd_solver="covariance_eigh").fit(images)

    def score(queries: Matrix) -> npt.NDArray[Any]:
        rebuilt = model.inverse_transform(model.transform(queries))
        errors: npt.NDArray[Any] = np.square(rebuilt - queries).mean(axis=1)
        return errors

    return score


DETECTORS: dict[str, Detector] = {
    detector.name: detector
    for detector in (
        Detector(
            "pca",
            "PCA error",
            "Squared error of PCA with as many components as the code has numbers.",
            _pca,
            r"\frac{1}{n} \lVert (I - V V^{\top}) (x - \bar{x}) \rVert_2^2",
            uses_components=True,
        ),
        Detector(
            "neighbours",
            "kNN distance",
            f"Distance in pixels to the {NEIGHBOURS}th nearest training image.",
            _neighbours,
            rf"\lVert x - x_{{({NEIGHBOURS})}} \rVert_2",
        ),
        Detector(
            "forest",
            "Isolation forest",
            f"How few random cuts set an image apart, in {TREES} trees.",
            _forest,
            r"2^{-\bar{d}(x) / c}",
        ),
    )
}
"""The detectors by name, in the order in which a page shows them."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a detector gave.

    Attributes
    ----------
    scores : array, shape (m,), float64
        Of the images that were asked about, in their order; larger for the odder.
    fit_s, score_s : float
        Seconds for fitting, and for scoring all of them.
    """

    scores: npt.NDArray[np.float64]
    fit_s: float
    score_s: float


def detect(
    name: str,
    training: Matrix,
    images: Matrix,
    components: int,
    seed: int,
    progress: Callable[[float], None] = lambda share: None,
) -> Outcome:
    """Fit a detector and score images.

    Parameters
    ----------
    name : str
        A key of `DETECTORS`.
    training : array, shape (N, n), float32
    images : array, shape (m, n), float32
    components : int
        Of PCA; more than there can be count as all.
    seed : int
        Of the forest.
    progress : callable
        Told the share of the images that is scored.
    """
    began = time.perf_counter()
    score = DETECTORS[name].fit(training, components, seed)
    fitted = time.perf_counter()
    found = [np.zeros(0)]
    for start in range(0, len(images), CHUNK):
        found.append(score(images[start : start + CHUNK]))
        progress(min(1.0, (start + CHUNK) / len(images)))
    scores = np.concatenate(found).astype(np.float64)
    return Outcome(scores, fitted - began, time.perf_counter() - fitted)


# -- kept with a data set --------------------------------------------------------------


def _name(detector: Detector, components: int, others: str) -> str:
    size = f"-{components}" if detector.uses_components else ""
    return f"detector-{detector.name}{size}-{MOST_TRAINING}-{others}"


def kept(home: Path, fingerprint: str, components: int, others: str) -> dict[str, Outcome] | None:
    """Return what `compare` kept for all detectors, by name, or None where one is missing.

    Parameters
    ----------
    home : Path
        Folder for all that the app writes.
    fingerprint : str
        The data's.
    components : int
        Of PCA.
    others : str
        Names the images that are scored behind the test images.
    """
    results = of_dataset(home, fingerprint)
    found = {}
    for name, detector in DETECTORS.items():
        outcome = _load(results, _name(detector, components, others))
        if outcome is None:
            return None
        found[name] = outcome
    return found


def _load(results: Results, name: str) -> Outcome | None:
    times, scores = results.load(name), results.array(name)
    if times is None or scores is None:
        return None
    return Outcome(scores, float(times["fit_s"]), float(times["score_s"]))


def compare(
    home: str,
    settings: Mapping[str, Any],
    images: Sequence[npt.NDArray[np.uint8]],
    others: str,
    progress: Progress,
) -> None:
    """Fit all detectors to a data set, score its test images and others, and keep the results.

    Parameters
    ----------
    home : str
        Folder for all that the app writes.
    settings : mapping
        As `RunConfig.as_dict`: the data set with its options, the size of the code.
    images : sequence of array
        Other images in the form of the data set's, (k, h, w); scored behind the test images.
    others : str
        A name for them.
    progress : callable
        Told the stage in words, and the share of it that is done.
    """
    config = from_dict(settings)
    data = load(config.dataset, config.data_options)
    results = of_dataset(Path(home), data.fingerprint)
    training, asked = _training(data), _asked(data, images)
    for detector in DETECTORS.values():
        name = _name(detector, config.code_size, others)
        if _load(results, name) is not None:
            continue
        progress(detector.label, None)
        told = partial(progress, detector.label)
        outcome = detect(detector.name, training, asked, config.code_size, 0, told)
        results.save_array(name, outcome.scores)
        results.save(name, {"fit_s": outcome.fit_s, "score_s": outcome.score_s})


def _training(data: Dataset) -> Matrix:
    from aecore.evaluation import order, pixels
    from aecore.training import as_pixels

    chosen = order(len(data.train_images), "train")[:MOST_TRAINING]
    rows: Matrix = as_pixels(pixels(data.train_images)[chosen]).numpy()
    return rows


def _asked(data: Dataset, others: Sequence[npt.NDArray[np.uint8]]) -> Matrix:
    from aecore.evaluation import pixels
    from aecore.training import as_pixels

    parts = [data.test_images, *(np.asarray(part) for part in others if len(part))]
    return np.concatenate([as_pixels(pixels(part)).numpy() for part in parts])
