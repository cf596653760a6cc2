"""From a lesson's file to a `Lesson`, or to the line and the sentence of what is wrong with it.

Nothing in a file is executed or fetched. Settings are checked by `aecore.choosing.strict`, names
of measured values by `aecore.experiments.described`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aecore.choosing import nearest, strict
from aecore.config import ConfigError
from aecore.experiments.described import DESCRIBED
from aecore.experiments.experiment import Experiment, Step
from aecore.language import text as _
from aecore.lessons.asking import prediction_of
from aecore.lessons.checking import Wrong, checked, one_of, parsed
from aecore.lessons.lesson import PAGES, VIEWS, Lesson, LessonError, TryNext, ViewChoice
from aecore.lessons.lines import Path, line_of, lines
from aecore.lessons.measured import claims_of, steps_of
from aecore.lessons.runs import Values, absent, check_full, culprit, runs_of
from aecore.lessons.translating import laid_over, names_of

_FILE = re.compile(r"(\d{1,3})-([a-z0-9]+(?:-[a-z0-9]+)*)\.toml")


def read_lesson(
    file: str, content: bytes, translation: bytes | None = None
) -> Lesson | LessonError:
    """Read a lesson.

    Parameters
    ----------
    file : str
        Its name, such as ``03-bottleneck.toml``.
    content : bytes
    translation : bytes, optional
        A file with texts that take the place of its own.

    Returns
    -------
    Lesson or LessonError
        An error of the translation if the lesson itself is in order; it names the same file.
    """
    text = ""
    try:
        number, slug = _place(file)
        text, values = parsed(content)
        checked(values)
        lesson = _lesson(values, file, number, slug)
        if translation is None:
            return lesson
        text, others = parsed(translation)
        checked(others, translation=True)
        return _lesson(laid_over(values, others), file, number, slug)
    except Wrong as wrong:
        return LessonError(file, _line(text, wrong.path), wrong.sentence)


def _place(file: str) -> tuple[int, str]:
    """Return number and slug of a file's name."""
    found = _FILE.fullmatch(file)
    if found is None or len(found[2]) > 40:
        raise Wrong(
            1, _("A lesson's file is named like 03-bottleneck.toml: its place, and a short name.")
        )
    return int(found[1]), found[2]


def _line(text: str, path: Path | int) -> int:
    if isinstance(path, int):
        return path
    return line_of(lines(text), path)


def _lesson(v: Values, file: str, number: int, slug: str) -> Lesson:
    """Return the lesson of a file whose form is checked already."""
    runs, instead_of = runs_of(v)
    names = names_of(v)
    steps = tuple(steps_of(v, runs))
    known = [
        name
        for step in steps
        for name in DESCRIBED[step.analysis].measured(step.arguments, list(runs))
    ]
    prediction = prediction_of(v, known)
    experiment = Experiment(
        id=f"lesson-{slug}",
        title=v["title"],
        question=prediction.question,
        source=v.get("source", ""),
        runs={name: config.as_dict() for name, config in runs.items()},
        steps=steps,
        claims=tuple(claims_of(v, known, names)),
        quick={},
        full=dict(v.get("full", {})) if not instead_of else {},
        remark=" ".join(v.get("budget_note", "").split()),
        instead_of=instead_of,
    )
    check_full(v, experiment)
    return Lesson(
        slug=slug,
        number=number,
        title=v["title"],
        minutes=v.get("minutes", 10),
        idea=v["idea"].strip(),
        formula=v.get("formula", "").strip(),
        prediction=prediction,
        experiment=experiment,
        names={name: names[name] for name in runs},
        views=tuple(_views(v, steps, list(runs))),
        notice=tuple(v.get("notice", ())),
        try_next=tuple(_try_next(v, bool(instead_of))),
        source=v.get("source", ""),
        budget_note=v.get("budget_note", "").strip(),
        file=file,
    )


def _views(values: Values, steps: Sequence[Step], runs: Sequence[str]) -> Iterator[ViewChoice]:
    drawn = [
        name for step in steps for name in DESCRIBED[step.analysis].drawn(step.arguments, runs)
    ]
    for k, entry in enumerate(values["views"]):
        path: Path = ("views", k)
        one_of(entry["name"], VIEWS, (*path, "name"), _("view"))
        for place, run in enumerate(entry.get("runs", ())):
            one_of(run, runs, (*path, "runs", place), _("run"))
        figure = entry.get("figure", "")
        if (entry["name"] == "figure") != bool(figure):
            raise Wrong(path, _("A view named “figure”, and no other, needs “figure”."))
        if figure:
            one_of(figure, drawn, (*path, "figure"), _("picture that is drawn"))
        yield ViewChoice(
            entry["name"], tuple(entry.get("runs", runs)), entry["caption"].strip(), figure
        )


def _try_next(values: Values, elsewhere: bool) -> Iterator[TryNext]:
    """Yield where to go on; with another data set in its place, as near as can be."""
    for k, entry in enumerate(values.get("try_next", ())):
        path: Path = ("try_next", k)
        one_of(entry["page"], PAGES, (*path, "page"), _("page"))
        settings = {"dataset": values["dataset"], **entry.get("settings", {})}
        try:
            config = strict(settings, values["dataset"])
        except ConfigError as error:
            layers = (((*path, "settings"), entry.get("settings", {})),)
            raise Wrong(culprit(layers, str(error)), str(error)) from None
        if elsewhere and absent(config):
            instead = {**settings, **values["instead"]}
            config, _notes = nearest(instead, values["dataset"])
        query = config.to_query() if "settings" in entry else {}
        yield TryNext(entry["text"].strip(), entry["page"], query)
