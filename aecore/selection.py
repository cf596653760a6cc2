"""Which images a network trains on: a subset of them, some replaced by another data set's.

Everything is drawn once and for all, so that a smaller subset lies within a larger one, and
a smaller share of outliers within a larger share.
"""

import dataclasses

import numpy as np
import numpy.typing as npt

from aecore.idx import DatasetError
from aecore.language import text as _
from aecore.resizing import resized
from aecore.splits import Images, Splits

__all__ = ["MOST_OUTLIERS", "OUTLIER", "contaminate", "subset", "subset_size"]

MOST_OUTLIERS = 0.5
"""Largest share of outliers: with more of them, the others would be the outliers."""

OUTLIER = -1
"""Label of a training image that comes from another data set."""

_SUBSET_SEED, _PLACES_SEED, _CHOICE_SEED = 0, 1, 2


def subset_size(wanted: int, available: int) -> int:
    """Return how many training images there are when so many are wanted; 0 wants all."""
    return min(wanted, available) if wanted > 0 else available


def subset(splits: Splits, wanted: int) -> Splits:
    """Keep some of the training images, in the order in which they are drawn.

    Parameters
    ----------
    splits
        All images.
    wanted
        Number of training images; 0, or more than there are, keeps all as they are.

    Raises
    ------
    DatasetError
        If the number is negative.
    """
    if wanted < 0:
        raise DatasetError(
            _("The number of training images must be 0 (all) or more, not {wanted}.", wanted=wanted)
        )
    available = len(splits.train_images)
    if (kept := subset_size(wanted, available)) == available:
        return splits
    drawn = _permutation(_SUBSET_SEED, available)[:kept]
    return dataclasses.replace(
        splits,
        train_images=splits.train_images[drawn],
        train_labels=splits.train_labels[drawn],
    )


def contaminate(
    splits: Splits, share: float, source: Images, label: str
) -> tuple[Splits, npt.NDArray[np.bool_]]:
    """Replace a share of the training images by images of another data set.

    Parameters
    ----------
    splits
        The data set that is contaminated.
    share
        Between 0 and `MOST_OUTLIERS`; the number of outliers is rounded.
    source
        Images to choose from, uint8, shape (M, height, width) of any size.
    label
        Name for people of the data set that they come from.

    Returns
    -------
    splits
        With training labels of `OUTLIER` where an image was replaced.
    outliers
        Array of bool, shape (N,): which training images those are.

    Raises
    ------
    DatasetError
        If the share is out of range, or the source has too few images.
    """
    if not 0 <= share <= MOST_OUTLIERS:
        raise DatasetError(
            _(
                "The share of outliers must be 0 to {most_outliers}, not {share}.",
                most_outliers=MOST_OUTLIERS,
                share=share,
            )
        )
    total = len(splits.train_images)
    count = round(share * total)
    if count > len(source):
        raise DatasetError(
            _(
                "A share of {share:g} of {total:,} training images is {count:,} outliers, but "
                "{label} has only {there:,} images for that: take a smaller share or fewer "
                "training images.",
                share=share,
                total=total,
                count=count,
                label=label,
                there=len(source),
            )
        )
    places = _permutation(_PLACES_SEED, total)[:count]
    chosen = _permutation(_CHOICE_SEED, len(source))[:count]
    images, labels = splits.train_images.copy(), splits.train_labels.copy()
    shape = images.shape[1:]
    for place, choice in zip(places, chosen, strict=True):
        images[place] = resized(source[choice], shape)
    labels[places] = OUTLIER
    outliers = np.zeros(total, bool)
    outliers[places] = True
    return dataclasses.replace(splits, train_images=images, train_labels=labels), outliers


def _permutation(seed: int, count: int) -> npt.NDArray[np.int64]:
    return np.random.Generator(np.random.PCG64(seed)).permutation(count)
