"""Semantic hashing: similar images found by binary codes, in a table or by Hamming distance.

A code of q ≤ 64 bits is one uint64, unit j being bit j (Salakhutdinov & Hinton 2009,
*Semantic hashing*).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from aecore.checks import labels_of, matrix, within

Words: TypeAlias = npt.NDArray[np.uint64]
Indices: TypeAlias = npt.NDArray[np.int64]

MOST_BITS = 64
MOST_FLIPS = 100_000
"""Words looked up for one query; for more, comparing with all words is the faster way."""
WORDS_AT_A_TIME = 2_000_000
"""Words that are looked up together, for many queries."""


def bits(codes: npt.ArrayLike) -> Words:
    """Pack binary codes into one word each.

    Parameters
    ----------
    codes : array_like, shape (N, q)
        0 and 1, or probabilities, which become 1 above 0.5; q up to 64.

    Returns
    -------
    ndarray, shape (N,), uint64

    Raises
    ------
    ValueError
        If codes have more than 64 units, or values outside 0 to 1.
    """
    table = matrix(codes, "Codes")
    within(table.shape[1], 1, MOST_BITS, "The number of units of a binary code")
    lowest, highest = float(table.min()), float(table.max())
    if lowest < 0 or highest > 1:
        raise ValueError(
            "Binary codes come from units between 0 and 1 (binary or sigmoid); these go from "
            f"{lowest:.3g} to {highest:.3g}."
        )
    places = np.left_shift(np.uint64(1), np.arange(table.shape[1], dtype=np.uint64))
    words: Words = np.where(table > 0.5, places, np.uint64(0)).sum(axis=1, dtype=np.uint64)
    return words


def hamming(queries: npt.ArrayLike, words: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """Return in how many bits each query differs from each word.

    Parameters
    ----------
    queries : array_like, shape (M,), uint64
        As `bits` packs them; the result takes M · N bytes.
    words : array_like, shape (N,), uint64

    Returns
    -------
    ndarray, shape (M, N), uint8
        0 to 64.

    Raises
    ------
    ValueError
        If something else than packed bits is given.
    """
    distances: npt.NDArray[np.uint8] = np.bitwise_count(_words(queries)[:, None] ^ _words(words))
    return distances


class HashTable:
    """Images by the word of their code: similar ones are found without looking at the others.

    Parameters
    ----------
    words : array_like, shape (N,), uint64
        As `bits` packs them.
    width : int
        Bits of a code, q.

    Attributes
    ----------
    width : int
    keys : ndarray, shape (u,), uint64
        The different words, increasing.
    """

    def __init__(self, words: npt.ArrayLike, width: int) -> None:
        given = _words(words)
        within(width, 1, MOST_BITS, "The number of bits")
        if (given >> np.uint64(width - 1) > 1).any():
            raise ValueError(f"Some words have more than the {width} bits that were announced.")
        self.width = width
        self._order: Indices = np.argsort(given, kind="stable")
        self.keys, starts = np.unique(given[self._order], return_index=True)
        self._starts: Indices = np.append(starts, len(given))

    def __len__(self) -> int:
        return len(self._order)

    def lookup(self, word: int | np.uint64, radius: int) -> Indices:
        """Find the images whose code differs from a word in at most so many bits.

        Parameters
        ----------
        word : uint64
        radius : int
            0 to q. All words within it are looked up, so it has to be small.

        Returns
        -------
        ndarray, shape (f,), int64
            Places of images, by distance and then in their order; possibly none.

        Raises
        ------
        ValueError
            If there are more than 100,000 words within the radius.
        """
        found = []
        for masks in self._masks(radius):
            keys = self.places(np.uint64(word) ^ masks)
            images = [self._order[self._starts[k] : self._starts[k + 1]] for k in keys[keys >= 0]]
            found.append(np.sort(np.concatenate([*images, np.empty(0, np.int64)])))
        return np.concatenate(found)

    def places(self, words: Words) -> Indices:
        """Return where words, of any shape, stand in `keys`; -1 for those that do not."""
        near = np.searchsorted(self.keys, words).clip(max=len(self.keys) - 1)
        return np.where(self.keys[near] == words, near, -1)

    def masks(self, radius: int) -> Words:
        """Return the words with up to so many bits set, (Σ_r (q over r),), fewest first."""
        return np.concatenate(list(self._masks(radius)))

    def key_of(self) -> Indices:
        """Return the place in `keys` of each image's word, (N,)."""
        keys = np.empty(len(self), np.int64)
        keys[self._order] = np.repeat(np.arange(len(self.keys)), np.diff(self._starts))
        return keys

    def _masks(self, radius: int) -> Iterator[Words]:
        within(radius, 0, self.width, "The radius, in bits,")
        count = sum(math.comb(self.width, r) for r in range(radius + 1))
        if count > MOST_FLIPS:
            raise ValueError(
                f"There are {count:,} words within {radius} of {self.width} bits, and at most "
                f"{MOST_FLIPS:,} are looked up: choose a smaller radius."
            )
        for r in range(radius + 1):
            chosen = combinations([1 << bit for bit in range(self.width)], r)
            yield np.fromiter(map(sum, chosen), np.uint64)


def precision_at(
    query_words: npt.ArrayLike,
    query_labels: npt.ArrayLike,
    words: npt.ArrayLike,
    labels: npt.ArrayLike,
    count: int,
) -> float:
    """Return the mean share of same-class images among those nearest by Hamming distance.

    Many images are equally distant. Where not all of these are among the nearest, the
    expected share is taken, as if they were drawn, so that their order does not matter.

    Parameters
    ----------
    query_words : array_like, shape (M,), uint64
    query_labels : array_like, shape (M,)
    words : array_like, shape (N,), uint64
    labels : array_like, shape (N,)
    count : int
        Neighbours looked at, 1 to N.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    ValueError
        If count is out of range or lengths differ.
    """
    queries, table = _words(query_words), _words(words)
    wanted, known = labels_of(query_labels, len(queries)), labels_of(labels, len(table))
    within(count, 1, len(table), "The number of neighbours")
    by_class = {label: table[known == label] for label in np.unique(known)}
    none = np.empty(0, np.uint64)
    right = 0.0
    for word, label in zip(queries, wanted, strict=True):
        there = _by_distance(word, table)
        same = _by_distance(word, by_class.get(label, none))
        before = there.cumsum() - there
        taken = (count - before).clip(0, there)  # of each distance
        right += float((same * (taken / there.clip(1))).sum()) / count
    return right / len(queries)


def _by_distance(word: np.uint64, words: Words) -> Indices:
    """Count words at each Hamming distance, (65,)."""
    return np.bincount(np.bitwise_count(word ^ words), minlength=MOST_BITS + 1)


@dataclass(frozen=True)
class LookupResult:
    """How good table look-up is.

    Attributes
    ----------
    precision : float or None
        Mean share of same-class images among those found, over the queries that find any;
        None if none does.
    answered : float
        Share of the queries that find anything, 0 to 1.
    found : float
        Mean number of images found by a query, those without any included.
    """

    precision: float | None
    answered: float
    found: float


def lookup_precision(
    query_words: npt.ArrayLike,
    query_labels: npt.ArrayLike,
    table: HashTable,
    labels: npt.ArrayLike,
    radius: int,
) -> LookupResult:
    """Look up each query within a radius, and compare classes.

    Parameters
    ----------
    query_words : array_like, shape (M,), uint64
    query_labels : array_like, shape (M,)
    table : HashTable
        Of N images.
    labels : array_like, shape (N,)
        Of the table's images, in the order in which they were given to it.
    radius : int
        In bits.

    Raises
    ------
    ValueError
        If lengths differ, or the radius is too large for `HashTable.lookup`.
    """
    queries = _words(query_words)
    wanted, known = labels_of(query_labels, len(queries)), labels_of(labels, len(table))
    masks = table.masks(radius)
    classes, of_image = np.unique(known, return_inverse=True)
    # one row more than keys, of zeros, for words that are not there (place -1);
    # one column more than classes, of zeros, for queries of a class that is not there
    counts = np.zeros((len(table.keys) + 1, len(classes) + 1), np.int64)
    np.add.at(counts, (table.key_of(), of_image), 1)
    totals = counts.sum(axis=1)
    column = np.searchsorted(classes, wanted).clip(max=len(classes) - 1)
    column[classes[column] != wanted] = len(classes)
    found, same = np.zeros(len(queries), np.int64), np.zeros(len(queries), np.int64)
    step = max(1, WORDS_AT_A_TIME // len(masks))
    for start in range(0, len(queries), step):
        part = slice(start, start + step)
        keys = table.places(queries[part, None] ^ masks)  # (step, words within the radius)
        found[part] = totals[keys].sum(axis=1)
        same[part] = counts[keys, column[part, None]].sum(axis=1)
    some = found > 0
    precision = float((same[some] / found[some]).mean()) if some.any() else None
    return LookupResult(precision, float(some.mean()), float(found.mean()))


def _words(words: npt.ArrayLike) -> Words:
    given = np.asarray(words)
    if given.dtype != np.uint64 or given.ndim != 1 or not given.size:
        raise ValueError(
            "Binary codes must be packed into one word each (see `bits`), not "
            f"{given.dtype} of shape {given.shape}."
        )
    return given
