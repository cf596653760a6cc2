"""A table of numbers on grounds as strong as they are large, each with a picture of what it is.

A number that is not there yet is infinite, and its picture empty.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from aecore.wording import short


@dataclass(frozen=True)
class Line:
    """A row of a matrix.

    Attributes
    ----------
    label, hint : str
        What it is, and a few words more.
    values : sequence of float
        One a column, at least 0.
    pictures : sequence of str
        A picture for each, as a data address.
    beside : bool
        Whether it only stands beside the others: its numbers are never marked as best.
    """

    label: str
    hint: str
    values: Sequence[float]
    pictures: Sequence[str]
    beside: bool = False


def matrix(
    corner: tuple[str, str],
    columns: Sequence[str],
    pictures: Sequence[str],
    lines: Sequence[Line],
    *,
    overall: bool = False,
) -> None:
    """Show a matrix; the smallest number of each column is framed.

    What stands beside is never framed, and bold where it is smaller still.

    Parameters
    ----------
    corner : tuple of str
        What columns and rows are.
    columns : sequence of str
        What each column is.
    pictures : sequence of str
        A picture for the head of each column, as a data address.
    lines : sequence of Line
    overall : bool
        Frame the smallest number of all instead.
    """
    if not lines:
        return
    judged = [line for line in lines if not line.beside]
    best = [min((line.values[k] for line in judged), default=0.0) for k in range(len(columns))]
    if overall:
        best = [min(best, default=0.0)] * len(columns)
    every = [v for line in lines for v in line.values if math.isfinite(v)] or [0.0]
    head = "".join(
        f'<th scope="col">{_picture(picture, "")}{escape(name)}</th>'
        for name, picture in zip(columns, pictures, strict=True)
    )
    body = "".join(_line(line, columns, best, min(every), max(every)) for line in lines)
    st.html(
        '<div class="ae-scroll"><table class="ae-matrix">'
        f"<thead><tr><th>{'<br>'.join(map(escape, corner))}</th>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _line(
    line: Line, columns: Sequence[str], best: Sequence[float], low: float, high: float
) -> str:
    cells = "".join(
        f'<td class="{_mark(value, least, line.beside)}" '
        f'style="--level:{_strength(value, low, high):.2f}">'
        f"{_picture(picture, f'{line.label}, {column}')}{short(value)}</td>"
        for value, picture, column, least in zip(
            line.values, line.pictures, columns, best, strict=True
        )
    )
    hint = f"<small>{escape(line.hint)}</small>" if line.hint else ""
    kind = ' class="ae-beside"' if line.beside else ""
    return f'<tr{kind}><th scope="row">{escape(line.label)}{hint}</th>{cells}</tr>'


def _picture(source: str, alt: str) -> str:
    return f'<img src="{source}" alt="{escape(alt)}">' if source else ""


def _mark(value: float, least: float, beside: bool) -> str:
    if not math.isfinite(value):
        return ""
    if beside:
        return "ae-better" if value < least else ""
    return "ae-best" if value == least else ""


def _strength(value: float, low: float, high: float) -> float:
    """Return where a number lies between the smallest and the largest by their ratio, 0 to 1."""
    if not (math.isfinite(value) and 0 < low < high < math.inf):
        return 0.0
    return math.log(value / low) / math.log(high / low)
