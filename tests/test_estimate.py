"""How long training takes: told from runs that are comparable, and shared among workers."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from aecore.choosing import nearest
from aecore.config import RunConfig
from aecore.estimate import (
    ASSUMED_SPEED,
    RUN_S,
    Pace,
    pace,
    seconds,
    seconds_of,
    speed,
    together,
    work,
)
from aecore.runs import Progress, Run, RunStore


def settings(dataset: str = "mnist", **given: object) -> RunConfig:
    return nearest(given, dataset)[0]


def made_up(home: Path, config: RunConfig, progress: Progress) -> Run:
    """Return a run that says of itself how fast it was trained."""
    run = RunStore(home).open(config, "data")
    run.save_checkpoint(progress, {"w": torch.zeros(1)})
    return run


def test_a_run_tells_its_speed_once_it_was_trained_for_a_while(tmp_path: Path) -> None:
    config = settings()
    assert pace(made_up(tmp_path, config, Progress(10, 5.0, 80_000.0))) == Pace(config, 80_000.0)
    assert pace(made_up(tmp_path, settings(seed=1), Progress(1, 0.01, 80_000.0))) is None
    assert pace(RunStore(tmp_path).open(settings(seed=2), "data")) is None


def test_the_same_settings_take_as_long_as_they_did() -> None:
    config = settings(epochs=30)
    images = 60_000 * (30 + 1 / 3)  # a third of an epoch's work to measure it in the end
    assert seconds_of(config, [Pace(config, 50_000.0)]) == pytest.approx(images / 50_000 + RUN_S)


def test_of_many_runs_the_most_comparable_one_counts() -> None:
    config = settings(bottleneck=16)
    paces = [
        Pace(settings(bottleneck=16, seed=3), 1000.0),
        Pace(settings(bottleneck=1024), 1.0),
        Pace(settings("digits", bottleneck=16), 7.0),
        Pace(settings(architecture="convolutional"), 3.0),
    ]
    assert speed(config, paces) == speed(config, paces[::-1]) == pytest.approx(1000)


def test_one_run_on_a_busy_machine_does_not_spoil_what_is_told() -> None:
    paces = [Pace(settings(seed=k), speed) for k, speed in enumerate((9000.0, 100.0, 10_000.0))]
    assert speed(settings(), paces) == speed(settings(seed=1), paces) == pytest.approx(9000)


def test_more_work_takes_longer_in_proportion() -> None:
    small, large = settings(bottleneck=8), settings(bottleneck=256)
    known = [Pace(small, 90_000.0)]
    assert work(large) > work(small)
    assert speed(large, known) == pytest.approx(90_000 * work(small) / work(large))
    for more in ({"batch_size": 16}, {"noise": "gaussian"}, {"architecture": "convolutional"}):
        assert work(settings(bottleneck=8, **more)) > work(small)


def test_without_any_run_a_usual_machine_is_assumed() -> None:
    config = settings()
    assert speed(config, []) == ASSUMED_SPEED / work(config)
    assert 1 < seconds_of(settings(epochs=10), []) < 60


def test_what_is_trained_already_takes_no_time() -> None:
    config = settings(epochs=10)
    known = [Pace(config, 10_000.0)]
    whole, half = seconds_of(config, known), seconds_of(config, known, config.target_step // 2)
    assert whole - half == pytest.approx(30, rel=0.01)
    assert seconds_of(config, known, 10 * config.target_step) == RUN_S
    assert seconds([], known, 2) == 0


def test_workers_share_the_runs_but_none_is_faster_than_by_itself() -> None:
    assert together([10, 10, 10, 10], 1) == 40
    assert together([10, 10, 10, 10], 2) == 20
    assert together([10, 1, 1], 4) == 10
    assert together([], 4) == 0
    config = settings(epochs=2)
    known = [Pace(config, 10_000.0)]
    assert seconds([config] * 6, known, 2) == pytest.approx(3 * seconds_of(config, known))
