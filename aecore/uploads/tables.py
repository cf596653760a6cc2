"""Tables of numbers as pictures: one image a row, with a label beside its pixels or without."""

from __future__ import annotations

import io
import re
from typing import Any

import numpy as np
import numpy.typing as npt

from aecore.language import marked
from aecore.language import text as _
from aecore.uploads.limits import UploadError, square

_DELIMITERS = (";", "\t", ",")
_EXPECTED = marked(
    "expected was a table with one square image a row, its pixels separated by commas or "
    "semicolons, as in MNIST's 784 columns, or 785 with the label"
)
_LABELS = re.compile(r"label|class|target|digit|y", re.IGNORECASE)
MOST_COLUMNS = 512**2 + 1
"""A picture of 512 pixels a side, twice what is kept, and its label."""
MOST_LINES = 1_000_000


def read_table(content: bytes, most: int) -> tuple[npt.NDArray[Any], list[str], list[str]]:
    """Read a table of numbers as images.

    Parameters
    ----------
    content : bytes
        Text: rows of numbers separated by commas, semicolons, tabs or spaces; the first may
        name the columns.
    most : int
        Images to take at most.

    Returns
    -------
    values : ndarray, shape (N, h, w)
    labels : list of str
        One for each image, empty where the table has none.
    notes : list of str

    Raises
    ------
    UploadError
        If it is not such a table.
    """
    _check_size(content)
    lines = [
        line.rstrip("\n") for line in io.StringIO(_text(content), newline=None) if line.strip()
    ]
    if not lines:
        raise UploadError(_("It holds no rows; {expected}.", expected=_(_EXPECTED)))
    delimiter = next((mark for mark in _DELIMITERS if mark in lines[0]), None)
    head = _cells(lines[0], delimiter)
    titled = not all(_is_number(cell) for cell in head)
    rows = lines[titled : titled + most]
    table = _numbers(rows, delimiter)
    notes = [_("The first row was taken for the names of the columns.")] if titled else []
    if len(lines) - titled > most:
        notes.append(
            _(
                "It holds {count:,} rows; the first {most:,} were taken.",
                count=len(lines) - titled,
                most=most,
            )
        )
    values, labels = _apart(table, head if titled and len(head) == table.shape[1] else [])
    side = square(values.shape[1])
    if labels:
        notes.append(_("The column of labels was taken for the names."))
    return values.reshape(-1, side, side), labels, notes


def _check_size(content: bytes) -> None:
    """Refuse tables of too many columns or lines before they are taken apart."""
    first = content.lstrip().partition(b"\n")[0]
    columns = max(map(first.count, (b";", b"\t", b",", b" "))) + 1
    if columns > MOST_COLUMNS:
        raise UploadError(
            _(
                "It has {columns:,} columns, and {most:,} are the most; {expected}.",
                columns=columns,
                most=MOST_COLUMNS,
                expected=_(_EXPECTED),
            )
        )
    if content.count(b"\n") + content.count(b"\r") > MOST_LINES:
        raise UploadError(_("It has more than {most:,} lines: bring it in parts.", most=MOST_LINES))


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _cells(line: str, delimiter: str | None) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(delimiter)]


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _numbers(rows: list[str], delimiter: str | None) -> npt.NDArray[np.float64]:
    """Parse rows of as many numbers each, (N, n)."""
    if not rows:
        raise UploadError(_("It holds no rows of numbers; {expected}.", expected=_(_EXPECTED)))
    if delimiter is not None:
        width = rows[0].count(delimiter)
        odd = next((k for k, row in enumerate(rows) if row.count(delimiter) != width), None)
        if odd is not None:
            raise UploadError(
                _(
                    "Its rows should all have {width:,} columns like the first, and row {odd:,} "
                    "has {count:,}; {expected}.",
                    width=width + 1,
                    odd=odd + 1,
                    count=rows[odd].count(delimiter) + 1,
                    expected=_(_EXPECTED),
                )
            )
    text = "\n".join(rows)
    if delimiter != ",":  # then a comma can only stand for the point
        text = text.replace(",", ".")
    try:
        return np.loadtxt(
            io.StringIO(text), np.float64, comments=None, delimiter=delimiter,
            quotechar='"', ndmin=2,
        )  # fmt: skip
    except Exception as error:
        raise UploadError(
            _("It holds something else than numbers; {expected}.", expected=_(_EXPECTED))
        ) from error


def _apart(
    table: npt.NDArray[np.float64], head: list[str]
) -> tuple[npt.NDArray[np.float64], list[str]]:
    """Take a column of labels, if there is one, from the pixels."""
    columns = table.shape[1]
    if square(columns) > 1:
        return table, []
    if square(columns - 1) <= 1:
        raise UploadError(
            _(
                "It has {columns:,} columns, which is no square image, nor one with a label; "
                "{expected}.",
                columns=columns,
                expected=_(_EXPECTED),
            )
        )
    last = bool(head and _LABELS.fullmatch(head[-1]))
    if not head:  # the corner of an image is black in all, a label is not
        last = not table[:, 0].any() and bool(table[:, -1].any())
    labels = table[:, -1 if last else 0]
    return (table[:, :-1] if last else table[:, 1:]), [f"{label:g}" for label in labels]
