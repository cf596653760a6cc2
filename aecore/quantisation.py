"""Codes rounded to a few levels a unit: bytes, which can be set beside those of picture files."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from aecore.checks import Matrix, matrix, same_width, within

Bytes: TypeAlias = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class CodeRange:
    """Where each unit of a code lies, by the training codes; part of the decoder.

    Attributes
    ----------
    low, high : ndarray, shape (q,), float32
    """

    low: Matrix
    high: Matrix


def code_range(train_codes: npt.ArrayLike) -> CodeRange:
    """Return the smallest and the largest value of each unit.

    Parameters
    ----------
    train_codes : array_like, shape (N, q)
        Codes of training images, so that nothing is learned from what is compressed.

    Raises
    ------
    ValueError
        If a code is not finite.
    """
    codes = matrix(train_codes, "Codes")
    return CodeRange(codes.min(axis=0), codes.max(axis=0))


def quantise(codes: npt.ArrayLike, scale: CodeRange, levels: int = 256) -> Bytes:
    """Round codes to equally spaced levels between each unit's smallest and largest value.

    Parameters
    ----------
    codes : array_like, shape (N, q)
        Values outside the range are taken as its ends.
    scale : CodeRange
    levels : int
        2 to 256.

    Returns
    -------
    ndarray, shape (N, q), uint8
        0 to levels - 1; 0 for units that do not vary.

    Raises
    ------
    ValueError
        If levels is out of range, a code is not finite, or the widths differ.
    """
    table = matrix(codes, "Codes")
    same_width(table, scale.low[None])
    within(levels, 2, 256, "The number of levels")
    low, step = scale.low.astype(np.float64), _step(scale, levels)
    shares = (table - low) / np.where(step > 0, step, np.inf)
    quantised: Bytes = shares.round().clip(0, levels - 1).astype(np.uint8)
    return quantised


def dequantise(quantised: Bytes, scale: CodeRange, levels: int = 256) -> Matrix:
    """Return the codes that levels stand for, (N, q), float32; see `quantise`.

    Raises
    ------
    ValueError
        If the widths differ, or a level is not below `levels`.
    """
    same_width(quantised, scale.low[None])
    within(levels, 2, 256, "The number of levels")
    if quantised.size and quantised.max() >= levels:
        raise ValueError(f"Of {levels} levels the last is {levels - 1}, not {quantised.max()}.")
    return (scale.low + quantised * _step(scale, levels)).astype(np.float32)


def _step(scale: CodeRange, levels: int) -> npt.NDArray[np.float64]:
    step: npt.NDArray[np.float64] = (scale.high.astype(np.float64) - scale.low) / (levels - 1)
    return step


@dataclass(frozen=True)
class CodeSize:
    """Bytes an image that quantised codes take.

    Attributes
    ----------
    raw : float
        All levels written out: q bytes where there are 256 of them.
    entropy : float
        What an ideal coder reaches that knows how often each unit takes each level.
    packed : float
        What zlib makes of all codes, unit after unit.
    """

    raw: float
    entropy: float
    packed: float


def code_size(quantised: Bytes, levels: int = 256) -> CodeSize:
    """Measure what quantised codes (N, q), uint8, take in bytes an image.

    Raises
    ------
    ValueError
        If there are no codes, or levels is not 2 to 256.
    """
    within(levels, 2, 256, "The number of levels")
    if quantised.ndim != 2 or not quantised.size:
        raise ValueError(f"Codes must be a table of levels, not of shape {quantised.shape}.")
    count, q = quantised.shape
    shares = np.stack([np.bincount(unit, minlength=levels) for unit in quantised.T]) / count
    bits = -(shares * np.log2(np.where(shares > 0, shares, 1))).sum()
    packed = len(zlib.compress(np.ascontiguousarray(quantised.T).tobytes(), 9))
    return CodeSize(q * math.ceil(math.log2(levels)) / 8, float(bits) / 8, packed / count)
