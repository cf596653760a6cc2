"""What agrees with what was published, and how it is said."""

import math

import pytest

from aecore.experiments.claims import Claim, Ratio, Rising, Within, judge, shown


def claim(agrees, unit=""):
    return Claim("what", "published", unit, agrees, "why")


@pytest.mark.parametrize(
    ("tolerance", "values", "holds"),
    [
        (Within("a", 1, 2), {"a": 1}, True),
        (Within("a", 1, 2), {"a": 2}, True),
        (Within("a", 1, 2), {"a": 2.01}, False),
        (Within("a", low=1), {"a": 1e9}, True),
        (Within("a", high=1), {"a": -1e9}, True),
        (Within("a", 1, 2), {"a": math.nan}, False),
        (Rising(("a", "b", "c")), {"a": 1, "b": 2, "c": 3}, True),
        (Rising(("a", "b", "c")), {"a": 1, "b": 3, "c": 2}, False),
        (Rising(("a", "b")), {"a": 1, "b": 1}, False),
        (Rising(("a", "b")), {"a": math.nan, "b": 1}, False),
        (Ratio("a", "b", 0.5, 2), {"a": 2, "b": 1}, True),
        (Ratio("a", "b", 0.5, 2), {"a": 2.1, "b": 1}, False),
        (Ratio("a", "b", high=0.25), {"a": 1, "b": 4}, True),
        (Ratio("a", "b", high=0.25), {"a": 1, "b": 3}, False),
        (Ratio("a", "b", low=3), {"a": 300, "b": 100}, True),
        (Ratio("a", "b", low=3), {"a": 299, "b": 100}, False),
    ],
)
def test_what_holds(tolerance, values, holds):
    assert tolerance.holds(values) is holds
    assert {*tolerance.keys} == {*values}


@pytest.mark.parametrize(
    ("tolerance", "unit", "words"),
    [
        (Within("a", 0.86, 0.92), "%", "86.0 % to 92.0 %"),
        (Within("a", 0.085, 0.11), "BCE per pixel", "0.0850 to 0.110 BCE per pixel"),
        (Within("a", low=0.5), "%", "at least 50.0 %"),
        (Within("a", high=6), "degrees", "at most 6 degrees"),
        (Within("a", 1, 1), "", "exactly 1"),
        (Rising(("a", "b")), "%", "in this order"),
        (Ratio("a", "b", 0.8, 1.25), "s", "ratio 0.800 to 1.25"),
        (Ratio("a", "b", low=3), "s", "ratio at least 3.00"),
        (Ratio("a", "b", high=0.25), "s", "ratio at most 0.250"),
    ],
)
def test_tolerances_are_said_in_words(tolerance, unit, words):
    assert tolerance.words(unit) == words


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.964, "%", "96.4 %"),
        (0.0, "%", "0.0 %"),
        (13.87, "an image", "13.9 an image"),
        (0.0213, "MSE per pixel", "0.0213 MSE per pixel"),
        (10_001.0, "", "10,001"),
        (4.0, "", "4"),
        (math.inf, "", "–"),
        (math.nan, "s", "– s"),
    ],
)
def test_values_are_shown_as_people_read_them(value, unit, text):
    assert shown(value, unit) == text


def test_one_seed_is_judged_as_it_is():
    verdict = judge(claim(Within("net 7-NN", 0.86, 0.92), "%"), [{"net 7-NN": 0.897, "more": 1}])
    assert verdict.word == "agrees"
    assert verdict.measured == {"net 7-NN": 0.897}
    assert verdict.spread == {"net 7-NN": 0}
    assert verdict.text() == "89.7 %"
    assert not verdict.too_close


def test_several_seeds_are_judged_by_their_means_and_show_their_spread():
    found = [{"a": value} for value in (0.8, 0.9, 1.0)]
    verdict = judge(claim(Within("a", 0.85, 0.95), "%"), found)
    assert verdict.word == "agrees"
    assert verdict.measured["a"] == pytest.approx(0.9)
    assert verdict.spread["a"] == pytest.approx(0.2)
    assert verdict.text() == "90.0 % ± 10.0 %"
    assert judge(claim(Within("a", 0.95, 1)), found).word == "differs"


def test_what_is_not_measured_is_not_judged():
    for found in ([], [{}], [{"a": 1}], [{"a": 1, "b": 2}, {"a": 1}]):
        verdict = judge(claim(Rising(("a", "b"))), found)
        assert (verdict.word, verdict.measured, verdict.spread) == ("not measured", {}, {})
        assert not verdict.too_close


def test_an_order_is_shown_in_its_order():
    rising = claim(Rising(("b", "a")), "MSE per pixel")
    assert judge(rising, [{"a": 0.02, "b": 0.01}]).text() == "b: 0.0100 < a: 0.0200 MSE per pixel"
    differs = judge(rising, [{"a": 0.01, "b": 0.02}])
    assert differs.word == "differs"
    assert differs.text() == "b: 0.0200, a: 0.0100 MSE per pixel"


def test_an_order_within_the_spread_is_too_close():
    close = [{"a": 1.0, "b": 1.6}, {"a": 1.5, "b": 1.1}]  # 1.25 and 1.35, spread over 0.5 each
    verdict = judge(claim(Rising(("a", "b"))), close)
    assert verdict.word == "agrees"
    assert verdict.too_close
    assert verdict.text() == "a: 1.25 ± 0.25 < b: 1.35 ± 0.25; closer together than the seeds"
    clear = judge(claim(Rising(("a", "b"))), [{"a": 1.0, "b": 2.0}, {"a": 1.1, "b": 2.1}])
    assert not clear.too_close
    assert not judge(claim(Ratio("a", "b", 0.5, 2)), close).too_close


@pytest.mark.parametrize(
    ("values", "unit", "text"),
    [
        ((0.0212, 0.0214), "MSE per pixel", "0.0213 ± 0.0001 MSE per pixel"),
        ((0.02129, 0.02131), "MSE per pixel", "0.0213 ± <0.0001 MSE per pixel"),
        ((0.9, 0.9002), "%", "90.0 % ± <0.1 %"),
        ((0.9, 0.904), "%", "90.2 % ± 0.2 %"),
        ((12.0, 20.0), "", "16 ± 4"),
        ((123.4, 123.5), "nats an image", "123 ± <1 nats an image"),
        ((0.5, 0.5), "", "0.500"),
    ],
)
def test_a_spread_has_the_digits_of_its_mean(values, unit, text):
    verdict = judge(claim(Within("a", 0, 1), unit), [{"a": value} for value in values])
    assert verdict.text() == text


def test_a_unit_is_not_said_twice():
    both = [{"a MSE": 0.02, "b MSE": 0.01}]
    rising = claim(Rising(("b MSE", "a MSE")), "MSE per pixel")
    assert judge(rising, both).text() == "b: 0.0100 < a: 0.0200 MSE per pixel"
    ratio = claim(Ratio("a MSE", "b MSE", high=1), "MSE per pixel")
    assert judge(ratio, both).text() == "a: 0.0200, b: 0.0100 MSE per pixel"
    alone = claim(Within("a MSE", 0, 1), "MSE per pixel")
    assert judge(alone, both).text() == "0.0200 MSE per pixel"  # its key is not said
    mixed = claim(Ratio("a MSE", "b", high=1), "MSE per pixel")
    assert judge(mixed, [{"a MSE": 0.02, "b": 0.01}]).text().endswith("b: 0.0100 MSE per pixel")
    assert judge(claim(Ratio("a s", "b s"), "s"), [{"a s": 2.5, "b s": 1.5}]).text() == (
        "a: 2.50, b: 1.50 s"
    )
    longer = claim(Rising(("a PCA MSE", "MSE MSE")))
    assert judge(longer, [{"a PCA MSE": 1, "MSE MSE": 2}]).text() == "a PCA: 1 < MSE: 2"


def test_a_claim_may_be_judged_more_strictly_after_the_published_settings():
    wide = claim(Within("a", 0, 10))
    assert wide.in_full() == wide
    strict = Claim("what", "published", "", Within("a", 0, 10), "short", Within("a", 2, 3), "long")
    full = strict.in_full()
    assert (full.agrees, full.why, full.what) == (Within("a", 2, 3), "long", "what")
    assert full.in_full() == full
    assert [judge(each, [{"a": 5}]).word for each in (strict, full)] == ["agrees", "differs"]
