"""The images and labels of a data set's two splits, and the fingerprint of them."""

import hashlib
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Images", "Labels", "Shape", "Splits", "fingerprint", "unlabelled"]

Images: TypeAlias = npt.NDArray[Any]
"""Shape (N, height, width): uint8 from 0 to 255, or float32 where values leave 0 to 1."""

Labels: TypeAlias = npt.NDArray[np.int64]
Shape: TypeAlias = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Splits:
    """Images to train on and images to test with, each with its label.

    Attributes
    ----------
    train_images, test_images
        Arrays of shape (N, height, width), uint8 or float32.
    train_labels, test_labels
        Arrays of int64, shape (N,).
    made_from
        Fingerprint of what the images were computed from, where the last bit of a
        computation depends on the machine; empty where the images speak for themselves.
    """

    train_images: Images
    train_labels: Labels
    test_images: Images
    test_labels: Labels
    made_from: str = ""

    @property
    def arrays(self) -> tuple[Images, Labels, Images, Labels]:
        """Training images, training labels, test images and test labels."""
        return self.train_images, self.train_labels, self.test_images, self.test_labels


def unlabelled(train_images: Images, test_images: Images, made_from: str = "") -> Splits:
    """Return splits of images that are all of one class."""
    labels = (np.zeros(len(images), np.int64) for images in (train_images, test_images))
    return Splits(train_images, next(labels), test_images, next(labels), made_from)


def fingerprint(splits: Splits, note: str = "") -> str:
    """Hash the shapes and contents of the arrays, alike on every machine.

    Parameters
    ----------
    splits
        What to hash.
    note
        What is done to the images afterwards, if anything.

    Returns
    -------
    str
        Sixteen hexadecimal digits.
    """
    if splits.made_from:
        return splits.made_from
    digest = hashlib.blake2b(digest_size=8)
    for array in splits.arrays:
        portable = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        digest.update(f"{portable.dtype.str}{portable.shape}".encode())
        digest.update(portable.data)
    digest.update(note.encode())
    return digest.hexdigest()
