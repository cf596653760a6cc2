"""Principal components of codes, whose axes keep their signs from snapshot to snapshot."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float32]


class Principal(NamedTuple):
    """Codes in their principal components.

    Attributes
    ----------
    scores : array, shape (m, d), float32
        The coordinates, ``(codes - centre) @ axes.T``.
    shares : array, shape (d,), float64
        Of the variance, explained by each component: between 0 and 1, decreasing; all 0 where
        the codes do not vary.
    centre : array, shape (q,), float32
        The mean code.
    axes : array, shape (d, q), float32
        Directions in code space, of length 1; zeros past the rank of the codes.
    """

    scores: Array
    shares: npt.NDArray[np.float64]
    centre: Array
    axes: Array


def pca(codes: Array, dimensions: int, reference: npt.NDArray[Any] | None = None) -> Principal:
    """Find the directions in which codes vary most.

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
    """
    centre = codes.mean(axis=0, dtype=np.float64)
    centred = codes - centre  # (m, q), float64
    _, values, axes = np.linalg.svd(centred, full_matrices=False)
    axes = axes[:dimensions]  # (k, q), k = min(d, m, q)
    largest = np.abs(axes).argmax(axis=1)
    axes = axes * np.where(np.take_along_axis(axes, largest[:, None], axis=1) < 0, -1.0, 1.0)
    scores = centred @ axes.T  # (m, k)
    if reference is not None:
        known = np.asarray(reference, np.float64).reshape(len(codes), -1)[:, : scores.shape[1]]
        agreement = (scores[:, : known.shape[1]] * (known - known.mean(axis=0))).sum(axis=0)
        signs = np.where(agreement < 0, -1.0, 1.0)
        scores[:, : len(signs)] *= signs
        axes[: len(signs)] *= signs[:, None]
    variances = np.zeros(dimensions)
    variances[: len(axes)] = values[:dimensions] ** 2
    total = float((values**2).sum())
    return Principal(
        _padded(scores.T, dimensions).T,
        variances / total if total else variances,
        centre.astype(np.float32),
        _padded(axes, dimensions),
    )


def _padded(rows: npt.NDArray[np.float64], count: int) -> Array:
    """Return so many rows, those that are not there as zeros; float32."""
    found = np.zeros((count, rows.shape[1]), np.float32)
    found[: len(rows)] = rows
    return found
