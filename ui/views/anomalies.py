"""The Anomalies page: test images and strangers among them, ranked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
import torch

from aecore import evaluation, figures, images, strangers
from aecore.anomalies import ranking, reconstruction_errors
from aecore.training import as_pixels
from aecore.wording import short
from ui.pictures import Tile, source
from ui.views.frame import (
    Frame,
    cached,
    model,
    test_errors,
)


@dataclass(frozen=True)
class AnomalyView:
    """The ranked gallery, the histogram, and where each stranger lands."""

    tiles: list[Tile]
    chart: go.Figure
    table: list[dict[str, Any]]
    summary: str


@cached(24)
def anomaly_view(frame: Frame, kinds: tuple[str, ...], most: int) -> AnomalyView:
    """Rank the test images and the chosen strangers by reconstruction error."""
    data = frame.data
    sets = {kind: strangers.images(kind, data.shape) for kind in kinds}
    own = data.shown(as_pixels(torch.tensor(data.test_images)).numpy())  # (N, h, w), 0 to 1
    labels = [label for found in sets.values() for label in found.labels]
    none = np.zeros((0, *data.shape), np.uint8)
    pictures = np.concatenate([none, *(found.images for found in sets.values())])
    foreign = as_pixels(evaluation.pixels(pictures))
    foreign_errors = reconstruction_errors(model(frame), foreign)
    ranked = ranking(test_errors(frame), foreign_errors)
    count = len(data.test_images)
    tiles = []
    for rank, place in enumerate(ranked.order[:most].tolist(), 1):
        strange = place >= count
        picture = pictures[place - count] / 255 if strange else own[place]
        name = labels[place - count] if strange else data.classes[int(data.test_labels[place])]
        error = short(float(ranked.errors[place]))
        tiles.append(
            Tile(
                source(images.grey(picture[None]), 1),
                f"{rank} · {error}" + (f" {name.partition(' (')[0]}" if strange else ""),
                f"Rank {rank}: {name}, reconstruction error {error}",
                marked=strange,
            )
        )
    marks, start = {}, 0
    for kind, found in sets.items():
        end = start + len(found.labels)
        marks[strangers.STRANGERS[kind].label] = foreign_errors[start:end].tolist()
        start = end
    chart = figures.histogram(
        test_errors(frame).numpy(), marks, title="reconstruction error, MSE per pixel"
    )
    table: list[dict[str, Any]] = [
        {
            "picture": source(images.grey(pictures[i : i + 1] / 255), 1),
            "stranger": labels[i],
            "rank": int(rank),
            "error": float(foreign_errors[i]),
        }
        for i, rank in enumerate(ranked.stranger_ranks.tolist())
    ]
    table.sort(key=lambda line: line["rank"])
    worst = float(test_errors(frame).max())
    summary = (
        f"{count:,} test images; the hardest has a reconstruction error of "
        f"**{short(worst)}** a pixel, the median {short(float(test_errors(frame).median()))}."
    )
    if table:
        first = sum(line["rank"] == 1 for line in table)
        summary += f" **{first} of {len(table)}** strangers stand before every test image."
    return AnomalyView(tiles, chart, table, summary)
