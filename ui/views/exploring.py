"""Ways through code space on the Latent space page: walks, sweeps, samples, the decoded grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aecore import lattices, sampling, walks
from aecore.language import text as _
from aecore.own_images import OwnImages
from aecore.randomness import generator
from aecore.reconstruction import codes, decoded
from aecore.wording import percentage, short
from ui.pictures import Row, Tile, row, source
from ui.views.frame import (
    Frame,
    Specimen,
    cached,
    first_test_images,
    greys,
    model,
    reference,
    specimen_images,
    specimens,
    test_labels,
)

MEASURED = 2000
"""Test images whose codes say where codes lie."""
MOST_ROWS = 16
"""Units that are swept at once."""
SHOWN_SAMPLES, MEASURED_SAMPLES = 40, 400


@cached(24)
def _measured(frame: Frame) -> tuple[Tensor, Tensor]:
    """Return the first test images in the fixed order, (m, n), and their codes, (m, q)."""
    images = first_test_images(frame.data, MEASURED)
    return images, codes(model(frame), images)


def _decoded(frame: Frame, found: Tensor) -> np.ndarray:
    """Return decoded codes (k, q) as RGB pictures."""
    return greys(decoded(model(frame), found), frame.data)


# -- walk ----------------------------------------------------------------------------


def another_pair(frame: Frame, turn: int) -> tuple[int, int]:
    """Return two test images of different classes by place; each turn others."""
    return walks.two_of_different_classes(
        test_labels(frame.data), generator(frame.config.seed, "walk", turn)
    )


@dataclass(frozen=True)
class Walk:
    """The two ways between two images as rows of a strip, and which images they are."""

    ends: tuple[Specimen, Specimen]
    rows: list[Row]


@cached(48)
def walk(frame: Frame, ends: tuple[int, int], own: OwnImages) -> Walk:
    """Return the straight way through code space between two images, and their cross-fade."""
    first, second = specimens(frame.data, ends, own)
    pictures = specimen_images(frame.data, ends, own)
    start, end = codes(model(frame), pictures)
    way = _decoded(frame, walks.between(start, end))
    fade = greys(walks.between(*pictures), frame.data)
    shares = [percentage(float(share)) for share in np.linspace(0, 1, walks.STEPS)]
    return Walk(
        (first, second),
        [
            row(_("Through the code"), _("codes on a straight line, decoded"), way),
            row(_("Through the pixels"), _("one image faded into the other"), fade, shares),
        ],
    )


# -- sweep ---------------------------------------------------------------------------


@cached(24)
def units_by_spread(frame: Frame) -> list[int]:
    """Return the code units, those that vary most over the test images first."""
    return [int(unit) for unit in walks.by_spread(_measured(frame)[1])]


@cached(48)
def sweep(frame: Frame, unit: int | None, held: int | None, own: OwnImages) -> list[Row]:
    """Return decoded images as code units move alone.

    Parameters
    ----------
    frame : Frame
    unit : int or None
        The one that moves; None for a row for each of those that vary most.
    held : int or None
        Place of the image whose code the other units keep; None for the mean code.
    own : OwnImages
    """
    found = _measured(frame)[1]
    centre = (
        found.mean(0)
        if held is None
        else codes(model(frame), specimen_images(frame.data, [held], own))[0]
    )
    rows = []
    for each in units_by_spread(frame)[:MOST_ROWS] if unit is None else [unit]:
        values = walks.swept_values(found, each)
        numbers = [short(float(value)) for value in values]
        hint = _("{low} to {high}", low=numbers[0], high=numbers[-1])
        if float(values[-1]) == float(values[0]):
            hint = _("always {value}", value=numbers[0])
        pictures = _decoded(frame, walks.swept(centre, each, values))
        rows.append(
            row(
                _("Code {number}", number=each + 1), hint, pictures, () if unit is None else numbers
            )
        )
    return rows


# -- samples -------------------------------------------------------------------------


@dataclass(frozen=True)
class Samples:
    """Drawn codes, decoded.

    Attributes
    ----------
    tiles : list of Tile
        Those in holes are marked.
    in_holes : float
        Share of more samples than are shown that is in holes, 0 to 1.
    drawn, measured : int
        How many samples, and how many test images, that is about.
    """

    tiles: list[Tile]
    in_holes: float
    drawn: int
    measured: int


@cached(48)
def samples(frame: Frame, turn: int, noisy: bool) -> Samples:
    """Return codes drawn from the prior or from a fitted Gaussian, decoded.

    Parameters
    ----------
    frame : Frame
    turn : int
        Each has other samples.
    noisy : bool
        Whether the pixels are drawn, too.
    """
    config, near = frame.config, _neighbourhood(frame)
    q, seed = config.code_size, config.seed
    found = (
        sampling.prior(q) if config.code == "variational" else sampling.fitted(_measured(frame)[1])
    )
    drawn = found.draw(MEASURED_SAMPLES, generator(seed, "samples", turn))
    drawn = sampling.reachable(drawn, config)
    distances = near.distance(drawn)
    shown = drawn[:SHOWN_SAMPLES]
    pixels = decoded(model(frame), shown)
    if noisy:
        draw = sampling.PIXELS[config.loss].draw
        pixels = draw(pixels, generator(seed, "sampled pixels", turn))
    pictures = greys(pixels, frame.data)
    tiles = []
    for picture, distance in zip(pictures, distances.tolist(), strict=False):
        lost = distance > near.limit
        ratio = f"{distance / near.median:.1f} ×" if near.median > 0 else ""
        alt = (
            _(
                "Sample, in a hole, {ratio} as far from the nearest code as test images usually "
                "are",
                ratio=ratio,
            )
            if lost
            else _(
                "Sample, {ratio} as far from the nearest code as test images usually are",
                ratio=ratio,
            )
        )
        tiles.append(Tile(source(picture[None], 1), ratio, alt, marked=lost))
    share = float((distances > near.limit).float().mean())
    return Samples(tiles, share, len(drawn), len(near.codes))


@cached(24)
@torch.no_grad()
def _neighbourhood(frame: Frame) -> sampling.Neighbourhood:
    """Return where the codes of test images lie; variational ones are drawn, as in training."""
    images, found = _measured(frame)
    if frame.config.code == "variational":
        found = model(frame).run(images, generator(frame.config.seed, "neighbourhood")).code
    return sampling.neighbourhood(found)


@cached(24)
def beside_the_prior(frame: Frame) -> str:
    """Return in a sentence how the codes of a variational network lie beside N(0, 1)."""
    means, deviations = sampling.aggregate_posterior(model(frame), _measured(frame)[0])
    return _(
        "Over {count:,} test {things} the codes of each unit have a mean of {low} to "
        "{high} and a standard deviation of {least} to {most}; the prior has 0 and 1.",
        count=len(_measured(frame)[0]),
        things=_(frame.data.spec.things),
        low=short(float(means.min())),
        high=short(float(means.max())),
        least=short(float(deviations.min())),
        most=short(float(deviations.max())),
    )


# -- decoded grid --------------------------------------------------------------------


@dataclass(frozen=True)
class Grid:
    """Decoded places as one picture.

    Attributes
    ----------
    source : str
    columns, rows : int
    across, up : str
        What runs to the right and upwards, with the range; `up` is empty for a row.
    """

    source: str
    columns: int
    rows: int
    across: str
    up: str


@cached(32)
def decoded_grid(frame: Frame, side: int, has_baseline: bool) -> Grid:
    """Return decoded places over the codes; `has_baseline` tells results apart in the cache."""
    found = _measured(frame)[1]
    places = lattices.lattice(
        found.numpy(),
        side,
        prior=frame.config.code == "variational",
        reference=reference(frame.data, MEASURED) if has_baseline else None,
    )
    pictures = _decoded(frame, places.codes())
    across, up = (
        _(
            "{name} from {low} to {high}",
            name=name,
            low=short(float(values[0])),
            high=short(float(values[-1])),
        )
        if name
        else ""
        for name, values in zip(places.axes, (places.across, places.up), strict=True)
    )
    return Grid(source(pictures, len(places.across)), side, len(places.up), across, up)
