"""The store under faults: full and read-only disks, clocks that jump, other versions' files.

Disks are small ones of memory, mounted for the test. A clock that jumps is played by dating all
files and leases of the store the other way, which is the same to whoever looks.
"""

import json
import math
import os
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import psutil
import pytest
import torch
from filelock import FileLock

from aecore import engine as engine_module
from aecore import results as results_module
from aecore import runs as runs_module
from aecore.__main__ import main
from aecore.config import FORMAT, RunConfig
from aecore.datasets import load
from aecore.engine import Engine
from aecore.results import Results, of_dataset, write_atomically
from aecore.runs import RunError, RunStore, SnapshotGone
from aecore.slices import advance
from aecore.workers import Processes
from tests.disks import small_disk
from tests.waiting import wait_for

CONFIG = RunConfig(
    bottleneck=3, hidden=(16,), tied=True, noise="gaussian", weight_decay=1e-4, batch_size=32,
    epochs=15,
)  # fmt: skip
YEAR_S = 365 * 86_400

pytestmark = pytest.mark.usefixtures("one_thread")


def one_thread_pool():
    return ThreadPoolExecutor(1)


@pytest.fixture
def started():
    """Return a function that starts engines, and closes them when the test is over."""
    engines = []

    def start(home, make=one_thread_pool, workers=1, **more):
        engines.append(Engine(home, Processes(workers, make), **more))
        return engines[-1]

    yield start
    for engine in engines:
        engine.close()


@pytest.fixture(scope="module")
def undisturbed(one_thread, tmp_path_factory):
    """Return the recording of `CONFIG`, trained in one go."""
    root = tmp_path_factory.mktemp("undisturbed")
    assert advance(str(root), CONFIG.as_dict(), math.inf).done
    return recording(next(RunStore(root).runs()))


def fingerprint():
    return load("digits").fingerprint


def recording(run):
    tensors = run.checkpoint()[1]
    return (
        {step: run.path.joinpath("snapshots", f"{step:09d}.safetensors").read_bytes()
         for step in run.steps()},
        {name: value.numpy().tobytes() for name, value in tensors.items()},
        run.metrics(),
        run.results.load(f"whole-{run.progress().step}"),
    )  # fmt: skip


def with_epochs(config, epochs):
    return RunConfig(**config.as_dict() | {"epochs": epochs})


def resting(engine):
    """Wait until no slice is in flight."""
    wait_for(lambda: not engine._in_flight, "the last slice")


def leftovers(root):
    return [p.name for p in root.rglob("*") if p.suffix in (".part", ".damaged", ".removed")]


# -- disks ---------------------------------------------------------------------------


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path / "disk") as disk:
        yield disk


def test_a_full_disk_is_said_and_training_goes_on_once_there_is_room(
    disk, started, undisturbed, monkeypatch
):
    monkeypatch.setattr(engine_module, "ROOM_S", 0.05)
    monkeypatch.setattr(engine_module, "LONGEST_SLICE_S", 0.1)
    engine = started(disk.path / "home")
    run = engine.want(CONFIG, fingerprint(), "me")
    wait_for(lambda: run.progress().step, "the first slice")
    disk.fill()
    wait_for(lambda: engine.status(run, CONFIG.epochs)[1], "a sentence")
    step = run.progress().step
    assert 0 < step < CONFIG.target_step
    assert engine.status(run, CONFIG.epochs) == (
        "training", "The disk is full: training goes on once there is room.",
    )  # fmt: skip
    with pytest.raises(OSError, match="No space left"):
        engine.want(RunConfig(seed=99), fingerprint(), "me")
    assert [path.name for path in engine.store.root.glob("[!.]*")] == [run.id]
    assert run.weights(run.steps()[-1])  # what is there can be looked at
    assert engine.wants(run.id, "me")
    assert run.progress().step >= step
    disk.make_room()
    wait_for(lambda: engine.status(run, CONFIG.epochs) == ("done", ""), "the end")
    assert recording(run) == undisturbed
    assert leftovers(disk.path) == []
    assert engine.want(RunConfig(seed=99), fingerprint(), "me").id != run.id


def test_who_stops_on_a_full_disk_has_paused(disk, started):
    engine = started(disk.path / "home")
    run = engine.store.open(CONFIG, fingerprint())
    disk.fill()
    engine.want(CONFIG, fingerprint(), "me")
    wait_for(lambda: engine.status(run, CONFIG.epochs)[1], "a sentence")
    engine.release(run.id, "me")
    assert engine.status(run, CONFIG.epochs) == ("new", "")


def test_a_read_only_store_can_be_looked_at_and_trained_later(
    disk, started, undisturbed, caplog, monkeypatch
):
    monkeypatch.setattr(runs_module, "WATCHED_S", -1)
    home = disk.path / "home"
    assert not advance(str(home / "runs"), CONFIG.as_dict(), 0.1).done
    half = recording(next(RunStore(home / "runs").runs()))
    disk.remount("ro")

    engine = started(home, store_bytes=0)
    (run,) = engine.store.runs()
    assert recording(run) == half
    assert engine.status(run, CONFIG.epochs) == ("paused", "")
    run.touch()
    run.tidy()
    run.distrust(run.steps()[0], "a test")
    assert of_dataset(home, "nothing").load("known") is None
    engine._prune()
    assert "Could not make room" in caplog.text
    engine.want(CONFIG, fingerprint(), "me")
    wait_for(lambda: engine.status(run, CONFIG.epochs)[0] == "failed", "a sentence")
    assert engine.status(run, CONFIG.epochs)[1] == (
        "The run could not be written to disk (read-only file system)."
    )
    with pytest.raises(OSError, match="Read-only"):
        engine.want(RunConfig(seed=99), fingerprint(), "me")
    resting(engine)
    assert recording(run) == half

    disk.remount("rw")
    engine.want(CONFIG, fingerprint(), "me")
    wait_for(lambda: engine.status(run, CONFIG.epochs) == ("done", ""), "the end")
    assert recording(run) == undisturbed


def test_files_in_the_places_of_folders(tmp_path):
    store = RunStore(tmp_path / "runs")
    store.root.write_text("no folder")
    assert list(store.runs()) == store.left_out() == store.prune(0) == []
    assert store.find(CONFIG, "x") is None
    with pytest.raises(OSError, match=r"exists|Not a directory"):
        store.open(CONFIG, "x")
    store.root.unlink()
    run = store.open(CONFIG, "x")
    for name in ("snapshots", "results"):
        shutil.rmtree(run.path / name)
        (run.path / name).write_text("no folder")
    assert run.steps() == []
    assert run.results.load("x") is run.results.array("x") is None


# -- writers that were killed --------------------------------------------------------


def test_what_killed_writers_left_half_written_does_not_pile_up(tmp_path):
    store = RunStore(tmp_path)
    run = store.open(CONFIG, "x")
    names = ["old", "from the future", "being written"]
    parts = [run.path / "snapshots" / f".{name}.part" for name in names]
    for part, age in zip(parts, (3600, -YEAR_S, 0), strict=True):
        part.write_bytes(bytes(1000))
        os.utime(part, 2 * (time.time() - age,))
    assert store.prune(10**9) == []
    assert [part.exists() for part in parts] == [False, False, True]


def test_folders_of_runs_whose_making_was_killed_go_when_room_is_made(tmp_path):
    store = RunStore(tmp_path)
    old, torn, new, kept = (tmp_path / (digit * 16) for digit in "0123")
    for folder in (old, torn, new, kept):
        (folder / "snapshots").mkdir(parents=True)
    (torn / ".config.json.part").write_bytes(b"{")
    (kept / "snapshots" / "000000000.safetensors").write_bytes(b"somebody's")
    for path in (torn / ".config.json.part", old, torn, kept):
        os.utime(path, 2 * (time.time() - 3600,))
    assert store.prune(10**9) == []
    assert [folder.exists() for folder in (old, torn, new, kept)] == [False, False, True, True]


# -- clocks --------------------------------------------------------------------------


def set_clock(home, seconds):
    """Set the clock forward, or back: what was written before is as far in the past or future."""
    for path in home.rglob("[!.]*"):  # none that is just being written
        then = path.stat().st_mtime - seconds
        if path.parent.name == "wanted":
            lines = json.loads(path.read_text())
            for line in lines:
                line["until"] -= seconds
            path.write_text(json.dumps(lines))
        os.utime(path, (then, then))


def fill_store(store, ages):
    """Make runs of 100,000 bytes that were unused for so many seconds."""
    runs = []
    for seed, age in enumerate(ages):
        runs.append(store.open(RunConfig(seed=seed), "x"))
        (runs[-1].path / "results" / "bulk").write_bytes(bytes(100_000))
        os.utime(runs[-1].path / "config.json", 2 * (time.time() - age,))
    return runs


def wait_for_room(engine, run):
    """Have room made until a run is gone: it does nothing while another thread is at it."""

    def made():
        engine._prune()
        return not run.path.exists()

    wait_for(made, "room to be made")


def test_a_clock_set_forward_takes_no_run_that_is_wanted(tmp_path, started):
    engine = started(tmp_path, make=Waiting)
    old, middle, wanted = fill_store(engine.store, [7200, 3600, 9000])
    engine.want(wanted.config, "x", "me")
    set_clock(tmp_path, YEAR_S)
    engine._store_bytes = 250_000
    wait_for_room(engine, old)
    assert {run.id for run in engine.store.runs()} == {middle.id, wanted.id}


def test_a_clock_set_back_does_not_stop_making_room(tmp_path, monkeypatch):
    store = RunStore(tmp_path)
    old, new = fill_store(store, [7200, 3600])
    set_clock(tmp_path, -YEAR_S)
    assert store.prune(150_000) == []  # perhaps they are in use at this moment
    assert all(abs(run.used_at() - time.time()) < 60 for run in (old, new))
    monkeypatch.setattr(runs_module, "WATCHED_S", -1)  # a while later
    assert len(store.prune(150_000)) == 1


def test_a_clock_set_back_does_not_cost_the_newest_results(tmp_path, monkeypatch):
    monkeypatch.setattr(results_module, "MOST_ARRAYS", 3)
    kept = Results(tmp_path)
    for k in range(3):
        kept.save_array(f"before-{k}", np.full(2, k))
    set_clock(tmp_path, -YEAR_S)
    for k in range(3):
        kept.save_array(f"after-{k}", np.full(2, k))
        assert kept.array(f"after-{k}") is not None
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["after-0", "after-1", "after-2"]


@pytest.mark.parametrize("jump", [YEAR_S, -YEAR_S])
def test_wishes_of_another_time_train_nothing_for_ever(tmp_path, started, jump):
    before = started(tmp_path, make=Waiting)
    run = before.want(CONFIG, fingerprint(), "me")
    before.abandon()  # as one that was killed
    before._thread.join()
    set_clock(tmp_path, jump)
    after = started(tmp_path, make=Waiting)
    taken_up = jump < 0
    assert after.wants(run.id, "me") == taken_up
    if taken_up:
        (_, until) = after._wanted[run.id].leases["me"]
        assert until <= time.monotonic() + engine_module.LEASE_S
        after.release(run.id, "me")
    assert list((tmp_path / "wanted").iterdir()) == []
    assert not started(tmp_path, make=Waiting).queue()[0]
    assert after.store.find(CONFIG, fingerprint())


@pytest.mark.parametrize("jump", [YEAR_S, -YEAR_S])
def test_a_clock_that_jumps_in_the_middle_ends_no_lease_and_makes_none_endless(
    tmp_path, started, undisturbed, monkeypatch, jump
):
    monkeypatch.setattr(engine_module, "RENEW_S", 0.02)
    monkeypatch.setattr(engine_module, "LONGEST_SLICE_S", 0.1)
    engine = started(tmp_path, is_connected=lambda holder: holder == "me")
    run = engine.want(CONFIG, fingerprint(), "me")
    wait_for(lambda: run.progress().step, "the first slice")
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() + jump)
    assert engine.wants(run.id, "me") or run.done(CONFIG.epochs)
    wait_for(lambda: engine.status(run, CONFIG.epochs)[0] == "done", "the end")
    assert recording(run) == undisturbed
    monkeypatch.setattr(engine_module, "LEASE_S", 0.05)
    longer = with_epochs(CONFIG, 1000)
    engine.want(longer, fingerprint(), "somebody who has gone")
    wait_for(lambda: not engine.holders(run.id), "the lease to end")
    assert engine.status(run, 1000)[0] == "paused"


@pytest.mark.parametrize("age", [YEAR_S, -YEAR_S])
def test_the_age_of_a_lock_means_nothing(tmp_path, age):
    run = RunStore(tmp_path).open(CONFIG, fingerprint())
    short = with_epochs(CONFIG, 1).as_dict()
    with run.lock():
        os.utime(run.path / "lock", 2 * (time.time() - age,))
        assert advance(str(tmp_path), short, 1).busy
    assert advance(str(tmp_path), short, math.inf).done


class Waiting(ThreadPoolExecutor):
    """Takes slices and does none of them."""

    def __init__(self):
        super().__init__(1)
        self._over = threading.Event()

    def submit(self, function, *arguments):
        return super().submit(self._over.wait)

    def shutdown(self, *, wait=True, cancel_futures=False):
        self._over.set()
        super().shutdown(wait=False, cancel_futures=cancel_futures)


# -- other versions ------------------------------------------------------------------


def foreign(store, name, config, **more):
    """Make a recording as another version would."""
    folder = store.root / name
    (folder / "snapshots").mkdir(parents=True)
    (folder / "snapshots" / "000000000.safetensors").write_bytes(b"of another kind")
    (folder / "bulk").write_bytes(bytes(100_000))
    path = folder / "config.json"
    path.write_text(json.dumps({"config": config, "data": "x", **more}))
    os.utime(path, (1, 1))
    return folder


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_recordings_of_other_versions_are_left_alone_and_said(
    tmp_path, caplog, capsys, monkeypatch
):
    monkeypatch.setenv("AE_HOME", str(tmp_path))
    store = RunStore(tmp_path / "runs")
    older = foreign(store, "0" * 16, {"units": 7}, format=FORMAT - 1)
    newer = foreign(store, "1" * 16, {"bottleneck": "two", "quantum": True}, format=FORMAT + 1)
    same = foreign(store, "2" * 16, CONFIG.as_dict() | {"quantum": True})
    counted_otherwise = foreign(store, "3" * 16, CONFIG.as_dict(), format=FORMAT)
    strangers = [older, newer, same, counted_otherwise]
    before = [contents(folder) for folder in strangers]

    assert advance(str(store.root), with_epochs(CONFIG, 1).as_dict(), math.inf).done
    (mine,) = store.runs()
    os.utime(mine.path / "config.json", (2, 2))
    for _ in range(3):
        assert store.left_out() == [folder.name for folder in strangers]
        assert store.find(CONFIG, fingerprint()).id == mine.id
    assert main(["runs", "list"]) == 0
    said = "".join(capsys.readouterr())
    assert "another version" in said
    assert all(folder.name in said for folder in strangers)
    assert store.prune(0) == [mine.id]
    assert [contents(folder) for folder in strangers] == before
    for folder in strangers:
        assert len([r for r in caplog.records if folder.name in r.getMessage()]) == 1


def test_recordings_without_a_format_are_of_the_first(tmp_path):
    store = RunStore(tmp_path)
    run = store.open(CONFIG, "x")
    path = run.path / "config.json"
    content = json.loads(path.read_text())
    assert content.pop("format") == FORMAT == 1
    path.write_text(json.dumps(content))
    assert [found.id for found in store.runs()] == [run.id]


def test_files_that_nobody_knows_survive_training(tmp_path, undisturbed):
    store = RunStore(tmp_path)
    run = store.open(CONFIG, fingerprint())
    unknown = {
        "notes.txt": b"mine", "snapshots/5.safetensors": b"older", "snapshots/x": b"x",
        "snapshots/-00000001.safetensors": b"x", "results/else.bin": b"x", "extra/deep": b"x",
    }  # fmt: skip
    for name, content in unknown.items():
        (run.path / name).parent.mkdir(exist_ok=True)
        (run.path / name).write_bytes(content)
    assert run.steps() == []
    assert advance(str(tmp_path), CONFIG.as_dict(), math.inf).done
    assert recording(run) == undisturbed
    assert unknown.items() <= contents(run.path).items()


# -- two at once, again and again ----------------------------------------------------


def test_room_made_by_one_leaves_what_the_other_trains_and_looks_at(tmp_path, started):
    one = started(tmp_path, make=Waiting)
    other = started(tmp_path, make=Waiting)
    idle, trained, looked_at = fill_store(one.store, [9000, 9000, 9000])
    one.want(trained.config, "x", "me")
    looked_at.touch()
    other._store_bytes = 0
    wait_for_room(other, idle)
    assert {run.id for run in one.store.runs()} == {trained.id, looked_at.id}


def test_two_that_make_room_at_once_remove_no_more_than_one_would(tmp_path):
    store = RunStore(tmp_path)
    fill_store(store, range(9000, 9020))
    with ThreadPoolExecutor(4) as pool:
        removed = pool.map(lambda _: RunStore(tmp_path).prune(1_050_000, wait_s=60), range(4))
        assert sum(map(len, removed)) == 10
    assert len(list(store.runs())) == 10
    with FileLock(tmp_path / ".prune.lock"):
        assert RunStore(tmp_path).prune(0) == []
    assert len(RunStore(tmp_path).prune(0)) == 10


def test_a_run_removed_while_somebody_reads_is_gone_in_a_sentence(tmp_path):
    store = RunStore(tmp_path)
    weights = {"a": torch.zeros(1000)}
    stop, said = threading.Event(), set()

    def read():
        run = store.open(CONFIG, "x")
        while not stop.is_set():
            run.metrics(), run.failure(), run.size(), run.results.load("x"), run.done(1)
            for step in run.steps():
                try:
                    assert run.weights(step).keys() == {"a"}
                except RunError as error:
                    said.add(type(error))

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        try:
            for _ in range(100):
                run = store.open(CONFIG, "x")
                run.save_snapshot(0, weights)
                store.remove(run)
        finally:
            stop.set()
        reading.result()
    assert said <= {SnapshotGone}


def test_a_run_removed_while_it_is_opened_is_made_again(tmp_path, monkeypatch):
    store, gone = RunStore(tmp_path), []

    def removed_first(path, content):
        if not gone:
            gone.append(shutil.rmtree(path.parent))
        write_atomically(path, content)

    monkeypatch.setattr("aecore.runs.write_atomically", removed_first)
    run = store.open(CONFIG, "x")
    assert gone
    assert store.find(CONFIG, "x").id == run.id
    run.save_snapshot(0, {"a": torch.zeros(1)})


def test_200_starts_and_stops_leave_nothing_behind(tmp_path, started, undisturbed, monkeypatch):
    monkeypatch.setattr(engine_module, "FIRST_SLICE_S", 0.001)
    monkeypatch.setattr(engine_module, "SHORTEST_SLICE_S", 0.001)
    monkeypatch.setattr(engine_module, "LONGEST_SLICE_S", 0.001)
    engine = started(tmp_path)
    configs = [CONFIG, *(RunConfig(seed=seed, epochs=1000) for seed in range(3))]
    me = psutil.Process()
    counts = []
    for k in range(200):
        config = configs[k % 4]
        run = engine.want(config, fingerprint(), f"student {k}")
        if k % 10 == 0:
            reached = run.progress().step
            wait_for(lambda run=run, reached=reached: run.progress().step > reached
                     or run.done(CONFIG.epochs), "a slice")  # fmt: skip
        engine.release(run.id, f"student {k}")
        if k % 100 == 99:
            resting(engine)
            counts.append((me.num_fds(), me.num_threads(), len(me.children(recursive=True))))
    assert counts[0] == counts[1]
    assert engine.queue() == (0, 1)
    assert engine._wanted == engine._errors == {}
    assert list((tmp_path / "wanted").iterdir()) == []
    assert len(list(engine.store.runs())) == len(configs)
    assert leftovers(tmp_path) == []
    monkeypatch.setattr(engine_module, "LONGEST_SLICE_S", 1)
    run = engine.want(CONFIG, fingerprint(), "the last one")
    wait_for(lambda: engine.status(run, CONFIG.epochs)[0] == "done", "the end")
    assert recording(run) == undisturbed
