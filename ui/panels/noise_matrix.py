"""Runs that differ in training noise alone, each tried on test images of every noise level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.config import RunConfig
from aecore.corruption import CORRUPTIONS, Noise
from aecore.noise_matrix import noises, rows, test_levels
from ui.groups import group
from ui.matrix import Line, matrix
from ui.other_runs import frame_at
from ui.panels.noise_levels import choose_kind

if TYPE_CHECKING:
    from aecore.own_images import OwnImages
    from ui.views.frame import Frame

PICTURES = 2
"""Images in each cell."""


def draw(frame: Frame, places: tuple[int, ...], own: OwnImages) -> None:
    """Draw the matrix, or offer to train the runs that it needs.

    Parameters
    ----------
    frame : Frame
        The session's own; the runs differ from it in the noise alone.
    places : tuple of int
        Of the images in the cells, see `ui.views.frame.specimens`.
    own : OwnImages
    """
    from ui.views import noise_matrix as views
    from ui.views.frame import knows_pca
    from ui.views.reconstructions import Looks, components

    trained = frame.config.corruption
    kind = choose_kind(trained)
    symbol = CORRUPTIONS[kind].symbol
    configs = rows(frame.config, kind)
    listed = ", ".join(_level(config) for config in configs)
    runs = group(
        "noise matrix",
        configs,
        "Train these runs",
        f"This needs {len(configs)} runs that differ in training noise alone ({listed}), "
        f"each trained for {_epochs(frame.config)}.",
    )
    if runs is None:
        return
    columns = test_levels(kind)
    tests = noises(kind, columns, trained)
    noise = Noise(kind, clip=trained.clip, shape=trained.shape)
    looks = Looks(places[:PICTURES], own, noise, frame.config.seed)
    lines = [
        Line(
            _level(run.config),
            "this run" if run.id == frame.run.id else "",
            views.network_errors(seen, *tests),
            views.network_pictures(seen, looks, columns),
        )
        for run in runs
        if (seen := frame_at(run, frame.config.epochs, frame.data)) is not None
    ]
    q = components(frame)
    if knows_pca(frame.data):
        lines.append(
            Line(
                f"PCA {q}",
                "no training noise",
                views.pca_errors(frame, *tests),
                views.pca_pictures(frame.data, looks, columns, q),
                beside=True,
            )
        )
    heads = [f"{symbol} {level:g}" if level else "no noise" for level in columns]
    corner = "test →", "training ↓"
    matrix(corner, heads, views.noisy_pictures(frame.data, looks, columns), lines)
    st.caption(
        f"Each number is the reconstruction error of {views.count(frame):,} test images, mean "
        "squared error per pixel: the stronger the ground, the larger. The best run of each "
        "column is framed; PCA is bold where it is better still. All are tried on the same noise."
    )
    _table(heads, lines)


def _level(config: RunConfig) -> str:
    if config.noise == "none":
        return "no noise"
    return f"{CORRUPTIONS[config.noise].symbol} {config.noise_level:g}"


def _epochs(config: RunConfig) -> str:
    return "1 epoch" if config.epochs == 1 else f"{config.epochs:,} epochs"


def _table(heads: list[str], lines: list[Line]) -> None:
    with st.expander("Errors as a table", icon=":material/table:", key="rec.matrix.table"):
        st.dataframe(
            [
                {"training": line.label, **dict(zip(heads, line.values, strict=True))}
                for line in lines
            ],
            column_config={head: st.column_config.NumberColumn(format="%.5f") for head in heads},
            hide_index=True,
            width="content",
        )
