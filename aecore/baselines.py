"""What a network is compared with: the mean image, and PCA with as many numbers as the code.

Both come from a data set's training images. They are fitted once on a machine and kept
under its home, in ``baselines/<fingerprint>.safetensors``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from filelock import FileLock
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from aecore.datasets import Dataset
from aecore.evaluation import pixels
from aecore.results import set_aside, write_atomically

EXACT_ROWS = 256
"""Images whose pixel products a float32 can add without rounding: 256 · 255² < 2²⁴."""

FLOAT_ROWS = 4096
"""Images that are made float64 at a time."""

HELD = 4
"""Baselines kept in memory."""


@dataclass(frozen=True, eq=False)
class Baseline:
    """The mean image of n pixels and all principal axes about it.

    Attributes
    ----------
    mean : Tensor, shape (n,), float32
        Mean training image, in the unit of the images: for uint8 pixels 0 to 1.
    components : Tensor, shape (n, n), float32
        Rows are principal axes of length 1, by decreasing variance; the largest entry of
        each (in magnitude) is positive.
    variances : Tensor, shape (n,), float32
        Mean squared distance from the mean along each axis (divisor N). What the first q
        leave over, divided by n, is the training error of PCA with q numbers.
    """

    mean: Tensor
    components: Tensor
    variances: Tensor

    def scores(self, images: Tensor, q: int) -> Tensor:
        """Return the images' coordinates on the first q axes.

        Parameters
        ----------
        images : Tensor, shape (m, n), float32
            In the unit of `mean`.
        q : int
            Numbers an image is reduced to, at least 0; more than n count as n.

        Returns
        -------
        Tensor, shape (m, min(q, n))

        Raises
        ------
        ValueError
            If q is negative.
        """
        return (images - self.mean) @ self._axes(q).T

    def reconstruct(self, images: Tensor, q: int) -> Tensor:
        """Return what PCA makes of images with q numbers; 0 gives the mean image.

        Parameters
        ----------
        images : Tensor, shape (m, n), float32
            In the unit of `mean`.
        q : int
            As in `scores`.

        Returns
        -------
        Tensor, shape (m, n)
            Pixels; they may leave the range of the images.

        Raises
        ------
        ValueError
            If q is negative.
        """
        return self.mean + self.scores(images, q) @ self._axes(q)

    def _axes(self, q: int) -> Tensor:
        if q < 0:
            raise ValueError(f"PCA needs 0 or more components, not {q}.")
        return self.components[:q]


def fit(images: Tensor) -> Baseline:
    """Fit mean image and principal axes.

    Parameters
    ----------
    images : Tensor, shape (N, n), uint8 or float32
        Pixels 0 to 255 where they are uint8, else in the data's own unit.

    Raises
    ------
    ValueError
        If there are no images.
    """
    if len(images) == 0:
        raise ValueError("A baseline needs at least one training image, and there is none.")
    moments = _of_bytes if images.dtype == torch.uint8 else _of_floats
    mean, covariance = moments(images)
    variances, axes = torch.linalg.eigh(covariance)  # increasing; axes are columns
    return Baseline(
        mean=mean.float(),
        components=_signed(axes.T.flip(0)).float().contiguous(),
        variances=variances.flip(0).clamp(min=0).float(),
    )


def _of_bytes(images: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and covariance of uint8 images, pixels 0 to 1.

    Sums of pixels and of their products are exact whole numbers, so chunks and threads
    leave no trace in the covariance.
    """
    count, n = images.shape
    total = torch.zeros(n, dtype=torch.float64)
    products = torch.zeros(n, n, dtype=torch.float64)
    for chunk in images.split(EXACT_ROWS):
        values = chunk.to(torch.float32)  # (≤ 256, n), 0 to 255
        total += values.sum(0)
        products += values.T @ values
    mean = total / count
    return mean / 255, products.div_(count).sub_(torch.outer(mean, mean)).div_(255**2)


def _of_floats(images: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and covariance of float32 images, summed in float64 about the mean."""
    count, n = images.shape
    mean = images.mean(0, dtype=torch.float64)
    products = torch.zeros(n, n, dtype=torch.float64)
    for chunk in images.split(FLOAT_ROWS):
        values = chunk.double() - mean  # (≤ 4096, n)
        products += values.T @ values
    return mean, products.div_(count)


def _signed(axes: Tensor) -> Tensor:
    """Turn each row so that its entry of largest magnitude is positive."""
    largest = axes.gather(1, axes.abs().argmax(1, keepdim=True))
    return torch.where(largest < 0, -axes, axes)


def ensure(data: Dataset, home: Path) -> Baseline:
    """Return a data set's baseline, fitting and keeping it if that was not done before.

    Parameters
    ----------
    data : Dataset
    home : Path
        Folder for all that the app writes; made when it is missing.

    Raises
    ------
    ValueError
        If the data set has no training images.
    """
    if (found := peek(data, home)) is not None:
        return found
    path = _path(data, home)
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        if (found := peek(data, home)) is not None:
            return found  # somebody else fitted it while we waited
        fitted = fit(pixels(data.train_images))
        write_atomically(path, save(dict(vars(fitted))))
    return fitted


def peek(data: Dataset, home: Path) -> Baseline | None:
    """Return a data set's baseline if it is there; never fits.

    A damaged file is set aside, and counts as not there.
    """
    path = _path(data, home)
    try:
        changed = path.stat().st_mtime_ns
        return _read(path, changed, data.pixels)
    except FileNotFoundError:
        return None
    except (SafetensorError, ValueError, KeyError) as error:
        set_aside(path, error)
        return None


def _path(data: Dataset, home: Path) -> Path:
    return home / "baselines" / f"{data.fingerprint}.safetensors"


@lru_cache(maxsize=HELD)
def _read(path: Path, changed: int, n: int) -> Baseline:
    """Read a file, once for each time that it was written."""
    tensors = load(path.read_bytes())
    baseline = Baseline(tensors["mean"], tensors["components"], tensors["variances"])
    for tensor, shape in zip(vars(baseline).values(), ((n,), (n, n), (n,)), strict=True):
        if tensor.shape != shape or tensor.dtype != torch.float32 or not tensor.isfinite().all():
            raise ValueError(f"expected finite float32 of shape {shape}")
    return baseline
