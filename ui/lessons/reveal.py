"""What came of it: the prediction beside the measurement, and what was published beside both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from aecore.language import marked
from aecore.language import text as _
from aecore.wording import explained, plain, short
from ui.lessons.prediction import guessed, shown

if TYPE_CHECKING:
    from aecore.experiments.claims import Verdict
    from aecore.lessons.lesson import Guess, Judgement, Lesson

SIGNS = {"agrees": "✓", "differs": "≠", "not measured": "–", "other data": "○"}
"""A sign beside each word of a verdict."""
WORDS = {
    "agrees": marked("agrees"),
    "differs": marked("differs"),
    "not measured": marked("not measured"),
    "other data": marked("other images, not judged"),
}


def draw(lesson: Lesson, guess: Guess | None, values: Mapping[str, float]) -> None:
    """Draw the prediction beside the measured value, right or not, and the explanation.

    Parameters
    ----------
    lesson : Lesson
    guess : str or float, optional
        None where the prediction was skipped.
    values : mapping of str to float
        What was measured, by name.
    """
    asked = lesson.prediction
    st.header(_("What happened"), anchor=False)
    answer = asked.reveal(values)
    if answer is None:
        st.info(_("What the question is about could not be measured."), icon=":material/info:")
        return
    judged = asked.judged(guess, values) if guess is not None else None
    said = guessed(guess, asked) if guess is not None else _("none")
    kind, sentence = _judgement(judged, guess)
    cells = [(_("You said"), said), (_("Measured"), shown(answer, asked.unit))]
    if asked.kind == "choice" and not asked.values:
        cells[1] = (_("Right is"), shown(answer, ""))
    st.html(
        f'<div class="ae-reveal {kind}" role="status">'
        + "".join(f"<div><small>{escape(a)}</small><b>{escape(b)}</b></div>" for a, b in cells)
        + (f"<p>{escape(sentence)}</p>" if sentence else "")
        + "</div>"
    )
    if asked.kind == "choice" and asked.values:
        numbers = [shown(_scaled(values[name], asked.unit), asked.unit) for name in asked.values]
        lines = zip(asked.options, numbers, strict=True)
        st.markdown("\n".join(f"- {explained(plain(o), f'**{number}**')}" for o, number in lines))
    st.markdown(asked.explanation)


def published(verdicts: Sequence[Verdict], lesson: Lesson) -> None:
    """Draw what was published beside what was measured, and why how much may differ.

    Parameters
    ----------
    verdicts : sequence of Verdict
    lesson : Lesson
    """
    if not verdicts:
        return
    st.header(_("Published and measured"), anchor=False)
    if lesson.source:
        st.caption(_("Published in: {source}.", source=lesson.source.rstrip(".。")))
    table(verdicts, filled=True)
    for sentence in notes(lesson):
        st.markdown(sentence)


def notes(lesson: Lesson) -> list[str]:
    """Return sentences on what differs from the published set-up."""
    found = []
    if shortened := lesson.shortened():
        found.append(_("Shorter than published: {what}.", what=shortened.rstrip(".。")))
    if lesson.budget_note:
        found.append(lesson.budget_note)
    return found


def table(verdicts: Sequence[Verdict], *, filled: bool) -> None:
    """Draw the claims as a table; on a narrow page each is a block of its own.

    Parameters
    ----------
    verdicts : sequence of Verdict
    filled : bool
        Whether measured values and verdicts are written, or left for a pen.
    """
    heads = [_("What"), _("Published"), _("Measured")]
    heads += [_("Verdict"), _("Agrees if")] if filled else [_("Agrees?")]
    body = "".join(
        "<tr>"
        + "".join(
            f'<td data-label="{escape(head)}">{cell}</td>'
            for head, cell in zip(heads, _cells(verdict, filled), strict=True)
        )
        + "</tr>"
        for verdict in verdicts
    )
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    kind = "ae-published" if filled else "ae-published ae-empty"
    st.html(f'<table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>')


def _cells(verdict: Verdict, filled: bool) -> list[str]:
    claim = verdict.claim
    texts = [claim.what[:1].upper() + claim.what[1:], claim.published]
    cells = [escape(text) for text in texts]
    if not filled:
        return [*cells, escape(claim.unit), ""]
    sign, word = SIGNS.get(verdict.word, ""), _(WORDS.get(verdict.word, verdict.word))
    kind = verdict.word.replace(" ", "-")
    cells.append(escape(verdict.text()) if verdict.measured else "–")
    cells.append(f'<span class="ae-verdict ae-{kind}">{sign} {escape(word)}</span>')
    cells.append(f"{escape(claim.agrees.words(claim.unit))}<small>{escape(claim.why)}</small>")
    return cells


def _judgement(judged: Judgement | None, guess: Guess | None) -> tuple[str, str]:
    """Return the kind of a judgement, and what is said of it."""
    if judged is None or guess is None:
        return "", _("Guess the next one: a wrong guess teaches more than none.")
    if judged.right:
        if isinstance(judged.answer, str) or judged.answer == guess:
            return "ae-right", "✓ " + _("Your prediction was right.")
        return "ae-right", "✓ " + _("Right, within a tenth of the slider.")
    if isinstance(guess, str) or isinstance(judged.answer, str):
        return "ae-wrong", "✗ " + _("Your prediction was another one.")
    if judged.ratio is not None and judged.ratio > 0:
        times = short(max(judged.ratio, 1 / judged.ratio))
        if judged.ratio > 1:
            return "ae-wrong", "✗ " + _("Too high, by a factor of {times}.", times=times)
        return "ae-wrong", "✗ " + _("Too low, by a factor of {times}.", times=times)
    if guess > judged.answer:
        return "ae-wrong", "✗ " + _("Too high.")
    return "ae-wrong", "✗ " + _("Too low.")


def _scaled(value: float, unit: str) -> float:
    return 100 * value if unit == "%" else value
