"""What came of a sweep: what to look at, chart and pictures, each run at hand, all numbers."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import partial
from io import StringIO
from typing import Any

import streamlit as st

from aecore.config import FIELDS
from aecore.fields import as_text
from aecore.language import text as _
from aecore.measures import MEASURES, SWEPT
from aecore.sweeping import Grid
from ui import choices, pins, session, sweep_chart, sweep_pictures
from ui.sweep_cells import Cell
from ui.tables import save_csv


def draw(grid: Grid, cells: Sequence[Cell]) -> None:
    """Draw everything that came of a sweep."""
    seed = next((k for k, axis in enumerate(grid.sweep.axes) if axis.name == "seed"), None)
    pairs = len(grid.sweep.axes) == 2 and seed is None
    along = sweep_chart.along(grid, seed)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="sweep.look"):
        measure = _measure(cells)
        allowed = _allowed(measure) if grid.sweep.axes[along].numeric else None
        image = _choose_image(cells) if pairs else 0
    if pairs:
        sweep_pictures.draw_pairs(grid, cells, measure, image)
    spread = seed if len(grid.sweep.axes) == 2 else None
    sweep_chart.draw(grid, cells, measure, along, spread, allowed)
    if not pairs:
        sweep_pictures.draw_rows(grid, cells, measure)
    _pick(grid, cells)
    _table(grid, cells)


def _measure(cells: Sequence[Cell]) -> str:
    """Draw the choice among measures by which all runs can be compared."""
    noisy = any(cell.config.noise != "none" for cell in cells)
    one_loss = len({cell.config.loss_name for cell in cells}) == 1
    options = [
        name
        for name in SWEPT
        if (noisy or not name.endswith("_clean")) and (one_loss or not name.endswith("_loss"))
    ]
    return str(
        st.segmented_control(
            **choices.widget("measure", options, at=str(len(options))),
            format_func=lambda name: _(MEASURES[name].short),
            required=True,
        )
    )


def _allowed(measure: str) -> float | None:
    """Draw the field for an error that is still allowed."""
    value = st.number_input(
        **choices.widget("allowed", at=measure),
        min_value=0.0,
        step=0.001,
        format="%.4f",
        placeholder=_("none"),
        width=200,
    )
    return float(value) if value else None


def _choose_image(cells: Sequence[Cell]) -> int:
    from ui.views import sweeps as views

    classes = views.shown_classes(cells[0].config)
    return int(
        st.selectbox(
            **choices.widget(
                "picture", range(len(classes)), at=f"{cells[0].config.dataset}.{len(classes)}"
            ),
            format_func=classes.__getitem__,
            width=200,
        )
    )


def _pick(grid: Grid, cells: Sequence[Cell]) -> None:
    """Draw the choice of one run, and what can be done with it."""
    ready = {grid.sweep.said(cell.place): cell for cell in cells if cell.run}
    if not ready:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="sweep.pick"):
        label = st.selectbox(
            _("One of the runs"),
            list(ready),
            index=None,
            placeholder=_("Choose a run"),
            key="sweep.run",
            width=320,
            help=_("A run to be looked at on all other pages, or to be compared."),
        )
        cell = ready.get(label) if label else None
        use = st.button(
            _("Make it mine"),
            icon=":material/input:",
            disabled=cell is None,
            key="sweep.use",
            help=_("Gives the sidebar this run's settings, so that every page shows it."),
        )
        pin = st.button(
            _("Pin"),
            icon=":material/keep:",
            disabled=cell is None or pins.is_pinned(cell.config),
            key="sweep.pin",
            help=_("Keeps it at hand on the Compare page."),
        )
    if cell and use:
        session.change(**cell.config.as_dict())
        st.rerun()
    if cell and pin:
        pins.add(cell.config)
        st.rerun()


def _table(grid: Grid, cells: Sequence[Cell]) -> None:
    if not any(cell.reached for cell in cells):
        return
    lines = [_described(grid, cell) for cell in cells]
    with st.expander(_("All numbers as a table"), icon=":material/table:", key="sweep.table"):
        st.dataframe(
            lines,
            column_config={
                name: st.column_config.NumberColumn(_(MEASURES[name].short), format="%.5f")
                for name in SWEPT
            },
            hide_index=True,
        )
        save_csv(partial(_csv, lines), "sweep")


def _described(grid: Grid, cell: Cell) -> dict[str, Any]:
    """Return a line of the table."""
    settings = {
        _(FIELDS[name].label): value if isinstance(value, (int, float, bool)) else as_text(value)
        for name, value in grid.sweep.values(cell.place).items()
    }
    done = cell.member.run.progress().seconds if cell.member.run else None
    return {
        **settings,
        **{name: cell.reached.get(name) for name in SWEPT},
        _("epochs"): cell.config.epochs,
        _("parameters"): cell.config.parameters,
        _("seconds of training"): done,
    }


def _csv(lines: Sequence[Mapping[str, Any]]) -> str:
    """Return the table as CSV, all figures of each number."""
    text = StringIO()
    writer = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()
