"""Numbers and times as people read them."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aecore.wording import (
    about,
    brief,
    duration,
    moment,
    percentage,
    plain,
    rounded_count,
    sentences,
    short,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.021343, "0.0213"),
        (0.0581, "0.0581"),
        (0.1, "0.100"),
        (0.9996, "1.00"),
        (9.996, "10.0"),
        (99.96, "100"),
        (1.0, "1.00"),
        (123.4, "123"),
        (61234.0, "61,200"),
        (-0.5, "−0.500"),
        (0.0, "0"),
        (-0.0, "0"),
        (1e-31, "0"),
        (1.23e-8, "0.00000001"),
        (math.nan, "–"),
        (math.inf, "–"),
        (-math.inf, "–"),
    ],
)
def test_short_numbers(value, text):
    assert short(value) == text


@given(st.floats(1e-5, 1e12))
def test_three_figures_and_no_more(value):
    text = short(value)
    assert re.fullmatch(r"[\d,]+(\.\d+)?", text)
    assert float(text.replace(",", "")) == pytest.approx(value, rel=0.00501)
    if value < 100:
        assert len(text.replace(".", "").lstrip("0")) == 3


@given(st.one_of(st.floats(-1e300, 1e300), st.sampled_from([math.nan, math.inf, -math.inf])))
def test_any_number_can_be_shown(value):
    assert "e" not in short(value)
    assert rounded_count(value)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1 s"),
        (39.2, "40 s"),
        (90, "2 min"),
        (3569, "59 min"),
        (3570, "1 h 0 min"),
        (11595, "3 h 13 min"),
    ],
)
def test_times_that_are_only_roughly_known(seconds, text):
    assert about(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (-3, "0:00"), (0.2, "0:01"), (59.5, "1:00"), (61, "1:01"), (3661, "1:01:01")],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"), [(61234, "61,000"), (99600, "100,000"), (7, "7"), (0, "–"), (math.inf, "–")]
)
def test_counts(value, text):
    assert rounded_count(value) == text


def test_moments():
    assert [moment(step, 235) for step in (0, 20, 59, 118, 176, 235, 529)] == [
        "step 0", "step 20", "epoch 0.25", "epoch 0.5", "epoch 0.75", "epoch 1", "epoch 2.25",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "text"),
    [(0, "step 0"), (24, "step 24"), (25, "pretraining 0.25"), (350, "pretraining 3.5"),
     (400, "epoch 0"), (650, "epoch 2.5")],
)  # fmt: skip
def test_epochs_of_pretraining_are_counted_apart(step, text):
    assert moment(step, 100, 4) == text


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0"), (0.0000518, "0.0001"), (-0.000735, "−0.0007"), (9e-7, "0.0000"), (0.0213, "0.0213")],
)
def test_narrow_places_get_four_decimals_at_most(value, words):
    assert brief(value) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0 %"), (0.001, "less than 1 %"), (0.312, "31 %"), (0.999, "more than 99 %"),
        (1, "100 %"),
    ],
)  # fmt: skip
def test_shares_are_whole_per_cent_and_never_say_all_of_nearly_all(share, words):
    assert percentage(share) == words


def test_a_name_is_shown_by_markdown_as_it_stands():
    assert plain("a*b_c [x](y) 1.png") == r"a\*b\_c \[x\]\(y\) 1\.png"
    assert plain("seven 7, größer") == "seven 7, größer"


def test_sentences_stand_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sentences(["One.", "", "Two."]) == "One. Two."
    monkeypatch.setattr("aecore.language.current", lambda: "zh")
    assert sentences(["一。", "二。"]) == "一。二。"
