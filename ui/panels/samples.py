"""Codes drawn at random and decoded, and the holes that some of them fall into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.language import marked
from aecore.language import text as _
from aecore.wording import percentage
from ui import choices
from ui.pictures import gallery

if TYPE_CHECKING:
    from aecore.own_images import OwnImages
    from ui.views.exploring import Samples
    from ui.views.frame import Frame

TURNS = range(10**6)
OUTPUTS = {False: marked("Decoded mean"), True: marked("Drawn pixels")}
HOLES = marked(
    "**In a hole** (framed): farther from the nearest code of a test image than 95 % of these "
    "codes are from their own nearest neighbour. Under each picture that distance, as a multiple "
    "of the usual one."
)


def draw(frame: Frame, picked: tuple[int, ...], own: OwnImages) -> None:
    """Draw a gallery of samples, and what it says about the codes."""
    from aecore.sampling import MSE_DEVIATION, PIXELS
    from ui.views import exploring as views

    turn = choices.chosen("samples", TURNS)
    pixels = _(PIXELS[frame.config.loss].words, deviation=MSE_DEVIATION)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        noisy = st.segmented_control(
            **choices.widget("output", list(OUTPUTS)),
            format_func=lambda drawn: _(OUTPUTS[drawn]),
            required=True,
            width="content",
        )

        def again() -> None:
            choices.hold("samples", turn + 1)

        st.button(
            _("Draw again"),
            icon=":material/casino:",
            key="latent.samples.again",
            on_click=again,
            help=_("Other random codes; the same for everybody who draws as often."),
        )
    seen = views.samples(frame, turn, bool(noisy))
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        gallery(seen.tiles, "3.6rem")
    with right:
        things = _(frame.data.spec.things)
        variational = frame.config.code == "variational"
        st.markdown(_of_the_prior(seen) if variational else _of_a_gaussian(seen, things))
        if variational:
            st.markdown(views.beside_the_prior(frame))
        st.markdown(_(HOLES))
        if noisy:
            st.markdown(_outputs(pixels))


def _of_the_prior(seen: Samples) -> str:
    return _(
        "Every code was drawn from **N(0, 1), the prior**: training pulled the codes "
        "of all images together until they fill it, so that a drawn code should lie "
        "among them. Here **{in_holes}** of {drawn} drawn codes still fall into a "
        "hole, 5 % would do so if codes and prior were the same.",
        in_holes=percentage(seen.in_holes),
        drawn=seen.drawn,
    )


def _of_a_gaussian(seen: Samples, things: str) -> str:
    return _(
        "Every code was drawn from **a Gaussian with the mean and the covariance of "
        "the codes** of {measured:,} test {things}. The codes themselves follow "
        "nothing so simple, because nothing asked them to: **{in_holes}** of {drawn} "
        "drawn codes fall into a hole between them, against 5 % if it fitted. A "
        "variational network is trained to leave fewer.",
        measured=seen.measured,
        things=things,
        in_holes=percentage(seen.in_holes),
        drawn=seen.drawn,
    )


def _outputs(pixels: str) -> str:
    return _(
        "**Drawn pixels**: {pixels}. The decoder knows nothing of neighbouring pixels "
        "belonging together, so that a drawn image is noisy where the mean is blurred.",
        pixels=pixels,
    )
