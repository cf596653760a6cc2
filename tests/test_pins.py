"""Pins go into an address and come back the same; what does not fit is said."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aecore.config import RunConfig, defaults
from aecore.differences import names, telling_apart
from aecore.pins import MOST_LETTERS, MOST_PINS, Pin, holds, read, tidy, titles, write
from tests.drawn import configs

DIGITS, MNIST = RunConfig(**defaults("digits")), RunConfig(**defaults("mnist"))

NAMES = st.one_of(
    st.sampled_from(
        ["", "~", "~~", "a~", "~a", "宽的, 64", "a:b,c~d", "defaults", "dataset:mnist"]
    ),
    st.text(max_size=60),
)


@settings(max_examples=150)
@given(configs(), NAMES.map(tidy), configs())
def test_any_pin_comes_back_as_it_was(config, name, beside):
    pin = Pin(config, name)
    assert read([write(pin, beside)], beside) == ([pin], [])


def test_a_short_pin_reads_as_it_is_written():
    pin = Pin(RunConfig(bottleneck=5, loss="mse", epochs=30, batch_size=32))
    assert write(pin, DIGITS) == "bottleneck:5,loss:mse"
    usual = read(["defaults"], DIGITS)[0][0]
    assert write(usual, DIGITS) == "bottleneck:8"
    assert write(usual, MNIST) == "dataset:digits"
    assert write(Pin(usual.config, "A~B"), DIGITS) == "A~~B~bottleneck:8"


def test_a_pin_is_trained_as_long_as_the_address_says_unless_it_says_so_itself():
    brief = replace(DIGITS, epochs=2)
    (own, longer, other), _notes = read(
        ["bottleneck:8", "bottleneck:4,epochs:9", "dataset:mnist,bottleneck:4"], brief
    )
    assert (own.config.epochs, longer.config.epochs) == (2, 9)
    assert other.config.epochs == MNIST.epochs  # of data of another size
    assert [write(pin, brief) for pin in (own, longer)] == ["bottleneck:8", "bottleneck:4,epochs:9"]


def test_a_kind_stands_for_its_settings():
    (pin,), notes = read(["Dream~variant:variational,bottleneck:2"], MNIST)
    assert not notes
    assert (pin.name, pin.config.code, pin.config.hidden) == ("Dream", "variational", (256,))


@pytest.mark.parametrize(
    ("text", "said", "kept"),
    [
        ("bottleneck:-3", "Bottleneck size must be between", 1),
        ("bottlneck:8", "Did you mean bottleneck?", 1),
        ("dataset:nmist", "Data set can be", 1),
        ("bottleneck:8,rubbish", "not “rubbish”", 1),
        ("rubbish", "not “rubbish”", 0),
        ("Name~rubbish", "not “rubbish”", 0),
        ("<script>alert(1)</script>", "A pin names settings as", 0),
    ],
)
def test_nonsense_is_mended_or_left_out_and_said(text, said, kept):
    pins, notes = read([text], DIGITS)
    assert said in " ".join(notes)
    assert len(pins) == kept


@settings(max_examples=100)
@given(st.lists(st.text(max_size=40), max_size=9))
def test_no_text_at_all_is_too_much(texts):
    pins, notes = read(texts, DIGITS)
    assert len(pins) <= MOST_PINS
    assert all(isinstance(note, str) and note for note in notes)
    assert all(len(pin.name) <= MOST_LETTERS for pin in pins)


def test_more_than_six_are_refused_with_a_sentence():
    texts = [f"seed:{k}" for k in range(8)]
    pins, notes = read(texts, DIGITS)
    assert [pin.config.seed for pin in pins] == list(range(6))
    assert notes == ["No more than 6 runs can be pinned at a time."]
    assert read(texts[:6], DIGITS)[1] == []


def test_the_same_run_is_pinned_once_whatever_its_epochs():
    pins, notes = read(["bottleneck:3", "bottleneck:3,epochs:9", "Again~bottleneck:3"], DIGITS)
    assert len(pins) == 1
    assert not notes
    assert holds(pins, pins[0].config)
    assert not holds(pins, RunConfig(bottleneck=4))


def test_pins_are_called_by_what_tells_them_apart():
    pins, _ = read(
        ["bottleneck:8", "bottleneck:16", "Dream~variant:variational", "noise:gaussian"], MNIST
    )
    noisy = "Bottleneck 16, noise gaussian 0.3"
    assert titles(pins) == ["Bottleneck 8", "Bottleneck 16", "Dream", noisy]
    assert titles(pins[:1]) == [pins[0].config.title()]
    same = [Pin(pins[0].config, "A"), Pin(pins[1].config, "A"), Pin(pins[2].config, "A")]
    assert titles(same) == ["A", "A (2)", "A (3)"]


@settings(max_examples=60)
@given(st.lists(configs(), min_size=2, max_size=6, unique_by=lambda config: config.identity))
def test_runs_that_differ_are_called_differently(found):
    assert len(set(names(found))) == len(found)


def test_only_what_differs_tells_runs_apart():
    base = RunConfig()
    assert telling_apart([base, base]) == {}
    assert telling_apart([base, RunConfig(bottleneck=3)]) == {"bottleneck": {base.bottleneck, 3}}
    noisy = telling_apart([base, RunConfig(noise="gaussian")])
    assert set(noisy) == {"noise", "noise_level"}
    # a switch that is off there, and is not there at all here, tells nothing apart
    dense, maps = RunConfig(hidden=(64,)), RunConfig(architecture="convolutional")
    assert "tied" not in telling_apart([dense, maps])
