"""Runs that differ in training noise alone, each tried on test images of every noise level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.config import RunConfig
from aecore.corruption import CORRUPTIONS, Noise
from aecore.language import counted
from aecore.language import text as _
from aecore.noise_matrix import noises, rows, test_levels
from aecore.wording import listed
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
    levels = listed(_level(config) for config in configs)
    runs = group(
        "noise matrix",
        configs,
        _("Train these runs"),
        counted(
            "This needs {runs} runs that differ in training noise alone ({levels}), each trained "
            "for {count} epoch.",
            "This needs {runs} runs that differ in training noise alone ({levels}), each trained "
            "for {count} epochs.",
            frame.config.epochs,
            runs=len(configs),
            levels=levels,
        ),
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
            _("this run") if run.id == frame.run.id else "",
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
                _("no training noise"),
                views.pca_errors(frame, *tests),
                views.pca_pictures(frame.data, looks, columns, q),
                beside=True,
            )
        )
    heads = [f"{symbol} {level:g}" if level else _("no noise") for level in columns]
    corner = _("test →"), _("training ↓")
    matrix(corner, heads, views.noisy_pictures(frame.data, looks, columns), lines)
    st.caption(
        _(
            "Each number is the reconstruction error of {count:,} test images, mean "
            "squared error per pixel: the stronger the ground, the larger. The best run of "
            "each column is framed; PCA is bold where it is better still. All are tried on "
            "the same noise.",
            count=views.count(frame),
        )
    )
    _table(heads, lines)


def _level(config: RunConfig) -> str:
    if config.noise == "none":
        return _("no noise")
    return f"{CORRUPTIONS[config.noise].symbol} {config.noise_level:g}"


def _table(heads: list[str], lines: list[Line]) -> None:
    with st.expander(_("Errors as a table"), icon=":material/table:", key="rec.matrix.table"):
        st.dataframe(
            [
                {"training": line.label, **dict(zip(heads, line.values, strict=True))}
                for line in lines
            ],
            column_config={
                "training": st.column_config.TextColumn(_("training")),
                **{head: st.column_config.NumberColumn(format="%.5f") for head in heads},
            },
            hide_index=True,
            width="content",
        )
