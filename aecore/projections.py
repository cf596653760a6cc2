"""Codes (m, q) laid out in two or three dimensions: PCA, UMAP and t-SNE, by name.

All are seeded, so that everybody sees the same picture; PCA axes also keep their signs from
snapshot to snapshot. The slow ones run in the analysis process and are kept with the run.
"""

from __future__ import annotations

import importlib
import math
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from aecore.config import from_dict
from aecore.datasets import Dataset, load
from aecore.runs import Run, RunStore

Array: TypeAlias = npt.NDArray[np.float32]
Progress: TypeAlias = Callable[[str, float | None], None]
"""Told the stage in words, and the share of it that is done (None: unknown)."""

MOST_POINTS = 4000
"""Images a projection may lay out; the slow ones take seconds to a minute for so many."""
FEWEST_POINTS = 10
"""Fewer have no neighbourhoods that UMAP or t-SNE could keep."""
NEIGHBOURS = 15
PERPLEXITY = 30
CHUNK = 1000
"""Images encoded at a time."""


class ProjectionError(ValueError):
    """A projection that cannot be made; the message is one sentence for a person."""


@dataclass(frozen=True)
class Projection:
    """One way to lay out codes.

    Attributes
    ----------
    name, label, help : str
        Its name in settings, its name for people, and one sentence about it.
    slow : bool
        Whether it belongs into the analysis process.
    compute : callable
        ``(codes (m, q), dimensions 2 or 3, seed, progress) -> coordinates (m, d)``, float32.
        Codes are checked by `lay_out`, which is how it should be called.
    """

    name: str
    label: str
    help: str
    slow: bool
    compute: Callable[[Array, int, int, Progress], Array]


def lay_out(codes: Array, method: str, dimensions: int, seed: int, progress: Progress) -> Array:
    """Lay out codes by any of the methods, after checking that it can be done.

    Parameters
    ----------
    codes : array, shape (m, q), float32
        m up to 4,000.
    method : str
        A key of `PROJECTIONS`.
    dimensions : {2, 3}
    seed : int
        The same seed gives the same coordinates, bit for bit in the same environment.
    progress : callable
        Told of stages as they come.

    Returns
    -------
    array, shape (m, dimensions), float32
        Finite.

    Raises
    ------
    ProjectionError
        If the method is unknown, or these codes cannot be laid out by it.
    """
    _check_choice(method, dimensions, len(codes))
    projection = PROJECTIONS[method]
    if not np.isfinite(codes).all():
        raise ProjectionError("Some codes are not finite numbers: choose an earlier snapshot.")
    if projection.slow:
        if len(codes) < FEWEST_POINTS:
            raise ProjectionError(
                f"{projection.label} needs at least {FEWEST_POINTS} images, not {len(codes)}."
            )
        if not np.ptp(codes, axis=0).any():
            raise ProjectionError(
                f"All images have the same code at this snapshot, so that {projection.label} has "
                "nothing to lay out: choose another snapshot."
            )
        codes = _scaled(codes)
    return projection.compute(codes, dimensions, seed, progress)


def _check_choice(method: str, dimensions: int, count: int) -> None:
    if method not in PROJECTIONS:
        raise ProjectionError(
            f"There is no projection {method!r}: choose one of {', '.join(PROJECTIONS)}."
        )
    if dimensions not in (2, 3):
        raise ProjectionError(f"A projection has 2 or 3 dimensions, not {dimensions}.")
    if not 1 <= count <= MOST_POINTS:
        raise ProjectionError(f"A projection takes 1 to {MOST_POINTS:,} images, not {count:,}.")


def pca(
    codes: Array, dimensions: int, reference: npt.NDArray[Any] | None = None
) -> tuple[Array, npt.NDArray[np.float64]]:
    """Return principal components' scores, and the share of the variance each explains.

    Parameters
    ----------
    codes : array, shape (m, q)
        Finite, m at least 1.
    dimensions : int
        Components wanted, d; those past the rank of the codes are zero.
    reference : array, shape (m,) or (m, k), optional
        Scores of the same images, such as those of the snapshot before. An axis is turned so
        that its correlation with the matching column is not negative. An axis without one
        is turned so that its largest loading is positive.

    Returns
    -------
    coordinates : array, shape (m, d), float32
    shares : array, shape (d,), float64
        Between 0 and 1, decreasing; all 0 where the codes do not vary.
    """
    centred = codes - codes.mean(axis=0, dtype=np.float64)  # (m, q), float64
    _, values, axes = np.linalg.svd(centred, full_matrices=False)
    axes = axes[:dimensions]  # (k, q), k = min(d, m, q)
    scores = centred @ axes.T  # (m, k)
    largest = np.abs(axes).argmax(axis=1)
    scores *= np.where(np.take_along_axis(axes, largest[:, None], axis=1)[:, 0] < 0, -1.0, 1.0)
    if reference is not None:
        known = np.asarray(reference, np.float64).reshape(len(codes), -1)[:, : scores.shape[1]]
        agreement = (scores[:, : known.shape[1]] * (known - known.mean(axis=0))).sum(axis=0)
        scores[:, : known.shape[1]] *= np.where(agreement < 0, -1.0, 1.0)
    coordinates = np.zeros((len(codes), dimensions), np.float32)
    coordinates[:, : scores.shape[1]] = scores
    variances = np.zeros(dimensions)
    variances[: len(axes)] = values[:dimensions] ** 2
    total = float((values**2).sum())
    return coordinates, variances / total if total else variances


def _pca(codes: Array, dimensions: int, seed: int, progress: Progress) -> Array:
    return pca(codes, dimensions)[0]


def _umap(codes: Array, dimensions: int, seed: int, progress: Progress) -> Array:
    """Lay out scaled codes by UMAP (McInnes et al. 2018).

    Neighbours are found here: exactly, and in a hundredth of the time that UMAP's own path for
    few points takes, which asks Python for each distance.
    """
    progress("Loading UMAP", None)
    umap = _import_umap()
    from sklearn.neighbors import NearestNeighbors

    progress("Finding neighbours", None)
    k = min(NEIGHBOURS, len(codes) - 1)
    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(codes)
    distances, indices = search.kneighbors(codes)  # (m, k) each, the point itself first
    progress("Laying out", 0.0)
    reporter = {
        "file": _Bar(lambda share: progress("Laying out", share)),
        "bar_format": "{n}/{total}\n",
        "mininterval": 0.2,
        "disable": False,
    }
    model = umap.UMAP(
        n_components=dimensions,
        n_neighbors=k,
        random_state=seed,
        n_jobs=1,  # the only choice with a seed
        precomputed_knn=(indices.astype(np.int32), distances.astype(np.float32)),
        tqdm_kwds=reporter,
    )
    with warnings.catch_warnings():
        # neither new points nor a random start where the spectral one fails are a problem here
        warnings.filterwarnings("ignore", r"precomputed_knn\[2\]", UserWarning)
        warnings.filterwarnings("ignore", r"Spectral initialisation failed", UserWarning)
        return np.asarray(model.fit_transform(codes), np.float32)


def _import_umap() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)  # it would like Tensorflow
        import umap
    from tqdm.auto import tqdm

    # its own lock is a named semaphore that would outlive a process that is killed
    tqdm.set_lock(threading.RLock())
    return umap


class _Bar:
    """A file that reads the lines ``done/total`` that a progress bar writes to it."""

    def __init__(self, report: Callable[[float], None]) -> None:
        self._report = report

    def write(self, text: str) -> None:
        done, _, total = text.strip().partition("/")
        if done.isdecimal() and total.isdecimal() and int(total):
            self._report(int(done) / int(total))

    def flush(self) -> None:
        """Do nothing: everything is read at once."""


def _tsne(codes: Array, dimensions: int, seed: int, progress: Progress) -> Array:
    """Lay out scaled codes by t-SNE (van der Maaten & Hinton 2008); it tells no progress."""
    progress(f"t-SNE (about {tsne_seconds(len(codes), dimensions)} s)", None)
    from sklearn.manifold import TSNE

    # scikit-learn's init="pca" fails for codes of one number, and where many are equal
    start = pca(codes, dimensions)[0].astype(np.float64)
    start /= start[:, 0].std()
    start += np.random.default_rng(seed).normal(0, 0.01, start.shape)
    model = TSNE(
        n_components=dimensions,
        perplexity=min(PERPLEXITY, (len(codes) - 1) / 3),
        init=(1e-4 * start).astype(np.float32),
        random_state=seed,
        n_jobs=1,
    )
    return np.asarray(model.fit_transform(codes), np.float32)


def tsne_seconds(count: int, dimensions: int) -> int:
    """Return about how many seconds t-SNE takes, from measurements on one ordinary core."""
    full, power = (20, 1.3) if dimensions == 2 else (70, 1.65)
    return math.ceil(full * math.pow(count / MOST_POINTS, power))


def _scaled(codes: Array) -> Array:
    """Centre codes and divide them by their largest value: squares then stay within float32."""
    centred = codes - codes.mean(axis=0, dtype=np.float64)
    return np.asarray(centred / np.abs(centred).max(), np.float32)


PROJECTIONS: dict[str, Projection] = {
    projection.name: projection
    for projection in (
        Projection(
            "pca",
            "PCA",
            "The directions in which the codes vary most; distances keep their meaning.",
            False,
            _pca,
        ),
        Projection(
            "umap",
            "UMAP",
            "Neighbours stay together; distances between far groups and their sizes mean little.",
            True,
            _umap,
        ),
        Projection(
            "tsne",
            "t-SNE",
            "Neighbours stay together; sizes of groups and distances between them mean nothing.",
            True,
            _tsne,
        ),
    )
}
"""The projections by name, in the order in which a page offers them."""


# -- kept with a run -----------------------------------------------------------------


def projection_name(step: int, method: str, dimensions: int, count: int, seed: int) -> str:
    """Return the name under which a projection is kept: ``umap-2d-4000-s0-000001175``."""
    return f"{method}-{dimensions}d-{count}-s{seed}-{step:09d}"


def kept(run: Run, step: int, method: str, dimensions: int, count: int, seed: int) -> Array | None:
    """Return the coordinates (m, d) that `project` kept, or None."""
    return run.results.array(projection_name(step, method, dimensions, count, seed))


def project(
    root: str,
    settings: Mapping[str, Any],
    step: int,
    method: str,
    dimensions: int,
    count: int,
    seed: int,
    progress: Progress,
) -> None:
    """Lay out the codes of a snapshot's test images, and keep the result with the run.

    Does nothing where the result is there already.

    Parameters
    ----------
    root : str
        The run store's folder.
    settings : mapping
        As `RunConfig.as_dict`.
    step : int
        The snapshot's.
    method, dimensions, seed, progress
        As for `lay_out`.
    count : int
        The first so many test images in the order of `aecore.evaluation.order`, without
        noise; all of them where there are fewer.

    Raises
    ------
    ProjectionError
        If the choice makes no sense or the codes cannot be laid out.
    RunError
        If there is no such snapshot.
    """
    _check_choice(method, dimensions, count)
    config = from_dict(settings)
    data = load(config.dataset, config.data_options)
    run = RunStore(Path(root)).open(config, data.fingerprint)
    if kept(run, step, method, dimensions, count, seed) is not None:
        return
    progress("Encoding", None)
    coordinates = lay_out(_codes(run, step, data, count), method, dimensions, seed, progress)
    run.results.save_array(projection_name(step, method, dimensions, count, seed), coordinates)


def _codes(run: Run, step: int, data: Dataset, count: int) -> Array:
    """Return the codes of the first test images in the fixed order, (m, q)."""
    import torch

    from aecore.evaluation import order, pixels
    from aecore.models import load_weights
    from aecore.training import as_pixels

    model = load_weights(run.config, run.weights(step))
    images = pixels(data.test_images)
    chunks = order(len(images), "test")[:count].split(CHUNK)
    codes: Array = torch.cat([model.encode(as_pixels(images[index])) for index in chunks]).numpy()
    return codes


def warm(progress: Progress) -> None:
    """Import all that `project` needs, and have UMAP compiled by laying out a few points."""
    importlib.import_module("aecore.evaluation")  # which brings torch and the models

    points = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    lay_out(points, "umap", 2, 0, progress)
