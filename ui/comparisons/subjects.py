"""What is compared: snapshots under names, and which of them are about the same images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from aecore.language import text as _
from aecore.wording import listed, moment, plain

if TYPE_CHECKING:
    from ui.views.frame import Frame

ABREAST = 3
"""Subjects side by side; more stand below them."""


@dataclass(frozen=True)
class Subject:
    """A snapshot that is compared with others.

    Attributes
    ----------
    name : str
        What it is called; no two of a comparison are called the same.
    frame : Frame
    followed : bool
        Whether it is looked at because it is the newest of its run, not for its epoch.
    """

    name: str
    frame: Frame
    followed: bool = False

    @property
    def reached(self) -> str:
        """How far the snapshot is trained: ``epoch 10``."""
        config = self.frame.config
        return moment(self.frame.step, config.steps_per_epoch, config.pretraining_span)


def on_same_images(subjects: Sequence[Subject]) -> list[Subject]:
    """Return those with the first one's test images, and say which are left out."""
    from ui.views.comparisons import shares_test_images

    first = subjects[0].frame.data
    kept = [s for s in subjects if shares_test_images(s.frame.data, first)]
    out = [plain(s.name) for s in subjects if s not in kept]
    if out:
        st.caption(
            ":material/info: "
            + _("Left out here, as they are about other images: {names}.", names=listed(out))
        )
    return kept


def abreast(subjects: Sequence[Subject]) -> Iterator[tuple[Subject, DeltaGenerator]]:
    """Yield each subject with a column of its own; on a phone they stand one below the other."""
    width = min(len(subjects), ABREAST)
    for first in range(0, len(subjects), width):
        columns = st.columns(width, gap="medium")
        yield from zip(subjects[first : first + width], columns, strict=False)
