"""The same test images in rows: what goes in, and what each run makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from aecore.corruption import CORRUPTIONS, Noise
from aecore.language import marked
from aecore.language import text as _
from aecore.wording import short
from ui import choices
from ui.comparisons.subjects import Subject, on_same_images
from ui.own import fitting
from ui.pictures import Row, strip

if TYPE_CHECKING:
    from aecore.own_images import OwnImages
    from ui.views.reconstructions import Looks

COUNT = 10
"""Images in a row."""

IMAGES = {
    "classes": (marked("Per class"), marked("One of each class.")),
    "differ": (
        marked("Where runs differ"),
        marked("Those on which the runs' errors are farthest apart."),
    ),
    "worst": (marked("Hardest"), marked("Those with the largest error, mean over the runs.")),
    "own": (marked("Own"), marked("Those from the page Own images.")),
}
"""Ways to choose the images: what each is called, and what it chooses."""

EACH = "each"


def draw(subjects: Sequence[Subject], key: str) -> None:
    """Draw the rows of all subjects that have the first one's test images."""
    from ui.views import comparisons as views

    subjects = on_same_images(subjects)
    own = fitting() if views.has_pictures(subjects[0].frame) else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        places = _choose_images(subjects, own, key)
        noise = _choose_noise(subjects, key)
        maps = st.toggle(**choices.widget("error_maps", at=key), width="content")
        pca = st.toggle(**choices.widget("pca_rows", at=key), width="content")
    if places:
        strip(_rows(subjects, places, own, noise, maps=maps, pca=pca))
        st.caption(_("The number under each picture is its mean squared error per pixel."))
    else:
        st.caption(_("There are no images of your own yet: draw or upload some on Own images."))


def _choose_images(subjects: Sequence[Subject], own: OwnImages | None, key: str) -> tuple[int, ...]:
    from ui.views import comparisons as views

    frames = [subject.frame for subject in subjects]
    offered = [name for name in IMAGES if name != "own" or own]
    if len(frames) == 1:
        offered.remove("differ")
    how = st.selectbox(
        **choices.widget("compared_images", offered, at=f"{key}.{'-'.join(offered)}"),
        format_func=lambda name: _(IMAGES[name][0]),
        width=210,
    )
    if how == "own":
        first = len(frames[0].data.test_images)
        return tuple(range(first, first + min(COUNT, len(own or ()))))
    if how == "differ":
        return views.most_different(frames, COUNT)
    if how == "worst":
        return views.hardest(frames, COUNT)
    return views.of_each_class(frames[0].data, COUNT, seed=0)


def _choose_noise(subjects: Sequence[Subject], key: str) -> Noise | None:
    """Let choose what is done to the images; None stands for what each run was trained with."""
    trained = [s.frame.config.corruption for s in subjects]
    noises = {f"{noise.name} {noise.level:g}": noise for noise in trained if noise}
    if not noises:
        return Noise("none")
    labels = {EACH: _("As each was trained"), "none": _("None")}
    labels |= {name: _noise_name(noise) for name, noise in noises.items()}
    chosen = st.selectbox(
        **choices.widget("compared_noise", list(labels), at=f"{key}.{'-'.join(noises)}"),
        format_func=labels.__getitem__,
        width=230,
    )
    if chosen == EACH:
        return None
    return noises.get(chosen, Noise("none"))


def _noise_name(noise: Noise) -> str:
    return f"{_(CORRUPTIONS[noise.name].label)} {noise.level:g}"


def _rows(
    subjects: Sequence[Subject],
    places: tuple[int, ...],
    own: OwnImages | None,
    noise: Noise | None,
    *,
    maps: bool,
    pca: bool,
) -> list[Row]:
    """Return all rows; what goes in stands above the first run that has it going in."""
    from aecore.own_images import OwnImages
    from ui.views import reconstructions as views
    from ui.views.frame import knows_pca

    images = own if own is not None else OwnImages()
    first = subjects[0].frame
    rows: list[Row] = []
    shown: set[Noise] = set()
    compared: set[tuple[Noise, int]] = set()
    for subject in subjects:
        frame = subject.frame
        mine = frame.config.corruption if noise is None else noise
        looks = views.Looks(places, images, mine, first.config.seed)
        original, *noisy = views.input_rows(first.data, looks)[0]
        rows += [] if rows else [original]
        if noisy and mine not in shown:
            rows += [replace(row, hint=_noise_name(mine)) for row in noisy]
        shown.add(mine)
        rows += _of_model(subject, looks, maps)
        size = views.components(frame)
        if pca and knows_pca(first.data) and (mine, size) not in compared:
            compared.add((mine, size))
            part = views.pca_part(first.data, looks, size, maps)
            rows += _with_mean(part.strips[0], "", part.error)
    return rows


def _of_model(subject: Subject, looks: Looks, maps: bool) -> list[Row]:
    from ui.views import reconstructions as views

    part = views.network_part(
        subject.frame, looks, subject.name, subject.name, subject.reached, maps
    )
    return _with_mean(part.strips[0], subject.reached, part.error)


def _with_mean(rows: list[Row], reached: str, error: float) -> list[Row]:
    """Return rows of which the first also says the mean error of its images."""
    mean = _("mean {error}", error=short(error))
    hint = f"{reached} · {mean}" if reached else mean
    return [replace(rows[0], hint=hint), *rows[1:]]
