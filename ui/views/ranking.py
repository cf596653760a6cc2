"""Test images and strangers among them: scored by one network or several, and ranked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from cachetools.keys import typedkey
from torch import Tensor

from aecore import agreement, evaluation, language, strangers
from aecore.anomalies import Ranking, ranking
from aecore.datasets import Dataset
from aecore.language import text as _
from aecore.own_images import MAX_IMAGES, OwnImages
from aecore.reconstruction import codes
from aecore.scores import MOST_REFERENCES, SCORES, Context
from aecore.training import as_pixels
from ui.views.frame import Frame, T, all_test_images, cached, class_of, model, shared, test_errors

OWN = "own"
"""The kind of one's own images, beside those of `aecore.strangers.STRANGERS`."""

_MOST_OF_A_KIND = 1000
"""Room that each kind of strangers has among the ids."""


# -- who is scored -------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Guests:
    """Images that are ranked among the test images and do not belong there.

    Attributes
    ----------
    fingerprint : str
        Changes with any image.
    pictures : array, shape (k, h, w), uint8
    kinds, names : list of str
        What each is, for people: its kind, and its own name.
    ids : list of int
        From the number of test images on; the same whatever else is there.
    """

    fingerprint: str
    pictures: np.ndarray
    kinds: list[str]
    names: list[str]
    ids: list[int]

    def __len__(self) -> int:
        return len(self.ids)


def guests(data: Dataset, kinds: Sequence[str], own: OwnImages) -> Guests:
    """Return the strangers of some kinds, and one's own images if `OWN` is among them."""
    own = own if OWN in kinds else OwnImages()
    chosen = tuple(kind for kind in strangers.STRANGERS if kind in kinds)
    return _guests(data.shape, len(data.test_images), chosen, own.fingerprint, own)


@shared(12, lambda *given: given[:-1])  # of 8 MB where somebody brings very many
def _guests(
    shape: tuple[int, int], count: int, kinds: tuple[str, ...], own: str, _own: OwnImages
) -> Guests:
    pictures = [np.zeros((0, *shape), np.uint8), _own.fitted(shape)]
    labels, names = ["Your images"] * len(_own), list(_own.names)
    ids = [count + k for k in range(len(_own))]
    for kind in kinds:
        found = strangers.images(kind, shape)
        # behind all images that somebody may bring
        first = count + MAX_IMAGES + _MOST_OF_A_KIND * list(strangers.STRANGERS).index(kind)
        pictures.append(found.images)
        labels += [strangers.STRANGERS[kind].label] * len(found.labels)
        names += found.labels
        ids += [first + k for k in range(len(found.labels))]
    together = np.concatenate(pictures)
    digest = hashlib.sha256(repr(names).encode() + together.tobytes()).hexdigest()
    return Guests(digest[:16], together, labels, names, ids)


def spoken(name: str) -> str:
    """Return a guest's name in the language in use; a class may have its data set behind it."""
    what, behind, rest = name.partition(" (")
    return _(what) + behind + rest


# -- scores --------------------------------------------------------------------------


def references(data: Dataset) -> Tensor:
    """Return the places of the training images whose codes are compared with, (r,)."""
    return evaluation.order(len(data.train_images), "train")[:MOST_REFERENCES]


def training_images(data: Dataset, places: Tensor) -> Tensor:
    """Return training images by place, (k, n) in [0, 1]."""
    return as_pixels(evaluation.pixels(data.train_images)[places])


@cached(12)
def reference_codes(frame: Frame) -> Tensor:
    """Return the codes of the training images that codes are compared with, (r, q)."""
    return codes(model(frame), training_images(frame.data, references(frame.data)))


def context(frame: Frame, *, within: bool = False) -> Context:
    """Return what scores may need of a frame."""
    return Context(frame.data.shape, lambda: reference_codes(frame), within)


@cached(60)
def test_scores(frame: Frame, score: str) -> Tensor:
    """Return the score of every test image, no noise, (N,)."""
    if score == "mean":
        return test_errors(frame)
    return SCORES[score].compute(model(frame), all_test_images(frame.data), context(frame))


@shared(120, lambda frame, score, visitors: (*frame.key, score, visitors.fingerprint))
def guest_scores(frame: Frame, score: str, visitors: Guests) -> Tensor:
    """Return the score of every guest, (k,)."""
    if not len(visitors):
        return torch.zeros(0)
    pixels = as_pixels(evaluation.pixels(visitors.pictures))
    return SCORES[score].compute(model(frame), pixels, context(frame))


@dataclass(frozen=True, eq=False)
class Ranked:
    """Test images, then guests, ranked by the score of one network or of several.

    Attributes
    ----------
    key : tuple
        What tells it from all others, the language of its texts included.
    frame : Frame
        The network that is looked at.
    score : str
        A key of `aecore.scores.SCORES`.
    ranking : Ranking
    ranks : array, shape (m + k,), int64
        1 for the most anomalous.
    guests : Guests
    members : tuple of array, each (m + k,)
        The scores of each network.
    unit : str
    """

    key: tuple[Any, ...]
    frame: Frame
    score: str
    ranking: Ranking
    ranks: np.ndarray
    guests: Guests
    members: tuple[np.ndarray, ...]
    unit: str

    @property
    def test(self) -> np.ndarray:
        """Scores of the test images, (m,)."""
        return self.ranking.errors[~self.ranking.stranger].numpy()

    @property
    def strange(self) -> np.ndarray:
        """Scores of the guests, (k,)."""
        return self.ranking.errors[self.ranking.stranger].numpy()

    @property
    def scores(self) -> np.ndarray:
        """All scores, (m + k,)."""
        return self.ranking.errors.numpy()

    @property
    def truth(self) -> np.ndarray:
        """Which are guests, (m + k,)."""
        return self.ranking.stranger.numpy()

    def id_of(self, place: int) -> int:
        """Return what tells an image from all others, by its place among the scores."""
        count = len(self.scores) - len(self.guests)
        return place if place < count else self.guests.ids[place - count]

    @property
    def ids(self) -> set[int]:
        """The ids of all images that are ranked."""
        return {*range(len(self.scores) - len(self.guests)), *self.guests.ids}

    def place_of(self, number: int) -> int | None:
        """Return the place of an image by its id, or None where it is not there any more."""
        count = len(self.scores) - len(self.guests)
        if number < count:
            return number
        return count + self.guests.ids.index(number) if number in self.guests.ids else None

    def name_of(self, place: int) -> str:
        """Return the class of a test image, or the name of a guest, in the language in use."""
        count = len(self.scores) - len(self.guests)
        if place < count:
            return class_of(self.frame.data, place)
        return spoken(self.guests.names[place - count])


def ranked(
    frame: Frame,
    members: Sequence[Frame],
    score: str,
    visitors: Guests,
    how: str = "mean",
    scaled: bool = False,
) -> Ranked:
    """Rank test images and guests.

    Parameters
    ----------
    frame : Frame
        The network that is looked at.
    members : sequence of Frame
        The networks that judge.
    score : str
        A key of `aecore.scores.SCORES`.
    visitors : Guests
    how : str
        How several networks' scores are combined, a key of `aecore.agreement.COMBINATIONS`.
    scaled : bool
        Whether each network's scores are divided by their mean first.
    """
    key = (
        frame.key,
        tuple(member.key for member in members),
        score,
        visitors.fingerprint,
        how,
        scaled,
        language.current(),
    )
    return _ranked(key, frame, list(members), visitors)


@shared(48, lambda key, *_given: key)
def _ranked(
    key: tuple[Any, ...], _frame: Frame, _members: list[Frame], _visitors: Guests
) -> Ranked:
    _frame_key, _member_keys, score, _guests_key, how, scaled, _spoken = key
    of_each = [
        (test_scores(member, score), guest_scores(member, score, _visitors)) for member in _members
    ]
    unit = _(SCORES[score].unit)
    test, strange = of_each[0]
    together = tuple(torch.cat(pair).numpy() for pair in of_each)
    if len(_members) > 1:
        combined = torch.from_numpy(agreement.combine(together, how, scaled)).float()
        test, strange = combined[: len(test)], combined[len(test) :]
        unit = _combined_unit(unit, how, scaled)
    found = ranking(test, strange)
    ranks = found.ranks.numpy()
    return Ranked(key, _frame, score, found, ranks, _visitors, together, unit)


def _combined_unit(unit: str, how: str, scaled: bool) -> str:
    if how == "rank average":
        return _("mean rank, 1 for the most anomalous")
    if scaled:
        return _("{unit}, {how} of all networks, each divided by its mean", unit=unit, how=_(how))
    return _("{unit}, {how} of all networks", unit=unit, how=_(how))


def of_ranking(most: int) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Cache a function of a ranking and simple choices."""
    return shared(most, lambda found, *choices: typedkey(found.key, *choices))
