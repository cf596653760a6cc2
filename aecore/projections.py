"""Codes (m, q) laid out in two or three dimensions: PCA, UMAP and t-SNE, by name.

All are seeded, so that everybody sees the same picture. The slow ones belong into the analysis
process: see `aecore.layouts`.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import math
import re
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from aecore.language import marked
from aecore.language import text as _
from aecore.principal import Array, pca
from aecore.progress import Progress
from aecore.wording import listed

Knobs: TypeAlias = tuple[tuple[str, float | str], ...]
"""What is turned at a projection: names of its knobs, and their values."""

MOST_POINTS = 10_000
"""Images a projection may lay out; UMAP takes ten seconds for so many, t-SNE minutes."""
FEWEST_POINTS = 10
"""Fewer have no neighbourhoods that UMAP or t-SNE could keep."""
TSNE_STEPS = 1000


class ProjectionError(ValueError):
    """A projection that cannot be made; the message is one sentence for a person."""


@dataclass(frozen=True)
class Knob:
    """Something to turn at a projection.

    Attributes
    ----------
    name, label, help : str
        Its name in results, its name for people, and one sentence about it.
    default : float or str
    stops : tuple
        Increasing numbers, of which any between the ends is allowed; or names to choose from.
    """

    name: str
    label: str
    help: str
    default: float | str
    stops: tuple[float | str, ...]

    def allows(self, value: object) -> bool:
        """Tell whether a value makes sense."""
        if isinstance(self.default, str):
            return value in self.stops
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return float(self.stops[0]) <= value <= float(self.stops[-1])


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
        ``(codes (m, q), dimensions 2 or 3, seed, progress, knobs) -> coordinates (m, d)``,
        float32. Codes are checked by `lay_out`, which is how it should be called.
    formula : str
        LaTeX: what it makes of codes, or what it makes small.
    knobs : tuple of Knob
    seconds : callable
        ``(count, dimensions) -> float``: about how long it takes on one ordinary core.
    """

    name: str
    label: str
    help: str
    slow: bool
    compute: Callable[[Array, int, int, Progress, Mapping[str, Any]], Array]
    formula: str
    knobs: tuple[Knob, ...] = ()
    seconds: Callable[[int, int], float] = lambda count, dimensions: 0.0


def lay_out(
    codes: Array,
    method: str,
    dimensions: int,
    seed: int,
    progress: Progress,
    knobs: Mapping[str, float | str] | None = None,
) -> Array:
    """Lay out codes by any of the methods, after checking that it can be done.

    Parameters
    ----------
    codes : array, shape (m, q), float32
        m up to 10,000.
    method : str
        A key of `PROJECTIONS`.
    dimensions : {2, 3}
    seed : int
        The same seed gives the same coordinates, bit for bit in the same environment.
    progress : callable
        Told of stages as they come.
    knobs : mapping, optional
        Name to value, for those that are not left at their defaults.

    Returns
    -------
    array, shape (m, dimensions), float32
        Finite.

    Raises
    ------
    ProjectionError
        If the method or a knob is unknown, or these codes cannot be laid out by it.
    """
    turned = dict(knobs or {})
    check(method, dimensions, len(codes), tuple(turned.items()))
    projection = PROJECTIONS[method]
    if not np.isfinite(codes).all():
        raise ProjectionError(_("Some codes are not finite numbers: choose an earlier snapshot."))
    if projection.slow:
        if not_enough := too_few(method, len(codes)):
            raise ProjectionError(not_enough)
        if not np.ptp(codes, axis=0).any():
            raise ProjectionError(
                _(
                    "All images have the same code at this snapshot, so that there is nothing to "
                    "lay out: choose another snapshot."
                )
            )
    from threadpoolctl import threadpool_limits

    # threads that wait for each other on busy cores cost more than they bring
    with threadpool_limits(1):
        return projection.compute(codes, dimensions, seed, progress, knobs_of(method) | turned)


def too_few(method: str, count: int) -> str:
    """Return one sentence on why a projection cannot lay out so few images, empty where it can."""
    projection = PROJECTIONS[method]
    if not projection.slow or count >= FEWEST_POINTS:
        return ""
    return _(
        "{label} needs at least {fewest} images, not {count}.",
        label=_(projection.label),
        fewest=FEWEST_POINTS,
        count=count,
    )


def knobs_of(method: str) -> dict[str, float | str]:
    """Return the knobs of a projection at their defaults, by name; none of any other layout."""
    return {k.name: k.default for k in PROJECTIONS[method].knobs} if method in PROJECTIONS else {}


def check(method: str, dimensions: int, count: int, knobs: Knobs = ()) -> None:
    """Refuse what cannot be laid out, whatever the codes are.

    Raises
    ------
    ProjectionError
        If the method or a knob is unknown, or a number is out of its range.
    """
    if method not in PROJECTIONS:
        raise ProjectionError(
            _(
                "There is no projection {name}: choose one of {known}.",
                name=repr(method),
                known=listed(PROJECTIONS),
            )
        )
    if dimensions not in (2, 3):
        raise ProjectionError(
            _("A projection has 2 or 3 dimensions, not {dimensions}.", dimensions=dimensions)
        )
    if not 1 <= count <= MOST_POINTS:
        raise ProjectionError(
            _(
                "A projection takes 1 to {most:,} images, not {count:,}.",
                most=MOST_POINTS,
                count=count,
            )
        )
    known = {knob.name: knob for knob in PROJECTIONS[method].knobs}
    for name, value in knobs:
        if name not in known:
            raise ProjectionError(
                _(
                    "{label} has no knob {name}, only {known}.",
                    label=_(PROJECTIONS[method].label),
                    name=repr(name),
                    known=listed(known) or _("none at all"),
                )
            )
        if not known[name].allows(value):
            stops = known[name].stops
            numbers = not isinstance(stops[0], str)
            allowed = (
                _("{low} to {high}", low=stops[0], high=stops[-1])
                if numbers
                else _(" or ").join(map(str, stops))
            )
            raise ProjectionError(
                _(
                    "{label} must be {allowed}, not {value}.",
                    label=_(known[name].label),
                    allowed=allowed,
                    value=value,
                )
            )


def _pca(
    codes: Array, dimensions: int, seed: int, progress: Progress, knobs: Mapping[str, Any]
) -> Array:
    return pca(codes, dimensions).scores


def _umap(
    codes: Array, dimensions: int, seed: int, progress: Progress, knobs: Mapping[str, Any]
) -> Array:
    """Lay out codes by UMAP (McInnes et al. 2018).

    Neighbours are found here: exactly, and in a hundredth of the time that UMAP's own path for
    few points takes, which asks Python for each distance.
    """
    progress("Loading UMAP", None)
    umap = _import_umap()
    from sklearn.neighbors import NearestNeighbors

    progress("Finding neighbours", None)
    metric = knobs["metric"]
    codes = _scaled(codes, centred=metric != "cosine")  # angles are those about 0
    k = min(int(knobs["neighbours"]), len(codes) - 1)
    search = NearestNeighbors(n_neighbors=k, algorithm="brute", metric=metric).fit(codes)
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
        min_dist=float(knobs["distance"]),
        metric=metric,
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
        done, _slash, total = text.strip().partition("/")
        if done.isdecimal() and total.isdecimal() and int(total):
            self._report(int(done) / int(total))

    def flush(self) -> None:
        """Do nothing: everything is read at once."""


def _tsne(
    codes: Array, dimensions: int, seed: int, progress: Progress, knobs: Mapping[str, Any]
) -> Array:
    """Lay out codes by t-SNE (van der Maaten & Hinton 2008)."""
    progress("Finding neighbours", None)
    from sklearn.manifold import TSNE

    codes = _scaled(codes)
    # scikit-learn's init="pca" fails for codes of one number, and where many are equal
    start = pca(codes, dimensions).scores.astype(np.float64)
    start /= start[:, 0].std()
    start += np.random.default_rng(seed).normal(0, 0.01, start.shape)
    model = TSNE(
        n_components=dimensions,
        perplexity=min(float(knobs["perplexity"]), (len(codes) - 1) / 3),
        max_iter=TSNE_STEPS,
        init=(1e-4 * start).astype(np.float32),
        random_state=seed,
        n_jobs=1,
        verbose=2,  # printing is its only way to tell how far it is
    )
    with contextlib.redirect_stdout(_Printed(lambda step: progress("Laying out", step))):
        return np.asarray(model.fit_transform(codes), np.float32)


class _Printed(io.TextIOBase):
    """A file that reads in what t-SNE prints how far it is: ``[t-SNE] Iteration 50: …``."""

    def __init__(self, report: Callable[[float], None]) -> None:
        self._report = report

    def write(self, text: str) -> int:
        found = re.search(r"Iteration (\d+)", text)
        if found:
            self._report(min(1.0, int(found[1]) / TSNE_STEPS))
        return len(text)


def _umap_seconds(count: int, dimensions: int) -> float:
    return 3 + 9 * count / MOST_POINTS  # 3 for loading it


def _tsne_seconds(count: int, dimensions: int) -> float:
    full, power = (65, 1.15) if dimensions == 2 else (230, 1.2)
    return full * math.pow(count / MOST_POINTS, power)


def _scaled(codes: Array, centred: bool = True) -> Array:
    """Divide codes by their largest value: squares then stay within float32."""
    values = codes - (codes.mean(axis=0, dtype=np.float64) if centred else 0.0)
    return np.asarray(values / np.abs(values).max(), np.float32)


PROJECTIONS: dict[str, Projection] = {
    projection.name: projection
    for projection in (
        Projection(
            "pca",
            "PCA",
            "The directions in which the codes vary most; distances keep their meaning.",
            False,
            _pca,
            r"y = V_d^{\top} (h - \bar{h})",
        ),
        Projection(
            "umap",
            "UMAP",
            "Neighbours stay together; distances between far groups and their sizes mean little.",
            True,
            _umap,
            r"\sum_{i \ne j} \Bigl[p_{ij} \log \frac{p_{ij}}{w_{ij}}"
            r" + (1 - p_{ij}) \log \frac{1 - p_{ij}}{1 - w_{ij}}\Bigr]",
            (
                Knob(
                    "neighbours",
                    "Neighbours",
                    "How many of each image's nearest codes it is tied to: few show fine detail, "
                    "many the large arrangement.",
                    15,
                    (5, 10, 15, 30, 50, 100, 200),
                ),
                Knob(
                    "distance",
                    "Smallest distance",
                    "How close points may lie: near 0 packs groups tightly, near 1 spreads them "
                    "evenly.",
                    0.1,
                    (0.0, 0.05, 0.1, 0.25, 0.5, 0.8, 0.99),
                ),
                Knob(
                    "metric",
                    "Distance",
                    "What makes two codes near: Euclidean goes by how far they are apart, cosine "
                    "by the angle between them.",
                    "euclidean",
                    (marked("euclidean"), marked("cosine")),
                ),
            ),
            _umap_seconds,
        ),
        Projection(
            "tsne",
            "t-SNE",
            "Neighbours stay together; sizes of groups and distances between them mean nothing.",
            True,
            _tsne,
            r"\sum_{i \ne j} p_{ij} \log \frac{p_{ij}}{q_{ij}}",
            (
                Knob(
                    "perplexity",
                    "Perplexity",
                    "About how many neighbours each image has: few break the picture into small "
                    "clumps, many draw it together.",
                    30,
                    (5, 10, 20, 30, 50, 100),
                ),
            ),
            _tsne_seconds,
        ),
    )
}
"""The projections by name, in the order in which a page offers them."""


def warm(progress: Progress) -> None:
    """Import all that `project` needs, and have UMAP compiled by laying out a few points."""
    importlib.import_module("aecore.evaluation")  # which brings torch and the models

    points = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    lay_out(points, "umap", 2, 0, progress)
