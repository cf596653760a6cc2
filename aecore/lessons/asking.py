"""What a lesson's file has students guess: a choice or a number, and where the answer is from."""

from __future__ import annotations

from collections.abc import Sequence

from aecore.language import text as _
from aecore.lessons.checking import Wrong, one_of
from aecore.lessons.lesson import EXTREMES, Prediction
from aecore.lessons.runs import Values

MOST_STEPS = 1000
"""Places of a slider."""


def prediction_of(file: Values, known: Sequence[str]) -> Prediction:
    """Return what is guessed; the answer may come from any of the known measured values."""
    p, path = file["prediction"], ("prediction",)
    forms = {
        "choice": (("options", "answer"), ("low", "high", "step")),
        "number": (("values", "low", "high", "step"), ("options", "answer")),
    }
    one_of(p["kind"], forms, (*path, "kind"), _("kind of prediction"))
    needed, foreign = forms[p["kind"]]
    for name in needed:
        if name not in p:
            raise Wrong(path, _("A {kind} needs “{name}”.", kind=p["kind"], name=name))
    for name in foreign:
        if name in p:
            raise Wrong((*path, name), _("A {kind} has no “{name}”.", kind=p["kind"], name=name))
    values = p.get("values", [])
    for place, name in enumerate(values):
        one_of(name, known, (*path, "values", place), _("measured value"))
    if p["kind"] == "choice":
        _choice(p, values)
    else:
        _slider(p, values)
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


def _choice(p: Values, values: Sequence[str]) -> None:
    path = ("prediction", "options")
    if len(set(p["options"])) < len(p["options"]):
        raise Wrong(path, _("Two of the options are the same."))
    if values and len(values) != len(p["options"]):
        raise Wrong(
            ("prediction", "values"), _("There must be one measured value for each option.")
        )
    answers = list(EXTREMES) if values else p["options"]
    one_of(p["answer"], answers, ("prediction", "answer"), _("answer"))


def _slider(p: Values, values: Sequence[str]) -> None:
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
