"""The chart of a sweep: a measure against one of the settings, and what it takes to stay below."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from aecore.config import RunConfig
from aecore.fields import as_text
from aecore.figures_sweep import Series, against
from aecore.language import counted
from aecore.language import text as _
from aecore.measures import MEASURES, SPLITS
from aecore.sweeping import Axis, Grid
from aecore.wording import sentences, short
from ui.charts import chart
from ui.pictures import heading
from ui.sweep_cells import Cell


def along(grid: Grid, seed: int | None) -> int:
    """Return the setting along the axis of the chart: numbers rather than names."""
    order = sorted(
        range(len(grid.sweep.axes)),
        key=lambda k: (k == seed, not grid.sweep.axes[k].numeric, -k),
    )
    return order[0]


def draw(
    grid: Grid,
    cells: Sequence[Cell],
    measure: str,
    along: int,
    seed: int | None,
    allowed: float | None,
) -> None:
    """Draw the measure against a setting, a line for each value of the other one.

    Parameters
    ----------
    grid : Grid
    cells : sequence of Cell
    measure : str
        A key of `aecore.measures.MEASURES`.
    along : int
        The setting along the axis, see `along`.
    seed : int or None
        The setting over which means are taken, if one is.
    allowed : float or None
        An error to draw a line at.
    """
    axis = grid.sweep.axes[along]
    others = [k for k in range(len(grid.sweep.axes)) if k != along]
    if not others:
        series = [_one(axis, cells, measure, along, _("Network"))]
    elif seed is not None:
        name = counted("Mean of {count} seed, and range", "Mean of {count} seeds, and range",
                       len(grid.sweep.axes[seed].values))  # fmt: skip
        series = [_spread(axis, cells, measure, along, name)]
    else:
        other = grid.sweep.axes[others[0]]
        series = [
            _one(
                axis,
                [cell for cell in cells if cell.place[others[0]] == k],
                measure,
                along,
                f"{_(other.label)} {_(other.said(value))}",
            )
            for k, value in enumerate(other.values)
        ]
    known = MEASURES[measure]
    heading(
        _("{measure} against {setting}", measure=_(known.label), setting=_(axis.label)),
        _("all {split} images, at the end of training", split=_(SPLITS[known.split])),
    )
    chart(
        against(
            axis.values,
            [_(axis.said(value)) for value in axis.values],
            series,
            _lines(axis, cells, measure, along),
            setting=_(axis.label),
            title=_("{measure}, {unit}", measure=_(known.short), unit=_(known.unit)),
            allowed=allowed,
        ),
        "sweep",
    )
    if allowed is not None:
        _smallest(axis, series, cells, measure, allowed)
    few = sum(bool(cell.reached) and not cell.whole for cell in cells)
    if few:
        st.caption(
            counted(
                "{count} run was trained for more epochs: its number at this one is of the first "
                "1,000 images at most.",
                "{count} runs were trained for more epochs: their numbers at this one are of the "
                "first 1,000 images at most.",
                few,
            )
        )


def _one(axis: Axis, cells: Sequence[Cell], measure: str, along: int, name: str) -> Series:
    at = {cell.place[along]: cell for cell in cells}
    places = range(len(axis.values))
    return Series(
        name,
        [at[k].reached.get(measure) if k in at else None for k in places],
        [at[k].so_far.get(measure) if k in at else None for k in places],
    )


def _spread(axis: Axis, cells: Sequence[Cell], measure: str, along: int, name: str) -> Series:
    """Return the mean and the range over the runs at each value."""
    reached: list[list[float]] = [[] for _value in axis.values]
    so_far: list[list[float]] = [[] for _value in axis.values]
    for cell in cells:
        if measure in cell.reached:
            reached[cell.place[along]].append(cell.reached[measure])
        if measure in cell.so_far:
            so_far[cell.place[along]].append(cell.so_far[measure])
    return Series(
        name,
        [sum(found) / len(found) if found else None for found in reached],
        [sum(found) / len(found) if found else None for found in so_far],
        [min(found, default=None) for found in reached],
        [max(found, default=None) for found in reached],
    )


def _lines(
    axis: Axis, cells: Sequence[Cell], measure: str, along: int
) -> dict[str, list[float | None]]:
    """Return PCA and the mean image along the axis, where all runs at a value share them."""
    from ui.views import sweeps as views

    pca: list[set[float]] = [set() for _value in axis.values]
    mean: list[set[float]] = [set() for _value in axis.values]
    codes = set()
    seen: dict[RunConfig, views.Baselines | None] = {}
    for cell in cells:
        config = cell.config
        if config not in seen:
            seen[config] = views.baselines_of(config, measure)
        known = seen[config]
        if known is None:
            continue
        codes.add(config.code_size)
        mean[cell.place[along]].add(known.mean)
        if (error := known.pca(config)) is not None:
            pca[cell.place[along]].add(error)
    one_size = _("PCA, {count} numbers", count=next(iter(codes), 0))
    lines = {one_size if len(codes) == 1 else _("PCA of the same size"): pca,
             _("Mean image"): mean}  # fmt: skip
    found = {
        name: [next(iter(some)) if len(some) == 1 else None for some in heights]
        for name, heights in lines.items()
    }
    return {name: some for name, some in found.items() if any(h is not None for h in some)}


def _smallest(
    axis: Axis, series: Sequence[Series], cells: Sequence[Cell], measure: str, allowed: float
) -> None:
    """Say which is the smallest value under the allowed error, and how many numbers PCA needs."""
    from ui.views import sweeps as views

    said = []
    for one in series:
        under = [
            (value, error)
            for value, error in zip(axis.values, one.reached, strict=True)
            if error is not None and error <= allowed
        ]
        values = {"name": one.name, "setting": _(axis.label), "allowed": short(allowed)}
        if under:
            value, error = min(under)
            said.append(
                _(
                    "{name}: the smallest {setting} with an error of at most {allowed} is "
                    "**{value}** ({error}).",
                    **values,
                    value=as_text(value),
                    error=short(error),
                )
            )
        else:
            said.append(_("{name}: no {setting} reaches an error of {allowed}.", **values))
    known = views.baselines_of(cells[0].config, measure) if cells else None
    if known is not None and axis.name == "bottleneck":
        fewest = known.fewest(allowed)
        if fewest is not None:
            said.append(_("PCA needs {count} numbers for it.", count=fewest))
    st.markdown(sentences(said))
