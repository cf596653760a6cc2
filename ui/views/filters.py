"""The Filters page: units as pictures, in an order, with their activity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import plotly.graph_objects as go
from torch import Tensor

from aecore import evaluation, figures, images
from aecore import filters as units_of
from aecore.models import Autoencoder
from aecore.wording import short
from ui.pictures import Tile, source
from ui.views.frame import (
    Frame,
    cached,
    model,
)


@dataclass(frozen=True)
class FilterKind:
    """One way to look at units: a picture of each, (units, n), and whose activity goes with it."""

    label: str
    help: str
    pictures: Callable[[Autoencoder], Tensor]
    layer: units_of.Layer


FILTER_KINDS: dict[str, FilterKind] = {
    "raw": FilterKind(
        "Weights",
        "The weights from the pixels to each first-layer unit.",
        units_of.encoder_filters,
        "first",
    ),
    "normalised": FilterKind(
        "Most activating input",
        "The image of length 1 to which each first-layer unit responds most.",
        lambda network: units_of.most_activating(units_of.encoder_filters(network)),
        "first",
    ),
    "atoms": FilterKind(
        "Decoder atoms",
        "What each unit of the decoder's last hidden layer adds to the picture.",
        units_of.decoder_atoms,
        "first",
    ),
}


@dataclass(frozen=True)
class FilterView:
    """Units as tiles, their activity as a chart, and both in words."""

    tiles: list[Tile]
    chart: go.Figure
    summary: str
    scale: str
    images: int


@cached(48)
def filter_view(frame: Frame, kind: str, order: str, most: int) -> FilterView:
    """Return the units of a snapshot in an order of `aecore.filters.ORDERS`."""
    network, entry = model(frame), FILTER_KINDS[kind]
    _, test = evaluation.live_probes(frame.config, frame.data)
    activity = units_of.unit_activity(network, test.clean, entry.layer)
    weights = entry.pictures(network)
    places = units_of.arrange(order, weights, activity)[:most]
    limit = float(weights.abs().max()) or 1.0
    pictures = images.signed(weights[places].view(-1, *network.filter_shape).numpy(), limit)
    tiles = []
    for picture, unit in zip(pictures, places.tolist(), strict=True):
        dead = bool(activity.dead[unit])
        words = "dead" if dead else f"{short(float(activity.mean[unit]))}"
        tiles.append(
            Tile(
                source(picture[None], 1),
                f"#{unit + 1} · {words}",
                f"Unit {unit + 1}, mean activation {words}",
                marked=dead,
            )
        )
    count, units = int(activity.dead.sum()), len(weights)
    dying = f"**{count} of {units} are dead**: they do nothing on any of these images."
    summary = f"{units} units, {len(tiles)} shown; under each its number and mean activation. " + (
        dying if count else "None is dead."
    )
    chart = figures.bars(
        [float(activity.mean[u]) for u in places.tolist()], [str(u + 1) for u in places.tolist()],
        title="mean activation",
    )  # fmt: skip
    scale = f"Red positive, white 0, blue negative; strongest colour ±{short(limit)}."
    return FilterView(tiles, chart, summary, scale, len(test.clean))
