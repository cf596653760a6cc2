"""Checks that the analyses of plain arrays share; what fails is said in one sentence."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Labels: TypeAlias = npt.NDArray[Any]
Matrix: TypeAlias = npt.NDArray[np.float32]
Floats: TypeAlias = npt.NDArray[np.float64]


def matrix(values: npt.ArrayLike, what: str) -> Matrix:
    """Return a table of finite numbers, one row for each image, as float32.

    Parameters
    ----------
    values : array_like, shape (N, q)
    what : str
        What they are, in the plural: "Codes".

    Returns
    -------
    ndarray, shape (N, q), float32
        The same memory where nothing has to change.

    Raises
    ------
    ValueError
        If it is not a table, has no row or no column, or holds what is not a finite number.
    """
    with np.errstate(over="ignore"):  # becomes infinite, which is refused below
        table = np.ascontiguousarray(values, np.float32)
    if table.ndim != 2 or not table.size:
        raise ValueError(
            f"{what} must be a table with a row for each image, not of shape {np.shape(values)}."
        )
    if not np.isfinite(table).all():
        raise ValueError(f"{what} must be finite numbers, and some are not.")
    return table


def same_width(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> None:
    """Refuse tables whose rows have different lengths.

    Raises
    ------
    ValueError
        If they have.
    """
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            f"Both must have as many numbers an image, not {first.shape[1]} and {second.shape[1]}."
        )


def labels_of(labels: npt.ArrayLike, count: int) -> Labels:
    """Return labels as an array, one for each of so many images.

    Raises
    ------
    ValueError
        If there are more or fewer.
    """
    known = np.asarray(labels)
    if known.shape != (count,):
        raise ValueError(
            f"Each of {count:,} images needs one label, and there are labels of shape "
            f"{known.shape}."
        )
    return known


def scores_of(values: npt.ArrayLike) -> Floats:
    """Return scores, one for each image, as float64, (N,).

    Raises
    ------
    ValueError
        If they are not a list, there is none, or one is not a finite number.
    """
    scores = np.asarray(values, np.float64)
    if scores.ndim != 1 or not scores.size:
        raise ValueError(f"Scores must be a list with one for each image, not of {scores.shape}.")
    if not np.isfinite(scores).all():
        raise ValueError("Scores must be finite numbers, and some are not.")
    return scores


def within(value: float, lowest: float, highest: float, what: str) -> None:
    """Refuse a number outside a range; the message begins with `what`.

    Raises
    ------
    ValueError
        If it is outside.
    """
    if not lowest <= value <= highest:
        raise ValueError(f"{what} must be {lowest:,} to {highest:,}, not {value:,}.")
