"""What a unit answers to, class by class, and in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aecore.language import marked
from aecore.language import text as _
from aecore.wording import percentage, sentences, short

Values = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Behaviour:
    """How a kind of unit behaves, for sentences about it.

    Attributes
    ----------
    resting : callable
        ``(values) -> bool`` of the same shape: on which images the unit does what `often` says.
    often : str
        "It is silent (0) on {share}."
    dead : str
        Why a dead unit of the kind is dead.
    two_sided : bool
        Whether its values go below 0.
    silent : float or None
        The value that means nothing at all, where there is one.
    """

    resting: Callable[[Values], npt.NDArray[np.bool_]]
    often: str
    dead: str
    two_sided: bool = False
    silent: float | None = None


BEHAVIOURS: dict[str, Behaviour] = {
    "relu": Behaviour(
        lambda values: values <= 0,
        marked("It is silent (0) on {share}."),
        marked(
            "its sum is below 0 every time, so that its value is always 0, and no "
            "error reaches its weights by which it could learn its way back."
        ),
        silent=0.0,
    ),
    "sigmoid": Behaviour(
        lambda values: values > 0.5,
        marked("It is above 0.5, the middle of its range, on {share}."),
        marked(
            "its value hardly changes, by less than 1 % of its range, so that it says the same "
            "every time."
        ),
    ),
    "tanh": Behaviour(
        lambda values: values > 0,
        marked("It is positive on {share}."),
        marked(
            "its value hardly changes, by less than 1 % of its range, so that it says the same "
            "every time."
        ),
        two_sided=True,
    ),
    "identity": Behaviour(
        lambda values: values > 0,
        marked("It is positive on {share}."),
        marked(
            "its value hardly changes, by less than 1 % of what the liveliest unit's does, so that "
            "it says almost the same every time."
        ),
        two_sided=True,
    ),
    "k-sparse": Behaviour(
        lambda values: values == 0,
        marked("It is silent (0) on {share}, because it is not among the largest."),
        marked("it is never among the largest of the code, so that it is always set to 0."),
        two_sided=True,
        silent=0.0,
    ),
    "binary": Behaviour(
        lambda values: values > 0.5,
        marked("Its bit is 1 on {share}."),
        marked("its bit is always the same."),
    ),
}
"""By the activation function, and by the kind of code where that decides."""


@dataclass(frozen=True)
class ClassMeans:
    """Mean value of a unit for each class that has images.

    Attributes
    ----------
    labels : tuple of int
        The classes, largest mean first.
    means : tuple of float
        In the same order.
    """

    labels: tuple[int, ...]
    means: tuple[float, ...]


def class_means(values: Values, labels: npt.NDArray[np.int64]) -> ClassMeans:
    """Return a unit's mean value for each class.

    Parameters
    ----------
    values : ndarray, shape (m,)
    labels : ndarray, shape (m,)
        Negative ones (outliers) belong to no class.
    """
    present = [int(label) for label in np.unique(labels) if label >= 0]
    means = {label: float(values[labels == label].mean(dtype=np.float64)) for label in present}
    ordered = sorted(present, key=lambda label: -means[label])
    return ClassMeans(tuple(ordered), tuple(means[label] for label in ordered))


def answers(name: str, found: ClassMeans, classes: Sequence[str], *, two_sided: bool) -> str:
    """Return in words which class a unit answers to most, and which least.

    Parameters
    ----------
    name : str
        What the unit is called, such as ``Unit 12``.
    found : ClassMeans
    classes : sequence of str
        Names by label.
    two_sided : bool
        Whether values below 0 are an answer too.

    Returns
    -------
    str
        A sentence, empty where there are fewer than two classes.
    """
    if len(found.labels) < 2:
        return ""
    most, least = found.labels[0], found.labels[-1]
    high, low = found.means[0], found.means[-1]
    if high == low:
        return _("{name} answers to all classes alike (mean {high}).", name=name, high=short(high))
    ends = {
        "name": name,
        "best": classes[most],
        "high": short(high),
        "worst": classes[least],
        "low": short(low),
    }
    if two_sided and low < 0 < high:
        return _(
            "{name} is most positive for class **{best}** (mean {high}) and most negative for "
            "class **{worst}** ({low}).",
            **ends,
        )
    if two_sided and low < 0:
        return _(
            "{name} is least negative for class **{best}** (mean {high}) and most negative for "
            "class **{worst}** ({low}).",
            **ends,
        )
    return _(
        "{name} answers most to class **{best}** (mean {high}) and least to class **{worst}** "
        "({low}).",
        **ends,
    )


def describe(
    name: str,
    values: Values,
    labels: npt.NDArray[np.int64],
    classes: Sequence[str],
    behaviour: Behaviour,
    *,
    dead: bool,
    things: str = "images",
) -> str:
    """Return in words what a unit does with some images.

    Parameters
    ----------
    name : str
        ``Unit 12``.
    values : ndarray, shape (m,)
        At least one.
    labels : ndarray, shape (m,)
    classes : sequence of str
    behaviour : Behaviour
        Of `BEHAVIOURS`.
    dead : bool
    things : str
        What the images are called.
    """
    if dead:
        return _("**{name} is dead**: {dead}", name=name, dead=_(behaviour.dead))
    means = class_means(values, labels)
    share = float(behaviour.resting(values).mean())
    spread = _(
        "Its values go from {low} to {high}.",
        low=short(float(values.min())),
        high=short(float(values.max())),
    )
    words = [
        answers(name, means, classes, two_sided=behaviour.two_sided) or spread,
        _(behaviour.often, share=_of(things, share)),
    ]
    return sentences(words)


def _of(things: str, share: float) -> str:
    if share == 0:
        return _("none of the {things}", things=things)
    if share == 1:
        return _("all of the {things}", things=things)
    return _("{part} of the {things}", part=percentage(share), things=things)
