"""What something with one value an image answers to: its extreme images, and its classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
import torch
from torch import Tensor

from aecore import evaluation, images
from aecore.figures_activity import MOST_CLASSES, values_by_class
from aecore.language import text as _
from aecore.own_images import OwnImages
from aecore.unit_profiles import Behaviour
from aecore.wording import brief, short
from ui.pictures import Tile, source
from ui.views.frame import Frame, class_names, greys, specimen_images, specimens

SHOWN = 12
"""Most, and least, activating images that are shown; own images, too."""


@dataclass(frozen=True)
class Group:
    """A few images with their values, and what they have in common."""

    label: str
    hint: str
    tiles: list[Tile]


@dataclass(frozen=True)
class Detail:
    """What is known of a unit, or of a template.

    Attributes
    ----------
    title, hint, words : str
        Its name, whose it is, and what it does.
    pictures : list of Tile
        Its weights, or what it looks for, or both.
    groups : list of Group
        Its most and least activating images, and the session's own ones.
    chart : go.Figure
        Its values by class.
    chart_label, chart_hint : str
    """

    title: str
    hint: str
    words: str
    pictures: list[Tile]
    groups: list[Group]
    chart: go.Figure
    chart_label: str
    chart_hint: str


@dataclass(frozen=True)
class Audience:
    """The images that values are about: the live test images, and the session's own behind them.

    Attributes
    ----------
    places : list of int
        As for `ui.views.frame.specimens`.
    rows : Tensor, shape (m, n)
    labels : ndarray, shape (tested,)
        Classes of the test images.
    tested : int
        How many of them are test images.
    own : OwnImages
    """

    places: list[int]
    rows: Tensor
    labels: np.ndarray
    tested: int
    own: OwnImages


def audience(frame: Frame, own: OwnImages) -> Audience:
    """Return the images that a page ranks."""
    _train, test = evaluation.live_probes(frame.config, frame.data)
    count = len(frame.data.test_images)
    mine = list(range(count, count + len(own)))
    rows = torch.cat([test.clean, specimen_images(frame.data, mine, own)]) if mine else test.clean
    labels = frame.data.test_labels[test.index.numpy()]
    return Audience(test.index.tolist() + mine, rows, labels, len(test.index), own)


def extremes(
    frame: Frame,
    seen: Audience,
    values: np.ndarray,
    ranking: Sequence[int],
    behaviour: Behaviour,
    labels: tuple[str, str] | None = None,
) -> list[Group]:
    """Return the images with the largest and the smallest values, and the session's own ones.

    Parameters
    ----------
    frame : Frame
    seen : Audience
    values : ndarray, shape (m,)
        Of all images, own ones included.
    ranking : sequence of int, length m
        Images by value, largest first.
    behaviour : Behaviour
    labels : tuple of str, optional
        What the images with the largest, and with the smallest, values are called.
    """
    labels = labels or (_("Most activating"), _("Least activating"))
    most, least = ranking[:SHOWN], ranking[::-1][:SHOWN]
    best, words = _("the largest values"), _("the smallest values")
    if _several(frame):
        best = _("class · value")
    if behaviour.two_sided and values[least[0]] < 0:
        words = _("the most negative values, which are an answer, too")
    elif behaviour.silent is not None and all(values[k] == behaviour.silent for k in least):
        words = _("silent, and the furthest from answering")
        if all(values[k] == behaviour.silent for k in most):
            best = _("silent, but the nearest to answering")
    found = [
        Group(labels[0], best, _tiles(frame, seen, values, most)),
        Group(labels[1], words, _tiles(frame, seen, values, least)),
    ]
    mine = list(range(seen.tested, min(len(seen.places), seen.tested + SHOWN)))
    if mine:
        rank = {k: place + 1 for place, k in enumerate(ranking)}
        captions = [f"{brief(float(values[k]))} · {rank[k]:,}." for k in mine]
        hint = _("value · rank among all {count:,} images", count=len(ranking))
        found.append(Group(_("Your images"), hint, _tiles(frame, seen, values, mine, captions)))
    return found


def _tiles(
    frame: Frame,
    seen: Audience,
    values: np.ndarray,
    chosen: Sequence[int],
    captions: Sequence[str] = (),
) -> list[Tile]:
    pictures = greys(seen.rows[list(chosen)], frame.data)
    known = specimens(frame.data, [seen.places[k] for k in chosen], seen.own)
    numbers = [short(float(values[k])) for k in chosen]
    names = [_("yours · ") if s.own else f"{s.name} · " if _several(frame) else "" for s in known]
    return [
        Tile(
            source(picture[None], 1),
            captions[i] if captions else names[i] + brief(float(values[k])),
            _("Your image {name}, value {value}", name=s.name, value=numbers[i])
            if s.own
            else _("Test image of class {name}, value {value}", name=s.name, value=numbers[i]),
            marked=s.own and not captions,
        )
        for i, (picture, s, k) in enumerate(zip(pictures, known, chosen, strict=True))
    ]


def by_class(
    frame: Frame, seen: Audience, values: np.ndarray, title: str, silent: float | None = None
) -> tuple[go.Figure, str, str]:
    """Return the histogram of the test images' values by class, its title, and what it shows.

    Parameters
    ----------
    frame : Frame
    seen : Audience
    values : ndarray, shape (m,)
    title : str
        Axis title.
    silent : float, optional
        See `aecore.figures_activity.values_by_class`.
    """
    things = _(frame.data.spec.things)
    words = [
        _("share of each class's {things}", things=things)
        if _several(frame)
        else _("share of the {things}", things=things),
        _("the diamond is the mean")
        if silent is None
        else _("the diamond is the mean of all, silent ones included"),
    ]
    if len(np.unique(seen.labels[seen.labels >= 0])) > MOST_CLASSES:
        words.append(_("the {count} classes with the largest means", count=MOST_CLASSES))
    figure = values_by_class(
        values[: seen.tested], seen.labels, class_names(frame.data), title=title, silent=silent
    )
    label = _("Values by class") if _several(frame) else _("Values")
    return figure, label, _("; ").join(words)


def _several(frame: Frame) -> bool:
    return len(frame.data.classes) > 1


def large(picture: Tensor, limit: float, caption: str) -> Tile:
    """Return a picture (h, w) of weights as a tile; the strongest colour stands for ±limit."""
    coloured = images.signed(picture[None].numpy(), limit or 1.0)
    return Tile(source(coloured, 1), caption, caption)
