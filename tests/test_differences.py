"""Runs are told apart by what differs in their settings."""

import pytest
from hypothesis import given, settings

from aecore.config import RunConfig
from aecore.differences import differences
from tests.drawn import configs


@pytest.mark.parametrize(
    ("given", "base", "words"),
    [
        ({"bottleneck": 8}, {}, "bottleneck 8"),
        ({"loss": "mse", "noise": "gaussian"}, {}, "loss mse, noise gaussian 0.3"),
        ({}, {"noise": "gaussian"}, "no noise"),
        ({"noise": "gaussian", "noise_level": 0.5}, {"noise": "gaussian"}, "noise gaussian 0.5"),
        ({"tied": True, "seed": 3}, {}, "tied, seed 3"),
        ({}, {"tied": True, "hidden": (128, 64)}, "no hidden layers, not tied"),
        ({"hidden": (128, 64)}, {}, "hidden 128-64"),
        ({"learning_rate": 0.01}, {}, "learning rate 0.01"),
        ({"code": "variational"}, {"tied": True}, "code variational, not tied"),
        ({"epochs": 50}, {}, ""),
    ],
)
def test_what_differs_in_words(given, base, words):
    assert differences(RunConfig(**given), RunConfig(**base)) == words


@settings(max_examples=60)
@given(configs(), configs())
def test_other_runs_differ_in_words_and_the_same_run_does_not(one, other):
    assert (differences(one, other) == "") == (one.identity == other.identity)
    assert differences(one, one) == ""


@settings(max_examples=60)
@given(configs(), configs(), configs())
def test_no_two_runs_are_called_the_same(base, one, other):
    if one.identity != other.identity:
        assert differences(one, base) != differences(other, base)


def test_in_another_language_settings_are_called_by_their_labels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("aecore.language._wanted", lambda: "zh")
    given = RunConfig(bottleneck=8, loss="mse", noise="gaussian", tied=True)
    assert differences(given, RunConfig()) == "瓶颈大小 8、绑定权重、损失 MSE、高斯噪声 0.3"
    assert differences(RunConfig(), given).endswith("无噪声")
