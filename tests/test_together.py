"""Which snapshots those look at who follow a run: for a moment the same ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aecore.config import RunConfig
from aecore.runs import Run, RunStore
from ui.pace import PERIODS_S, SPREAD, Pace
from ui.together import HELD, Together


class Growing:
    """A run that has as many snapshots as a test says, and the time that a test says it is."""

    id = "a run"

    def __init__(self) -> None:
        self.time, self.count = 0.0, 0
        self.together = Together(Pace(), lambda: self.time)

    def steps(self) -> list[int]:
        return list(range(self.count))

    def seen(self, status: str = "training") -> int:
        return len(self.together.steps(self, status))


def test_who_looks_within_a_moment_sees_the_same() -> None:
    run = Growing()
    run.count = 3
    assert run.seen() == 3
    run.count = 7
    run.time += 0.9 * HELD * PERIODS_S[0]
    assert run.seen() == 3
    run.time += 0.2 * HELD * PERIODS_S[0]
    assert run.seen() == 7


def test_nobody_goes_back_where_a_run_goes_on_at_once() -> None:
    run = Growing()
    run.count = 3
    assert run.seen() == 3
    run.count = 7
    assert run.seen("done") == 7
    assert run.seen("queued") == 7


@pytest.mark.parametrize("status", ["new", "paused", "done", "failed"])
def test_a_run_that_stands_still_is_seen_as_it_is(status: str) -> None:
    run = Growing()
    run.count = 3
    assert run.seen() == 3
    run.count = 7
    assert run.seen(status) == 7


def test_the_first_snapshot_is_seen_at_once() -> None:
    run = Growing()
    assert run.seen("queued") == 0
    run.count = 1
    assert run.seen() == 1


@given(st.lists(st.floats(1 - SPREAD, 1 + SPREAD), min_size=1, max_size=20))
def test_a_page_that_is_alone_always_finds_something_newer(waits: list[float]) -> None:
    run = Growing()
    for count, wait in enumerate(waits, 1):
        run.count = count
        assert run.seen() == count
        run.time += wait * PERIODS_S[0]


def test_runs_are_told_apart_and_nobody_changes_what_others_see(tmp_path: Path) -> None:
    together = Together(Pace(), lambda: 0.0)
    store = RunStore(tmp_path)
    first, second = (store.open(RunConfig(bottleneck=q), "data") for q in (2, 3))
    for run, count in ((first, 1), (second, 2)):
        for step in range(count):
            run.save_snapshot(step, {})
    assert together.steps(first, "training") == [0]
    together.steps(second, "training").clear()
    assert together.steps(second, "training") == [0, 1]


def test_a_run_is_known_by_its_name_alone(tmp_path: Path) -> None:
    """Each look opens the run anew, as each page does."""
    together, store = Together(Pace(), lambda: 0.0), RunStore(tmp_path)
    run = store.open(RunConfig(), "data")
    run.save_snapshot(0, {})
    assert together.steps(run, "training") == [0]
    run.save_snapshot(1, {})
    again = store.find(RunConfig(), "data")
    assert isinstance(again, Run)
    assert again is not run
    assert together.steps(again, "training") == [0]
