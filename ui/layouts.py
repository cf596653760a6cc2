"""Choosing how codes are laid out, asking for what takes long, and what a layout tells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from aecore.layouts import Layout, project
from aecore.projections import MOST_POINTS, PROJECTIONS, Knob, Knobs
from aecore.trustworthiness import NEIGHBOURS, in_words
from ui.jobs import ask_for, of_snapshot
from ui.server import server

if TYPE_CHECKING:
    from ui.views.frame import Frame
    from ui.views.latent import Laid

__all__ = ["Layout", "about_layout", "ask_for_layout", "choose_layout", "layout_to_show"]

COUNTS = (250, 500, 1000, 2000, 4000, MOST_POINTS)
USUAL_COUNT = 1000
METHODS = {"codes": "Code dimensions", **{name: p.label for name, p in PROJECTIONS.items()}}
KEEPS = {
    "codes": "Numbers of the code as they are; its other dimensions are not seen.",
    "pca": "A straight look at the codes from where they spread most: distances keep their "
    "meaning.",
    "umap": "Neighbours are kept together. How far groups are apart, and how large they are, "
    "means little.",
    "tsne": "Neighbours are kept together. How far groups are apart, and how large they are, "
    "means nothing.",
}
"""What each layout keeps and what it does not."""

_SHOWN = "layout shown"
"""The layout last shown in this session, with the id of its run."""


def choose_layout(frame: Frame) -> Layout:
    """Draw the controls of the layout in a row, and return what is chosen."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = st.segmented_control(
            "Layout",
            list(METHODS),
            default="pca",
            format_func=METHODS.__getitem__,
            required=True,
            key="latent.method",
            persist_state="session",
            width="content",
            help="Code dimensions and PCA are drawn at once. UMAP and t-SNE keep neighbours "
            "together, take a while, and are kept with the run.",
        )
        dimensions = st.segmented_control(
            "View",
            [2, 3],
            default=2,
            format_func=lambda d: f"{d}-D",
            required=True,
            key="latent.dimensions",
            persist_state="session",
            width="content",
            help="A flat map, or points in space to be turned.",
        )
        count = _choose_count(len(frame.data.test_images))
        knobs: Knobs = ()
        seed = frame.config.seed
        if method in PROJECTIONS and PROJECTIONS[method].slow:
            with st.popover(f"{METHODS[method]} settings", icon=":material/tune:"):
                knobs = tuple((k.name, _turn(method, k)) for k in PROJECTIONS[method].knobs)
                seed = _choose_seed(seed)
    axes = _choose_axes(frame.config.code_size, dimensions) if method == "codes" else ()
    return Layout(method, dimensions, count, axes, knobs, seed)


def _choose_count(images: int) -> int:
    """Let choose how many test images are laid out."""
    most = min(images, MOST_POINTS)
    counts = [count for count in COUNTS if count < most] + [most]
    if len(counts) == 1:
        return most
    usual = min(USUAL_COUNT, most)
    return int(
        st.select_slider(
            "Test images",
            counts,
            value=max(count for count in counts if count <= usual),
            format_func=lambda count: f"{count:,}",
            key=f"latent.count.{most}",
            persist_state="session",
            width=200,
            help="How many test images are laid out.",
        )
    )


def _choose_axes(q: int, dimensions: int) -> tuple[int, ...]:
    """Let choose which numbers of the code are drawn."""
    with st.container(horizontal=True):
        return tuple(
            st.selectbox(
                f"{name}: code",
                list(range(q)),
                index=min(i, q - 1),
                format_func=lambda k: str(k + 1),
                key=f"latent.axis.{i}.{q}",
                persist_state="session",
                width=140,
                help="Which number of the code is drawn along this axis.",
            )
            for i, name in enumerate(("Across", "Up", "Deep")[:dimensions])
        )


def _turn(method: str, knob: Knob) -> float | str:
    """Draw one knob."""
    key = f"latent.knob.{method}.{knob.name}"
    if isinstance(knob.default, str):
        return str(
            st.segmented_control(
                knob.label, knob.stops, default=knob.default, required=True,
                format_func=lambda name: str(name).capitalize(),
                key=key, persist_state="session", help=knob.help,
            )
        )  # fmt: skip
    value: float | str = st.select_slider(
        knob.label, knob.stops, value=knob.default,
        key=key, persist_state="session", help=knob.help,
    )  # fmt: skip
    return value


def _choose_seed(usual: int) -> int:
    """Let choose the seed."""
    return int(
        st.number_input(
            "Seed",
            0,
            2**32 - 1,
            value=usual,
            key=f"latent.seed.{usual}",
            persist_state="session",
            help="Fixes the random start: another seed gives another picture of the same codes; "
            "what all of them show is no accident.",
        )
    )


def layout_to_show(frame: Frame, layout: Layout) -> Layout:
    """Return the layout where it is there, else the last one that was shown, else PCA.

    So there is a picture while another is asked for and computed.
    """
    from ui.views.latent import laid_out

    if laid_out(frame, layout) is not None:
        st.session_state[_SHOWN] = frame.run.id, layout
        return layout
    run, before = st.session_state.get(_SHOWN, ("", layout))
    assert isinstance(before, Layout)
    fits = run == frame.run.id and before.dimensions == layout.dimensions
    if fits and laid_out(frame, before) is not None:
        return before
    return Layout("pca", layout.dimensions, layout.count)


def ask_for_layout(frame: Frame, layout: Layout) -> None:
    """Offer to compute a layout of this snapshot, or show the progress of it."""
    if layout.method == "umap":  # it compiles at first, which can begin before it is asked for
        server().analyst.warm()
    label = METHODS[layout.method]
    count = f"{layout.count:,} test {frame.data.spec.things}"
    job = of_snapshot(frame, layout.name, f"{label} of {count}", project, layout=layout)
    seconds = PROJECTIONS[layout.method].seconds(layout.count, layout.dimensions)
    why = (
        f"{label} is computed on request, for one snapshot, beside training and without "
        f"slowing it; it takes about {_about(seconds)} on a quiet machine. The result is kept "
        "with the run."
    )
    ask_for(job, f"Compute {label} of {count}", why, frame)


def _about(seconds: float) -> str:
    """Return a time in words, rounded up."""
    if seconds < 50:
        return f"{5 * math.ceil(seconds / 5)} s"
    minutes = math.ceil(seconds / 60)
    return "a minute" if minutes == 1 else f"{minutes} minutes"


def _title(layout: Layout) -> str:
    """Return what a layout is, with all that was chosen of it."""
    parts = [METHODS[layout.method]]
    if layout.slow:
        turned = dict(layout.knobs)
        parts += [
            f"{knob.label.lower()} {turned.get(knob.name, knob.default)}"
            for knob in PROJECTIONS[layout.method].knobs
        ]
        parts.append(f"seed {layout.seed}")
    return ", ".join(parts)


def about_layout(frame: Frame, layout: Layout, laid: Laid) -> None:
    """Say what a layout keeps and how far it can be trusted; offer its coordinates."""
    from ui.views import latent as views

    score = views.trust(frame, layout)
    words = f"**{_title(layout)}.** {KEEPS[layout.method]}"
    if score is not None:
        words += f" **Trustworthiness {score:.2f}**: {in_words(score)}."
    elif (laid.points == laid.points[0]).all():
        words += " **All these codes are the same**: the network does not tell the images apart."
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.markdown(
        words,
        help=None
        if score is None
        else f"Trustworthiness: how far each point's {NEIGHBOURS} nearest points in the picture "
        "are from being its nearest codes: 1 if they are just these, about 0.5 for a picture at "
        "random.",
    )
    right.download_button(
        "Coordinates",
        lambda: views.coordinates(frame, layout, laid),
        f"{frame.run.id}-{layout.name}-{frame.step}.csv",
        "text/csv",
        icon=":material/download:",
        key="latent.coordinates",
        on_click="ignore",
        help="The points of the picture as CSV: test image, class, and a column for each axis.",
    )
