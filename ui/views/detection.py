"""How well anomalies are detected: curves, several networks, other detectors, a table to take."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
import torch

from aecore import agreement, anomalies, detection, detectors, figures_detection
from aecore.detection import Verdict
from aecore.language import text as _
from aecore.scores import SCORES
from ui.pictures import Tile, source
from ui.views.frame import Frame, all_test_images, cached, greys, model
from ui.views.ranking import (
    Guests,
    Ranked,
    context,
    guest_scores,
    of_ranking,
    ranked,
    references,
    test_scores,
    training_images,
)

TOP = 20
"""Images at the top of two rankings that are compared."""

TIMED = 1000
"""Images on which it is measured how long a score takes."""


@of_ranking(24)
def quality(found: Ranked) -> tuple[float, float]:
    """Return the area under the ROC curve and the average precision; there must be guests."""
    return (
        detection.auc(found.scores, found.truth),
        detection.average_precision(found.scores, found.truth),
    )


def verdict(found: Ranked, threshold: float) -> Verdict | None:
    """Return what comes of a threshold, or None where there are no guests."""
    return detection.judge(found.scores, found.truth, threshold) if len(found.guests) else None


@of_ranking(24)
def curves(found: Ranked, threshold: float) -> tuple[go.Figure, go.Figure]:
    """Return the ROC curve, and precision against recall, with the threshold's point."""
    judged = detection.judge(found.scores, found.truth, threshold)
    ordinary = judged.alarms / len(found.test)
    return (
        figures_detection.roc_curve(
            detection.roc(found.scores, found.truth), (ordinary, judged.recall)
        ),
        figures_detection.precision_recall_curve(
            detection.precision_recall(found.scores, found.truth),
            judged,
            len(found.guests) / len(found.scores),
        ),
    )


@of_ranking(24)
def alike(found: Ranked, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return a line for each pair of networks: how alike their rankings are."""
    top = min(TOP, len(found.scores))
    return [
        {
            "networks": _("{one} and {other}", one=names[a], other=names[b]),
            "correlation": _correlation(found.members[a], found.members[b]),
            "overlap": round(top * agreement.top_overlap(found.members[a], found.members[b], top)),
        }
        for a in range(len(names))
        for b in range(a + 1, len(names))
    ]


def _correlation(first: np.ndarray, second: np.ndarray) -> float | None:
    varied = all(np.ptp(row) > 0 for row in (first, second))
    return agreement.rank_correlation(first, second) if varied else None


@of_ranking(24)
def each_alone(found: Ranked, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return a line for each network and one for all together: AUC and average precision."""
    rows = dict(zip(names, found.members, strict=True))
    rows[_("all together")] = found.scores
    return [
        {
            "network": name,
            "auc": detection.auc(row, found.truth),
            "precision": detection.average_precision(row, found.truth),
        }
        for name, row in rows.items()
    ]


# -- other detectors -----------------------------------------------------------------


@cached(24)
def seconds(frame: Frame, score: str) -> tuple[float, float]:
    """Return about how long training and scoring all test images took, seconds."""
    every = all_test_images(frame.data)
    some, around = every[:TIMED], context(frame)
    around.codes()
    times = []
    for _time in range(3):  # the first may have to warm up
        began = time.perf_counter()
        SCORES[score].compute(model(frame), some, around)
        times.append(time.perf_counter() - began)
    scoring = min(times) * len(every) / len(some)
    progress = frame.run.progress()
    return progress.seconds * frame.step / max(progress.step, frame.step, 1), scoring


def comparison(
    found: Ranked,
    members: Sequence[Frame],
    outcomes: dict[str, detectors.Outcome],
    asked: Guests,
) -> list[dict[str, Any]]:
    """Return a line for each score of the network and each detector; there must be guests.

    Parameters
    ----------
    found : Ranked
    members : sequence of Frame
        The networks that judge; where there are several, they have a line together.
    outcomes : dict
        Of each detector, for the test images and then all of ``asked``.
    asked : Guests
        The ranking's own are among them.
    """
    lines = []
    for name, score in SCORES.items():
        alone = ranked(found.frame, [found.frame], name, found.guests)
        area, precision = quality(alone)
        fit_s, score_s = seconds(found.frame, name)
        lines.append(
            _line(
                _("Autoencoder: {score}", score=_(score.label).lower()),
                area,
                precision,
                fit_s,
                score_s,
            )
        )
    if len(members) > 1:
        times = [seconds(member, found.score) for member in members]
        label = _(
            "{count} autoencoders: {score}",
            count=len(members),
            score=_(SCORES[found.score].label).lower(),
        )
        fit_s, score_s = (sum(column) for column in zip(*times, strict=True))
        lines.append(_line(label, *quality(found), fit_s, score_s))
    count = len(found.test)
    where = {number: count + k for k, number in enumerate(asked.ids)}
    places = [*range(count), *(where[number] for number in found.guests.ids)]
    for name, outcome in outcomes.items():
        scores = outcome.scores[places]
        lines.append(
            _line(
                _(detectors.DETECTORS[name].label),
                detection.auc(scores, found.truth),
                detection.average_precision(scores, found.truth),
                outcome.fit_s,
                outcome.score_s,
            )
        )
    return lines


def _line(name: str, area: float, precision: float, fit_s: float, score_s: float) -> dict[str, Any]:
    return {
        "detector": name,
        "auc": area,
        "precision": precision,
        "fit": fit_s,
        "score": score_s,
    }


# -- the training set ----------------------------------------------------------------


@dataclass(frozen=True)
class Planted:
    """Where the planted outliers stand among the training images.

    Attributes
    ----------
    images, outliers : int
        Training images that were ranked, and planted ones among them.
    auc, share : float
        Area under the ROC curve; share of the planted ones among as many at the top.
    tiles : list of Tile
        The top of the ranking.
    """

    images: int
    outliers: int
    auc: float
    share: float
    tiles: list[Tile]


@cached(12)
def planted_view(frame: Frame, score: str, most: int) -> Planted | None:
    """Rank training images; None where no outliers were planted among them, or nothing else."""
    if frame.data.outliers is None:
        return None
    every = references(frame.data)
    values = SCORES[score].compute(
        model(frame), training_images(frame.data, every), context(frame, within=True)
    )
    outlier = torch.tensor(frame.data.outliers[every.numpy()])
    found = anomalies.ranking(values[~outlier], values[outlier])
    places = torch.cat([every[~outlier], every[outlier]])
    odd = found.stranger.numpy()
    if not odd.any() or odd.all():
        return None
    top = found.order[: int(odd.sum())].numpy()
    first = found.order[:most]
    pictures = greys(training_images(frame.data, places[first]), frame.data)
    tiles = [
        Tile(
            source(picture[None], 1),
            _("{rank} planted", rank=rank) if odd[place] else f"{rank}",
            _("Rank {rank} of the training images, planted", rank=rank)
            if odd[place]
            else _("Rank {rank} of the training images", rank=rank),
            marked=bool(odd[place]),
        )
        for rank, (picture, place) in enumerate(zip(pictures, first.tolist(), strict=True), 1)
    ]
    return Planted(
        len(every),
        int(odd.sum()),
        detection.auc(found.errors.numpy(), odd),
        float(odd[top].mean()),
        tiles,
    )


# -- to take away --------------------------------------------------------------------


def scores_csv(found: Ranked) -> str:
    """Return a table with one line for each image: what it is, all scores, and its rank."""
    alone = {
        name: np.concatenate(
            [
                test_scores(found.frame, name).numpy(),
                guest_scores(found.frame, name, found.guests).numpy(),
            ]
        )
        for name in SCORES
    }
    count = len(found.test)
    kinds = ["test"] * count + found.guests.kinds
    places = [*range(count), *range(len(found.guests))]
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["kind", "place", "name", *alone, "ranked_by", "rank"])
    for k, (kind, place) in enumerate(zip(kinds, places, strict=True)):
        values = [f"{row[k]:.8g}" for row in alone.values()]
        ranked_by = f"{found.scores[k]:.8g}"
        name = found.name_of(k)
        table.writerow([kind, place, name, *values, ranked_by, int(found.ranks[k])])
    return text.getvalue()
