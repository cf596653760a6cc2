"""Codes drawn at random and decoded, and the holes that some of them fall into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.wording import percentage
from ui.pictures import gallery

if TYPE_CHECKING:
    from aecore.own_images import OwnImages
    from ui.views.exploring import Samples
    from ui.views.frame import Frame

_TURN = "latent.samples.turn"
OUTPUTS = {False: "Decoded mean", True: "Drawn pixels"}
HOLES = (
    "**In a hole** (framed): farther from the nearest code of a test image than 95 % of these "
    "codes are from their own nearest neighbour. Under each picture that distance, as a multiple "
    "of the usual one."
)


def draw(frame: Frame, picked: tuple[int, ...], own: OwnImages) -> None:
    """Draw a gallery of samples, and what it says about the codes."""
    from aecore.sampling import PIXELS
    from ui.views import exploring as views

    turn = st.session_state.setdefault(_TURN, 0)
    pixels = PIXELS[frame.config.loss].words
    with st.container(horizontal=True, vertical_alignment="bottom"):
        noisy = st.segmented_control(
            "Output",
            list(OUTPUTS),
            default=False,
            format_func=OUTPUTS.__getitem__,
            required=True,
            key="latent.samples.output",
            persist_state="session",
            width="content",
            help="The decoder gives the mean of a distribution, which looks smooth. Drawn from it, "
            f"{pixels}.",
        )

        def again() -> None:
            st.session_state[_TURN] = turn + 1

        st.button(
            "Draw again",
            icon=":material/casino:",
            key="latent.samples.again",
            on_click=again,
            help="Other random codes; the same for everybody who draws as often.",
        )
    seen = views.samples(frame, turn, bool(noisy))
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        gallery(seen.tiles, "3.6rem")
    with right:
        things = frame.data.spec.things
        variational = frame.config.code == "variational"
        st.markdown(_of_the_prior(seen) if variational else _of_a_gaussian(seen, things))
        if variational:
            st.markdown(views.beside_the_prior(frame))
        st.markdown(HOLES)
        if noisy:
            st.markdown(_outputs(pixels))


def _of_the_prior(seen: Samples) -> str:
    return (
        "Every code was drawn from **N(0, 1), the prior**: training pulled the codes of all "
        "images together until they fill it, so that a drawn code should lie among them. "
        f"Here **{percentage(seen.in_holes)}** of {seen.drawn} drawn codes still fall into a hole, "
        "5 % would do so if codes and prior were the same."
    )


def _of_a_gaussian(seen: Samples, things: str) -> str:
    return (
        "Every code was drawn from **a Gaussian with the mean and the covariance of the codes** "
        f"of {seen.measured:,} test {things}. The codes themselves follow nothing so simple, "
        f"because nothing asked them to: **{percentage(seen.in_holes)}** of {seen.drawn} drawn "
        "codes fall into a hole between them, against 5 % if it fitted. A variational network is "
        "trained to leave fewer."
    )


def _outputs(pixels: str) -> str:
    return (
        f"**Drawn pixels**: {pixels}. The decoder knows nothing of neighbouring pixels belonging "
        "together, so that a drawn image is noisy where the mean is blurred."
    )
