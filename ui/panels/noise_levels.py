"""One row of images at every level of a noise: a slider in the browser goes through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.corruption import CORRUPTIONS, Noise
from aecore.language import text as _
from aecore.noise_matrix import sweep
from ui import choices, other_runs
from ui.flipbook import Curve, flipbook

if TYPE_CHECKING:
    from aecore.own_images import OwnImages
    from ui.views.frame import Frame

USUAL = "gaussian", 0.3
"""The noise to begin with where there is none in training."""


def choose_kind(trained: Noise) -> str:
    """Draw the choice of a noise; to begin with, the one in training."""
    kinds = [name for name in CORRUPTIONS if name != "none"]
    usual = trained.name if trained else USUAL[0]
    return str(
        st.selectbox(
            **choices.widget("swept_noise", kinds, default=usual, at=trained.name),
            format_func=lambda name: _(CORRUPTIONS[name].label),
            width=220,
        )
    )


def draw(frame: Frame, places: tuple[int, ...], own: OwnImages) -> None:
    """Draw the slider, the errors along it, and the rows of images.

    Parameters
    ----------
    frame : Frame
    places : tuple of int
        Of up to ten images, see `ui.views.frame.specimens`.
    own : OwnImages
    """
    from aecore.figures import BASELINE_COLOUR
    from ui.views import reconstructions as views

    trained = frame.config.corruption
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = choose_kind(trained)
        others = other_runs.choose_frames(frame, "beside")
    noise = Noise(kind, clip=trained.clip, shape=trained.shape)
    looks = views.Looks(places, own, noise, frame.config.seed)
    reels = views.reels(frame, looks, others)
    colours = _colours([reel.film.label for reel in reels])
    levels, corruption = sweep(kind), CORRUPTIONS[kind]
    training = _nearest(levels, trained.level) if trained.name == kind else 0
    flipbook(
        f"rec.flipbook.{kind}",
        _("Test noise level"),
        _(corruption.level_help),
        [f"{corruption.symbol} {level:g}" for level in levels],
        [*views.input_films(frame.data, looks), *(reel.film for reel in reels)],
        [
            Curve(reel.film.label, colour, reel.errors, dashed=colour == BASELINE_COLOUR)
            for reel, colour in zip(reels, colours, strict=True)
        ],
        first=training or _nearest(levels, USUAL[1]),
        marks={training: _("level in training") if training else _("training without noise")},
        title=_("reconstruction error of these images, MSE per pixel"),
    )
    st.caption(
        _(
            "Every level spoils the same pixels with the same draw of random numbers. The "
            "numbers are mean squared errors per pixel: beside the slider of these {count} "
            "images together, under each picture its own.",
            count=len(places),
        )
    )


def _colours(labels: list[str]) -> list[str]:
    """Return this run's colour, that of PCA, and one for each other run."""
    from aecore.figures import BASELINE_COLOUR, SERIES_COLOURS, TEST_COLOUR

    series = iter(SERIES_COLOURS)
    return [
        TEST_COLOUR if not k else BASELINE_COLOUR if name.startswith("PCA ") else next(series)
        for k, name in enumerate(labels)
    ]


def _nearest(levels: tuple[float, ...], level: float) -> int:
    return min(range(len(levels)), key=lambda k: abs(levels[k] - level))
