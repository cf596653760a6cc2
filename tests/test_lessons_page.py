"""The Lessons page without a browser: the course, a chapter from guess to reveal, two sessions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from aecore.lessons.course import lessons
from aecore.lessons.lesson import Lesson
from aecore.lessons.measuring import measure, measured
from aecore.runs import Run
from aecore.slices import advance
from tests import a_lesson
from tests.serving import own_server
from tests.waiting import wait_for
from ui.lessons import predictions
from ui.server import server

PAGE = Path(__file__).parents[1] / "pages" / "lessons.py"
PATIENCE_S = 60


@pytest.fixture(scope="module", autouse=True)
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AE_LESSONS", str(a_lesson.write(tmp_path_factory.mktemp("lessons"))))
        with own_server(tmp_path_factory.mktemp("home")):
            yield


def open_page(**query: str) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=PATIENCE_S)
    for name, value in {"dataset": "digits", **query}.items():
        page.query_params[name] = value
    return page.run()


def chapter() -> AppTest:
    return open_page(lesson=a_lesson.SLUG)


def the_lesson() -> Lesson:
    return lessons()[a_lesson.SLUG]


def runs() -> dict[str, Run]:
    from aecore.datasets import load

    store, fingerprint = server().engine.store, load("digits").fingerprint
    found = {name: store.find(c, fingerprint) for name, c in the_lesson().configs().items()}
    return {name: run for name, run in found.items() if run}


def labels(page: AppTest) -> list[str]:
    return [button.label for button in page.button]


def press(page: AppTest, label: str) -> AppTest:
    found = next(button for button in page.button if button.label == label)
    return found.click().run()


def headings(page: AppTest) -> list[str]:
    return [*(title.value for title in page.title), *(header.value for header in page.header)]


def said(page: AppTest) -> str:
    return " ".join(element.value for element in (*page.markdown, *page.caption))


def html(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


def run_button(page: AppTest) -> object:
    return next(b for b in page.button if b.label in ("Run it", "Show the result"))


def test_the_course_names_a_broken_file_with_its_line_and_stays_up() -> None:
    page = open_page()
    assert not page.exception
    assert page.title[0].value == "Lessons"
    assert f"{a_lesson.NUMBER} · {a_lesson.TITLE}" in headings(page)
    assert f"91\\-broken\\.toml, line {a_lesson.BROKEN_LINE}\\:" in said(page)
    assert "lesson" not in page.query_params
    press(page, f"Open chapter {a_lesson.NUMBER}")
    assert not page.exception
    assert page.query_params["lesson"] == a_lesson.SLUG
    press(page, "All chapters")
    assert page.title[0].value == "Lessons"
    assert "lesson" not in page.query_params


def test_an_unknown_chapter_opens_the_course_with_a_sentence() -> None:
    page = open_page(lesson="nonsense")
    assert not page.exception
    assert page.title[0].value == "Lessons"
    assert any("nonsense" in warning.value for warning in page.warning)
    assert "lesson" not in page.query_params


def test_nothing_runs_before_a_prediction_or_a_skip_that_was_asked_for_twice() -> None:
    page = chapter()
    assert run_button(page).disabled
    press(page, "Skip the prediction")
    assert not run_button(page).disabled
    assert "No prediction" in said(page)
    page.radio[0].set_value(0).run()
    assert "You say **2 numbers**" in said(page)
    page.radio[0].set_value(1).run()
    assert "You say **16 numbers**" in said(page)
    assert "predicted" in said(press(page, "All chapters"))
    page = press(page, f"Open chapter {a_lesson.NUMBER}")
    assert page.radio[0].value == 1
    assert not runs()


def test_two_sessions_cause_one_training_and_see_the_same_result() -> None:
    pages = [chapter(), chapter()]
    for page, guess in zip(pages, (1, 0), strict=True):
        page.radio[0].set_value(guess).run()
        press(page, "Run it")
        assert not page.exception
    assert len(runs()) == 2
    assert len(list(server().engine.store.runs())) == 2
    for page in pages:
        wait_for(lambda page=page: "What happened" in headings(page.run()), "the result")
        assert not page.exception
        assert page.radio[0].disabled
        assert "Published and measured" in headings(page)
    assert "ae-right" in html(pages[0]) and "Your prediction was right" in html(pages[0])
    assert "ae-wrong" in html(pages[1]) and "another one" in html(pages[1])
    assert len(list(server().engine.store.runs())) == 2
    values = measured(server().environment.home, the_lesson().experiment, runs())
    assert values is not None
    verdict = the_lesson().verdicts(values)[0]
    assert verdict.text() in html(pages[0]).replace("&lt;", "<")
    assert verdict.word in html(pages[0])


def made() -> None:
    """Train and measure the lesson in this process, as is done ahead of a class."""
    lesson, engine = the_lesson(), server().engine
    for config in lesson.configs().values():
        assert advance(str(engine.store.root), config.as_dict(), 60).done
    measure(str(engine.home), lesson.experiment, lambda *report: None)


def test_what_was_made_before_class_is_there_with_one_press() -> None:
    made()
    page = chapter()
    press(page, "Skip the prediction")
    press(page, "Show the result")
    assert not page.exception
    assert "What happened" in headings(page)
    assert not page.get("progress")
    press(page, "Start this chapter over")
    assert "What happened" not in headings(page)
    assert not page.radio[0].disabled


def test_the_worksheet_has_the_question_and_measured_values_only_for_who_has_seen_them() -> None:
    made()
    page = chapter()
    press(page, "Worksheet")
    assert not page.exception
    assert page.toggle[0].disabled
    assert "16 numbers" in html(page) and "ae-published ae-empty" in html(page)
    press(page, "Back to the chapter")
    press(page, "Skip the prediction")
    press(page, "Show the result")
    press(page, "Worksheet")
    page.toggle[0].set_value(True).run()
    assert "ae-published ae-empty" not in html(page)
    assert "agrees" in html(page)


def test_ways_on_set_the_settings_of_the_ordinary_pages() -> None:
    made()
    page = chapter()
    press(page, "Skip the prediction")
    press(page, "Show the result")
    press(page, "Open on Reconstructions")
    assert page.query_params["bottleneck"] == "3"
    assert not page.exception


def test_predictions_are_saved_and_taken_back() -> None:
    page = AppTest.from_function(_keep).run()
    assert not page.exception
    assert page.session_state["kept"] == {
        "a": {"guess": 2.5, "seen": True},
        "b": {"skipped": True},
    }
    assert page.session_state["guess"] == 2.5
    assert len(page.session_state["notes"]) == 3
    assert page.session_state["after"] == {"a": {"guess": 1}}


def _keep() -> None:
    import math

    import streamlit as st

    from ui.lessons import predictions

    predictions.guess("a", 2.5)
    predictions.see("a")
    predictions.guess("a", 4.0)
    predictions.skip("b")
    st.session_state["kept"] = predictions.as_dict()
    st.session_state["guess"] = predictions.standing("a").guess
    bad = {"b": {"guess": "often"}, "c": 3, "d": {"guess": math.inf}}
    st.session_state["notes"] = predictions.from_dict({"a": {"guess": 1, "seen": "x"}, **bad})
    st.session_state["after"] = predictions.as_dict()


def test_nothing_predicted_is_nothing_to_save() -> None:
    assert predictions.Standing() == predictions.Standing(None)
    assert not predictions.Standing(skipped=False).ready
    assert predictions.Standing(0).ready
