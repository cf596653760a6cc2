"""Which other runs are offered beside one's own, and what they are called."""

import os

import pytest
import torch

from aecore.config import RunConfig
from aecore.datasets import load
from aecore.runs import RunStore
from ui import other_runs
from ui.other_runs import label, others, reached


@pytest.fixture
def store(tmp_path):
    other_runs._listed.clear()
    yield RunStore(tmp_path / "runs")
    other_runs._listed.clear()


def recorded(store, config, fingerprint, *, used_at=1000, step=0):
    run = store.open(config, fingerprint)
    run.save_snapshot(step, {"weight": torch.zeros(1)})
    os.utime(run.path / "config.json", (used_at, used_at))
    return run


def test_runs_on_the_same_data_are_offered_the_most_recently_used_first(store):
    digits = load("digits").fingerprint
    own = recorded(store, RunConfig(), digits, used_at=4000)
    old = recorded(store, RunConfig(bottleneck=8), digits, used_at=1000)
    new = recorded(store, RunConfig(seed=1), digits, used_at=3000)
    recorded(store, RunConfig(seed=2), "of other content")
    recorded(store, RunConfig(subset=500), load("digits", {"subset": 500}).fingerprint)
    recorded(store, RunConfig(dataset="noise"), load("noise").fingerprint)
    store.open(RunConfig(seed=3), digits)  # nothing to look at yet
    assert [run.id for run in others(store, own, digits)] == [new.id, old.id]
    assert [run.id for run in others(store, new, digits)] == [own.id, old.id]


def test_one_listing_serves_everybody(store, monkeypatch):
    digits = load("digits").fingerprint
    own = recorded(store, RunConfig(), digits)
    recorded(store, RunConfig(seed=1), digits)
    read = []
    listing = RunStore.runs
    monkeypatch.setattr(RunStore, "runs", lambda self: read.append(1) or listing(self))
    for _ in range(30):
        assert len(others(store, own, digits)) == 1
    assert len(read) == 1


def test_a_run_is_named_by_what_differs_and_how_far_it_is(store):
    base = RunConfig(epochs=10)
    run = recorded(store, RunConfig(loss="mse", seed=4), "ab", step=3 * base.steps_per_epoch)
    assert label(run, base) == "loss mse, seed 4"
    assert reached(run) == "epoch 3"
