"""Data sets that are drawn by the app: one-hot vectors, and noise without any structure."""

import numpy as np

from aecore.idx import DatasetError
from aecore.language import text as _
from aecore.splits import Images, Splits, unlabelled

__all__ = [
    "DISTRIBUTIONS",
    "LENGTHS",
    "NOISE_SIZES",
    "noise",
    "one_hot",
    "one_hot_classes",
]

LENGTHS = (2, 64)
"""Shortest and longest one-hot vectors."""

NOISE_SIZES = (2, 32)
"""Smallest and largest side of an image of noise, in pixels."""

NOISE_TRAIN, NOISE_TEST = 10_000, 2_000
"""Number of images of noise in each split."""

DISTRIBUTIONS = {"uniform": "Uniform", "gaussian": "Gaussian"}
"""What each pixel of noise is drawn from, with the name for people."""

GAUSSIAN_MEAN, GAUSSIAN_SD = 0.5, 0.2
"""Of Gaussian noise, before it is clipped to 0 to 1: 1.2 % of the pixels are."""

_MOST_DIGITS = 8
_SEED = 4


def one_hot(length: int) -> Splits:
    """Return all one-hot vectors of a length as images of one row, alike in both splits.

    Raises
    ------
    DatasetError
        If the length is out of `LENGTHS`.

    References
    ----------
    Rumelhart, Hinton & Williams, "Learning internal representations by error propagation",
    1986: the encoder problem.
    """
    shortest, longest = LENGTHS
    if not shortest <= length <= longest:
        raise DatasetError(
            _(
                "One-hot vectors can be {shortest} to {longest} numbers long, not {length}.",
                shortest=shortest,
                longest=longest,
                length=length,
            )
        )
    images = np.eye(length, dtype=np.uint8)[:, None, :] * np.uint8(255)  # (N, 1, N)
    labels = np.arange(length, dtype=np.int64)
    return Splits(images, labels, images.copy(), labels.copy())


def one_hot_classes(length: int) -> tuple[str, ...]:
    """Name each vector by its digits, or by its place where they would be too many."""
    if length <= _MOST_DIGITS:
        return tuple("0" * place + "1" + "0" * (length - place - 1) for place in range(length))
    return tuple(f"{place + 1} of {length}" for place in range(length))


def noise(size: int, distribution: str) -> Splits:
    """Return images whose pixels are all drawn independently of one another.

    Parameters
    ----------
    size
        Height and width, within `NOISE_SIZES`.
    distribution
        A key of `DISTRIBUTIONS`.

    Raises
    ------
    DatasetError
        If the size is out of range, or there is no such distribution.
    """
    smallest, largest = NOISE_SIZES
    if not smallest <= size <= largest:
        raise DatasetError(
            _(
                "Images of noise can be {smallest} to {largest} pixels wide, not {size}.",
                smallest=smallest,
                largest=largest,
                size=size,
            )
        )
    if distribution not in DISTRIBUTIONS:
        known = ", ".join(DISTRIBUTIONS)
        raise DatasetError(
            _(
                "There is no noise {distribution!r}: choose one of {known}.",
                distribution=distribution,
                known=known,
            )
        )
    source = np.random.Generator(np.random.PCG64(_SEED))
    images = _draw(source, distribution, (NOISE_TRAIN + NOISE_TEST, size, size))
    return unlabelled(images[:NOISE_TRAIN], images[NOISE_TRAIN:])


def _draw(source: np.random.Generator, distribution: str, shape: tuple[int, ...]) -> Images:
    if distribution == "uniform":
        return source.integers(0, 256, shape, np.uint8)
    values = source.standard_normal(shape, np.float32) * GAUSSIAN_SD + GAUSSIAN_MEAN
    levels: Images = np.rint(values.clip(0, 1) * 255)
    return levels.astype(np.uint8)
