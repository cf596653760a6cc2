"""A session's own images, which every page shows beside the test images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import streamlit as st

from aecore import datasets
from aecore.language import text as _
from aecore.own_images import MAX_BYTES, MAX_IMAGES, OwnImages, Picture
from aecore.uploads import Upload, UploadError, drawing
from aecore.uploads.apart import Reader
from aecore.uploads.limits import megabytes, shown_name
from ui import session

_OWN, _BEFORE = "own images", "own images before"
_DRAWING, _DRAWN = "drawing", "drawings so far"
_REPORTS = "own images reports"
_VERSION = "own images version"
_REPORTED = 8
"""Files that are spoken of one by one."""


class File(Protocol):
    """A file that came with a request."""

    name: str
    size: int

    def getvalue(self) -> bytes:
        """Return what is in it."""


@dataclass(frozen=True)
class Report:
    """What became of a file: its name, sentences, and whether any picture was taken from it."""

    name: str
    sentences: tuple[str, ...]
    taken: bool


def own_images() -> OwnImages:
    """Return this session's own images, none to begin with."""
    own = st.session_state.get(_OWN, OwnImages())
    assert isinstance(own, OwnImages)
    return own


def keep(own: OwnImages) -> None:
    """Make these the session's own images; those before can be had back once."""
    st.session_state[_BEFORE] = own_images()
    st.session_state[_OWN] = own
    st.session_state[_VERSION] = version() + 1


def come_back(before: OwnImages) -> None:
    """Take over the own images of another session."""
    st.session_state[_OWN] = before
    st.session_state[_VERSION] = version() + 1
    st.session_state[_DRAWN] = max(drawings(), len(before))  # the next one has another name


def rename(place: int, name: str) -> None:
    """Call an own image something else; no name at all leaves the old one."""
    if name.strip():
        keep(own_images().renamed(place, shown_name(name)))


def version() -> int:
    """Return how often they were changed in this session."""
    return int(st.session_state.get(_VERSION, 0))


def before() -> OwnImages | None:
    """Return what they were before the last change, if there was one."""
    found: OwnImages | None = st.session_state.get(_BEFORE)
    return found


def undo() -> None:
    """Take the last change back."""
    old = before()
    if old is not None:
        keep(old.as_placed(own_images().normalised))


def place_as_mnist(wanted: bool) -> None:
    """Choose whether the own images are placed as MNIST's digits were, or only resized."""
    st.session_state[_OWN] = own_images().as_placed(wanted)


def fitting() -> OwnImages:
    """Return the session's own images where the data set in use has pictures, else none."""
    config = session.settings()
    return (
        own_images() if datasets.has_pictures(config.dataset, config.data_options) else OwnImages()
    )


# -- drawing -------------------------------------------------------------------------


def drawn() -> Picture | None:
    """Return what is on the drawing pad."""
    found: Picture | None = st.session_state.get(_DRAWING)
    return found


def drawings() -> int:
    """Return how many drawings were added; the pad is empty after each."""
    return int(st.session_state.get(_DRAWN, 0))


def take_drawing(address: object) -> None:
    """Remember what the browser says is on the pad; None where that is empty."""
    try:
        st.session_state[_DRAWING] = None if address is None else drawing(address)
    except UploadError as error:
        st.session_state[_DRAWING] = None
        st.session_state[_REPORTS] = [Report(_("The drawing"), (str(error),), taken=False)]


def add_drawing() -> None:
    """Put what is on the pad among the own images, and empty the pad."""
    picture = drawn()
    if picture is None:
        return
    st.session_state[_DRAWN] = drawings() + 1
    st.session_state[_DRAWING] = None
    name = _("drawing {number}", number=drawings())
    st.session_state[_REPORTS] = []
    unplaced = _take(Upload((name,), (picture,)))
    if unplaced:
        st.session_state[_REPORTS] = [Report(name, (unplaced,), taken=False)]


# -- files ---------------------------------------------------------------------------


def reports() -> Sequence[Report]:
    """Return what became of the files that came last."""
    found: list[Report] = st.session_state.get(_REPORTS, [])
    return found


def forget_reports() -> None:
    """Drop the reports; they have been read."""
    st.session_state[_REPORTS] = []


def take_files(files: Sequence[File], turn_over: bool) -> None:
    """Put the pictures of files among the own images, and keep a report of each.

    Parameters
    ----------
    files : sequence of File
    turn_over : bool
        Exchange light and dark in what is dark on light.
    """
    with Reader() as reader:
        told = [_take_file(file, turn_over, reader) for file in files]
    told.sort(key=lambda report: report.taken)
    worth = [report for report in told if report.sentences]
    kept = worth[:_REPORTED]
    if len(worth) > len(kept):
        more = len(worth) - len(kept)
        kept.append(
            Report(
                _("{count} more files", count=more),
                (_("Bring them apart to see what is to be said."),),
                True,
            )
        )
    st.session_state[_REPORTS] = kept


def _take_file(file: File, turn_over: bool, reader: Reader) -> Report:
    name = shown_name(file.name)
    try:
        upload = reader.read(
            file.name, file.getvalue(), turn_over=turn_over,
            most=max(1, MAX_IMAGES - len(own_images())),
        )  # fmt: skip
    except UploadError as error:
        return Report(name, (str(error),), taken=False)
    count = len(own_images())
    full = _take(upload)
    sentences = (*upload.notes, *([full] if full else []))
    return Report(name, sentences, taken=len(own_images()) > count)


def _take(upload: Upload) -> str:
    """Keep the pictures of an upload; return a sentence where there is no room for all."""
    old = own_images()
    grown = old.with_more(upload.names, upload.pictures)
    missing = len(old) + len(upload.pictures) - len(grown)
    if len(grown) > len(old):
        keep(grown)
    if not missing:
        return ""
    return _(
        "There is room for {most:,} images of together {size}; {missing:,} found none: remove "
        "some of the others first.",
        most=MAX_IMAGES,
        size=megabytes(MAX_BYTES),
        missing=missing,
    )
