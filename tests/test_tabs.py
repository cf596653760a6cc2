"""What a tab's next session takes over from the one before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from aecore.own_images import MAX_BYTES, OwnImages
from ui import tabs
from ui.lessons.predictions import Standing


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with nothing, and with browsers that are gone when their tab has a new session."""
    tabs._guesses.clear()
    tabs._images.clear()
    monkeypatch.setattr(tabs, "is_connected", lambda session: False)


def images(name: str, side: int = 8) -> OwnImages:
    return OwnImages((name,), (np.zeros((side, side), np.uint8),))


def session(told: Any = None, **state: Any) -> AppTest:
    """A session that has something, and is told by its tab what the one before was called."""

    def script() -> None:
        from types import SimpleNamespace

        import streamlit as st

        from ui import tabs

        if "told" in st.session_state:
            st.session_state["tab.told"] = SimpleNamespace(before=st.session_state["told"])
            tabs._come_back()
        tabs.remember()

    test = AppTest.from_function(script)
    for key, value in state.items():
        test.session_state[key.replace("_", " ")] = value
    if told is not None:
        test.session_state["told"] = told
    test.run()
    assert not test.exception
    return test


def had(test: AppTest) -> tuple[OwnImages, dict[str, Standing]]:
    return kept(test, "own images", OwnImages()), kept(test, "lessons stood at", {})


def kept(test: AppTest, key: str, usual: Any) -> Any:
    try:
        return test.session_state[key]
    except KeyError:
        return usual


def called(test: AppTest) -> dict[str, str]:
    return {"session": test.session_state["tab name"]}


def test_a_new_session_has_what_the_one_before_had() -> None:
    guesses = {"pca": Standing(guess=1.0, seen=True)}
    before = session(own_images=images("mine"), lessons_stood_at=guesses)
    after = session(called(before))
    assert had(after) == (images("mine"), guesses)
    assert had(session(called(after))) == had(before)  # and the one after it, too


def test_the_next_drawing_is_not_called_as_one_that_came_back() -> None:
    before = session(own_images=images("drawing 1"))
    assert session(called(before)).session_state["drawings so far"] == 1


def test_what_the_new_session_has_itself_stays() -> None:
    before = session(
        own_images=images("old"), lessons_stood_at={"pca": Standing(1.0), "noise": Standing(2.0)}
    )
    after = session(
        called(before), own_images=images("new"), lessons_stood_at={"pca": Standing(3.0)}
    )
    assert had(after) == (images("new"), {"pca": Standing(3.0), "noise": Standing(2.0)})


@pytest.mark.parametrize(
    "told", ["x", 7, [], {}, {"session": None}, {"session": ["x"]}, {"session": "x" * 10**6}]
)
def test_nonsense_brings_nothing_back(told: object) -> None:
    session(own_images=images("mine"))
    assert had(session(told)) == (OwnImages(), {})


def test_nothing_is_remembered_of_who_has_nothing() -> None:
    test = session()
    assert "tab name" not in test.session_state
    assert not tabs._guesses


def test_images_that_are_given_up_are_forgotten_under_every_name() -> None:
    before = session(own_images=images("mine"))
    after = session(called(before))
    assert [*tabs._images] == [called(after)["session"]]
    after.session_state["own images"] = OwnImages()
    after.run()
    assert not tabs._images


def test_a_tab_that_was_doubled_keeps_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabs, "is_connected", lambda session: True)
    before = session(own_images=images("mine"))
    after = session(called(before))
    assert {*tabs._images} == {called(before)["session"], called(after)["session"]}


def test_changed_images_take_the_place_of_those_before() -> None:
    test = session(own_images=images("one"))
    test.session_state["own images"] = images("two")
    test.run()
    assert [*tabs._images.values()] == [images("two")]


def test_what_was_made_of_images_is_not_kept_with_them() -> None:
    mine = images("mine")
    mine.fitted((28, 28))
    session(own_images=mine)
    (kept,) = tabs._images.values()
    assert kept == mine and not kept._fits


def test_names_cannot_be_guessed() -> None:
    names = {called(session(own_images=images("mine")))["session"] for _ in range(20)}
    assert len(names) == 20
    assert min(map(len, names)) >= 22  # 128 bits


def test_the_oldest_images_go_where_there_is_no_more_room_and_no_prediction() -> None:
    guesses = {"pca": Standing(1.0)}
    quiet = session(lessons_stood_at=guesses)
    side = int(np.sqrt(MAX_BYTES * 0.9))
    tests = [session(own_images=images(f"large {k}", side)) for k in range(4)]
    assert sum(kept.nbytes for kept in tabs._images.values()) <= tabs.MOST_BYTES
    assert called(tests[0])["session"] not in tabs._images
    assert called(tests[-1])["session"] in tabs._images
    assert had(session(called(quiet)))[1] == guesses
