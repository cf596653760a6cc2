"""What one unit answers to: its pictures, images and classes, and all of it in words."""

from __future__ import annotations

from aecore import filters as units_of
from aecore.activity import LAST, Responses, layer_activation, responses
from aecore.language import text as _
from aecore.own_images import OwnImages
from aecore.unit_profiles import BEHAVIOURS, Behaviour, describe
from aecore.wording import sentences, short
from ui.pictures import Tile, source
from ui.views.answers import Detail, audience, by_class, extremes, large
from ui.views.filters import FilterView, Look, activity_of, filter_view, layer_name
from ui.views.frame import Frame, cached, class_names, model


@cached(8)
def _responses(frame: Frame, layer: int, own: OwnImages) -> Responses:
    return responses(model(frame), audience(frame, own).rows, layer)


@cached(96)
def unit_detail(
    frame: Frame, look: Look, order: str, most: int, unit: int, own: OwnImages
) -> Detail:
    """Return what a unit looks for, and which images and classes it answers to.

    Parameters
    ----------
    frame : Frame
    look, order, most
        As for `ui.views.filters.filter_view`.
    unit : int
        Its number, from 0.
    own : OwnImages
        The session's own images; they are ranked among the test images.
    """
    seen, found = audience(frame, own), _responses(frame, look.layer, own)
    values, ranking = found.values[:, unit].numpy(), found.ranking(unit).tolist()
    behaviour = _behaviour(frame, look.layer)
    words = describe(
        _("Unit {number}", number=unit + 1), values[: seen.tested], seen.labels,
        class_names(frame.data), behaviour,
        dead=bool(activity_of(frame, look.layer).dead[unit]), things=_(frame.data.spec.things),
    )  # fmt: skip
    spread = ""
    if found.places > 1:
        spread = _(
            "It has a value at each of {places:,} places; the largest counts here.",
            places=found.places,
        )
    view = filter_view(frame, look, order, most)
    words = sentences([words, spread, _reached(frame, look, view, unit)])
    figure, heading, hint = by_class(frame, seen, values, _("value of the unit"), behaviour.silent)
    return Detail(
        title=_("Unit {number}", number=unit + 1),
        hint=_(
            "{layer}, over {tested:,} test {things}",
            layer=layer_name(frame, look.layer),
            tested=seen.tested,
            things=_(frame.data.spec.things),
        ),
        words=words,
        pictures=_pictures(frame, look, view, unit),
        groups=extremes(frame, seen, values, ranking, behaviour),
        chart=figure,
        chart_label=heading,
        chart_hint=hint,
    )


def _behaviour(frame: Frame, layer: int) -> Behaviour:
    network = model(frame)
    is_code = layer == network.depth - 1
    if is_code and network.kind.name in BEHAVIOURS:
        return BEHAVIOURS[network.kind.name]
    return BEHAVIOURS[layer_activation(network, layer).name]


def _pictures(frame: Frame, look: Look, view: FilterView, unit: int) -> list[Tile]:
    """Return a unit's picture of the gallery, large, and what goes with it."""
    network = model(frame)
    if look.searched:  # in another order it may not be among those searched for
        shown = [view.pictures[view.units.index(unit)]] if unit in view.units else []
        return [
            Tile(source(p[None], 1), _("What it likes best"), _("What it likes best"))
            for p in shown
        ]
    shape, atoms = network.filter_shape, units_of.decoder_atoms(network)
    tiles = []
    if look.layer == 0:
        weights = units_of.encoder_filters(network)
        best = units_of.most_activating(weights[unit : unit + 1]).view(shape)
        limit = float(weights.abs().max())
        tiles = [
            large(weights[unit].view(shape), limit, _("Weights, colours as for all units")),
            large(best, float(best.abs().max()), _("Input of length 1 that it likes best")),
        ]
    if look.layer == LAST or network.depth == 1:
        tiles.append(large(atoms[unit].view(shape), float(atoms.abs().max()), _("What it draws")))
    return tiles


def _reached(frame: Frame, look: Look, view: FilterView, unit: int) -> str:
    """Return in words how far activation maximisation got, where it was done for a unit."""
    if not look.searched or unit not in view.units:
        return ""
    best = float(_responses(frame, look.layer, OwnImages()).sums[:, unit].max())
    reached = short(view.sums[view.units.index(unit)])
    return _(
        "Its sum is {reached} on the picture above, {best} on the best test image.",
        reached=reached,
        best=short(best),
    )
