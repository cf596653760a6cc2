"""Pictures on a page: rows of images as HTML with their meaning in words beside them.

PNGs travel inside the page at their native resolution; the browser enlarges them.
"""

from __future__ import annotations

import csv
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from io import StringIO
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import streamlit as st

from aecore.images import png, tile
from aecore.language import text as _
from ui.components import component
from ui.tables import save_csv

if TYPE_CHECKING:
    from ui.views.training import CodeLine


@dataclass(frozen=True)
class Row:
    """One row of a strip.

    Attributes
    ----------
    label, hint : str
        What it is, and a few words more.
    source : str
        The picture as a data address.
    count : int
        Images in the row.
    captions : tuple of str
        A short text under each image, or none.
    """

    label: str
    hint: str
    source: str
    count: int
    captions: tuple[str, ...] = ()


def described(label: str, count: int, hint: str) -> str:
    """Return what a row of pictures is for those who do not see it."""
    return _("{label}: {count} images. {hint}", label=label, count=count, hint=hint)


def source(pictures: npt.NDArray[np.uint8], columns: int) -> str:
    """Return RGB pictures (k, h, w, 3), tiled, as a data address."""
    return "data:image/png;base64," + b64encode(png(tile(pictures, columns))).decode()


def row(
    label: str, hint: str, pictures: npt.NDArray[np.uint8], captions: Sequence[str] = ()
) -> Row:
    """Build a row from RGB pictures (k, h, w, 3)."""
    return Row(label, hint, source(pictures, len(pictures)), len(pictures), tuple(captions))


def strip(rows: Sequence[Row]) -> None:
    """Show rows of images under each other, columns aligned."""
    parts = []
    for r in rows:
        captions = "".join(f"<span>{escape(c)}</span>" for c in r.captions)
        captions = f'<div class="ae-captions">{captions}</div>' if captions else ""
        parts.append(
            f'<div class="ae-label"><b>{escape(r.label)}</b><small>{escape(r.hint)}</small></div>'
            f'<div class="ae-images" style="--count:{r.count}"><img src="{r.source}" '
            f'alt="{escape(described(r.label, r.count, r.hint))}">{captions}</div>'
        )
    st.html(f'<div class="ae-box"><div class="ae-strip">{"".join(parts)}</div></div>')


@dataclass(frozen=True)
class Tile:
    """One captioned picture of a gallery."""

    source: str
    caption: str
    alt: str
    marked: bool = False


def gallery(tiles: Sequence[Tile], size: str = "4.5rem") -> None:
    """Show captioned pictures, as many side by side as fit."""
    parts = [
        f'<figure class="{"ae-marked" if t.marked else ""}"><img src="{t.source}" '
        f'alt="{escape(t.alt)}"><figcaption>{escape(t.caption)}</figcaption></figure>'
        for t in tiles
    ]
    st.html(f'<div class="ae-gallery" style="--size:{size}">{"".join(parts)}</div>')


def pick(
    tiles: Sequence[Tile],
    key: str,
    label: str,
    ids: Sequence[int],
    size: str = "4.5rem",
    first: int | None = None,
    required: bool = False,
) -> int | None:
    """Show a gallery of which one picture can be picked, by mouse, finger or keyboard.

    Parameters
    ----------
    tiles : sequence of Tile
    key : str
        Stable; the choice stays with it, also while other pages are looked at.
    label : str
        What the gallery is, for those who do not see it.
    ids : sequence of int
        What tells each tile from the others, also when the gallery changes.
    size : str
        Least width of a tile.
    first : int, optional
        The id that is picked to begin with.
    required : bool
        Whether one stays picked: picking it again does not let go of it.

    Returns
    -------
    int or None
        The id that is picked, None where none is; it need not be among the tiles any more.
    """
    described = [{**vars(tile), "id": number} for tile, number in zip(tiles, ids, strict=True)]
    kept = f"{key} picked"
    if st.session_state.get(key) is None:  # new here, or back from another page
        turn, _begun = st.session_state.get(f"{key} begun", (0, None))
        st.session_state[f"{key} begun"] = turn + 1, st.session_state.get(kept, first)
    turn, begun = st.session_state[f"{key} begun"]
    # what is picked later is not sent back: all tiles would travel again with it
    result = component("gallery")(
        data={
            "tiles": described, "size": size, "label": label, "required": required,
            "key": key, "turn": turn, "picked": begun,
        },
        key=key,
        default={"picked": begun},
        on_picked_change=lambda: None,
    )  # fmt: skip
    found = result.picked  # whatever a browser sends
    picked = found if isinstance(found, int) and found >= 0 else None
    st.session_state[kept] = picked
    return picked


def picture(address: str, alt: str, caption: str = "") -> None:
    """Show one picture as wide as its place allows."""
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    st.html(f'<figure class="ae-picture"><img src="{address}" alt="{escape(alt)}">{below}</figure>')


def heading(text: str, hint: str = "", *, focusable: bool = False) -> None:
    """Show a small heading with a few words more.

    Parameters
    ----------
    text, hint : str
    focusable : bool
        Whether the keyboard gets to it: in what scrolls by itself something must be.
    """
    reach = ' tabindex="0"' if focusable else ""
    words = f"<b>{escape(text)}</b><small>{escape(hint)}</small>"
    st.html(f'<div class="ae-heading"{reach}>{words}</div>')


def code_table(lines: Sequence[CodeLine]) -> None:
    """Show inputs, codes and outputs as a table; numbers on a ground as bright as they are large.

    Parameters
    ----------
    lines : sequence of CodeLine
        See `ui.views.training.code_table`.
    """
    if not lines:
        return
    q, n = len(lines[0].code), len(lines[0].output)
    head = "".join(f"<th>{k + 1}</th>" for k in range(q)) + '<th class="ae-gap"></th>'
    head += "".join(f"<th>{k + 1}</th>" for k in range(n))
    body = "".join(
        f"<tr><th>{escape(line.name)}</th>{_cells(line.code)}"
        f'<td class="ae-gap">{"✓" if line.right else "✗"}</td>{_cells(line.output)}</tr>'
        for line in lines
    )
    st.html(
        '<div class="ae-scroll"><table class="ae-codes"><thead>'
        f'<tr><th></th><th colspan="{q}">{escape(_("code"))}</th><th class="ae-gap"></th>'
        f'<th colspan="{n}">{escape(_("output"))}</th></tr>'
        f"<tr><th>{escape(_('input'))}</th>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
    save_csv(partial(_codes_csv, lines), "codes")


def _codes_csv(lines: Sequence[CodeLine]) -> str:
    """Return inputs, codes and outputs as CSV, all figures of each number."""
    heads = [f"code {k + 1}" for k in range(len(lines[0].code))]
    heads += [f"output {k + 1}" for k in range(len(lines[0].output))]
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["input", *heads, "right"])
    writer.writerows([line.name, *line.code, *line.output, line.right] for line in lines)
    return text.getvalue()


def _cells(values: Sequence[float]) -> str:
    return "".join(
        f'<td style="--level:{min(max(value, 0.0), 1.0):.2f}">{_two_places(value)}</td>'
        for value in values
    )


def _two_places(value: float) -> str:
    return f"{value:.2f}".replace("-", "−") if abs(value) >= 0.005 else "0.00"
