"""Settings and measures of the runs as tables, a column for each run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import streamlit as st

from aecore.config import FIELDS, RunConfig
from aecore.differences import telling_apart
from aecore.fields import shown
from aecore.language import text as _
from aecore.measures import MEASURES, Measure
from aecore.wording import sentences, short
from ui.comparisons.subjects import Subject
from ui.server import server

BEST = "★"
NOTHING = "–"


@dataclass(frozen=True)
class Line:
    """One line of a table.

    Attributes
    ----------
    label, hint, help : str
    cells : list of str
        One for each column.
    best : set of int
        Columns that are marked.
    """

    label: str
    hint: str
    help: str
    cells: list[str]
    best: frozenset[int] = frozenset()


def draw_settings(subjects: Sequence[Subject], key: str) -> None:
    """Draw the settings in which the subjects differ."""
    lines = settings_lines([subject.frame.config for subject in subjects])
    if len(subjects) == 1:
        st.markdown(_("There is only one run yet: with a second one, its differences stand here."))
    elif lines:
        _table(_("Settings that differ"), subjects, lines)
    else:
        st.markdown(_("All settings are the same."))


def settings_lines(configs: Sequence[RunConfig]) -> list[Line]:
    """Return a line for each setting in which runs differ."""
    return [
        Line(
            _(FIELDS[name].label),
            "",
            _(FIELDS[name].help),
            [_setting(name, config) for config in configs],
        )
        for name in telling_apart(configs)
    ]


def _setting(name: str, config: RunConfig) -> str:
    field, value = FIELDS[name], getattr(config, name)
    if not field.applies(config.as_dict()):
        return NOTHING
    if isinstance(value, bool):
        return _("on") if value else _("off")
    return _(field.choices[value]) if field.kind == "choice" else shown(value)


def draw_measures(subjects: Sequence[Subject], key: str) -> None:
    """Draw all that is measured of the subjects; the best of each line is marked."""
    from ui.views import comparisons as views

    holders = server().engine.holders
    resting = [not holders(subject.frame.run.id) for subject in subjects]
    values = [
        views.measured(subject.frame, whole=rests)
        for subject, rests in zip(subjects, resting, strict=True)
    ]
    first = subjects[0].frame.data
    alike = all(views.shares_test_images(s.frame.data, first) for s in subjects)
    configs = [subject.frame.config for subject in subjects]
    _table(_("Measures"), subjects, measure_lines(configs, values, alike=alike))
    words = [
        _(
            "{sign} marks the best. Losses and errors are of the first 1,000 images of a split, "
            "unless all are named; the noise of training is on the input, unless it is clean.",
            sign=BEST,
        )
    ]
    if not all(resting):
        words.append(_("Errors of all test images follow when training has come to rest."))
    if not alike:
        words.append(_("Errors on other images cannot be compared, and none is marked."))
    st.caption(sentences(words))


def measure_lines(
    configs: Sequence[RunConfig], values: Sequence[dict[str, float]], *, alike: bool
) -> list[Line]:
    """Return a line for each measure that some run has.

    Parameters
    ----------
    configs : sequence of RunConfig
    values : sequence of dict
        What is measured of each run, by the names of `MEASURES`.
    alike : bool
        Whether all runs have the same test images.
    """
    noisy = any(config.corruption for config in configs)
    losses = {config.loss_name for config in configs}
    lines = []
    for name, measure in MEASURES.items():
        mine = [found.get(name) for found in values]
        if all(value is None for value in mine) or (name.endswith("_clean") and not noisy):
            continue
        of_loss = name.endswith("_loss")
        comparable = (alike or not measure.split) and not (of_loss and len(losses) > 1)
        cells = [NOTHING if value is None else _number(value) for value in mine]
        if of_loss and len(losses) > 1:
            cells = [f"{cell} {_(config.loss_name)}" for cell, config in zip(cells, configs,
                                                                          strict=True)]  # fmt: skip
        unit = _(measure.unit)
        if of_loss and len(losses) == 1:
            unit = _("{loss} {unit}", loss=_(next(iter(losses))), unit=unit)
        images = {"train": _("training images"), "test": _("test images"), "": ""}[measure.split]
        lines.append(
            Line(
                _(measure.label),
                _("{unit}, {images}", unit=unit, images=images)
                if unit and images
                else unit or images,
                _(measure.help),
                cells,
                best(measure, mine, cells) if comparable else frozenset(),
            )
        )
    return lines


def best(measure: Measure, values: Sequence[float | None], cells: Sequence[str]) -> frozenset[int]:
    """Return the places of the best values: all that read the same; none where all do."""
    there = [value for value in values if value is not None]
    if not measure.better or len(there) < 2:
        return frozenset()
    winner = min(there) if measure.better == "low" else max(there)
    text = cells[list(values).index(winner)]
    found = frozenset(k for k, cell in enumerate(cells) if cell == text)
    return found if len(found) < len(there) else frozenset()


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else short(float(value))


def _table(title: str, subjects: Sequence[Subject], lines: Sequence[Line]) -> None:
    head = "".join(
        f'<th scope="col">{escape(s.name)}<small>{escape(s.reached)}</small></th>' for s in subjects
    )
    body = "".join(
        f'<tr><th scope="row" title="{escape(line.help)}">{escape(line.label)}'
        f"<small>{escape(line.hint)}</small></th>"
        + "".join(_cell(cell, k in line.best) for k, cell in enumerate(line.cells))
        + "</tr>"
        for line in lines
    )
    st.html(
        f'<div class="ae-scroll" role="region" tabindex="0" aria-label="{escape(title)}">'
        f'<table class="ae-compare"><thead><tr><td></td>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(text: str, is_best: bool) -> str:
    if not is_best:
        return f"<td>{escape(text)}</td>"
    name = escape(_("best"))
    mark = f'<span role="img" aria-label="{name}">{BEST}</span>'
    return f"<td><b>{mark} {escape(text)}</b></td>"
