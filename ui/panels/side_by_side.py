"""Chosen images in rows: what goes in, and what this run, PCA and other runs make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.config import FIELDS
from aecore.corruption import CORRUPTIONS, Noise
from aecore.language import counted
from aecore.language import text as _
from aecore.wording import listed, short
from ui import choices, other_runs
from ui.pictures import strip

if TYPE_CHECKING:
    from aecore.own_images import OwnImages
    from ui.views.frame import Frame
    from ui.views.reconstructions import Part

AS_TRAINED = "as in training"


def draw(frame: Frame, places: tuple[int, ...], own: OwnImages) -> None:
    """Draw the rows, ten images wide, and a table of the errors.

    Parameters
    ----------
    frame : Frame
    places : tuple of int
        Of the images to show, see `ui.views.frame.specimens`.
    own : OwnImages
    """
    from ui.views import reconstructions as views

    with st.container(horizontal=True, vertical_alignment="bottom"):
        noise = _test_noise(frame.config.corruption)
        errors = st.toggle(**choices.widget("error_rows"), width="content")
        others = other_runs.choose_frames(frame, "beside")
    looks = views.Looks(places, own, noise, frame.config.seed)
    parts = views.parts(frame, looks, others, errors)
    st.markdown(_summary(len(places), parts))
    for k, rows in enumerate(views.input_rows(frame.data, looks)):
        strip([*rows, *(row for part in parts for row in part.strips[k])])
    _table(parts, len(frame.data.test_images))


def _test_noise(trained: Noise) -> Noise:
    """Draw the choice of test noise, and return it."""
    labels = {AS_TRAINED: _("As in training")} | {k: _(c.label) for k, c in CORRUPTIONS.items()}
    noise = st.selectbox(
        **choices.widget("test_noise", list(labels)), format_func=labels.__getitem__, width=220
    )
    if noise == AS_TRAINED:
        return trained
    if noise == "none":
        return Noise("none")
    levels = [v for v in FIELDS["noise_level"].stops if v <= CORRUPTIONS[noise].high]
    said = {"help": _(CORRUPTIONS[noise].level_help)}
    level = st.select_slider(**choices.widget("level", levels, at=noise) | said, width=320)
    return Noise(noise, level, trained.clip, trained.shape)


def _summary(count: int, parts: list[Part]) -> str:
    first, *others = parts
    means = [_("**{error}** a pixel", error=short(first.error))]
    means += [f"{part.name} **{short(part.error)}**" for part in others]
    return counted(
        "Reconstruction error of this image: {means}. The number under each picture is its own "
        "mean squared error per pixel.",
        "Reconstruction error of these {count} images: {means}. The number under each picture is "
        "its own mean squared error per pixel.",
        count,
        means=listed(means),
    )


def _table(parts: list[Part], count: int) -> None:
    with st.expander(_("Errors as a table"), icon=":material/table:", key="rec.table"):
        st.dataframe(
            [
                {
                    "model": part.name,
                    "trained": part.reached,
                    "these images": part.error,
                    "whole": part.whole,
                }
                for part in parts
            ],
            column_config={
                "model": st.column_config.TextColumn(_("model"), width=260),
                "trained": st.column_config.TextColumn(_("trained")),
                "these images": st.column_config.NumberColumn(
                    _("these images, MSE per pixel"),
                    format="%.5f",
                    help=_("Mean over the images above, with the noise chosen above."),
                ),
                "whole": st.column_config.NumberColumn(
                    _("all {count:,} test images, clean, MSE per pixel", count=count),
                    format="%.5f",
                    help=_("Mean over the whole test split, no noise going in."),
                ),
            },
            hide_index=True,
            width="content",
        )
