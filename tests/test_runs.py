"""Recordings on disk: read back, damaged, remade bit for bit, removed, and made room for."""

import json
import logging
import math
import os
import pickle
import random
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from aecore import measurements
from aecore import runs as runs_module
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.results import write_atomically
from aecore.runs import Progress, Run, RunError, RunStore
from aecore.slices import advance

TINY = RunConfig(bottleneck=2, batch_size=360, epochs=3, noise="gaussian")  # 4 steps an epoch
DATA = "0123456789abcdef"

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


@pytest.fixture
def run(store):
    return store.open(TINY, DATA)


def train(store, config=TINY):
    outcome = advance(str(store.root), config.as_dict(), math.inf)
    assert outcome.done
    return store.open(config, load(config.dataset).fingerprint)


def contents(run):
    """Return all that a run recorded, times left out."""
    tensors = run.checkpoint()[1]
    return {
        "snapshots": {step: run._snapshot(step).read_bytes() for step in run.steps()},
        "checkpoint": {name: value.numpy().tobytes() for name, value in tensors.items()},
        "metrics": run.metrics(),
        "whole": run.results.load("whole-12"),
    }


# -- reading back --------------------------------------------------------------------


def test_a_new_run_has_nothing(run):
    assert run.steps() == []
    assert run.metrics() == []
    assert run.progress() == Progress()
    assert run.checkpoint() is None
    assert run.results.load("whole-12") is None
    assert run.results.array("umap") is None
    assert run.failure() == ""
    assert not run.done(3)
    with pytest.raises(RunError, match=r"no snapshot of step 1,000\."):
        run.weights(1000)


def test_what_is_written_is_read_back(run):
    weights = {"a": torch.rand(3, 2), "b": torch.rand(4)}
    for step in (100, 0, 20):
        run.save_snapshot(step, weights)
    run.save_checkpoint(Progress(20, 1.5, 300.0), weights)
    run.results.save("whole-20", {"test_mse": 0.5})
    array = np.random.default_rng(0).normal(size=(5, 2)).astype(np.float32)
    run.results.save_array("umap", array)
    again = Run(run.path, run.config)
    assert again.steps() == [0, 20, 100]
    assert all(torch.equal(value, weights[name]) for name, value in again.weights(20).items())
    progress, tensors = again.checkpoint()
    assert progress == again.progress() == Progress(20, 1.5, 300.0)
    assert torch.equal(tensors["a"], weights["a"])
    assert again.results.load("whole-20") == {"test_mse": 0.5}
    np.testing.assert_array_equal(again.results.array("umap"), array)


def test_the_same_settings_are_the_same_run(store):
    one = store.open(TINY, DATA)
    longer = RunConfig(**TINY.as_dict() | {"epochs": 50})
    assert store.open(longer, DATA).id == one.id
    assert store.open(TINY, "other data").id != one.id
    assert store.find(longer, DATA).id == one.id
    assert store.find(RunConfig(seed=5), DATA) is None
    assert {run.id for run in store.runs()} == {one.id, store.open(TINY, "other data").id}


def test_nothing_half_written_is_ever_seen(tmp_path):
    path = tmp_path / "file"
    write_atomically(path, b"0" * 100_000)
    stop, seen = threading.Event(), set()

    def read():
        while not stop.is_set():
            content = path.read_bytes()
            seen.add((len(content), len(set(content))))

    reader = threading.Thread(target=read)
    reader.start()
    for k in range(200):
        write_atomically(path, bytes([48 + k % 10]) * 100_000)
    stop.set()
    reader.join()
    assert seen == {(100_000, 1)}
    assert os.listdir(tmp_path) == ["file"]


# -- measurements --------------------------------------------------------------------


def test_a_torn_last_line_is_left_out_and_does_not_spoil_the_next(run):
    run.add_metrics({"step": 0, "loss": 1.0})
    run.add_metrics({"step": 1, "loss": 0.5})
    with run._metrics.open("ab") as file:
        file.write(b'{"step": 2, "lo')
    assert [row["step"] for row in run.metrics()] == [0, 1]
    run.add_metrics({"step": 2, "loss": 0.25})
    assert [row["loss"] for row in run.metrics()] == [1.0, 0.5, 0.25]


def test_steps_written_twice_count_once(run):
    for step, loss in ((0, 1.0), (5, 0.5), (1, 0.8), (5, 0.4)):
        run.add_metrics({"step": step, "loss": loss})
    assert run.metrics() == [
        {"step": 0, "loss": 1.0}, {"step": 1, "loss": 0.8}, {"step": 5, "loss": 0.4},
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [b"\xff\xfe\x00", b"null", b"[]", b"7", b'{"loss": 1}', b'{"step": null}', b'{"step": "x"}',
     b'{"step": Infinity}', b'{"step": NaN}', b'{"step": 1'],
)  # fmt: skip
def test_lines_that_say_nothing_are_skipped(run, line):
    run.add_metrics({"step": 0})
    with run._metrics.open("ab") as file:
        file.write(line + b"\n")
    run.add_metrics({"step": 3})
    assert [row["step"] for row in run.metrics()] == [0, 3]


LINES = st.one_of(
    st.builds(
        lambda step, loss: json.dumps({"step": step, "loss": loss}).encode(),
        st.integers(0, 9),
        st.floats(allow_nan=False),
    ),
    st.binary(max_size=20),
    st.just(b'{"step": 3, "lo'),
)


@given(st.lists(st.tuples(LINES, st.sampled_from([b"\n", b""])), max_size=20))
def test_a_file_that_is_read_while_it_grows_says_what_the_whole_file_says(parts):
    with TemporaryDirectory() as folder:
        growing, whole = Path(folder, "growing"), Path(folder, "whole")
        content = b""
        for line, end in parts:
            content += line + end
            growing.write_bytes(content)
            measurements.read(growing)
        whole.write_bytes(content)
        growing.write_bytes(content)
        assert measurements.read(growing) == measurements.read(whole)


def test_a_file_with_another_beginning_is_read_anew(run):
    run.add_metrics({"step": 0, "loss": 1.0})
    run.add_metrics({"step": 1, "loss": 0.5})
    assert len(run.metrics()) == 2
    run._metrics.write_text('{"step": 0, "loss": 3.0}\n')  # made again after it was removed
    assert run.metrics() == [{"step": 0, "loss": 3.0}]


def test_what_was_read_is_not_understood_again(run, monkeypatch):
    understood = []

    def values_of(line):
        understood.append(line)
        return json.loads(line)

    monkeypatch.setattr(measurements, "values_of", values_of)
    for step in range(10):
        run.add_metrics({"step": step})
        assert [row["step"] for row in run.metrics()] == list(range(step + 1))
    assert len(understood) == 10


# -- damage --------------------------------------------------------------------------


def torn(content):
    return content[: len(content) // 2]


DAMAGE = {
    "torn": torn,
    "empty": lambda content: b"",
    "garbage": lambda content: random.Random(0).randbytes(len(content)),
    "zeros": lambda content: bytes(len(content)),
    "huge header": lambda content: b"\xff" * 8 + content[8:],
    "text": lambda content: b"<html>quota exceeded</html>",
    "pickle": lambda content: pickle.dumps({"weights": [1, 2, 3]}),
}


def logged(caplog, name):
    return [r for r in caplog.records if r.levelno == logging.WARNING and name in r.getMessage()]


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("victim", ["checkpoint.safetensors", "snapshots/000000004.safetensors"])
def test_what_is_damaged_is_set_aside_and_remade_bit_for_bit(
    store, tmp_path, caplog, victim, damage
):
    expected = contents(train(RunStore(tmp_path / "undisturbed")))
    run = train(store)
    assert contents(run) == expected
    path = run.path / victim
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    if victim.startswith("snap"):
        with pytest.raises(RunError, match=r"^The snapshot of step 4 was damaged; .*\.$"):
            run.weights(4)
    else:
        assert run.checkpoint() is None
    assert logged(caplog, path.name)
    assert path.with_name(path.name + ".damaged").exists()
    assert 4 in run.steps() or victim.startswith("snap")
    assert not run.done(3)
    assert contents(train(store)) == expected


@pytest.mark.parametrize("damage", ["empty", "garbage", "zeros", "text", "pickle"])
def test_how_far_a_run_is_survives_a_damaged_checkpoint(store, caplog, damage):
    run = train(store)
    path = run._checkpoint
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    assert run.progress() == Progress()
    assert logged(caplog, path.name)
    assert not path.exists()


@pytest.mark.parametrize(
    "header",
    [{}, {"progress": "x"}, {"progress": "[]"}, {"progress": '{"step": -1}'},
     {"progress": '{"step": 1, "seconds": Infinity}'}, {"progress": '{"stop": 1}'}],
)  # fmt: skip
def test_a_progress_that_makes_no_sense(run, header):
    from safetensors.torch import save

    run._checkpoint.write_bytes(save({"a": torch.zeros(1)}, metadata=header or None))
    assert run.progress() == Progress()
    assert run.checkpoint() is None


def test_a_checkpoint_of_another_network_is_set_aside(store, caplog, tmp_path):
    expected = contents(train(RunStore(tmp_path / "undisturbed")))
    run = train(store)
    other = train(store, RunConfig(**TINY.as_dict() | {"bottleneck": 3}))
    run._checkpoint.write_bytes(other._checkpoint.read_bytes())
    assert contents(train(store)) == expected
    assert logged(caplog, "checkpoint")


@pytest.mark.parametrize("content", [b"", b"{", b"7", b"null", b"\xff", b"[1]"])
def test_a_damaged_result_is_measured_again(store, caplog, content):
    run = train(store)
    expected = run.results.load("whole-12")
    run.results.path("whole-12").write_bytes(content)
    assert run.results.load("whole-12") is None
    assert logged(caplog, "whole-12.json")
    assert not run.done(3)
    assert train(store).results.load("whole-12") == expected


def test_a_damaged_array_is_set_aside(run, caplog):
    run.results.save_array("umap", np.zeros(3))
    path = run.path / "results" / "umap.safetensors"
    for content in (torn(path.read_bytes()), pickle.dumps([1]), b""):
        path.write_bytes(content)
        assert run.results.array("umap") is None
        assert logged(caplog, "umap")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"config": {}}', b'{"config": [], "data": "x"}',
     b'{"config": {"bottleneck": 0}, "data": "x"}', b'{"config": {"x": 1}, "data": "x"}', b"\xff"],
)  # fmt: skip
def test_damaged_settings_are_written_again_when_the_run_is_opened(store, caplog, content):
    expected = contents(train(store))
    run = store.open(TINY, load("digits").fingerprint)
    (run.path / "config.json").write_bytes(content)
    assert list(store.runs()) == []
    assert logged(caplog, "config.json")
    assert contents(train(store)) == expected
    assert [found.id for found in store.runs()] == [run.id]


def test_settings_edited_by_hand_are_those_of_another_run(store, caplog):
    run = store.open(TINY, DATA)
    path = run.path / "config.json"
    content = json.loads(path.read_text())
    content["config"]["bottleneck"] = 5
    path.write_text(json.dumps(content))
    with pytest.raises(RunError):
        store.get(run.id)
    assert "settings are those of another run" in logged(caplog, "config.json")[0].getMessage()
    assert store.open(TINY, DATA).config.bottleneck == 2
    assert store.get(run.id).config.bottleneck == 2


def test_a_damaged_failure_does_not_count(run):
    run.fail(5, "It exploded.")
    assert run.failure() == "It exploded."
    (run.path / "failed.json").write_bytes(b"[")
    assert run.failure() == ""


def test_a_damaged_file_that_cannot_be_renamed_is_still_no_error(run, caplog, monkeypatch):
    run._checkpoint.write_bytes(b"")
    run.results.path("whole-12").write_bytes(b"{")

    def refuse(*paths):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    assert run.progress() == Progress()
    assert run.checkpoint() is None
    assert run.results.load("whole-12") is None
    assert logged(caplog, "Permission denied")


def test_one_run_that_cannot_be_read_does_not_hide_the_others(store, run, caplog):
    (store.root / ("b" * 16) / "config.json").mkdir(parents=True)
    assert [found.id for found in store.runs()] == [run.id]
    assert logged(caplog, "b" * 16)


class Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_nothing_is_unpickled(store, tmp_path):
    run = train(store)
    bait = pickle.dumps(Trap(tmp_path / "sprung"))
    run.results.save_array("umap", np.zeros(2))
    for path in [p for p in run.path.rglob("*") if p.is_file()]:
        path.write_bytes(bait)
    for look in (
        run.progress, run.checkpoint, run.metrics, run.failure,
        lambda: run.results.load("whole-12"),
        lambda: run.results.array("umap"), lambda: list(store.runs()), lambda: train(store),
    ):  # fmt: skip
        look()
    for step in run.steps():
        try:
            run.weights(step)
        except RunError:
            continue
    assert not (tmp_path / "sprung").exists()
    pickle.loads(bait).close()
    assert (tmp_path / "sprung").exists()  # so the bait would have worked


# -- finding, removing, making room --------------------------------------------------


def test_runs_are_found_by_the_first_few_characters(store):
    ids = [store.open(RunConfig(seed=seed), DATA).id for seed in range(3)]
    assert store.get(ids[1]).id == ids[1]
    assert store.get(f" {ids[1][:8].upper()} ").id == ids[1]
    for nothing in ("", "abc", "../..", "zzzz", ids[0] + "0", "%s", "0" * 16):
        with pytest.raises(RunError, match="There is no run"):
            store.get(nothing)


def test_an_id_that_is_not_enough(store, monkeypatch):
    monkeypatch.setattr(
        store, "runs", lambda: [Run(store.root / f"abcd{k:012}", TINY) for k in "12"]
    )
    with pytest.raises(RunError, match="More than one run starts with abcd"):
        store.get("abcd")


def test_what_is_no_run_is_left_alone(store, tmp_path):
    run = store.open(TINY, DATA)
    elsewhere = tmp_path / "elsewhere" / ("b" * 16)
    elsewhere.mkdir(parents=True)
    (elsewhere / "precious").write_text("x")
    (store.root / ("b" * 16)).symlink_to(elsewhere)
    (store.root / ("c" * 16)).write_text("a file")
    (store.root / ("d" * 16)).mkdir()
    (store.root / "notes.txt").write_text("mine")
    (store.root / "A folder").mkdir()
    (run.path / "outside").symlink_to(elsewhere)
    (run.path / "snapshots" / "notes.txt").write_text("x")
    (run.path / "snapshots" / "x.safetensors").write_text("x")
    (run.path / "snapshots" / ".000000001.safetensors.1234.part").write_text("x")
    assert [found.id for found in store.runs()] == [run.id]
    assert run.steps() == []
    assert run.size() < 10_000
    store.remove(run)
    assert (elsewhere / "precious").exists()
    assert sorted(os.listdir(store.root)) == sorted(
        ["b" * 16, "c" * 16, "d" * 16, "notes.txt", "A folder"]
    )


def test_a_removed_run_is_gone_and_can_be_made_again(store):
    run = train(store)
    store.remove(run)
    assert os.listdir(store.root) == []
    assert run.steps() == []
    assert run.progress() == Progress()
    run.touch()
    assert run.used_at() == 0
    store.remove(run)  # nothing to do
    assert train(store).done(3)


def test_a_run_that_is_being_trained_is_not_removed(store, run):
    with run.lock(), pytest.raises(RunError, match="is being trained"):
        store.remove(run, wait_s=0.05)
    assert store.find(TINY, DATA)
    store.remove(run, wait_s=0)
    assert store.find(TINY, DATA) is None


def fill(store, ages):
    """Make runs of 100,000 bytes, unused for so many seconds."""
    made = []
    for seed, age in enumerate(ages):
        run = store.open(RunConfig(seed=seed), DATA)
        (run.path / "results" / "bulk").write_bytes(bytes(100_000))
        then = time.time() - age
        os.utime(run.path / "config.json", (then, then))
        made.append(run.id)
    return made


def test_room_is_made_at_the_expense_of_what_was_unused_for_longest(store):
    day = 86_400
    ids = fill(store, [2 * day, 4 * day, 1 * day, 3 * day])
    assert store.prune(10**9) == []
    assert store.prune(250_000) == [ids[1], ids[3]]
    assert {run.id for run in store.runs()} == {ids[0], ids[2]}


def test_a_large_run_does_not_go_before_older_ones(store):
    old, new = fill(store, [9000, 5000])
    (store.root / new / "results" / "bulk").write_bytes(bytes(500_000))
    assert store.prune(550_000) == [old]


def test_runs_in_use_are_spared(store):
    ids = fill(store, [0, runs_module.WATCHED_S - 30, 9000])
    assert store.prune(0) == [ids[2]]
    with store.get(ids[0]).lock():
        assert {run.id for run in store.runs()} == set(ids[:2])


def test_runs_being_trained_are_spared(store):
    ids = fill(store, [9000, 8000])
    with store.get(ids[0]).lock():
        assert store.prune(0) == [ids[1]]


def test_touching_a_run_puts_it_in_use(store):
    ids = fill(store, [9000, 8000])
    store.get(ids[0]).touch()
    assert store.prune(0) == [ids[1]]


def test_what_a_killed_removal_left_is_cleared_away(store):
    fill(store, [0])
    leftover = store.root / ".0123456789abcdef.12345678.removed"
    leftover.mkdir()
    (leftover / "bulk").write_bytes(bytes(1000))
    store.prune(10**9)
    assert not leftover.exists()


def test_an_absent_store_is_empty(tmp_path):
    store = RunStore(tmp_path / "nowhere")
    assert list(store.runs()) == []
    assert store.prune(0) == []
    assert not (tmp_path / "nowhere").exists()
