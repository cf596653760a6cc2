"""Reading data sets that others published: IDX files, and what comes with scikit-learn."""

import contextlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from aecore.idx import DatasetError, read_images, read_labels
from aecore.language import text as _
from aecore.splits import Images, Labels, Shape, Splits

__all__ = ["complete", "idx_files", "read_digits", "read_idx", "read_photos"]

_PHOTOS = ("china.jpg", "flower.jpg")


def idx_files(splits: Sequence[str]) -> tuple[str, ...]:
    """Return the names, without ``.gz``, of the files that hold images and labels of splits."""
    kinds = ("images-idx3-ubyte", "labels-idx1-ubyte")
    return tuple(f"{split}-{kind}" for split in splits for kind in kinds)


def complete(folder: Path, splits: Sequence[str]) -> bool:
    """Say whether a folder holds all files of some splits, each with ``.gz`` or without."""
    return all(_find(folder, file) for file in idx_files(splits))


def read_idx(folder: Path, splits: Sequence[str], shape: Shape, classes: int) -> Splits:
    """Read IDX files; a split that the data set does not have comes out empty.

    Parameters
    ----------
    folder
        Where the files are.
    splits
        How their names begin: ``train``, ``t10k`` or both.
    shape
        Height and width of the images.
    classes
        Number of classes, which every label must be below.

    Raises
    ------
    DatasetError
        If the files are not in order, or do not belong together.
    """
    none: tuple[Images, Labels] = np.empty((0, *shape), np.uint8), np.empty(0, np.int64)
    train, test = (
        _read_split(folder, split, shape, classes) if split in splits else none
        for split in ("train", "t10k")
    )
    return Splits(*train, *test)


def _read_split(folder: Path, split: str, shape: Shape, classes: int) -> tuple[Images, Labels]:
    """Read the images and labels of one split, and check that they belong together."""
    images_path, labels_path = (_find(folder, file) or folder / file for file in idx_files([split]))
    images = read_images(images_path, shape)
    labels = read_labels(labels_path, classes)
    if len(images) != len(labels):
        raise DatasetError(
            _(
                "{images_path} holds {count:,} images, but {labels_path} beside it {labels:,} "
                "labels: replace the one that does not belong.",
                images_path=images_path,
                count=len(images),
                labels_path=labels_path.name,
                labels=len(labels),
            )
        )
    return images, labels


def _find(folder: Path, file: str) -> Path | None:
    """Return a file of a folder, gzipped as downloaded or else unpacked; None if absent."""
    for path in (folder / f"{file}.gz", folder / file):
        with contextlib.suppress(OSError):
            if path.is_file():
                return path
    return None


def read_digits() -> Splits:
    """Read scikit-learn's digits; every fifth image, from the first on, is a test image."""
    levels, labels = _digit_levels()
    images = np.rint(levels * (255 / 16)).astype(np.uint8)  # (1797, 8, 8), from 0..16
    test = np.arange(len(images)) % 5 == 0
    return Splits(images[~test], labels[~test], images[test], labels[test])


def _digit_levels() -> tuple[npt.NDArray[np.float64], Labels]:
    """Return scikit-learn's digits, (1797, 8, 8) from 0 to 16, and their labels."""
    if table := _scikit_learn_file("data", "digits.csv.gz"):
        rows = np.loadtxt(table, delimiter=",")  # (1797, 65): pixels, then the label
        return rows[:, :-1].reshape(-1, 8, 8), rows[:, -1].astype(np.int64)
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return bunch.images, bunch.target.astype(np.int64)


def read_photos() -> Images:
    """Read scikit-learn's two photographs in grey, shape (2, 427, 640), uint8.

    Raises
    ------
    DatasetError
        If the installed scikit-learn does not have them.
    """
    from PIL import Image

    photos = []
    for name in _PHOTOS:
        path = _scikit_learn_file("images", name)
        if path is None:
            raise DatasetError(
                _(
                    "The photograph {name} of scikit-learn is not on this machine: install "
                    "scikit-learn again, or cut patches from digits instead.",
                    name=name,
                )
            )
        with Image.open(path) as photo:
            photos.append(np.asarray(photo.convert("L")))
    return np.stack(photos)


def _scikit_learn_file(*parts: str) -> Path | None:
    """Return a file that scikit-learn's data sets are read from, where the package keeps it.

    Importing `sklearn.datasets` instead takes two seconds and brings pandas along.
    """
    package = importlib.util.find_spec("sklearn")
    for folder in (package.submodule_search_locations or []) if package else []:
        path = Path(folder, "datasets", *parts)
        if path.is_file():
            return path
    return None
