"""What picture formats make of a data set's test images: measured once, kept with the data set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TypeAlias

from aecore.compression import FORMATS, Point, missing, sweep
from aecore.datasets import Dataset, Images, load
from aecore.evaluation import order
from aecore.progress import Progress
from aecore.results import of_dataset

Curves: TypeAlias = dict[str, list[Point]]
"""A key of `aecore.compression.FORMATS` to its qualities."""

COUNT = 1000
"""Test images that are written together; the whole split where it has fewer."""
_NAME = f"formats-{COUNT}"


def sample(data: Dataset) -> Images:
    """Return the test images that are measured, (m, h, w): the first in the fixed order."""
    images: Images = data.test_images[order(len(data.test_images), "test")[:COUNT].numpy()]
    return images


def kept(home: Path, data: Dataset) -> Curves | None:
    """Return what `measure` kept of all formats that can be written; None if one is missing."""
    found = of_dataset(home, data.fingerprint).load(_NAME)
    writable = [name for name in FORMATS if not missing(name)]
    if found is None or not set(writable) <= set(found):
        return None
    return {name: [Point(**each) for each in found[name]] for name in writable}


def measure(home: str, dataset: str, options: Mapping[str, object], progress: Progress) -> None:
    """Write a data set's test images in all qualities of all formats, and keep what came out.

    Formats that Pillow was built without are left out.

    Parameters
    ----------
    home : str
        Folder for all that the app writes.
    dataset : str
    options : mapping
        As for `aecore.datasets.load`.
    progress : callable
        Told the format, and the share of its qualities that is done.
    """
    data = load(dataset, options)
    if kept(Path(home), data) is not None:
        return
    images = sample(data)
    curves = {}
    for name, entry in FORMATS.items():
        if not missing(name):
            curves[name] = sweep(images, name, progress=partial(progress, entry.label))
    of_dataset(Path(home), data.fingerprint).save(
        _NAME, {name: [asdict(point) for point in points] for name, points in curves.items()}
    )
