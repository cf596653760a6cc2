"""A flipbook: rows of pictures that change with one slider, in the browser alone.

Everything that there is to see is sent beforehand, so that moving the slider asks nothing of
the server. Each row travels by itself: one that stays as it was is not sent again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aecore.wording import short
from ui.components import component, pack
from ui.pictures import described


@dataclass(frozen=True, eq=False)
class Film:
    """A row of k pictures at each position of the slider.

    Attributes
    ----------
    label, hint : str
        What it is, and a few words more.
    pictures : ndarray of uint8, shape (frames, k, h, w)
        Grey, 0 is black; a row of a single frame stands still.
    captions : tuple of tuple of str
        A short text under each picture of each frame, or none.
    """

    label: str
    hint: str
    pictures: npt.NDArray[np.uint8]
    captions: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Curve:
    """A number at each position of the slider.

    Attributes
    ----------
    name, colour : str
    values : tuple of float
        One of each frame, at least 0.
    dashed : bool
    """

    name: str
    colour: str
    values: tuple[float, ...]
    dashed: bool = False


def flipbook(
    name: str,
    label: str,
    hint: str,
    frames: Sequence[str],
    films: Sequence[Film],
    curves: Sequence[Curve] = (),
    *,
    first: int = 0,
    marks: Mapping[int, str] | None = None,
    title: str = "",
) -> None:
    """Show a slider, curves above its positions, and rows of pictures that follow it.

    Parameters
    ----------
    name : str
        Stable, and other than that of any other flipbook; the slider's position stays with it,
        whatever else changes.
    label, hint : str
        What the slider changes, and a few words more.
    frames : sequence of str
        What each position is called.
    films : sequence of Film
    curves : sequence of Curve
    first : int
        Position to begin with.
    marks : mapping
        Positions that are marked on the chart of the curves, and what they are.
    title : str
        What the curves are, with unit.
    """
    texts = [[short(value) for value in curve.values] for curve in curves]
    head = {
        "book": name,
        "label": label,
        "hint": hint,
        "frames": list(frames),
        "first": first,
        "marks": [{"at": at, "label": text} for at, text in (marks or {}).items()],
        "curves": [
            {"name": curve.name, "colour": curve.colour, "dash": curve.dashed, "texts": mine}
            for curve, mine in zip(curves, texts, strict=True)
        ],
        "title": title,
    }
    values = np.array([curve.values for curve in curves], np.float32)
    component("flipbook")(
        data=pack(head, values=values.reshape(len(curves), len(frames))), key=f"{name}.slider"
    )
    for k, film in enumerate(films):
        head = {
            "book": name,
            "label": film.label,
            "hint": film.hint,
            "alt": described(film.label, film.pictures.shape[1], film.hint),
            "captions": [list(line) for line in film.captions],
        }
        component("flipbook")(data=pack(head, pictures=film.pictures), key=f"{name}.{k}")
