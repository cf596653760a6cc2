"""Predicting first: the question of a chapter, and the press that runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from aecore.language import text as _
from aecore.wording import short
from ui.lessons import predictions

if TYPE_CHECKING:
    from aecore.lessons.lesson import Guess, Lesson, Prediction


def draw(lesson: Lesson, *, there: bool) -> bool:
    """Draw the question, and the button that runs the chapter; tell whether it was pressed.

    Parameters
    ----------
    lesson : Lesson
    there : bool
        Whether all of it was trained and measured before.
    """
    now = predictions.standing(lesson.slug)
    with st.container(border=True, key="lesson-prediction"):
        st.header(_("Your prediction"), anchor=False)
        if lesson.prediction.kind == "choice":
            _choice(lesson, now)
        else:
            _number(lesson, now)
        st.caption(_state(now, lesson))
        if now.asked:
            return False
        with st.container(horizontal=True, vertical_alignment="center"):
            pressed = st.button(
                _("Show the result") if there else _("Run it"),
                type="primary",
                icon=":material/visibility:" if there else ":material/play_arrow:",
                disabled=not now.ready,
                key=f"lesson.run.{lesson.slug}",
            )
            if not now.ready:
                _skip(lesson.slug)
        st.caption(_what_runs(lesson, there))
    return pressed


def said(lesson: Lesson) -> Guess | None:
    """Return what this session predicted: an option or a number; None where it did not."""
    asked, place = lesson.prediction, predictions.standing(lesson.slug).guess
    if place is None or asked.kind == "number":
        return place
    return asked.options[int(place)] if 0 <= place < len(asked.options) else None


def guessed(value: Guess, asked: Prediction) -> str:
    """Return a guess as the slider writes it, or the option: ``60 %``."""
    return value if isinstance(value, str) else _format(asked) % value


def shown(value: Guess, unit: str) -> str:
    """Return an answer as people read it: ``61.8 %``."""
    return value if isinstance(value, str) else f"{short(value)} {unit}".rstrip()


def _choice(lesson: Lesson, now: predictions.Standing) -> None:
    asked = lesson.prediction
    key = _key(lesson)
    before = said(lesson)

    def chosen() -> None:
        if st.session_state[key] is not None:
            predictions.guess(lesson.slug, st.session_state[key])

    st.radio(
        asked.question,
        range(len(asked.options)),
        index=asked.options.index(str(before)) if before is not None else None,
        format_func=asked.options.__getitem__,
        key=key,
        on_change=chosen,
        disabled=now.seen,
    )


def _number(lesson: Lesson, now: predictions.Standing) -> None:
    asked, key = lesson.prediction, _key(lesson)
    steps = round((asked.high - asked.low) / asked.step)
    start = asked.low + steps // 2 * asked.step
    if now.guess is not None:
        start = min(max(now.guess, asked.low), asked.high)

    def moved() -> None:
        predictions.guess(lesson.slug, float(st.session_state[key]))

    value = st.slider(
        asked.question,
        float(asked.low),
        float(asked.high),
        float(start),
        float(asked.step),
        format=_format(asked),
        key=key,
        on_change=moved,
        disabled=now.seen,
    )
    if not now.predicted and not now.asked:
        st.button(
            _("I say {value}", value=guessed(value, asked)),
            key=f"lesson.say.{lesson.slug}",
            on_click=predictions.guess,
            args=(lesson.slug, float(value)),
            help=_("Keep this number as your prediction, or move the slider to another one."),
        )


def _key(lesson: Lesson) -> str:
    return f"lesson.guess.{lesson.slug}.{predictions.turn()}"


def _format(asked: Prediction) -> str:
    """Return how the slider writes a number: as many decimals as its steps need."""
    decimals = len(f"{asked.step:.6f}".rstrip("0").partition(".")[2])
    unit = asked.unit.replace("%", "%%")
    return f"%.{decimals}f {unit}".rstrip()


def _state(now: predictions.Standing, lesson: Lesson) -> str:
    guess = said(lesson)
    if now.seen and guess is not None:
        text = guessed(guess, lesson.prediction)
        return _("You said **{guess}**, before you saw the result below.", guess=text)
    if now.seen:
        return _("The result is below: it is too late for a prediction.")
    if guess is not None:
        text = guessed(guess, lesson.prediction)
        return _("You say **{guess}**. It can be changed until you see the result.", guess=text)
    if now.skipped:
        return _("No prediction: you can still make one until you see the result.")
    return _("Guess before you run it: a wrong guess teaches more than none.")


def _what_runs(lesson: Lesson, there: bool) -> str:
    if there:
        return _("All of it was trained and measured before: it is there at once.")
    epochs = {config.epochs for config in lesson.configs().values()}
    values: dict[str, Any] = {
        "count": len(lesson.experiment.runs),
        "epochs": "–".join(str(e) for e in sorted({min(epochs), max(epochs)})),
    }
    if values["count"] == 1:
        return _("Trains one network for {epochs} epochs, and measures it.", **values)
    return _("Trains {count} networks side by side, {epochs} epochs each.", **values)


def _skip(slug: str) -> None:
    """Offer to go on without a prediction; whoever wants to is asked once more."""
    with st.popover(_("Skip"), type="tertiary", key="lesson.skip"):
        st.markdown(
            _("Without a guess, the result is easily what you *knew all along*. Skip it anyway?")
        )
        st.button(
            _("Skip the prediction"),
            key=f"lesson.skipped.{slug}",
            on_click=predictions.skip,
            args=(slug,),
        )
