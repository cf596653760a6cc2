"""The engine: turns, leases, deaths of every kind, and the same weights after all of them."""

import json
import logging
import math
import os
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

import pytest
import torch

from aecore import engine as engine_module
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.engine import MOST_DEATHS, MOST_WANTED, Engine, QueueFull
from aecore.runs import RunStore
from aecore.slices import advance
from aecore.workers import Outcome, Processes
from tests.waiting import PATIENCE_S, gone, wait_for

ROOT = Path(__file__).resolve().parents[1]
SHORT = RunConfig(bottleneck=2, batch_size=360, epochs=3)
# some 1 s of training; noisy, tied and deep, so that nothing is easy to get right by chance
LONG = RunConfig(
    bottleneck=3, hidden=(16,), tied=True, noise="gaussian", weight_decay=1e-4, batch_size=32,
    epochs=25,
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("one_thread")


def fingerprint():
    return load("digits").fingerprint


def wait_until(engine, run, epochs, status):
    wait_for(lambda: engine.status(run, epochs)[0] == status, f"status {status}")


def threads():
    """Make an executor that is none of ours."""
    return ThreadPoolExecutor(1, initializer=partial(torch.set_num_threads, 1))


def with_epochs(config, epochs):
    return RunConfig(**config.as_dict() | {"epochs": epochs})


def recording(run):
    tensors = run.checkpoint()[1]
    return (
        {step: run._snapshot(step).read_bytes() for step in run.steps()},
        {name: value.numpy().tobytes() for name, value in tensors.items()},
        run.metrics(),
        run.results.load(f"whole-{run.progress().step}"),
    )


@pytest.fixture(scope="module")
def undisturbed(one_thread, tmp_path_factory):
    """Return the recording of `LONG`, trained in one go in this process."""
    root = tmp_path_factory.mktemp("undisturbed")
    assert advance(str(root), LONG.as_dict(), math.inf).done
    return recording(next(RunStore(root).runs()))


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """Return an engine with two real workers, whose start is the slow part."""
    engine = Engine(tmp_path_factory.mktemp("home"), 2)
    engine.warm_up("digits")
    yield engine
    engine.close()


def pids(engine):
    return [pid for one in engine._pool._members for pid in one.executor._processes or ()]


# -- with real workers ---------------------------------------------------------------


def test_what_is_wanted_is_trained_to_its_end(engine):
    run = engine.store.open(SHORT, fingerprint())
    assert engine.status(run, 3) == ("new", "")
    assert engine.want(SHORT, fingerprint(), "me").id == run.id
    assert engine.status(run, 3)[0] in ("queued", "training", "done")
    wait_until(engine, run, 3, "done")
    wait_for(lambda: not engine.wants(run.id, "me"), "the lease to end")
    assert run.progress().step == 12
    assert engine.status(run, 4) == ("paused", "")


def test_releasing_pauses_and_wanting_continues(engine, tmp_path):
    config = with_epochs(RunConfig(seed=11, batch_size=32), 1000)
    run = engine.want(config, fingerprint(), "me")
    wait_for(lambda: run.progress().step, "the first slice")
    engine.release(run.id, "me")
    assert engine.status(run, 1000) == ("paused", "")
    wait_for(lambda: not engine._in_flight, "the last slice")
    step = run.progress().step
    assert 0 < step < config.target_step
    nearer = with_epochs(config, step // config.steps_per_epoch + 2)
    engine.want(nearer, fingerprint(), "me")
    wait_until(engine, run, nearer.epochs, "done")
    assert run.progress().step == nearer.target_step


def test_two_runs_move_at_once(engine):
    configs = [with_epochs(RunConfig(seed=seed, batch_size=32), 1000) for seed in (21, 22)]
    runs = [engine.want(config, fingerprint(), "me") for config in configs]
    wait_for(lambda: len(engine._in_flight) == 2, "both workers to be at work")
    for _ in range(2):
        before = [run.progress().step for run in runs]
        wait_for(
            lambda before=before: all(
                run.progress().step > step for run, step in zip(runs, before, strict=True)
            ),
            "both runs to move",
        )
    for run in runs:
        engine.release(run.id, "me")
    assert [engine.status(run, 1000)[0] for run in runs] == ["paused", "paused"]


def test_a_killed_worker_costs_nothing_but_time(engine, undisturbed, caplog, monkeypatch):
    monkeypatch.setattr(engine_module, "LONGEST_SLICE_S", 0.25)
    run = engine.want(LONG, fingerprint(), "me")
    wait_for(
        lambda: run.progress().step and engine._in_flight == [run.id], "a slice after the first"
    )
    for member in engine._pool._members:
        if member.tasks:
            for pid in list(member.executor._processes):
                os.kill(pid, 9)
    wait_until(engine, run, LONG.epochs, "done")
    assert recording(run) == undisturbed
    died = [r for r in caplog.records if "worker died" in r.getMessage()]
    assert len(died) == 1


def test_workers_that_die_while_idle_are_replaced(engine):
    wait_for(lambda: not engine._in_flight, "idle workers")
    first = engine._pool._members[0].executor
    first.submit(int).result(PATIENCE_S)  # alive
    (old,) = first._processes
    os.kill(old, 9)
    wait_for(lambda: first._broken, "the death to be noticed")
    engine._warmed.discard("digits")
    engine.warm_up("digits")  # from a page: it must not fail there
    config = with_epochs(SHORT, 7)
    run = engine.want(config, fingerprint(), "me")
    wait_until(engine, run, 7, "done")
    assert engine._pool._members[0].executor is not first
    assert old not in pids(engine)


def test_two_engines_on_one_store_make_one_recording(engine, undisturbed):
    old = engine.store.open(LONG, fingerprint())
    engine.store.remove(old)
    other = Engine(engine.home, Processes(1, threads))
    try:
        run = engine.want(LONG, fingerprint(), "me")
        other.want(LONG, fingerprint(), "you")
        wait_until(engine, run, LONG.epochs, "done")
        wait_until(other, run, LONG.epochs, "done")
        wait_for(lambda: not other.queue()[0] and not engine.queue()[0], "both to let go")
    finally:
        other.close()
    assert recording(run) == undisturbed
    assert not [p for p in run.path.rglob("*") if p.suffix in (".damaged", ".part")]


def test_closing_leaves_no_process(engine):  # the last one to use it
    config = with_epochs(RunConfig(seed=31, batch_size=32), 1000)
    run = engine.want(config, fingerprint(), "me")
    wait_for(lambda: run.progress().step, "the first slice")
    workers = pids(engine)
    assert workers
    engine.close()
    assert all(gone(pid) for pid in workers)
    assert 0 < run.progress().step < config.target_step
    assert list((engine.home / "wanted").iterdir()) == []
    engine.close()  # a second time does no harm


SERVER = """
import json, sys, time
from pathlib import Path
from aecore.config import from_dict
from aecore.datasets import load
from aecore.engine import Engine

if __name__ == "__main__":
    engine = Engine(Path(sys.argv[1]), 1)
    run = engine.want(from_dict(json.loads(sys.argv[2])), load("digits").fingerprint, "a student")
    while not run.progress().step:
        time.sleep(0.01)
    (worker,) = engine._pool._members
    print(json.dumps(list(worker.executor._processes)), flush=True)
    time.sleep(600)
"""


def test_a_killed_server_leaves_no_orphans_and_the_next_one_takes_up_its_runs(
    tmp_path, undisturbed
):
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    server = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "home"), LONG.to_json()],
        stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    with server:
        workers = json.loads(server.stdout.readline())
        server.kill()
    assert len(workers) == 1
    wait_for(lambda: all(gone(pid) for pid in workers), "the worker to end")
    engine = Engine(tmp_path / "home", Processes(1, threads))
    try:
        run = engine.store.open(LONG, fingerprint())
        assert engine.wants(run.id, "a student") or engine.status(run, LONG.epochs)[0] == "done"
        wait_until(engine, run, LONG.epochs, "done")
    finally:
        engine.close()
    assert recording(run) == undisturbed


# -- with threads, and with executors made for the occasion --------------------------


@pytest.fixture
def started(tmp_path):
    """Return a function that starts engines and closes them when the test is over."""
    engines = []

    def start(make=threads, workers=1, home=None, **more):
        engines.append(Engine(home or tmp_path / "home", Processes(workers, make), **more))
        return engines[-1]

    yield start
    for engine in engines:
        engine.close()


class Manual(Executor):
    """Takes slices and leaves it to the test what becomes of them."""

    def __init__(self):
        self.slices = []

    def submit(self, function, *arguments):
        future = Future()
        self.slices.append((function.__name__, arguments, future))
        return future

    def next(self, count):
        """Return the settings, seconds and future of the count-th slice."""
        wait_for(lambda: len(self.slices) > count, f"slice {count}")
        name, (_, settings, seconds), future = self.slices[count]
        assert name == "advance"
        return settings, seconds, future


def test_any_executor_will_do(started, undisturbed):
    engine = started()
    run = engine.want(LONG, fingerprint(), "me")
    wait_until(engine, run, LONG.epochs, "done")
    assert recording(run) == undisturbed


def test_runs_take_turns(started):
    manual = Manual()
    engine = started(lambda: manual)
    configs = [with_epochs(RunConfig(seed=seed), 100) for seed in (1, 2, 3)]
    for config in configs:
        engine.want(config, fingerprint(), "me")
    assert engine.queue() == (3, 1)
    turns, lengths = [], []
    for k in range(9):
        settings, seconds, future = manual.next(k)
        turns.append(settings["seed"])
        lengths.append(seconds)
        assert len(manual.slices) == k + 1  # one slot, one slice
        future.set_result(Outcome(k + 1))
    assert sorted(turns[:3]) == [1, 2, 3]
    assert turns[3:] == turns[:3] * 2
    assert lengths[:3] == [engine_module.FIRST_SLICE_S] * 3  # the first picture comes soon
    assert all(0.25 <= seconds <= 2 for seconds in lengths[3:])
    assert lengths[-1] == pytest.approx(1.0)  # 3 s among three runs


def test_more_runs_take_shorter_turns(started):
    manual = Manual()
    engine = started(lambda: manual)
    for seed in range(30):
        engine.want(RunConfig(seed=seed), fingerprint(), f"student {seed}")
    seconds = []
    for k in range(40):
        _, length, future = manual.next(k)
        seconds.append(length)
        future.set_result(Outcome(1))
    assert seconds[-1] == engine_module.SHORTEST_SLICE_S


def test_a_run_trains_to_the_most_epochs_that_anybody_wants(started):
    manual = Manual()
    engine = started(lambda: manual, is_connected=lambda holder: True)
    run = engine.want(with_epochs(SHORT, 5), fingerprint(), "me")
    engine.want(with_epochs(SHORT, 9), fingerprint(), "you")
    assert engine.holders(run.id) == 2
    assert manual.next(0)[0]["epochs"] in (5, 9)
    manual.next(0)[2].set_result(Outcome(5 * SHORT.steps_per_epoch))
    assert manual.next(1)[0]["epochs"] == 9
    assert not engine.wants(run.id, "me")
    assert engine.wants(run.id, "you")
    manual.next(1)[2].set_result(Outcome(9 * SHORT.steps_per_epoch))
    wait_for(lambda: engine.holders(run.id) == 0, "all leases to end")


def test_one_student_cannot_stop_the_class(started):
    connected = {"me", "you"}
    engine = started(Manual, is_connected=connected.__contains__)
    run = engine.want(SHORT, fingerprint(), "me")
    for holder in ("you", "somebody who left"):
        engine.want(SHORT, fingerprint(), holder)
    engine.release(run.id, "me")
    assert engine.wants(run.id, "you")
    assert not engine.wants(run.id, "somebody who left")
    engine.release(run.id, "you")
    assert engine.holders(run.id) == 0
    engine.release(run.id, "you")  # nothing to give up
    engine.release("0" * 16, "you")


def test_a_holder_wants_only_so_much(started):
    engine = started(Manual)
    first = engine.want(RunConfig(seed=0), fingerprint(), "somebody else")
    runs = [
        engine.want(RunConfig(seed=seed), fingerprint(), "me") for seed in range(1, MOST_WANTED + 1)
    ]
    assert all(engine.wants(run.id, "me") for run in runs)
    # the newest wish counts, even for a run that somebody else wanted long before
    assert engine.want(RunConfig(seed=0), fingerprint(), "me").id == first.id
    held = [run for run in [first, *runs] if engine.wants(run.id, "me")]
    assert len(held) == MOST_WANTED
    assert engine.wants(first.id, "me")
    assert not engine.wants(runs[0].id, "me")
    assert engine.wants(first.id, "somebody else")


def test_the_queue_is_bounded(started, monkeypatch):
    monkeypatch.setattr(engine_module, "MOST_RUNS", 20)
    connected = {"student 0", "student 19"}
    engine = started(Manual, is_connected=connected.__contains__)

    def want(seed):
        return engine.want(RunConfig(seed=seed), fingerprint(), f"student {seed}")

    runs = [want(seed) for seed in range(100)]
    assert engine.queue()[0] == 20
    left = [seed for seed, run in enumerate(runs) if engine.wants(run.id, f"student {seed}")]
    assert left == [0, 19, *range(82, 100)]  # the oldest went, but for those who are there
    assert engine.status(runs[50], 10) == ("new", "")
    connected |= {f"student {seed}" for seed in left}
    with pytest.raises(QueueFull, match=r"^20 runs are being trained already"):
        want(100)
    assert engine.store.find(RunConfig(seed=100), fingerprint()) is None
    engine.want(RunConfig(seed=0), fingerprint(), "one more")  # it needs no room
    engine.release(runs[0].id, "one more")
    engine.release(runs[0].id, "student 0")
    want(100)
    assert engine.queue()[0] == 20


def test_a_run_has_a_place_in_the_queue(started):
    manual = Manual()
    engine = started(lambda: manual)
    runs = [engine.want(RunConfig(seed=seed), fingerprint(), f"{seed}") for seed in range(4)]
    manual.next(0)
    assert [engine.ahead(run.id) for run in runs] == [0, 0, 1, 2]
    engine.want(RunConfig(seed=3), fingerprint(), "in a hurry")  # asking again moves nobody
    assert engine.ahead(runs[3].id) == 2
    manual.next(0)[2].set_result(Outcome(1))
    manual.next(1)
    assert [engine.ahead(run.id) for run in runs] == [2, 0, 0, 1]
    assert engine.ahead("0" * 16) == 0


def test_a_slice_that_was_lost_with_nobody_to_blame_is_done_again(started, monkeypatch):
    monkeypatch.setattr(engine_module, "RETRY_S", 0.0)
    manual = Manual()
    engine = started(lambda: manual)
    run = engine.want(SHORT, fingerprint(), "me")
    for k in range(2 * MOST_DEATHS):
        manual.next(k)[2].cancel()
        manual.slices[k][2].set_running_or_notify_cancel()
    manual.next(2 * MOST_DEATHS)[2].set_result(Outcome(12, done=True))
    wait_for(lambda: not engine.wants(run.id, "me"), "the end")


def test_a_server_knows_what_another_one_is_asked_for(started, monkeypatch):
    monkeypatch.setattr(engine_module, "ELSEWHERE_S", 0.0)
    one, other = started(Manual), started(Manual)
    run = one.want(SHORT, fingerprint(), "me")
    assert other.status(run, 3) == ("queued", "")
    assert (other.holders(run.id), other.wants(run.id, "me")) == (1, False)
    other.want(SHORT, fingerprint(), "you")
    assert [each.holders(run.id) for each in (one, other)] == [2, 2]
    one.release(run.id, "me")
    assert [each.holders(run.id) for each in (one, other)] == [1, 1]
    other.release(run.id, "you")
    assert one.status(run, 3) == other.status(run, 3) == ("new", "")


def test_what_a_server_that_died_was_asked_for_is_nobodys(started, monkeypatch, tmp_path):
    monkeypatch.setattr(engine_module, "ELSEWHERE_S", 0.0)
    one = started(Manual)
    run = one.want(SHORT, fingerprint(), "me")
    (path,) = (tmp_path / "home" / "wanted").glob("[!.]*")
    one.abandon()
    one._thread.join()
    after = started(Manual)  # takes it up
    assert after.wants(run.id, "me")
    after.release(run.id, "me")
    assert after.status(run, 3)[0] == "new"
    then = time.time() - 3 * engine_module.RENEW_S
    os.utime(path, (then, then))
    late = started(Manual)
    late.release(run.id, "me")
    os.utime(path, (then + 1, then + 1))
    assert late.holders(run.id) == 0


def test_leases_of_those_who_are_gone_end(started, monkeypatch):
    monkeypatch.setattr(engine_module, "LEASE_S", 0.4)
    monkeypatch.setattr(engine_module, "RENEW_S", 0.05)
    engine = started(Manual, is_connected=lambda holder: holder == "connected")
    stays = engine.want(RunConfig(seed=1), fingerprint(), "connected")
    ends = engine.want(RunConfig(seed=2), fingerprint(), "gone")
    wait_for(lambda: not engine.wants(ends.id, "gone"), "the lease to end")
    assert engine.wants(stays.id, "connected")
    until = engine._wanted[stays.id].leases["connected"][1]
    wait_for(lambda: engine._wanted[stays.id].leases["connected"][1] > until, "a renewal")
    assert engine.status(ends, 10)[0] == "new"


def test_a_busy_run_is_tried_again(started):
    manual = Manual()
    engine = started(lambda: manual)
    run = engine.want(SHORT, fingerprint(), "me")
    manual.next(0)[2].set_result(Outcome(busy=True))
    assert engine.status(run, 3)[0] == "queued"
    manual.next(1)[2].set_result(Outcome(12, done=True))
    wait_for(lambda: not engine.wants(run.id, "me"), "the end")


def fail_with(error):
    class Failing(Manual):
        def submit(self, *arguments):
            if self.slices and isinstance(error, BrokenExecutor):
                raise error
            future = super().submit(*arguments)
            future.set_exception(error)
            return future

    return Failing


def test_a_disk_that_cannot_be_written_is_said(started, caplog):
    engine = started()
    run = engine.store.open(SHORT, fingerprint())
    (run.path / "snapshots").rmdir()
    (run.path / "snapshots").write_text("in the way")
    engine.want(SHORT, fingerprint(), "me")
    wait_until(engine, run, 3, "failed")
    reason = engine.status(run, 3)[1]
    assert reason == "The run could not be written to disk (not a directory)."
    assert any(record.exc_info for record in caplog.records)
    assert engine.queue()[0] == 0
    (run.path / "snapshots").unlink()
    (run.path / "snapshots").mkdir()
    engine.want(SHORT, fingerprint(), "me")  # trying again is allowed, and works
    wait_until(engine, run, 3, "done")


def test_data_that_is_absent_is_said(started):
    engine = started()
    config = RunConfig(dataset="mnist")
    run = engine.want(config, "0" * 16, "me")
    wait_until(engine, run, 10, "failed")
    assert "MNIST is not on this machine" in engine.status(run, 10)[1]


def test_the_unexpected_is_logged_and_said(started, caplog):
    engine = started(fail_with(ZeroDivisionError("secret")))
    run = engine.want(SHORT, fingerprint(), "me")
    wait_until(engine, run, 3, "failed")
    assert engine.status(run, 3)[1] == (
        "Something unexpected went wrong; the server's log says what."
    )
    assert any("secret" in str(record.exc_info) for record in caplog.records if record.exc_info)


def test_a_run_that_kills_its_workers_is_given_up(started):
    made = []

    def make():
        made.append(fail_with(BrokenProcessPool("killed"))())
        return made[-1]

    engine = started(make)
    run = engine.want(SHORT, fingerprint(), "me")
    wait_until(engine, run, 3, "failed")
    assert "died again and again" in engine.status(run, 3)[1]
    assert sum(len(executor.slices) for executor in made) == MOST_DEATHS
    assert len(made) == MOST_DEATHS  # each one replaced when there was more to do


def test_an_engine_outlives_workers_that_cannot_be_started(started, monkeypatch, caplog):
    monkeypatch.setattr(engine_module, "RETRY_S", 0.01)
    state = {"memory": False}

    class Starved(Manual):
        def submit(self, *arguments):
            if not state["memory"]:
                raise OSError(12, "Cannot allocate memory")
            return super().submit(*arguments)

    manual = Starved()
    engine = started(lambda: manual)
    engine.warm_up("digits")
    run = engine.want(SHORT, fingerprint(), "me")
    wait_until(engine, run, 3, "failed")
    assert "lack of memory" in engine.status(run, 3)[1]
    assert any("could not be started" in record.getMessage() for record in caplog.records)
    state["memory"] = True
    engine.want(SHORT, fingerprint(), "me")
    assert manual.next(0)[0]["bottleneck"] == 2


def test_an_engine_outlives_a_session_list_that_fails(started, monkeypatch, caplog):
    monkeypatch.setattr(engine_module, "RENEW_S", 0.05)

    def is_connected(holder):
        raise RuntimeError("no runtime")

    manual = Manual()
    engine = started(lambda: manual, is_connected=is_connected)
    engine.want(SHORT, fingerprint(), "me")
    wait_for(
        lambda: any(r.levelno == logging.ERROR for r in caplog.records), "the failure to be logged"
    )
    manual.next(0)[2].set_result(Outcome(1))
    manual.next(1)


def test_an_explosion_ends_a_run_but_not_what_was_done_before(started):
    exploding = RunConfig(
        bottleneck=3, loss="mse", output_activation="identity", learning_rate=10.0, epochs=300,
        batch_size=32, hidden=(64, 64, 64, 64), hidden_activation="identity",
    )  # fmt: skip
    engine = started()
    run = engine.want(exploding, fingerprint(), "me")
    wait_until(engine, run, 300, "failed")
    assert "lower learning rate than 10" in engine.status(run, 300)[1]
    wait_for(lambda: not engine.wants(run.id, "me"), "the lease to end")

    run = engine.want(SHORT, fingerprint(), "me")
    wait_until(engine, run, 3, "done")
    run.fail(100, "It exploded.")
    assert engine.status(run, 3) == ("done", "")
    assert engine.status(run, 30) == ("failed", "It exploded.")


def test_what_was_wanted_is_written_down_and_struck_out(started, tmp_path):
    engine = started(Manual)
    run = engine.want(SHORT, fingerprint(), "me")
    (path,) = (tmp_path / "home" / "wanted").glob("[!.]*")
    (line,) = json.loads(path.read_text())
    assert line["settings"] == json.loads(SHORT.to_json())
    assert line["holder"] == "me"
    assert 0 < line["until"] - time.time() <= engine_module.LEASE_S
    engine.release(run.id, "me")
    assert list((tmp_path / "home" / "wanted").iterdir()) == []


@pytest.mark.parametrize(
    "content",
    ["", "{", "7", "null", "{}", "[7]", "[[]]", '["x"]', '[{"until": 1e99}]',
     '[{"until": 1e99, "holder": "x", "settings": {"bottleneck": 0}}]',
     '[{"until": 1e99, "holder": "x", "settings": {"dataset": "mnist"}}]',
     '[{"until": NaN, "holder": "x", "settings": {}}]', "\x00"],
)  # fmt: skip
def test_wishes_that_cannot_be_read_do_not_stop_a_server(started, tmp_path, content):
    folder = tmp_path / "home" / "wanted"
    folder.mkdir(parents=True)
    (folder / "old.json").write_text(content)
    (folder / "folder.json").mkdir()
    engine = started(Manual)
    assert engine.queue()[0] == 0


def test_old_wishes_are_not_taken_up(started, tmp_path):
    folder = tmp_path / "home" / "wanted"
    folder.mkdir(parents=True)
    line = {"settings": SHORT.as_dict(), "holder": "me", "until": time.time() - 1}
    (folder / "old.json").write_text(json.dumps([line]))
    then = time.time() - 2 * engine_module.LEASE_S
    os.utime(folder / "old.json", (then, then))
    assert started(Manual).queue()[0] == 0
    assert list(folder.iterdir()) == []


def test_wishes_that_came_true_are_not_taken_up(started, tmp_path):
    root = tmp_path / "home" / "runs"
    assert advance(str(root), SHORT.as_dict(), math.inf).done
    folder = tmp_path / "home" / "wanted"
    folder.mkdir(parents=True)
    line = {"settings": SHORT.as_dict(), "holder": "me", "until": time.time() + 60}
    (folder / "old.json").write_text(json.dumps([line]))
    assert started(Manual).queue()[0] == 0
