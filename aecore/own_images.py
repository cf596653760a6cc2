"""Images of one's own: drawn or uploaded pictures, brought to the form of a data set's images."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from aecore.resizing import resized

Picture = npt.NDArray[np.uint8]
"""A grey picture (H, W) of any size, light on dark: 0 is black, 255 white."""


@dataclass(frozen=True, eq=False)
class OwnImages:
    """Pictures that somebody brought, in the order in which they came; hashed by content.

    Attributes
    ----------
    names : tuple of str
        What each is called: a file's name, "drawing 1".
    pictures : tuple of array
        Grey pictures (H, W) of uint8, light on dark, as they came.
    normalised : bool
        Whether they are placed and scaled as MNIST's digits were.
    """

    names: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    normalised: bool = True

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change with any picture, name or choice."""
        digest = hashlib.sha256(repr((self.names, self.normalised)).encode())
        for picture in self.pictures:
            digest.update(repr(picture.shape).encode() + np.ascontiguousarray(picture).tobytes())
        return digest.hexdigest()[:16]

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OwnImages) and self.fingerprint == other.fingerprint

    def __len__(self) -> int:
        return len(self.pictures)

    def fitted(self, shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
        """Return them in the form of a data set's images, (k, h, w), uint8.

        Parameters
        ----------
        shape : tuple of int
            Height and width of the data set's images, pixels.
        """
        found = [resized(picture, shape) for picture in self.pictures]
        return np.stack(found) if found else np.zeros((0, *shape), np.uint8)
