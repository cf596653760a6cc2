"""Pictures of a sweep: a table of pairs, or a row of test images for each run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import streamlit as st

from aecore.language import text as _
from aecore.measures import MEASURES, SPLITS
from aecore.sweeping import Grid, Place
from aecore.wording import short
from ui.matrix import Line, matrix
from ui.pictures import heading, strip
from ui.sweep_cells import Cell

MOST_ROWS = 12
"""Rows of pictures."""


def draw_pairs(grid: Grid, cells: Sequence[Cell], measure: str, image: int) -> None:
    """Draw a table with a number and a picture for each pair of values."""
    from ui.views import sweeps as views

    rows, columns = grid.sweep.axes
    at = {cell.place: cell for cell in cells}
    known = MEASURES[measure]
    heading(
        _("{measure} of each pair", measure=_(known.label)),
        _("{unit}, all {split} images", unit=_(known.unit), split=_(SPLITS[known.split])),
    )

    def line(r: int, value: Any) -> Line:
        row = [at.get((r, c)) for c in range(len(columns.values))]
        frames = [views.frame_of(cell.run) if cell and cell.run else None for cell in row]
        return Line(
            _(rows.said(value)),
            _(rows.label),
            [cell.reached.get(measure, math.inf) if cell else math.inf for cell in row],
            [views.reconstructed(frame, image) if frame else "" for frame in frames],
        )

    matrix(
        (f"{_(columns.label)} →", f"{_(rows.label)} ↓"),
        [_(columns.said(value)) for value in columns.values],
        [""] * len(columns.values),
        [line(r, value) for r, value in enumerate(rows.values)],
        overall=True,
    )
    st.caption(
        _(
            "Under each picture the number of its run: the stronger the ground, the larger. The "
            "smallest of all is framed; a dash stands for what is still to come or left out."
        )
    )


def draw_rows(grid: Grid, cells: Sequence[Cell], measure: str) -> None:
    """Draw the same test images as each run reconstructs them, a row a run."""
    from ui.views import sweeps as views

    first = [cell for cell in cells if cell.run and _first_seed(grid, cell.place)]
    if not first:
        return
    heading(_("Reconstructions"), _("the same test images, each with the noise of its run"))
    shape = first[0].config.shape
    rows = [views.originals(first[0].config)]
    for cell in first[:MOST_ROWS]:
        assert cell.run is not None
        frame = views.frame_of(cell.run)
        if frame is not None and cell.config.shape == shape:
            hint = f"{_(MEASURES[measure].short)} {short(cell.reached.get(measure, math.nan))}"
            rows.append(views.reconstructed_row(frame, grid.sweep.said(cell.place), hint))
    strip(rows)


def _first_seed(grid: Grid, place: Place) -> bool:
    """Tell whether a place is of the first seed, or the seed is all that varies."""
    if len(grid.sweep.axes) == 1:
        return True
    return all(
        k == 0 for axis, k in zip(grid.sweep.axes, place, strict=True) if axis.name == "seed"
    )
