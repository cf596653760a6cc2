"""Images of one's own: drawn or uploaded pictures, brought to the form of a data set's images."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from aecore.placing import Picture, letterboxed, placed

__all__ = ["MAX_BYTES", "MAX_IMAGES", "OwnImages", "Picture"]

MAX_IMAGES = 10_000
"""Pictures that one person may have."""
MAX_BYTES = 64_000_000
"""Bytes that they may take in memory."""

_SHAPES = 4
"""Shapes that the fitted images are kept for; each data set has one."""


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

    @cached_property
    def _fits(self) -> dict[tuple[int, int], npt.NDArray[np.uint8]]:
        """What `fitted` found for the first of them, by shape; no part of what they are."""
        return {}

    @cached_property
    def nbytes(self) -> int:
        """Bytes that the pictures take in memory."""
        return sum(picture.nbytes for picture in self.pictures)

    def fitted(self, shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
        """Return them in the form of a data set's images, (k, h, w), uint8; not to be written.

        Parameters
        ----------
        shape : tuple of int
            Height and width of the data set's images, pixels.
        """
        known = self._fits.get(shape, np.zeros((0, *shape), np.uint8))
        if len(known) < len(self):
            fresh = [self._fit(picture, shape) for picture in self.pictures[len(known) :]]
            known = np.concatenate([known, np.stack(fresh)])
            known.setflags(write=False)
            while len(self._fits) >= _SHAPES:
                self._fits.pop(next(iter(self._fits)), None)
            self._fits[shape] = known
        return known

    def _fit(self, picture: Picture, shape: tuple[int, int]) -> Picture:
        return placed(picture, shape) if self.normalised else letterboxed(picture, shape)

    def with_more(self, names: Sequence[str], pictures: Sequence[Picture]) -> OwnImages:
        """Return these and as many more behind them as there is room for.

        What was fitted stays fitted.

        Parameters
        ----------
        names, pictures : sequence
            Of equal length.
        """
        room, taken = MAX_BYTES - self.nbytes, 0
        for picture in pictures[: MAX_IMAGES - len(self)]:
            room -= picture.nbytes
            if room < 0:
                break
            taken += 1
        names, pictures = (*self.names, *names[:taken]), (*self.pictures, *pictures[:taken])
        return self._with(names, pictures, dict(self._fits))

    def of(self, places: Sequence[int]) -> OwnImages:
        """Return those at some places alone."""
        fits = {
            shape: known[list(places)]
            for shape, known in list(self._fits.items())
            if len(known) == len(self)
        }
        names = tuple(self.names[place] for place in places)
        pictures = tuple(self.pictures[place] for place in places)
        return self._with(names, pictures, fits)

    def without(self, place: int) -> OwnImages:
        """Return all but the one at a place."""
        return self.of([other for other in range(len(self)) if other != place])

    def renamed(self, place: int, name: str) -> OwnImages:
        """Return them with another name for the one at a place."""
        names = (*self.names[:place], name, *self.names[place + 1 :])
        return self._with(names, self.pictures, dict(self._fits))

    def turned_over(self, place: int) -> OwnImages:
        """Return them with light and dark exchanged in the one at a place."""
        turned = 255 - self.pictures[place]
        pictures = (*self.pictures[:place], turned, *self.pictures[place + 1 :])
        fits = {
            shape: np.concatenate([known[:place], [self._fit(turned, shape)], known[place + 1 :]])
            for shape, known in list(self._fits.items())
            if place < len(known)
        }
        return self._with(self.names, pictures, fits)

    def as_placed(self, normalised: bool) -> OwnImages:
        """Return them placed as MNIST's digits were, or only resized."""
        return OwnImages(self.names, self.pictures, normalised)

    def _with(
        self,
        names: tuple[str, ...],
        pictures: tuple[Picture, ...],
        fits: dict[tuple[int, int], npt.NDArray[np.uint8]],
    ) -> OwnImages:
        """Return others of the same choice, with what is already fitted of them."""
        made = OwnImages(names, pictures, self.normalised)
        made._fits.update(fits)
        return made
