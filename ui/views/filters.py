"""The Filters page: the units of a layer as pictures, in an order, with their activity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from torch import Tensor

from aecore import evaluation, figures, images
from aecore import filters as units_of
from aecore.activation_maximisation import most_activating_inputs
from aecore.activity import LAST, UnitActivity, layer_names, unit_activity
from aecore.language import counted, marked
from aecore.language import text as _
from aecore.models import Autoencoder
from aecore.wording import brief, sentences, short
from ui.pictures import Tile, source
from ui.views.frame import Frame, cached, greys, model

MOST_SEARCHED = 64
"""Units whose most activating inputs are searched for at a time."""


@dataclass(frozen=True)
class FilterKind:
    """One way to look at units.

    Attributes
    ----------
    pictures : callable
        ``network -> (units, k)``: a picture of each.
    layer : int
        Whose units they are: the first layer's, 0, or `aecore.activity.LAST`'s.
    deeper : bool
        Whether there are such pictures of deeper layers, too.
    """

    label: str
    help: str
    pictures: Callable[[Autoencoder], Tensor]
    layer: int
    deeper: bool = False


FILTER_KINDS: dict[str, FilterKind] = {
    "raw": FilterKind(
        marked("Weights"),
        marked("The weights from the pixels to each first-layer unit."),
        units_of.encoder_filters,
        0,
    ),
    "normalised": FilterKind(
        marked("Most activating input"),
        marked("The image of a given length to which each unit responds most."),
        lambda network: units_of.most_activating(units_of.encoder_filters(network)),
        0,
        deeper=True,
    ),
    "atoms": FilterKind(
        marked("Decoder atoms"),
        marked("What each unit of the decoder's last hidden layer adds to the picture."),
        units_of.decoder_atoms,
        LAST,
    ),
}


@dataclass(frozen=True)
class Look:
    """What of the network is looked at.

    Attributes
    ----------
    kind : str
        A key of `FILTER_KINDS`.
    layer : int
        From 0, the first, to the code; or `aecore.activity.LAST`.
    limits : str
        A key of `aecore.activation_maximisation.LIMITS`; of layers deeper than the first.
    smooth : bool
        Whether inputs that are searched for are smooth.
    """

    kind: str
    layer: int = 0
    limits: str = "signed"
    smooth: bool = False

    @property
    def searched(self) -> bool:
        """Whether the pictures are found by activation maximisation."""
        return self.layer > 0


@dataclass(frozen=True)
class FilterView:
    """Units as tiles, their activity as a chart, and both in words.

    Attributes
    ----------
    units : list of int
        Numbers of the units that are shown, in order.
    total : int
        Units that there are.
    pictures : ndarray, shape (shown, height, width, 3), uint8
    sums : list of float
        Each unit's sum on its picture, where it was searched for.
    """

    units: list[int]
    total: int
    pictures: np.ndarray
    sums: list[float]
    tiles: list[Tile]
    chart: go.Figure
    title: str
    hint: str
    summary: str
    images: int


def layers(frame: Frame, kind: str) -> dict[int, str]:
    """Return the layers of which there are such pictures, with their names."""
    entry, config = FILTER_KINDS[kind], frame.config
    if entry.layer == LAST and len(config.layer_sizes) > 2:
        return {LAST: layer_name(frame, LAST)}
    names = {k: layer_name(frame, k) for k in range(len(config.layer_sizes) - 1)}
    return names if entry.deeper else {0: names[0]}


def layer_name(frame: Frame, layer: int) -> str:
    """Return what a layer is called, such as ``Code``."""
    return _("Last hidden layer") if layer == LAST else layer_names(frame.config)[layer]


@cached(24)
def activity_of(frame: Frame, layer: int) -> UnitActivity:
    """Return how active a layer's units are over the live test images."""
    _train, test = evaluation.live_probes(frame.config, frame.data)
    return unit_activity(model(frame), test.clean, layer)


@cached(48)
def filter_view(frame: Frame, look: Look, order: str, most: int) -> FilterView:
    """Return the units of a snapshot in an order of `aecore.filters.ORDERS`."""
    network = model(frame)
    activity = activity_of(frame, look.layer)
    weights = FILTER_KINDS[look.kind].pictures(network)
    if look.searched:
        weights = network.layer_weights(look.layer).detach()
        most = min(most, MOST_SEARCHED)
    places = units_of.arrange(order, weights, activity)[:most]
    pictures, sums, scale = _pictures(frame, look, places, weights)
    tiles = []
    for picture, unit in zip(pictures, places.tolist(), strict=True):
        dead = bool(activity.dead[unit])
        words = _("dead") if dead else short(float(activity.mean[unit]))
        tiles.append(
            Tile(
                source(picture[None], 1),
                f"#{unit + 1} · {_('dead') if dead else brief(float(activity.mean[unit]))}",
                _("Unit {number}, mean activation {value}", number=unit + 1, value=words),
                marked=dead,
            )
        )
    _train, test = evaluation.live_probes(frame.config, frame.data)
    chart = figures.bars(
        [float(activity.mean[u]) for u in places.tolist()], [str(u + 1) for u in places.tolist()],
        title=_("mean activation"), per=_("unit"),
    )  # fmt: skip
    return FilterView(
        units=places.tolist(),
        total=len(weights),
        pictures=pictures,
        sums=sums,
        tiles=tiles,
        chart=chart,
        title=_(FILTER_KINDS[look.kind].label),
        hint=sentences([_help(look), scale]),
        summary=_summary(activity, len(tiles)),
        images=len(test.clean),
    )


def _help(look: Look) -> str:
    if look.searched:
        return _(
            "Found by activation maximisation: steps that make the unit's sum larger. What is lit "
            "where all images are black means nothing."
        )
    return _(FILTER_KINDS[look.kind].help)


def _pictures(
    frame: Frame, look: Look, places: Tensor, weights: Tensor
) -> tuple[np.ndarray, list[float], str]:
    """Return a picture of each unit, its sum there if it was searched for, and the scale."""
    rows, sums, limit = weights[places], [], float(weights.abs().max()) or 1.0
    shape = model(frame).filter_shape
    if look.searched:
        _train, test = evaluation.live_probes(frame.config, frame.data)
        found = most_activating_inputs(
            model(frame), look.layer, places, test.clean, look.limits, smooth=look.smooth
        )
        rows, sums, limit = found.inputs, found.sums.tolist(), float(found.inputs.abs().max())
        shape = frame.data.shape
        if look.limits == "pixels":
            return greys(rows, frame.data), sums, _("Black 0, white 1.")
    pictures = images.signed(rows.view(-1, *shape).numpy(), limit)
    scale = _(
        "Red positive, white 0, blue negative; strongest colour ±{limit}.", limit=short(limit)
    )
    return pictures, sums, scale


def _summary(activity: UnitActivity, shown: int) -> str:
    count, units = int(activity.dead.sum()), len(activity.dead)
    dying = counted(
        "**{count} of {units:,} is dead**: it does nothing on any of these images.",
        "**{count} of {units:,} are dead**: they do nothing on any of these images.",
        count,
        units=units,
    )
    alive = _("None is dead.") if units > 1 else _("It is not dead.")
    there = counted(
        "{count} unit, {shown} shown; under each its number and mean activation.",
        "{count} units, {shown} shown; under each its number and mean activation.",
        units,
        shown=shown,
    )
    return sentences([there, dying if count else alive])
