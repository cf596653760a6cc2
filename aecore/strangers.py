"""Images that do not belong, to be hidden among those a network knows: a registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from aecore import datasets
from aecore.datasets import DATASETS, DatasetSpec
from aecore.language import marked
from aecore.randomness import generator
from aecore.resizing import resized

Images = npt.NDArray[np.uint8]
Shape = tuple[int, int]

COUNT = 20
"""Strangers of a kind, unless another number is asked for."""

SHOE = Path(__file__).resolve().parents[1] / "assets" / "shoe.png"

_SAMPLE = "-sample"


@dataclass(frozen=True, eq=False)
class Strangers:
    """Some images that do not belong.

    Attributes
    ----------
    images : array, shape (k, h, w), uint8
        0 (black) to 255 (white).
    labels : list of str
        What each one is.
    """

    images: Images
    labels: list[str]


@dataclass(frozen=True)
class Stranger:
    """One kind of image that does not belong.

    Attributes
    ----------
    make : callable
        ``(shape, count, seed) -> Strangers``, of any shape where the images are given.
    available : callable
        Whether it can be made on this machine.
    """

    name: str
    label: str
    help: str
    make: Callable[[Shape, int, int], Strangers]
    available: Callable[[], bool] = lambda: True


def images(name: str, shape: Shape, count: int = COUNT, seed: int = 0) -> Strangers:
    """Return strangers of a kind, in the shape of the images they are hidden among.

    Parameters
    ----------
    name : str
        Key of `STRANGERS`.
    shape : tuple of int
        Height and width wanted, in pixels.
    count : int
        Largest number wanted; the kind may have fewer.
    seed : int
        Fixes what is drawn by chance.

    Raises
    ------
    ValueError
        If there is no such kind, or the count is below 1.
    DatasetError
        If the kind's data set is not on this machine, or not in order.
    """
    if name not in STRANGERS:
        raise ValueError(f"There are no strangers {name!r}: choose one of {', '.join(STRANGERS)}.")
    if count < 1:
        raise ValueError(f"At least 1 stranger is needed, not {count}.")
    made = STRANGERS[name].make(shape, count, seed)
    return Strangers(np.stack([resized(image, shape) for image in made.images]), made.labels)


def choices(dataset: str) -> dict[str, str]:
    """Return names and labels of the strangers at hand for a run on a data set.

    The data set itself is never among them, nor a sample of it; a sample is offered only
    where the whole is not at hand.
    """
    at_hand = {name: kind.label for name, kind in STRANGERS.items() if kind.available()}
    own = {dataset, dataset + _SAMPLE, dataset.removesuffix(_SAMPLE)}
    return {
        name: label
        for name, label in at_hand.items()
        if name not in own
        and not (name.endswith(_SAMPLE) and name.removesuffix(_SAMPLE) in at_hand)
    }


# -- kinds ---------------------------------------------------------------------------


def _shoe(shape: Shape, count: int, seed: int) -> Strangers:
    return Strangers(_picture(SHOE)[None], [marked("shoe")])


@lru_cache(maxsize=1)
def _picture(path: Path) -> Images:
    from PIL import Image

    with Image.open(path) as picture:
        pixels = np.array(picture.convert("L"))
    pixels.setflags(write=False)
    return pixels


def _blank(shape: Shape, count: int, seed: int) -> Strangers:
    return Strangers(np.zeros((1, *shape), np.uint8), [marked("blank")])


def _noise(shape: Shape, count: int, seed: int) -> Strangers:
    import torch

    source = generator(seed, "noise strangers")
    pixels = torch.randint(256, (count, *shape), generator=source, dtype=torch.uint8)
    return Strangers(pixels.numpy(), [marked("noise")] * count)


STROKES = {
    marked("vertical stroke"): (0.2, 0.5, 0.8, 0.5),
    marked("horizontal stroke"): (0.5, 0.2, 0.5, 0.8),
    marked("falling stroke"): (0.25, 0.25, 0.75, 0.75),
    marked("rising stroke"): (0.75, 0.25, 0.25, 0.75),
}
"""Where each stroke begins and ends: row and column, as shares of the sides."""

_STROKE_SIDE = 56
"""Pixels a side of a drawn stroke, before it is brought to the size that is wanted."""


def _strokes(shape: Shape, count: int, seed: int) -> Strangers:
    names = list(STROKES)[:count]
    return Strangers(np.stack([_stroke(*STROKES[name]) for name in names]), names)


def _stroke(top: float, left: float, bottom: float, right: float) -> Images:
    """Draw a straight line with round ends, an eighth of the side thick."""
    rows, columns = (np.indices((_STROKE_SIDE, _STROKE_SIDE)) + 0.5) / _STROKE_SIDE
    along = np.array([bottom - top, right - left])
    place = ((rows - top) * along[0] + (columns - left) * along[1]) / (along @ along)
    place = place.clip(0, 1)  # of the nearest point of the line
    distance = np.hypot(rows - top - place * along[0], columns - left - place * along[1])
    cover = ((1 / 16 - distance) * _STROKE_SIDE + 0.5).clip(0, 1)  # of each pixel by the line
    pixels: Images = (255 * cover).round().astype(np.uint8)
    return pixels


def _from_dataset(spec: DatasetSpec, shape: Shape, count: int, seed: int) -> Strangers:
    """Draw test images of another data set, as many of each class as of any other."""
    import torch

    data = datasets.load(spec.name)
    shuffled = torch.randperm(len(data.test_labels), generator=generator(seed, "strangers"))
    labels = data.test_labels[shuffled.numpy()]
    rounds = np.zeros(len(labels), np.int64)  # how many of its class came before
    for label in np.unique(labels):
        rounds[labels == label] = np.arange(np.count_nonzero(labels == label))
    chosen = np.argsort(rounds, kind="stable")[:count]
    chosen = chosen[np.argsort(labels[chosen], kind="stable")]
    names = [_class_label(spec, int(label)) for label in labels[chosen]]
    return Strangers(data.test_images[shuffled.numpy()[chosen]], names)


def _class_label(spec: DatasetSpec, label: int) -> str:
    """Return a class with its data set: ``Ankle boot (Fashion-MNIST)``."""
    if label >= len(spec.classes):
        return spec.label
    name = spec.classes[label]
    return f"{name[:1].upper()}{name[1:]} ({spec.label})"


_DRAWN = (
    Stranger("shoe", marked("A shoe"), marked("One sneaker, drawn for this app."), _shoe),
    Stranger("blank", marked("A blank image"), marked("One image that is black all over."), _blank),
    Stranger(
        "stroke",
        marked("Single strokes"),
        marked("Four straight lines, simpler than any digit."),
        _strokes,
    ),
    Stranger("noise", marked("Noise"), marked("Every pixel has a random grey of its own."), _noise),
)

_BORROWED = (
    Stranger(
        name,
        spec.label,
        f"Test images of {spec.label}, evenly of all classes.",
        partial(_from_dataset, spec),
        partial(datasets.available, name),
    )
    for name, spec in DATASETS.items()
    if spec.recipe is None  # what the app makes is no image of anything
)

STRANGERS: dict[str, Stranger] = {kind.name: kind for kind in (*_DRAWN, *_BORROWED)}
"""Kinds of strangers by name: the drawn ones, then one for each published data set."""
