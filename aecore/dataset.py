"""What a data set is: before it is opened, as it is made from its options, and in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from aecore.download import RemoteFile
from aecore.published import idx_files
from aecore.splits import Images, Labels, Shape, Splits, fingerprint

__all__ = ["Dataset", "DatasetSpec", "Options", "Recipe", "sealed"]

SPAN_PERCENTILE = 99.5
"""Of the magnitudes in training images with values below 0; larger ones are shown as that."""

Options: TypeAlias = Mapping[str, Any]
"""What is chosen of a data set, by name: every option that it understands."""


def _nothing() -> Mapping[str, object]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Recipe:
    """How a data set is made from its options, where it is not read as published.

    Attributes
    ----------
    make
        ``(options, load) -> Splits``; `load` gives another data set, by name, as published.
    shape
        Height and width of the images.
    sizes
        Number of training and of test images.
    classes
        Name of each class, in the order of the labels.
    source
        Name of the data set that it is made from, or None.
    unit_range
        Whether all pixel values lie from 0 to 1.
    """

    make: Callable[[Options, Callable[[str], Splits]], Splits]
    shape: Callable[[Options], Shape]
    sizes: Callable[[Options], tuple[int, int]]
    classes: Callable[[Options], tuple[str, ...]]
    source: Callable[[Options], str | None] = lambda options: None
    unit_range: Callable[[Options], bool] = lambda options: True


@dataclass(frozen=True)
class DatasetSpec:
    """What a data set is, known without opening it.

    Attributes
    ----------
    name
        Its name in settings and addresses.
    label
        Its name for people.
    description
        One or two sentences for a page.
    shape
        Height and width of its images, in pixels; with the default options.
    classes
        Name of each class, in the order of the labels; with the default options.
    train_size, test_size
        Number of images of each split; with the default options.
    options
        What can be chosen of it, with the defaults.
    defaults
        Run settings whose default is another for this data set.
    recipe
        How it is made; None where it is read as published.
    splits
        How the names of its IDX files begin; empty where it needs no files of its own.
    files
        Its published files, where it can be downloaded.
    mirrors
        Addresses that have those files, best first; empty where it is never downloaded.
    things
        What its inputs are called: images, patches, vectors.
    trainable
        Whether a network can be trained on it; if not, it only offers images to show to one.
    sums_to_one
        Whether the pixels of each image add up to 1.
    """

    name: str
    label: str
    description: str
    shape: Shape
    classes: tuple[str, ...]
    train_size: int
    test_size: int
    options: Mapping[str, object] = field(default_factory=_nothing, hash=False)
    defaults: Mapping[str, object] = field(default_factory=_nothing, hash=False)
    recipe: Recipe | None = field(default=None, repr=False)
    splits: tuple[str, ...] = ()
    files: tuple[RemoteFile, ...] = ()
    mirrors: tuple[str, ...] = ()
    things: str = "images"
    trainable: bool = True
    sums_to_one: bool = False

    @property
    def needed(self) -> tuple[str, ...]:
        """Names of the files that must be in its folder, each with ``.gz`` or without."""
        return idx_files(self.splits)

    def chosen(self, given: Mapping[str, object] | None = None) -> Options:
        """Return all its options: as given, else its defaults; what it does not know is left."""
        given = given or {}
        return {name: given.get(name, usual) for name, usual in self.options.items()}


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set in memory; its arrays are shared and cannot be written.

    Attributes
    ----------
    spec
        What it is.
    train_images, test_images
        Arrays of shape (N, height, width): uint8, 0 (black) to 255 (white), or float32 where
        values leave 0 to 1, see `unit_range`.
    train_labels, test_labels
        Arrays of int64, shape (N,), indices into `classes`; -1 for an outlier.
    fingerprint
        Sixteen hexadecimal digits that change whenever any image or label does.
    options
        What was chosen of it.
    outliers
        Array of bool, shape (N,): which training images come from another data set; None
        where none were asked for.
    span
        The values that are shown as black and as white, in the unit in which uint8 is 0 to 1.
    """

    spec: DatasetSpec
    train_images: Images
    train_labels: Labels
    test_images: Images
    test_labels: Labels
    fingerprint: str
    options: Mapping[str, object] = field(default_factory=_nothing)
    outliers: npt.NDArray[np.bool_] | None = None
    span: tuple[float, float] = (0.0, 1.0)

    @property
    def name(self) -> str:
        """Its name in settings and addresses."""
        return self.spec.name

    @property
    def shape(self) -> Shape:
        """Height and width of its images, in pixels."""
        height, width = self.test_images.shape[1:]
        return height, width

    @property
    def pixels(self) -> int:
        """Number of pixels of an image."""
        height, width = self.shape
        return height * width

    @property
    def classes(self) -> tuple[str, ...]:
        """Name of each class, in the order of the labels."""
        recipe = self.spec.recipe
        return recipe.classes(self.options) if recipe else self.spec.classes

    def shown(self, rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return values as they are shown: black is 0, white is 1, and nothing is beyond.

        Parameters
        ----------
        rows
            Floats of any shape, in the unit of `span`.
        """
        black, white = self.span
        return ((rows - black) / (white - black)).clip(0, 1)


def sealed(
    spec: DatasetSpec,
    splits: Splits,
    chosen: Options,
    outliers: npt.NDArray[np.bool_] | None = None,
) -> Dataset:
    """Return a data set whose arrays cannot be written any more."""
    for array in splits.arrays if outliers is None else (*splits.arrays, outliers):
        array.setflags(write=False)
    return Dataset(
        spec,
        *splits.arrays,
        fingerprint=fingerprint(splits),
        options=MappingProxyType(dict(chosen)),
        outliers=outliers,
        span=_span(splits.train_images),
    )


def _span(images: Images) -> tuple[float, float]:
    """Return which values of some images to show as black and as white."""
    if images.dtype == np.uint8:
        return 0.0, 1.0
    largest = float(np.percentile(np.abs(images), SPAN_PERCENTILE)) or 1.0
    return -largest, largest
