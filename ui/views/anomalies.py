"""The Anomalies page: test images and strangers among them, scored and ranked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import plotly.graph_objects as go
import streamlit as st
import torch
from torch import Tensor

from aecore import anomalies, detection, evaluation, figures, images, strangers
from aecore.anomalies import Ranking, ranking
from aecore.datasets import Dataset
from aecore.own_images import OwnImages
from aecore.reconstruction import codes, reconstruct
from aecore.scores import MOST_REFERENCES, SCORES, Context, patch_shape, worst_patch
from aecore.training import as_pixels
from aecore.wording import short
from ui.pictures import Tile, source
from ui.views.frame import (
    Frame,
    all_test_images,
    cached,
    class_of,
    greys,
    model,
    test_errors,
    test_images,
)

T = TypeVar("T")

OWN = "own"
"""The kind of one's own images, beside those of `aecore.strangers.STRANGERS`."""

MOST_MARKED = 200
"""Strangers of a kind that are marked in the histogram, and lines of the table."""

FAR = 1.5
"""The histogram reaches so many times as far as the largest score of a test image."""


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


@st.cache_resource(max_entries=32, show_spinner=False)
def _guests(
    shape: tuple[int, int], count: int, kinds: tuple[str, ...], own: str, _own: OwnImages
) -> Guests:
    pictures = [np.zeros((0, *shape), np.uint8), _own.fitted(shape)]
    labels, names = ["Your images"] * len(_own), list(_own.names)
    ids = [count + k for k in range(len(_own))]
    for kind in kinds:
        found = strangers.images(kind, shape)
        # behind all images that somebody may bring
        first = count + 10_000 + 1000 * list(strangers.STRANGERS).index(kind)
        pictures.append(found.images)
        labels += [strangers.STRANGERS[kind].label] * len(found.labels)
        names += found.labels
        ids += [first + k for k in range(len(found.labels))]
    together = np.concatenate(pictures)
    digest = hashlib.sha256(repr(names).encode() + together.tobytes()).hexdigest()
    return Guests(digest[:16], together, labels, names, ids)


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


def guest_scores(frame: Frame, score: str, visitors: Guests) -> Tensor:
    """Return the score of every guest, (k,)."""
    return _guest_scores(frame.key, score, visitors.fingerprint, frame, visitors)


@st.cache_resource(max_entries=120, show_spinner=False)
def _guest_scores(
    key: tuple[str, int], score: str, fingerprint: str, _frame: Frame, _visitors: Guests
) -> Tensor:
    if not len(_visitors):
        return torch.zeros(0)
    pixels = as_pixels(evaluation.pixels(_visitors.pictures))
    return SCORES[score].compute(model(_frame), pixels, context(_frame))


@dataclass(frozen=True, eq=False)
class Ranked:
    """Test images, then guests, ranked by the score of one network or of several.

    Attributes
    ----------
    key : tuple
        What tells it from all others.
    frame : Frame
        The network that is looked at.
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

    def place_of(self, number: int) -> int | None:
        """Return the place of an image by its id, or None where it is not there any more."""
        count = len(self.scores) - len(self.guests)
        if number < count:
            return number
        return count + self.guests.ids.index(number) if number in self.guests.ids else None

    def name_of(self, place: int) -> str:
        """Return the class of a test image, or the name of a guest."""
        count = len(self.scores) - len(self.guests)
        if place < count:
            return class_of(self.frame.data, place)
        return self.guests.names[place - count]


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
        How several networks' scores are combined, a key of `detection.COMBINATIONS`.
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
    )
    return _ranked(key, frame, list(members), visitors)


@st.cache_resource(max_entries=48, show_spinner=False)
def _ranked(
    key: tuple[Any, ...], _frame: Frame, _members: list[Frame], _visitors: Guests
) -> Ranked:
    _, _, score, _, how, scaled = key
    of_each = [
        (test_scores(member, score), guest_scores(member, score, _visitors)) for member in _members
    ]
    unit = SCORES[score].unit
    test, strange = of_each[0]
    together = tuple(torch.cat(pair).numpy() for pair in of_each)
    if len(_members) > 1:
        combined = torch.from_numpy(detection.combine(together, how, scaled)).float()
        test, strange = combined[: len(test)], combined[len(test) :]
        unit = _combined_unit(unit, how, scaled)
    found = ranking(test, strange)
    return Ranked(key, _frame, found, found.ranks.numpy(), _visitors, together, unit)


def _combined_unit(unit: str, how: str, scaled: bool) -> str:
    if how == "rank average":
        return "mean rank, 1 for the most anomalous"
    return f"{unit}, {how} of all networks" + (", each divided by its mean" if scaled else "")


def of_ranking(most: int) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Cache a function of a ranking and simple choices."""

    def decorate(function: Callable[..., T]) -> Callable[..., T]:
        def of_key(key: tuple[Any, ...], choices: tuple[Any, ...], _found: Ranked) -> T:
            return function(_found, *choices)

        of_key.__qualname__ = f"of ranking {function.__qualname__}"
        keep = st.cache_resource(max_entries=most, show_spinner=False)(of_key)
        return lambda found, *choices: keep(found.key, choices, found)

    return decorate


# -- what is shown -------------------------------------------------------------------


@of_ranking(48)
def tiles(found: Ranked, most: int, least: bool) -> tuple[list[Tile], list[int]]:
    """Return the tiles of one end of the ranking, and the ids of their images."""
    order = found.ranking.order.flip(0) if least else found.ranking.order
    places = order[:most]
    count = len(found.test)
    shown = []
    own = places < count
    pixels = torch.zeros(len(places), found.frame.data.pixels)
    pixels[own] = test_images(found.frame.data, places[own])
    if not own.all():
        strange = evaluation.pixels(found.guests.pictures[places[~own].numpy() - count])
        pixels[~own] = as_pixels(strange)
    pictures = greys(pixels, found.frame.data)
    for picture, place in zip(pictures, places.tolist(), strict=True):
        name, value = found.name_of(place), short(float(found.scores[place]))
        rank, guest = int(found.ranks[place]), place >= count
        shown.append(
            Tile(
                source(picture[None], 1),
                f"{rank:,} · {value}" + (f" {name.partition(' (')[0]}" if guest else ""),
                f"Rank {rank}: {name}, {found.unit} {value}",
                marked=guest,
            )
        )
    return shown, [found.id_of(place) for place in places.tolist()]


def histogram(found: Ranked, threshold: float) -> go.Figure:
    """Return how the scores are spread, with the guests marked, and the threshold."""
    marks: dict[str, list[float]] = {}
    for kind, value in zip(found.guests.kinds, found.strange.tolist(), strict=True):
        of_kind = marks.setdefault(kind, [])
        if len(of_kind) < MOST_MARKED:
            of_kind.append(value)
    reach = FAR * float(found.test.max(initial=0)) or None
    height = 270 + 20 * len(marks)  # for the legend
    return figures.histogram(
        found.test, marks, title=found.unit, line=threshold, reach=reach, height=height
    )


@of_ranking(24)
def stranger_table(found: Ranked) -> list[dict[str, Any]]:
    """Return a line for each guest: its picture, name, rank if it were alone, and score."""
    ranks = found.ranking.stranger_ranks.tolist()
    order = sorted(range(len(ranks)), key=ranks.__getitem__)[:MOST_MARKED]
    pictures = images.grey(found.guests.pictures[order] / 255)
    return [
        {
            "picture": source(picture[None], 1),
            "stranger": found.guests.names[k],
            "rank": int(ranks[k]),
            "error": float(found.strange[k]),
        }
        for picture, k in zip(pictures, order, strict=True)
    ]


@of_ranking(48)
def summary(found: Ranked) -> str:
    """Return a sentence or two about the whole ranking."""
    test, strange = found.test, found.strange
    text = (
        f"{len(test):,} test {found.frame.data.spec.things}; the largest score is "
        f"**{short(float(test.max()))}**, the median {short(float(np.median(test)))} "
        f"({found.unit})."
    )
    if not len(strange):
        return text
    first = int((strange > test.max()).sum())
    every = f"{first:,} of {len(strange):,}** strangers stand"
    if len(strange) == 1:
        every = "The stranger** stands" if first else "The stranger** does not stand"
    text += f" **{every} before every test image."
    easy = int((strange < np.median(test)).sum())
    if easy:
        text += (
            f" **{easy:,}** {'is' if easy == 1 else 'are'} *too easy*: more ordinary to this score "
            "than half of the test images."
        )
    return text


@dataclass(frozen=True)
class Line:
    """What a score says of one image: its name, the value, and "7 of 381"."""

    score: str
    value: str
    rank: str


@dataclass(frozen=True)
class Inspected:
    """One image, what the network makes of it, and what each score says.

    Attributes
    ----------
    title : str
    pictures : tuple of str
        Original, reconstruction and error map as data addresses.
    patch : tuple of float
        Top, left, height and width of the worst patch, as shares of the sides.
    patch_error, error : float
        MSE per pixel of that patch, and of the whole image.
    span : float
        Difference that has the error map's full colour.
    lines : list of Line
    """

    title: str
    pictures: tuple[str, str, str]
    patch: tuple[float, float, float, float]
    patch_error: float
    error: float
    span: float
    lines: list[Line]


@of_ranking(96)
def inspected(found: Ranked, place: int, scores: tuple[str, ...]) -> Inspected:
    """Look at one image of a ranking, by its place, with some of the scores beside."""
    frame, count = found.frame, len(found.test)
    data = frame.data
    if place < count:
        pixels, kind = test_images(data, torch.tensor([place])), f"test {data.spec.things[:-1]}"
    else:
        pixels = as_pixels(evaluation.pixels(found.guests.pictures[[place - count]]))
        kind = found.guests.kinds[place - count]
    seen = reconstruct(model(frame), pixels, pixels)
    patch = patch_shape(data.shape)
    worst, corner = worst_patch(seen.difference.square().unflatten(1, data.shape), patch)
    (top, left), (height, width) = corner[0].tolist(), data.shape
    difference = seen.difference.numpy().reshape(-1, *data.shape)
    name = found.name_of(place)
    return Inspected(
        name if kind in name or name in kind.lower() else f"{name} ({kind})",
        (
            source(greys(seen.original, data), 1),
            source(greys(seen.reconstructed, data), 1),
            source(images.signed(difference, data.span[1]), 1),
        ),
        (top / height, left / width, patch[0] / height, patch[1] / width),
        float(worst[0]),
        float(seen.errors[0]),
        data.span[1],
        [_line(found, place, score) for score in scores],
    )


def _line(found: Ranked, place: int, score: str) -> Line:
    alone = ranked(found.frame, [found.frame], score, found.guests)
    return Line(
        SCORES[score].label,
        short(float(alone.scores[place])),
        f"{int(alone.ranks[place]):,} of {len(alone.scores):,}",
    )


def planted(frame: Frame, score: str) -> tuple[Ranking, Tensor, np.ndarray] | None:
    """Rank training images where some of them were planted there.

    Returns
    -------
    (Ranking, Tensor, ndarray) or None
        The ranking of the ordinary and behind them the planted ones, the places of all in the
        training split, in that order, and their scores. None where nothing was planted.
    """
    return None if frame.data.outliers is None else _planted(frame, score)


@cached(12)
def _planted(frame: Frame, score: str) -> tuple[Ranking, Tensor, np.ndarray]:
    assert frame.data.outliers is not None
    places = references(frame.data)
    values = SCORES[score].compute(
        model(frame), training_images(frame.data, places), context(frame, within=True)
    )
    odd = torch.tensor(frame.data.outliers[places.numpy()])
    found = anomalies.ranking(values[~odd], values[odd])
    return found, torch.cat([places[~odd], places[odd]]), found.errors.numpy()
