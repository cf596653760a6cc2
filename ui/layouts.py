"""Choosing how codes are laid out, asking for what takes long, and what a layout tells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from aecore.language import counted, marked
from aecore.language import text as _
from aecore.layouts import Layout, project
from aecore.projections import MOST_POINTS, PROJECTIONS, Knob, Knobs, too_few
from aecore.trustworthiness import NEIGHBOURS, in_words
from aecore.wording import listed, sentences
from ui import choices
from ui.jobs import ask_for, of_snapshot
from ui.server import server

if TYPE_CHECKING:
    from ui.views.frame import Frame
    from ui.views.latent import Laid

__all__ = ["Layout", "about_layout", "ask_for_layout", "choose_layout", "layout_to_show"]

COUNTS = (250, 500, 1000, 2000, 4000, MOST_POINTS)
USUAL_COUNT = 1000
METHODS = {"codes": marked("Code dimensions"), **{name: p.label for name, p in PROJECTIONS.items()}}
KEEPS = {
    "codes": marked("Numbers of the code as they are; its other dimensions are not seen."),
    "pca": marked(
        "A straight look at the codes from where they spread most: distances keep their meaning."
    ),
    "umap": marked(
        "Neighbours are kept together. How far groups are apart, and how large they are, means "
        "little."
    ),
    "tsne": marked(
        "Neighbours are kept together. How far groups are apart, and how large they are, means "
        "nothing."
    ),
}
"""What each layout keeps and what it does not."""

_SHOWN = "layout shown"
"""The layout last shown in this session, with the id of its run."""


def choose_layout(frame: Frame) -> Layout:
    """Draw the controls of the layout in a row, and return what is chosen."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = st.segmented_control(
            **choices.widget("layout", list(METHODS)),
            format_func=lambda name: _(METHODS[name]),
            required=True,
            width="content",
        )
        dimensions = st.segmented_control(
            **choices.widget("dimensions", [2, 3]),
            format_func=lambda d: f"{d}-D",
            required=True,
            width="content",
        )
        count = _choose_count(len(frame.data.test_images))
        knobs: Knobs = ()
        seed = frame.config.seed
        if method in PROJECTIONS and PROJECTIONS[method].slow:
            title = _("{label} settings", label=_(METHODS[method]))
            with st.popover(title, icon=":material/tune:"):
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
    usual = max(count for count in counts if count <= min(USUAL_COUNT, most))
    return int(
        st.select_slider(
            **choices.widget("points", counts, default=usual, at=str(most)),
            format_func=lambda count: f"{count:,}",
            width=200,
        )
    )


def _choose_axes(q: int, dimensions: int) -> tuple[int, ...]:
    """Let choose which numbers of the code are drawn."""
    with st.container(horizontal=True):
        return tuple(
            st.selectbox(
                **choices.widget(name, range(q), default=min(i, q - 1), at=str(q)),
                format_func=lambda k: str(k + 1),
                width=140,
            )
            for i, name in enumerate(("across", "up", "deep")[:dimensions])
        )


def _turn(method: str, knob: Knob) -> float | str:
    """Draw one knob."""
    drawn = choices.widget(f"{method}_{knob.name}", knob.stops)
    if isinstance(knob.default, str):
        named = st.segmented_control(
            **drawn, required=True, format_func=lambda name: _(str(name)).capitalize()
        )
        return str(named)
    value: float | str = st.select_slider(**drawn)
    return value


def _choose_seed(usual: int) -> int:
    """Let choose the seed."""
    seeds = range(2**32)
    drawn = choices.widget("layout_seed", seeds, default=usual, at=str(usual))
    return int(st.number_input(**drawn))


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
    if not_enough := too_few(layout.method, layout.count):
        st.info(not_enough, icon=":material/info:")
        return
    label = _(METHODS[layout.method])
    of_what = {"label": label, "count": layout.count, "things": _(frame.data.spec.things)}
    title = _("{label} of {count:,} test {things}", **of_what)
    job = of_snapshot(frame, layout.name, title, project, layout=layout)
    seconds = PROJECTIONS[layout.method].seconds(layout.count, layout.dimensions)
    why = _(
        "{label} is computed on request, for one snapshot, beside training and without "
        "slowing it; it takes about {time} on a quiet machine. The result is kept "
        "with the run.",
        label=label,
        time=_about(seconds),
    )
    ask_for(job, _("Compute {label} of {count:,} test {things}", **of_what), why, frame)


def _about(seconds: float) -> str:
    """Return a time in words, rounded up."""
    if seconds < 50:
        return _("{seconds} s", seconds=5 * math.ceil(seconds / 5))
    return counted("a minute", "{count} minutes", math.ceil(seconds / 60))


def _title(layout: Layout) -> str:
    """Return what a layout is, with all that was chosen of it."""
    parts = [_(METHODS[layout.method])]
    if layout.slow:
        turned = dict(layout.knobs)
        parts += [
            f"{_(knob.label).lower()} {_(str(turned.get(knob.name, knob.default)))}"
            for knob in PROJECTIONS[layout.method].knobs
        ]
        parts.append(_("seed {seed}", seed=layout.seed))
    return listed(parts)


def about_layout(frame: Frame, layout: Layout, laid: Laid) -> None:
    """Say what a layout keeps and how far it can be trusted; offer its coordinates."""
    from ui.views import latent as views

    score = views.trust(frame, layout)
    said = [_("**{title}.**", title=_title(layout)), _(KEEPS[layout.method])]
    if score is not None:
        meaning = in_words(score)
        said.append(_("**Trustworthiness {score:.2f}**: {meaning}.", score=score, meaning=meaning))
    elif (laid.points == laid.points[0]).all():
        said.append(
            _("**All these codes are the same**: the network does not tell the images apart.")
        )
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.markdown(
        sentences(said),
        help=None
        if score is None
        else _(
            "Trustworthiness: how far each point's {neighbours} nearest points in the "
            "picture are from being its nearest codes: 1 if they are just these, about 0.5 "
            "for a picture at random.",
            neighbours=NEIGHBOURS,
        ),
    )
    right.download_button(
        _("Coordinates"),
        lambda: views.coordinates(frame, layout, laid),
        f"{frame.run.id}-{layout.name}-{frame.step}.csv",
        "text/csv",
        icon=":material/download:",
        key="latent.coordinates",
        on_click="ignore",
        help=_("The points of the picture as CSV: test image, class, and a column for each axis."),
    )
