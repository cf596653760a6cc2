"""Chosen images in rows: what goes in, and what this run, PCA and other runs make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.config import FIELDS
from aecore.corruption import CORRUPTIONS, Noise
from aecore.wording import short
from ui import other_runs
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
        errors = st.toggle(
            "All error rows",
            key="rec.errors",
            persist_state="session",
            width="content",
            help="Show for PCA and other runs, too, where each pixel is wrong.",
        )
        others = other_runs.choose_frames(frame, "rec.others")
    looks = views.Looks(places, own, noise, frame.config.seed)
    parts = views.parts(frame, looks, others, errors)
    st.markdown(_summary(len(places), parts))
    for k, rows in enumerate(views.input_rows(frame.data, looks)):
        strip([*rows, *(row for part in parts for row in part.strips[k])])
    _table(parts, len(frame.data.test_images))


def _test_noise(trained: Noise) -> Noise:
    """Draw the choice of test noise, and return it."""
    labels = {AS_TRAINED: "As in training"} | {k: c.label for k, c in CORRUPTIONS.items()}
    noise = st.selectbox(
        "Test noise",
        list(labels),
        format_func=labels.__getitem__,
        key="rec.noise",
        persist_state="session",
        width=220,
        help="Noise on the images shown here, apart from the noise in training.",
    )
    if noise == AS_TRAINED:
        return trained
    if noise == "none":
        return Noise("none")
    level = st.select_slider(
        "Level",
        [v for v in FIELDS["noise_level"].stops if v <= CORRUPTIONS[noise].high],
        value=0.3,
        key=f"rec.level.{noise}",
        persist_state="session",
        width=320,
        help=CORRUPTIONS[noise].level_help,
    )
    return Noise(noise, level, trained.clip, trained.shape)


def _summary(count: int, parts: list[Part]) -> str:
    first, *others = parts
    means = [f"**{short(first.error)}** a pixel"]
    means += [f"{part.name} **{short(part.error)}**" for part in others]
    images = "this image" if count == 1 else f"these {count} images"
    return (
        f"Reconstruction error of {images}: {', '.join(means)}."
        " The number under each picture is its own mean squared error per pixel."
    )


def _table(parts: list[Part], count: int) -> None:
    with st.expander("Errors as a table", icon=":material/table:", key="rec.table"):
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
                "model": st.column_config.TextColumn(width=260),
                "these images": st.column_config.NumberColumn(
                    "these images, MSE per pixel",
                    format="%.5f",
                    help="Mean over the images above, with the noise chosen above.",
                ),
                "whole": st.column_config.NumberColumn(
                    f"all {count:,} test images, clean, MSE per pixel",
                    format="%.5f",
                    help="Mean over the whole test split, no noise going in.",
                ),
            },
            hide_index=True,
            width="content",
        )
