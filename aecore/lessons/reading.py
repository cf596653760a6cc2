"""From a lesson's file to a `Lesson`, or to the line and the sentence of what is wrong with it.

Nothing in a file is executed or fetched. Settings are checked by `aecore.choosing.strict`, names
of measured values by `aecore.experiments.described`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations
from typing import Any

from aecore import datasets
from aecore.choosing import nearest, strict
from aecore.config import FIELDS, ConfigError, RunConfig
from aecore.experiments.claims import Claim, Ratio, Rising, Tolerance, Within
from aecore.experiments.described import ARGUMENTS, DESCRIBED, Argument
from aecore.experiments.experiment import Experiment, Step
from aecore.fields import quoted, read
from aecore.language import text as _
from aecore.lessons.checking import Wrong, checked, mistyped, parsed, within
from aecore.lessons.keys import PARTS
from aecore.lessons.lesson import (
    EXTREMES,
    MOST_RUNS,
    PAGES,
    VIEWS,
    Lesson,
    LessonError,
    Prediction,
    TryNext,
    ViewChoice,
)
from aecore.lessons.lines import Path, line_of, lines
from aecore.wording import listed, sentences

Values = Mapping[str, Any]

_FILE = re.compile(r"(\d{1,3})-([a-z0-9]+(?:-[a-z0-9]+)*)\.toml")
MOST_STEPS = 1000
"""Places of a slider."""
FEW = 4
"""So many names are all told to whoever wrote another one."""


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
        lesson = _Reader(values).lesson(file, number, slug)
        if translation is None:
            return lesson
        text, others = parsed(translation)
        checked(others, translation=True)
        return _Reader(_laid_over(values, others)).lesson(file, number, slug)
    except Wrong as wrong:
        return LessonError(file, _line(text, wrong.path), wrong.sentence)


def untranslated(content: bytes, translation: bytes) -> list[str]:
    """Return which texts of a lesson a translation lacks: ``views.1.caption``, for a test.

    Both must be in order.
    """
    own, other = (_texts("lesson", parsed(each)[1], ()) for each in (content, translation))
    return [".".join(map(str, path)) for path in sorted({*own} - {*other}, key=str)]


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


# -- translations --------------------------------------------------------------------


def _laid_over(values: Any, others: Any, path: Path = ()) -> Any:
    """Return what a file says with a translation's texts in their places."""
    if isinstance(others, dict):
        result = dict(values)
        for name, other in others.items():
            if name not in values:
                raise Wrong((*path, name), _("The English file has no “{name}” here.", name=name))
            result[name] = _laid_over(values[name], other, (*path, name))
        if "options" in others and values.get("answer") in values["options"]:
            result["answer"] = result["options"][values["options"].index(values["answer"])]
        return result
    if isinstance(others, list):
        texts = isinstance(others[0], str) if others else False
        if len(others) > len(values) or (texts and len(others) != len(values)):
            raise Wrong(
                path,
                _("The English file has {count} of these here.", count=len(values)),
            )
        laid = [
            _laid_over(value, other, (*path, k))
            for k, (value, other) in enumerate(zip(values, others, strict=False))
        ]
        return laid + list(values[len(others) :])
    return others


def _texts(part: str, values: Values, path: Path) -> Iterator[Path]:
    """Yield where a file has texts that can be translated."""
    for name, key in PARTS[part].items():
        if not key.translated or name not in values:
            continue
        if key.kind not in PARTS:
            yield (*path, name)
        elif key.most == 1:
            yield from _texts(key.kind, values[name], (*path, name))
        else:
            for k, entry in enumerate(values[name]):
                yield from _texts(key.kind, entry, (*path, name, k))


# -- what the parts mean beside each other --------------------------------------------


@dataclass(frozen=True)
class _Reader:
    """Makes a lesson of what a file says; its form is checked already."""

    values: Values

    def lesson(self, file: str, number: int, slug: str) -> Lesson:
        v = self.values
        self._data_set()
        runs, instead_of = self._runs()
        steps = tuple(self._steps(runs))
        known = [
            name
            for step in steps
            for name in DESCRIBED[step.analysis].measured(step.arguments, list(runs))
        ]
        prediction = self._prediction(known)
        settings = {name: config.as_dict() for name, config in runs.items()}
        experiment = Experiment(
            id=f"lesson-{slug}",
            title=v["title"],
            question=prediction.question,
            source=v.get("source", ""),
            runs=settings,
            steps=steps,
            claims=tuple(self._claims(known)),
            quick={},
            full=dict(v.get("full", {})) if not instead_of else {},
            remark=" ".join(v.get("budget_note", "").split()),
            instead_of=instead_of,
        )
        self._full(experiment)
        return Lesson(
            slug=slug,
            number=number,
            title=v["title"],
            minutes=v.get("minutes", 10),
            idea=v["idea"].strip(),
            formula=v.get("formula", "").strip(),
            prediction=prediction,
            experiment=experiment,
            views=tuple(self._views(steps, list(runs))),
            notice=tuple(v.get("notice", ())),
            try_next=tuple(self._try_next(bool(instead_of))),
            source=v.get("source", ""),
            budget_note=v.get("budget_note", "").strip(),
            file=file,
        )

    # -- runs --------------------------------------------------------------------------

    def _data_set(self) -> None:
        name = self.values["dataset"]
        if name not in FIELDS["dataset"].choices:
            raise Wrong(("dataset",), read(FIELDS["dataset"], name)[1])

    def _runs(self) -> tuple[dict[str, RunConfig], str]:
        """Return the runs' settings, and what they are about where something stands in for it."""
        v = self.values
        if len(v["runs"]) > MOST_RUNS:
            raise Wrong(
                ("runs",),
                _(
                    "A lesson has {most} runs at most, not {count}.",
                    most=MOST_RUNS,
                    count=len(v["runs"]),
                ),
            )
        own = {name: self._config(name, {}) for name in v["runs"]}
        others = {name: self._config(name, v["instead"]) for name in v["runs"] if "instead" in v}
        for runs in (own, others):
            for one, two in combinations(runs, 2):
                if runs[one].identity == runs[two].identity:
                    raise Wrong(
                        ("runs", two),
                        _("This is the same network as “{other}”, trained alike.", other=one),
                    )
        absent = next(filter(None, map(_absent, own.values())), "")
        return (others, absent) if others and absent else (own, "")

    def _config(self, run: str, instead: Values) -> RunConfig:
        v = self.values
        layers: tuple[tuple[Path, Values], ...] = (
            (("settings",), v.get("settings", {})),
            (("runs", run), v["runs"][run]),
            (("instead",), instead),
        )
        for path, layer in layers[:2]:
            if "dataset" in layer:
                raise Wrong((*path, "dataset"), _("The data set is said once, before all tables."))
        together = {"dataset": v["dataset"]}
        for _path, layer in layers:
            together |= layer
        try:
            return strict(together, v["dataset"])
        except ConfigError as error:
            raise Wrong(_culprit(layers, str(error)), str(error)) from None

    def _full(self, experiment: Experiment) -> None:
        """Refuse settings of the full length that make no sense."""
        try:
            experiment.configs("full", 0)
        except ConfigError as error:
            layers = ((("full",), self.values.get("full", {})),)
            raise Wrong(_culprit(layers, str(error)), str(error)) from None

    # -- what is measured ----------------------------------------------------------------

    def _steps(self, runs: Mapping[str, RunConfig]) -> Iterator[Step]:
        for k, entry in enumerate(self.values["measures"]):
            path: Path = ("measures", k)
            _one_of(entry["analysis"], DESCRIBED, (*path, "analysis"), _("analysis"))
            described = DESCRIBED[entry["analysis"]]
            given = {name: entry[name] for name in ("run", "runs") if name in entry}
            extra = entry.get("arguments", {})
            for name in (*given, *extra):
                place = (*path, name) if name in given else (*path, "arguments", name)
                if name not in described.arguments or (name in extra and name in ("run", "runs")):
                    raise Wrong(
                        place,
                        _(
                            "The analysis {analysis} takes no {name}.",
                            analysis=entry["analysis"],
                            name=quoted(name),
                        ),
                    )
                _argument(ARGUMENTS[name], {**given, **extra}[name], place)
            arguments = {**given, **extra}
            for name in described.needed:
                if name not in arguments:
                    raise Wrong(
                        path,
                        _(
                            "The analysis {analysis} needs “{name}”.",
                            analysis=entry["analysis"],
                            name=name,
                        ),
                    )
            for run in described.chosen(arguments, list(runs)):
                place = (*path, "run") if "run" in given else (*path, "runs")
                _one_of(run, runs, place, _("run"))
                if complaint := described.complaint(runs[run]):
                    raise Wrong(
                        path,
                        _(
                            "The analysis {analysis} {complaint}, which “{run}” has not.",
                            analysis=entry["analysis"],
                            complaint=_(complaint),
                            run=run,
                        ),
                    )
            yield Step(entry["analysis"], arguments)

    def _claims(self, known: Sequence[str]) -> Iterator[Claim]:
        for k, entry in enumerate(self.values.get("published", ())):
            yield Claim(
                entry["what"],
                entry["published"],
                entry.get("unit", ""),
                self._tolerance(entry, known, ("published", k)),
                entry["why"],
            )

    def _tolerance(self, entry: Values, known: Sequence[str], path: Path) -> Tolerance:
        kinds = [name for name in ("within", "rising", "ratio") if name in entry]
        if len(kinds) != 1:
            raise Wrong(path, _("One of “within”, “rising” and “ratio” says what agrees."))
        kind = kinds[0]
        here, given = (*path, kind), entry[kind]
        if kind == "rising":
            for place, name in enumerate(given):
                _one_of(name, known, (*here, place), _("measured value"))
            return Rising(tuple(given))
        names = [name for name in ("value", "by") if name in given]
        for name in names:
            _one_of(given[name], known, (*here, name), _("measured value"))
        ends = {name: given[name] for name in ("low", "high") if name in given}
        if not ends or ends.get("low", 0.0) > ends.get("high", float("inf")):
            raise Wrong(here, _("A range needs “low” or “high”, and the low end comes first."))
        if kind == "within":
            return Within(given["value"], **ends)
        return Ratio(given["value"], given["by"], **ends)

    # -- what is guessed, shown and tried -------------------------------------------------

    def _prediction(self, known: Sequence[str]) -> Prediction:
        p, path = self.values["prediction"], ("prediction",)
        forms = {
            "choice": (("options", "answer"), ("low", "high", "step")),
            "number": (("values", "low", "high", "step"), ("options", "answer")),
        }
        _one_of(p["kind"], forms, (*path, "kind"), _("kind of prediction"))
        needed, foreign = forms[p["kind"]]
        for name in needed:
            if name not in p:
                raise Wrong(path, _("A {kind} needs “{name}”.", kind=p["kind"], name=name))
        for name in foreign:
            if name in p:
                raise Wrong(
                    (*path, name), _("A {kind} has no “{name}”.", kind=p["kind"], name=name)
                )
        values = p.get("values", [])
        for place, name in enumerate(values):
            _one_of(name, known, (*path, "values", place), _("measured value"))
        if p["kind"] == "choice":
            self._choice(p, values)
        else:
            self._slider(p, values)
        return Prediction(
            question=p["question"],
            kind=p["kind"],
            options=tuple(p.get("options", ())),
            values=tuple(values),
            answer=p.get("answer", ""),
            low=float(p.get("low", 0)),
            high=float(p.get("high", 1)),
            step=float(p.get("step", 0.1)),
            unit=p.get("unit", ""),
            explanation=p.get("explanation", "").strip(),
        )

    def _choice(self, p: Values, values: Sequence[str]) -> None:
        path = ("prediction", "options")
        if len(set(p["options"])) < len(p["options"]):
            raise Wrong(path, _("Two of the options are the same."))
        if values and len(values) != len(p["options"]):
            raise Wrong(
                ("prediction", "values"), _("There must be one measured value for each option.")
            )
        answers = list(EXTREMES) if values else p["options"]
        _one_of(p["answer"], answers, ("prediction", "answer"), _("answer"))

    def _slider(self, p: Values, values: Sequence[str]) -> None:
        if len(values) > 2:
            raise Wrong(
                ("prediction", "values"),
                _("A number is one measured value, or two of which the first is divided."),
            )
        if not p["low"] < p["high"]:
            raise Wrong(("prediction", "high"), _("The high end must be above the low end."))
        if not 0 < p["step"] <= p["high"] - p["low"]:
            raise Wrong(("prediction", "step"), _("The step must fit between the two ends."))
        if (p["high"] - p["low"]) / p["step"] > MOST_STEPS:
            raise Wrong(
                ("prediction", "step"),
                _("The step makes more than {most} places.", most=f"{MOST_STEPS:,}"),
            )

    def _views(self, steps: Sequence[Step], runs: Sequence[str]) -> Iterator[ViewChoice]:
        drawn = [
            name for step in steps for name in DESCRIBED[step.analysis].drawn(step.arguments, runs)
        ]
        for k, entry in enumerate(self.values["views"]):
            path: Path = ("views", k)
            _one_of(entry["name"], VIEWS, (*path, "name"), _("view"))
            for place, run in enumerate(entry.get("runs", ())):
                _one_of(run, runs, (*path, "runs", place), _("run"))
            figure = entry.get("figure", "")
            if (entry["name"] == "figure") != bool(figure):
                raise Wrong(path, _("A view named “figure”, and no other, needs “figure”."))
            if figure:
                _one_of(figure, drawn, (*path, "figure"), _("picture that is drawn"))
            yield ViewChoice(
                entry["name"], tuple(entry.get("runs", runs)), entry["caption"].strip(), figure
            )

    def _try_next(self, elsewhere: bool) -> Iterator[TryNext]:
        """Yield where to go on; with another data set in its place, as near as can be."""
        for k, entry in enumerate(self.values.get("try_next", ())):
            path: Path = ("try_next", k)
            _one_of(entry["page"], PAGES, (*path, "page"), _("page"))
            settings = {"dataset": self.values["dataset"], **entry.get("settings", {})}
            try:
                config = strict(settings, self.values["dataset"])
            except ConfigError as error:
                layers = (((*path, "settings"), entry.get("settings", {})),)
                raise Wrong(_culprit(layers, str(error)), str(error)) from None
            if elsewhere and _absent(config):
                instead = {**settings, **self.values["instead"]}
                config, _notes = nearest(instead, self.values["dataset"])
            query = config.to_query() if "settings" in entry else {}
            yield TryNext(entry["text"].strip(), entry["page"], query)


def _absent(config: RunConfig) -> str:
    """Return the data set that a run needs and that is not on this machine, or nothing."""
    return datasets.missing(config.dataset, config.data_options) or ""


def _culprit(layers: Sequence[tuple[Path, Values]], sentence: str) -> Path:
    """Return which setting a sentence is about, as far as can be told."""
    given = [
        (path, name, value) for path, layer in reversed(layers) for name, value in layer.items()
    ]
    for path, name, value in given:
        if name not in FIELDS and quoted(name) in sentence:
            return (*path, name)
        if name in FIELDS and read(FIELDS[name], value)[1] == sentence.partition(" The near")[0]:
            return (*path, name)
    for path, name, _value in given:
        if name in FIELDS and sentence.startswith(_(FIELDS[name].label)):
            return (*path, name)
    return next((path for path, layer in reversed(layers) if layer), layers[0][0])


def _argument(argument: Argument, value: Any, path: Path) -> None:
    """Refuse what an analysis cannot take."""
    kinds = (int, float) if argument.kind is float else argument.kind
    odd = isinstance(value, bool) and argument.kind is not bool
    if odd or not isinstance(value, kinds):
        wanted = {str: _("a text"), list: _("a list"), bool: _("true or false")}.get(
            argument.kind, _("a number") if argument.kind is float else _("a whole number")
        )
        raise mistyped(path, wanted, value)
    if argument.choices:
        _one_of(value, argument.choices, path, _("choice"))
    if isinstance(value, (int, float)):
        within(path, value, argument.low, argument.high)


def _one_of(name: Any, known: Any, path: Path, what: str) -> None:
    """Refuse a name that is not among those known, with the nearest or all of them."""
    known = list(dict.fromkeys(known))
    if name in known:
        return
    close = get_close_matches(str(name)[:60], known, n=1) if len(known) > FEW else []
    sentence = _("There is no {what} {name}.", what=what, name=quoted(name))
    if close:
        hint = _("Did you mean “{name}”?", name=close[0])
    else:
        hint = _("It can be {names}.", names=listed(map(str, known[:12])))
    raise Wrong(path, sentences([sentence, hint]))
