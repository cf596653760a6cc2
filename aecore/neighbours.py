"""Nearest neighbours, of codes or of pixels: which they are, and what they say about classes.

Distances are Euclidean and exact: scikit-learn compares with every point. 10,000 codes of
16 numbers against 60,000 take about 1.5 s on one core, 784 pixels 20 s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from aecore.checks import Labels, Matrix, labels_of, matrix, same_width, within

Indices: TypeAlias = npt.NDArray[np.int64]
Progress: TypeAlias = Callable[[float], None]
"""Told the share that is done, 0 to 1, after each chunk; whatever it raises ends the search."""

CHUNK = 1000
"""Points whose neighbours are looked for at a time."""


def nearest(
    codes: npt.ArrayLike, queries: npt.ArrayLike, k: int, progress: Progress | None = None
) -> tuple[Indices, Matrix]:
    """Find the k codes that are nearest to each query.

    Parameters
    ----------
    codes : array_like, shape (N, q)
        Taken as float32: codes, or pixels.
    queries : array_like, shape (M, q)
    k : int
        1 to N.
    progress : callable, optional

    Returns
    -------
    indices : ndarray, shape (M, k), int64
        Places in `codes`, nearest first. Among equally distant codes the first in `codes`
        comes first; which of them are found, where not all can be, is left open.
    distances : ndarray, shape (M, k), float32
        In the unit of the codes.

    Raises
    ------
    ValueError
        If k is out of range, a number is not finite, or the widths differ.
    """
    table, asked = _pair(codes, queries)
    found = list(_search(table, asked, k, progress))
    return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])


def knn_predict(
    train: npt.ArrayLike,
    labels: npt.ArrayLike,
    test: npt.ArrayLike,
    k: int = 7,
    progress: Progress | None = None,
) -> Labels:
    """Predict labels by a vote of the k nearest training points.

    Between classes with equally many votes the one with the nearest point wins (scikit-learn
    takes the smallest label).

    Parameters
    ----------
    train : array_like, shape (N, q)
        Codes or pixels, taken as float32.
    labels : array_like, shape (N,)
    test : array_like, shape (M, q)
    k : int
        1 to N.
    progress : callable, optional

    Returns
    -------
    ndarray, shape (M,)
        Of the labels' type.

    Raises
    ------
    ValueError
        As `nearest`, and if there is not one label for each training point.
    """
    table, asked = _pair(train, test)
    known = labels_of(labels, len(table))
    votes = (_vote(known[near]) for near, _ in _search(table, asked, k, progress))
    return np.concatenate(list(votes))


def knn_accuracy(
    train: npt.ArrayLike,
    labels: npt.ArrayLike,
    test: npt.ArrayLike,
    test_labels: npt.ArrayLike,
    k: int = 7,
    progress: Progress | None = None,
) -> float:
    """Return the share of the test points whose label `knn_predict` gets right, 0 to 1.

    Parameters
    ----------
    train, labels, test, k, progress
        As in `knn_predict`.
    test_labels : array_like, shape (M,)

    Raises
    ------
    ValueError
        As `knn_predict`, and if there is not one label for each test point.
    """
    expected = labels_of(test_labels, len(np.asarray(test)))
    return float((knn_predict(train, labels, test, k, progress) == expected).mean())


def same_class_share(
    codes: npt.ArrayLike, labels: npt.ArrayLike, k: int, progress: Progress | None = None
) -> Matrix:
    """Return the share of each point's k nearest other points that are of its class.

    Parameters
    ----------
    codes : array_like, shape (N, q)
        Codes or pixels, taken as float32.
    labels : array_like, shape (N,)
    k : int
        1 to N - 1.
    progress : callable, optional

    Returns
    -------
    ndarray, shape (N,), float32
        0 to 1.

    Raises
    ------
    ValueError
        As `nearest`, and if there is not one label for each point.
    """
    table = matrix(codes, "Codes")
    known = labels_of(labels, len(table))
    if len(table) == 1:
        raise ValueError("One point alone has no neighbours: two or more are needed.")
    within(k, 1, len(table) - 1, "The number of neighbours")
    shares = np.empty(len(table), np.float32)
    start = 0
    for near, _ in _search(table, table, k + 1, progress):  # near: (m, k + 1)
        own = np.arange(start, start + len(near))
        others = _without(near, own)  # (m, k)
        shares[own] = (known[others] == known[own, None]).mean(axis=1)
        start += len(near)
    return shares


def _pair(codes: npt.ArrayLike, queries: npt.ArrayLike) -> tuple[Matrix, Matrix]:
    table, asked = matrix(codes, "Codes"), matrix(queries, "Codes")
    same_width(table, asked)
    return table, asked


def _search(
    table: Matrix, asked: Matrix, k: int, progress: Progress | None
) -> Iterator[tuple[Indices, Matrix]]:
    """Yield what `nearest` returns, chunk by chunk."""
    within(k, 1, len(table), "The number of neighbours")
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(table)
    for start in range(0, len(asked), CHUNK):
        distances, indices = search.kneighbors(asked[start : start + CHUNK])
        order = np.lexsort((indices, distances), axis=1)
        yield (
            np.take_along_axis(indices, order, axis=1).astype(np.int64, copy=False),
            np.take_along_axis(distances, order, axis=1).astype(np.float32, copy=False),
        )
        if progress is not None:
            progress(min(1.0, (start + CHUNK) / len(asked)))


def _vote(near: Labels) -> Labels:
    """Return the most frequent label of each row (m, k), nearest first."""
    votes = (near[:, :, None] == near[:, None, :]).sum(axis=2)  # (m, k), for the label there
    winner = votes.argmax(axis=1)  # the first of several, which is the nearest
    chosen: Labels = near[np.arange(len(near)), winner]
    return chosen


def _without(near: Indices, own: Indices) -> Indices:
    """Drop each row's own index from (m, k + 1), or the last one where it is not there.

    It is not there where more than k other points lie in the same place.
    """
    drop = near == own[:, None]
    drop[:, -1] |= ~drop.any(axis=1)
    others: Indices = near[~drop].reshape(len(near), -1)
    return others
