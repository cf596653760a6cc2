"""The Anomalies page: a ranking as pictures, as a histogram, in words, and one image of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
import torch

from aecore import evaluation, figures, images
from aecore.language import counted
from aecore.language import text as _
from aecore.reconstruction import reconstruct
from aecore.scores import SCORES, patch_shape, worst_patch
from aecore.training import as_pixels
from aecore.wording import sentences, short
from ui.pictures import Tile, source
from ui.views.frame import greys, model, test_images
from ui.views.ranking import Ranked, of_ranking, ranked, spoken

MOST_MARKED = 200
"""Strangers of a kind that are marked in the histogram."""
MOST_PICTURED = 24
"""Strangers whose pictures stand beside their table."""

FAR = 1.5
"""The histogram reaches so many times as far as the largest score of a test image."""


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
                _(
                    "Rank {rank}: {name}, {unit} {value}",
                    rank=rank,
                    name=name,
                    unit=found.unit,
                    value=value,
                ),
                marked=guest,
            )
        )
    return shown, [found.id_of(place) for place in places.tolist()]


def histogram(found: Ranked, threshold: float) -> go.Figure:
    """Return how the scores are spread, with the guests marked, and the threshold."""
    marks: dict[str, list[float]] = {}
    for kind, value in zip(found.guests.kinds, found.strange.tolist(), strict=True):
        of_kind = marks.setdefault(_(kind), [])
        if len(of_kind) < MOST_MARKED:
            of_kind.append(value)
    reach = FAR * float(found.test.max(initial=0)) or None
    height = 270 + 20 * len(marks)  # for the legend
    return figures.histogram(
        found.test, marks, title=found.unit, line=threshold, reach=reach, height=height
    )


@dataclass(frozen=True)
class Landed:
    """Where the guests land: a line of a table for each, and pictures of those that land first."""

    lines: list[dict[str, Any]]
    tiles: list[Tile]


@of_ranking(24)
def landed(found: Ranked) -> Landed:
    """Return name, score and rank of each guest, as if it were alone among the test images."""
    ranks = found.ranking.stranger_ranks.tolist()
    order = sorted(range(len(ranks)), key=ranks.__getitem__)
    lines = [
        {
            "stranger": spoken(found.guests.names[k]),
            "kind": _(found.guests.kinds[k]),
            "rank": int(ranks[k]),
            "score": float(found.strange[k]),
        }
        for k in order
    ]
    pictures = images.grey(found.guests.pictures[order[:MOST_PICTURED]] / 255)
    tiles = [
        Tile(
            source(picture[None], 1),
            f"{line['rank']:,}",
            _("{name}, rank {rank:,}", name=line["stranger"], rank=line["rank"]),
            marked=line["rank"] == 1,
        )
        for picture, line in zip(pictures, lines, strict=False)
    ]
    return Landed(lines, tiles)


@of_ranking(48)
def summary(found: Ranked) -> str:
    """Return a sentence or two about the whole ranking."""
    test, strange = found.test, found.strange
    told = _(
        "{count:,} test {things}; the largest score is **{max}**, the median {median} ({unit}).",
        count=len(test),
        things=_(found.frame.data.spec.things),
        max=short(float(test.max())),
        median=short(float(np.median(test))),
        unit=found.unit,
    )
    if not len(strange):
        return told
    first = int((strange > test.max()).sum())
    if len(strange) > 1:
        before = _(
            "**{first:,} of {count:,}** strangers stand before every test image.",
            first=first,
            count=len(strange),
        )
    elif first:
        before = _("**The stranger** stands before every test image.")
    else:
        before = _("**The stranger** does not stand before every test image.")
    easy = int((strange < np.median(test)).sum())
    ordinary = counted(
        "**{count}** is *too easy*: more ordinary to this score than half of the test images.",
        "**{count}** are *too easy*: more ordinary to this score than half of the test images.",
        easy,
    )
    return sentences([told, before, ordinary if easy else ""])


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
        pixels = test_images(data, torch.tensor([place]))
        kind = _("test {thing}", thing=_(data.spec.things[:-1]))
    else:
        pixels = as_pixels(evaluation.pixels(found.guests.pictures[[place - count]]))
        kind = _(found.guests.kinds[place - count])
    seen = reconstruct(model(frame), pixels, pixels)
    patch = patch_shape(data.shape)
    worst, corner = worst_patch(seen.difference.square().unflatten(1, data.shape), patch)
    (top, left), (height, width) = corner[0].tolist(), data.shape
    difference = seen.difference.numpy().reshape(-1, *data.shape)
    name = found.name_of(place)
    return Inspected(
        name
        if kind in name or name in kind.lower()
        else _("{name} ({kind})", name=name, kind=kind),
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
        _(SCORES[score].label),
        short(float(alone.scores[place])),
        _("{rank:,} of {count:,}", rank=int(alone.ranks[place]), count=len(alone.scores)),
    )
