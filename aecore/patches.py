"""Small patches cut from photographs or from other images, centred and whitened if wanted.

On such patches the filters of a sparse autoencoder become edge detectors. Patches to test
with come from other images, or other parts of the photographs, than those to train on.
"""

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from aecore.idx import DatasetError
from aecore.language import text as _
from aecore.published import read_photos
from aecore.splits import Images, Splits, fingerprint, unlabelled

__all__ = [
    "LARGEST_FROM_PHOTOS",
    "SMALLEST",
    "SOURCES",
    "TEST",
    "TRAIN",
    "ZCA_EPSILON",
    "check_source",
    "cut_from_images",
    "cut_from_photos",
    "finish",
    "photo_columns",
    "zca",
]

SOURCES = {
    "photos": "Two photographs",
    "mnist": "MNIST",
    "digits": "Digits",
    "fashion-mnist": "Fashion-MNIST",
}
"""What patches are cut from, with the name for people: photographs, or a data set's images."""

TRAIN, TEST = 10_000, 2_000
"""Number of patches in each split."""

SMALLEST, LARGEST_FROM_PHOTOS = 2, 32
"""Sides of a patch, in pixels; in a data set the side of its images is the largest."""

ZCA_EPSILON = 1e-4
"""Added to each variance before whitening divides by its root, in squared grey (0 to 1).

A tenth of the smallest variances in 8 x 8 patches of the photographs, so that they are
whitened almost wholly, while directions in which nothing varies are not blown up.
"""

LEAST_SPREAD_IN_IMAGES = 0.1
"""Standard deviation below which a patch of an image is left out, grey from 0 to 1.

A fifth of all 8 x 8 patches of MNIST lie on the black margin or touch a stroke with a
corner. Centred, they are zeros: nothing to learn from, and an error that looks too small.
"""

LEAST_SPREAD_IN_PHOTOS = 0.02
"""The same for photographs, where it leaves out clear sky and blurred background.

More than half of all 8 x 8 patches lie there, and would leave few with an edge to detect.
"""

STRIP, STRIP_TRAIN = 128, 88
"""Columns of a photograph of which the first so many are for training, in pixels."""
_SEEDS = (5, 6)
_ROUNDS = 100

_Columns = npt.NDArray[np.int64]


def cut_from_photos(size: int) -> Splits:
    """Cut patches from scikit-learn's two photographs, uint8.

    Of every 128 columns of a photograph the first 88 are for training and the other 40 for
    testing, so that both see all parts of it and no pixel is in both.

    Raises
    ------
    DatasetError
        If patches of that size cannot be cut, or the photographs are not there.
    """
    _check(size, LARGEST_FROM_PHOTOS, SOURCES["photos"])
    photos = read_photos()
    train, test = (
        _cut(photos, columns, size, count, seed, LEAST_SPREAD_IN_PHOTOS)
        for columns, count, seed in zip(
            photo_columns(photos.shape[2], size), (TRAIN, TEST), _SEEDS, strict=True
        )
    )
    return unlabelled(train, test)


def photo_columns(width: int, size: int) -> tuple[_Columns, _Columns]:
    """Return where the left edge of a patch may lie, for training and for testing."""
    left = np.arange(width - size + 1)
    within = left % STRIP
    train = within + size <= STRIP_TRAIN
    test = (within >= STRIP_TRAIN) & (within + size <= STRIP)
    return left[train], left[test]


def cut_from_images(splits: Splits, size: int, label: str) -> Splits:
    """Cut patches from the images of a data set, uint8; test patches from its test images.

    Parameters
    ----------
    splits
        The data set, uint8.
    size
        Height and width of a patch.
    label
        Name of the data set for people.

    Raises
    ------
    DatasetError
        If patches of that size cannot be cut.
    """
    height, width = splits.train_images.shape[1:]
    _check(size, min(height, width), label)
    columns = np.arange(width - size + 1)
    train, test = (
        _cut(images, columns, size, count, seed, LEAST_SPREAD_IN_IMAGES)
        for images, count, seed in zip(
            (splits.train_images, splits.test_images), (TRAIN, TEST), _SEEDS, strict=True
        )
    )
    return unlabelled(train, test)


def finish(cut: Splits, *, mean_removal: bool, whitening: bool) -> Splits:
    """Centre and whiten patches.

    Parameters
    ----------
    cut
        Patches as they were cut, uint8.
    mean_removal
        Whether each patch loses its own mean.
    whitening
        Whether the training patches are given (nearly) the identity for a covariance, and
        the test patches are treated as they are.

    Returns
    -------
    Splits
        As they came where neither is wanted; otherwise float32, grey from 0 to 1 being the
        unit before whitening.
    """
    if not (mean_removal or whitening):
        return cut
    in_grey = _centred if mean_removal else _grey
    plain = unlabelled(in_grey(cut.train_images), in_grey(cut.test_images))
    if not whitening:
        return plain
    mean, transform = zca(plain.train_images)
    return unlabelled(
        _whitened(plain.train_images, mean, transform),
        _whitened(plain.test_images, mean, transform),
        # a decomposition may end in other bits on another machine, or with other threads
        made_from=fingerprint(plain, f"ZCA {ZCA_EPSILON}"),
    )


def zca(images: Images) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Fit zero-phase whitening, ``V (Λ + ε)^-½ Vᵀ`` with the covariance ``V Λ Vᵀ``.

    Parameters
    ----------
    images
        Shape (N, height, width), float32.

    Returns
    -------
    mean, shape (n,)
        The mean image, to be subtracted first.
    transform, shape (n, n)
        Symmetric. Along each axis the variance λ becomes λ / (λ + ε).

    References
    ----------
    Bell & Sejnowski, "The independent components of natural scenes are edge filters", 1997.
    """
    rows = images.reshape(len(images), -1).astype(np.float64)  # (N, n)
    mean = rows.mean(0)
    rows -= mean
    variances, axes = np.linalg.eigh(rows.T @ rows / len(rows))  # axes are columns
    scale = 1 / np.sqrt(variances.clip(min=0) + ZCA_EPSILON)
    return mean, (axes * scale) @ axes.T


def _whitened(
    images: Images, mean: npt.NDArray[np.float64], transform: npt.NDArray[np.float64]
) -> Images:
    rows = images.reshape(len(images), -1) - mean
    return (rows @ transform).astype(np.float32).reshape(images.shape)


def _grey(images: Images) -> Images:
    """Return uint8 as float32 from 0 to 1."""
    return (images / 255).astype(np.float32)


def _centred(images: Images) -> Images:
    """Return each image less its own mean, float32; whole numbers until the last division."""
    pixels = images[0].size
    whole = images.astype(np.int64) * pixels
    whole -= images.sum((1, 2), dtype=np.int64)[:, None, None]
    grey: Images = whole / (pixels * 255)
    return grey.astype(np.float32)


def _cut(
    images: Images, columns: _Columns, size: int, count: int, seed: int, least_spread: float
) -> Images:
    """Cut patches at random places, again and again until enough are not blank."""
    source = np.random.Generator(np.random.PCG64(seed))
    windows = sliding_window_view(images, (size, size), axis=(1, 2))
    kept: list[Images] = []
    missing = count
    for _round in range(_ROUNDS):
        which = source.integers(0, len(images), count)
        top = source.integers(0, windows.shape[1], count)
        left = columns[source.integers(0, len(columns), count)]
        patches = windows[which, top, left]  # (count, size, size)
        patches = patches[patches.std((1, 2)) >= least_spread * 255][:missing]
        kept.append(patches)
        missing -= len(patches)
        if not missing:
            return np.concatenate(kept)
    raise DatasetError(
        _("The images are too blank to cut patches from: take larger patches or other images.")
    )


def check_source(source: str) -> None:
    """Refuse what patches cannot be cut from.

    Raises
    ------
    DatasetError
        If it is not a key of `SOURCES`.
    """
    if source not in SOURCES:
        known = ", ".join(SOURCES)
        raise DatasetError(
            _(
                "Patches cannot be cut from {source!r}: choose one of {known}.",
                source=source,
                known=known,
            )
        )


def _check(size: int, largest: int, label: str) -> None:
    if not SMALLEST <= size <= largest:
        raise DatasetError(
            _(
                "{label}: patches of them can be {smallest} to {largest} pixels wide, not {size}.",
                label=label,
                smallest=SMALLEST,
                largest=largest,
                size=size,
            )
        )
