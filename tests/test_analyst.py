"""The analysis process: order, progress, cancelling, and deaths that cost one job only."""

import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from aecore import analysis as analysis_module
from aecore import analyst as analyst_module
from aecore.analysis import Here, NotBegun
from aecore.analyst import Analyst
from aecore.config import RunConfig, defaults
from aecore.datasets import load
from aecore.layouts import Layout, kept, project
from aecore.models import initialise
from aecore.runs import RunStore
from tests.analyses import (
    describe_process,
    do_nothing,
    fail,
    fail_for_people,
    leave,
    leave_once,
    rest,
    turn,
    write_line,
)
from tests.waiting import wait_for


def wait_for_status(analyst, key, *statuses):
    """Wait until a job has one of some statuses, and return its state."""

    def there():
        state = analyst.state(key)
        return state if state is not None and state.status in statuses else None

    return wait_for(there, f"{key} to be {' or '.join(statuses)}")


def wait_for_end(analyst, key):
    return wait_for_status(analyst, key, "done", "failed", "cancelled")


@pytest.fixture
def analyst(tmp_path):
    analyst = Analyst(Here(tmp_path / "numba"))
    yield analyst
    analyst.close()


def turning(analyst, key, tmp_path):
    """Submit a job without end, wait until it turns, and return its process."""
    analyst.submit(key, turn, path=str(tmp_path / "never"))
    wait_for(lambda: analyst.state(key).stage == "Turning", "progress")
    return process_of(analyst)


def process_of(analyst):
    wait_for(lambda: analyst._child, "a process")
    return psutil.Process(analyst._child.process.pid)


# ------------------------------------------------------------------------------------


def test_a_job_is_done_in_a_process_of_its_own(analyst, tmp_path):
    out = tmp_path / "out"
    analyst.submit("a", describe_process, path=str(out))
    state = wait_for_end(analyst, "a")
    assert (state.status, state.message) == ("done", "")
    assert state.elapsed_s > 0
    pid, nice, threads, cache, streamlit = out.read_text().split()
    assert int(pid) != os.getpid()
    assert int(nice) == min(19, os.nice(0) + analysis_module.NICENESS)
    assert threads == "1"
    assert cache == str(tmp_path / "numba")
    assert streamlit == "False"


def test_jobs_are_done_in_order_by_one_process_that_stays(analyst, tmp_path):
    out = tmp_path / "out"
    for k in range(3):
        analyst.submit(f"job {k}", write_line, path=str(out), text=str(k))
    wait_for_end(analyst, "job 2")
    pid = process_of(analyst).pid
    analyst.submit("job 3", write_line, path=str(out), text="3")
    wait_for_end(analyst, "job 3")
    assert out.read_text().split() == ["0", "1", "2", "3"]
    assert process_of(analyst).pid == pid


def test_progress_and_place_in_the_queue_are_visible(analyst, tmp_path):
    stop = tmp_path / "stop"
    analyst.submit("a", turn, path=str(stop))
    wait_for(lambda: analyst.state("a").fraction, "a fraction above 0")
    state = analyst.state("a")
    assert (state.status, state.stage, state.ahead) == ("running", "Turning", 0)
    assert 0 < state.fraction < 1
    assert state.elapsed_s > 0
    for key in ("b", "c"):
        analyst.submit(key, write_line, path=str(tmp_path / "out"), text=key)
    states = [analyst.state(key) for key in ("b", "c")]
    assert [(s.status, s.ahead, s.elapsed_s) for s in states] == [
        ("queued", 1, 0),
        ("queued", 2, 0),
    ]
    stop.touch()
    assert wait_for_end(analyst, "c").status == "done"
    assert analyst.state("unknown") is None


def test_a_key_that_is_queued_or_running_is_not_taken_twice(analyst, tmp_path):
    stop, out = tmp_path / "stop", tmp_path / "out"
    analyst.submit("turn", turn, path=str(stop))

    def submit():
        analyst.submit("turn", turn, path=str(stop))
        analyst.submit("write", write_line, path=str(out), text="once")

    threads = [threading.Thread(target=submit) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stop.touch()
    analyst.submit("last", write_line, path=str(out), text="last")
    wait_for_end(analyst, "last")
    assert out.read_text().split() == ["once", "last"]


def test_a_running_job_is_cancelled_with_its_process_and_the_next_goes_on(analyst, tmp_path):
    process = turning(analyst, "a", tmp_path)
    analyst.submit("b", write_line, path=str(tmp_path / "out"), text="b")
    analyst.cancel("a")
    assert analyst.state("a").status == "cancelled"
    assert not process.is_running()
    assert wait_for_end(analyst, "b").status == "done"
    assert analyst.state("a").status == "cancelled"


def test_a_queued_job_is_dropped_and_leaves_the_others_alone(analyst, tmp_path):
    process = turning(analyst, "a", tmp_path)
    for key in ("b", "c"):
        analyst.submit(key, write_line, path=str(tmp_path / "out"), text=key)
    analyst.cancel("b")
    analyst.cancel("unknown")
    assert analyst.state("b").status == "cancelled"
    assert (analyst.state("a").status, analyst.state("c").ahead) == ("running", 1)
    assert process.is_running()
    (tmp_path / "never").touch()
    assert wait_for_end(analyst, "c").status == "done"
    assert (tmp_path / "out").read_text().split() == ["c"]


def test_a_cancelled_job_may_be_submitted_again(analyst, tmp_path):
    turning(analyst, "a", tmp_path)
    analyst.cancel("a")
    analyst.submit("a", write_line, path=str(tmp_path / "out"), text="again")
    assert wait_for_end(analyst, "a").status == "done"


def test_what_nobody_waits_for_any_more_is_cancelled_after_a_while(tmp_path, monkeypatch):
    monkeypatch.setattr(analyst_module, "GRACE_S", 0.1)
    monkeypatch.setattr(analyst_module, "LOOK_S", 0.01)
    never, connected = str(tmp_path / "never"), {"me", "you"}
    analyst = Analyst(Here(tmp_path / "numba"), connected.__contains__)
    try:
        for asker in ("me", "you"):
            analyst.submit("a", rest, asker=asker, path=never)
        analyst.submit("b", rest, asker="me", path=never)
        analyst.submit("c", write_line, path=str(tmp_path / "out"), text="c")
        wait_for(lambda: analyst.state("a").elapsed_s, "the first to run")
        process = process_of(analyst)
        connected.remove("me")
        assert wait_for_end(analyst, "b").status == "cancelled"
        assert analyst.state("a").status == "running"  # the other one still waits for it
        connected.remove("you")
        assert wait_for_end(analyst, "a").status == "cancelled"
        assert not process.is_running()
        assert wait_for_end(analyst, "c").status == "done"  # asked for by nobody who could go
    finally:
        analyst.close()


def test_who_comes_back_in_time_finds_the_job_going_on(tmp_path, monkeypatch):
    monkeypatch.setattr(analyst_module, "LOOK_S", 0.01)
    looks, connected = [], set()

    def is_connected(asker):
        looks.append(asker)
        return asker in connected

    analyst = Analyst(Here(tmp_path / "numba"), is_connected)
    try:
        analyst.submit("a", rest, asker="me", path=str(tmp_path / "never"))
        wait_for(lambda: len(looks) > 3, "some looks")
        before = analyst._running.asker_seen
        connected.add("me")
        wait_for(lambda: analyst._running.asker_seen > before, "a look that finds the asker")
        assert analyst.state("a").status == "running"
        (tmp_path / "never").touch()
        assert wait_for_end(analyst, "a").status == "done"
    finally:
        analyst.close()


def test_an_analyst_outlives_a_session_list_that_fails(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(analyst_module, "LOOK_S", 0.01)
    monkeypatch.setattr(analyst_module, "GRACE_S", 0)

    def is_connected(asker):
        raise RuntimeError("no runtime")

    analyst = Analyst(Here(tmp_path / "numba"), is_connected)
    try:
        analyst.submit("a", rest, asker="me", path=str(tmp_path / "never"))
        wait_for(lambda: "no runtime" in caplog.text, "the failure to be logged")
        (tmp_path / "never").touch()
        assert wait_for_end(analyst, "a").status == "done"
    finally:
        analyst.close()


def test_a_killed_process_fails_its_job_and_the_next_goes_on(analyst, tmp_path):
    process = turning(analyst, "a", tmp_path)
    analyst.submit("b", write_line, path=str(tmp_path / "out"), text="b")
    process.send_signal(signal.SIGKILL)
    state = wait_for_end(analyst, "a")
    assert state.status == "failed"
    assert "ended by itself" in state.message
    assert wait_for_end(analyst, "b").status == "done"


def test_a_process_that_dies_while_idle_is_replaced(analyst, tmp_path):
    analyst.submit("a", write_line, path=str(tmp_path / "out"), text="a")
    wait_for_end(analyst, "a")
    process_of(analyst).send_signal(signal.SIGKILL)
    wait_for(lambda: not analyst._child.alive(), "its death")
    analyst.submit("b", write_line, path=str(tmp_path / "out"), text="b")
    assert wait_for_end(analyst, "b").status == "done"


def test_a_job_that_ends_its_process_fails(analyst):
    analyst.submit("a", leave)
    assert wait_for_end(analyst, "a").status == "failed"


def test_an_error_for_people_is_the_jobs_message(analyst, caplog):
    analyst.submit("a", fail_for_people)
    state = wait_for_end(analyst, "a")
    assert (state.status, state.message) == ("failed", "This cannot be laid out.")
    assert not caplog.records


def test_any_other_error_is_logged_and_told_in_one_sentence(analyst, caplog, tmp_path):
    with caplog.at_level(logging.ERROR):
        analyst.submit("a", fail)
        state = wait_for_end(analyst, "a")
    assert state.status == "failed"
    assert "mistake" not in state.message
    assert "ZeroDivisionError: a mistake in the code" in caplog.text
    analyst.submit("a", write_line, path=str(tmp_path / "out"), text="again")
    assert wait_for_end(analyst, "a").status == "done"


def test_what_is_remembered_and_what_may_wait_is_bounded(analyst, tmp_path, monkeypatch):
    monkeypatch.setattr(analyst_module, "MOST_FINISHED", 3)
    monkeypatch.setattr(analyst_module, "MOST_QUEUED", 2)
    turning(analyst, "a", tmp_path)
    for k in range(3):
        analyst.submit(f"job {k}", write_line, path=str(tmp_path / "out"), text=str(k))
    assert "Too many" in analyst.state("job 2").message
    (tmp_path / "never").touch()
    wait_for_end(analyst, "job 1")
    assert analyst.state("job 2") is None or analyst.state("a") is None
    assert len(analyst._finished) == 3


def test_closing_leaves_no_process_and_no_thread(tmp_path):
    analyst = Analyst(Here(tmp_path / "numba"))
    process = turning(analyst, "a", tmp_path)
    analyst.submit("b", write_line, path=str(tmp_path / "out"), text="b")
    analyst.close()
    analyst.close()
    assert not process.is_running()
    assert not analyst._thread.is_alive()
    assert [analyst.state(key).status for key in ("a", "b")] == ["cancelled", "cancelled"]
    with pytest.raises(RuntimeError, match="closed"):
        analyst.submit("c", fail)


def test_nothing_is_started_before_it_is_needed(tmp_path):
    analyst = Analyst(Here(tmp_path / "numba"))
    assert analyst._child is None
    analyst.close()


SERVER = """
import sys, time
from pathlib import Path
from aecore.analysis import Here, NotBegun
from aecore.analyst import Analyst
from tests.analyses import turn
if __name__ == "__main__":
    analyst = Analyst(Here(Path(sys.argv[1])))
    analyst.submit("a", turn, path=sys.argv[1] + "/never")
    while not analyst.state("a").stage:
        time.sleep(0.01)
    Path(sys.argv[1], "pid").write_text(str(analyst._child.process.pid))
    time.sleep(600)
"""


def test_the_process_ends_with_a_server_that_is_killed(tmp_path):
    (tmp_path / "server.py").write_text(SERVER)
    server = subprocess.Popen(
        [sys.executable, str(tmp_path / "server.py"), str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])},
    )
    try:
        wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text(), "a job")
        process = psutil.Process(int((tmp_path / "pid").read_text()))
    finally:
        server.kill()
        server.wait()
    wait_for(
        lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE, "its end"
    )


def test_a_projection_is_computed_there_and_kept_with_its_run(analyst, tmp_path):
    config = RunConfig(**defaults("digits"))
    run = RunStore(tmp_path / "runs").open(config, load("digits").fingerprint)
    run.save_snapshot(0, initialise(config).state_dict())
    layout = Layout("tsne", 2, 50)
    asked = {"step": 0, "layout": layout}
    root = str(tmp_path / "runs")
    analyst.submit("a", project, root=root, settings=config.as_dict(), **asked)
    assert wait_for_end(analyst, "a").status == "done"
    assert kept(run, **asked).shape == (50, 2)
    analyst.submit("b", project, root=root, settings=config.as_dict(), **asked | {"step": 9})
    assert "no snapshot of step 9" in wait_for_end(analyst, "b").message


def test_warming_up_is_done_once(analyst, monkeypatch):
    monkeypatch.setattr(analysis_module, "warm", fail_for_people)
    analyst.warm()
    analyst.warm()
    key = analyst_module._WARM
    assert wait_for_end(analyst, key).status == "failed"
    monkeypatch.setattr(analysis_module, "warm", do_nothing)
    analyst.warm()
    assert wait_for_end(analyst, key).status == "done"
    finished = analyst.state(key)
    analyst.warm()
    assert analyst.state(key) == finished


# -- where the process is ------------------------------------------------------------


class Held:
    """A place where processes start when they may."""

    tries = 1

    def __init__(self, tmp_path):
        self.here, self.asked, self.children = Here(tmp_path / "numba"), [], []
        self.may = threading.Event()

    def begin_analysis(self):
        self.asked.append(None)
        self.may.wait(60)
        self.children.append(self.here.begin_analysis())
        return self.children[-1]


def test_a_start_that_takes_long_holds_nobody_up_and_can_be_cancelled(tmp_path):
    place, out = Held(tmp_path), tmp_path / "out"
    analyst = Analyst(place)
    try:
        for key in ("a", "b"):
            analyst.submit(key, write_line, path=str(out), text=key)
        wait_for(lambda: place.asked, "the start")
        assert (analyst.state("a").status, analyst.state("a").stage) == ("running", "")
        assert analyst.state("b").ahead == 1
        analyst.cancel("a")
        assert analyst.state("a").status == "cancelled"
        place.may.set()
        assert wait_for_end(analyst, "b").status == "done"
    finally:
        analyst.close()
    assert analyst.state("a").status == "cancelled"
    assert out.read_text().split() == ["b"]
    assert [child.alive() for child in place.children] == [False, False]


def test_closing_in_the_middle_of_a_start_leaves_no_process(tmp_path):
    place = Held(tmp_path)
    analyst = Analyst(place)
    analyst.submit("a", do_nothing)
    wait_for(lambda: place.asked, "the start")
    closing = threading.Thread(target=analyst.close)
    closing.start()
    wait_for(lambda: analyst.state("a").status == "cancelled", "the end")
    place.may.set()
    closing.join()
    assert not place.children[0].alive()


class Full(Here):
    """A place where no process starts, until there is room."""

    def __init__(self, tmp_path, error):
        super().__init__(tmp_path / "numba")
        self.error = error

    def begin_analysis(self):
        if self.error is not None:
            raise self.error
        return super().begin_analysis()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NotBegun("There is no room."), "There is no room."),
        (OSError(11, "no more processes"), "does not start: see the log"),
        (RuntimeError("a mistake"), "does not start: see the log"),
    ],
)
def test_a_process_that_does_not_start_is_said_and_the_next_one_may(tmp_path, error, sentence):
    place = Full(tmp_path, error)
    analyst = Analyst(place)
    try:
        analyst.submit("a", do_nothing)
        state = wait_for_end(analyst, "a")
        assert state.status == "failed"
        assert sentence in state.message
        place.error = None
        analyst.submit("a", do_nothing)
        assert wait_for_end(analyst, "a").status == "done"
    finally:
        analyst.close()


def test_where_processes_come_and_go_a_job_is_done_again_once(tmp_path, monkeypatch):
    monkeypatch.setattr(Here, "tries", 2)
    analyst = Analyst(Here(tmp_path / "numba"))
    try:
        analyst.submit("a", leave_once, path=str(tmp_path / "left"))
        assert wait_for_end(analyst, "a").status == "done"
        analyst.submit("b", leave)
        assert "ended by itself" in wait_for_end(analyst, "b").message
    finally:
        analyst.close()
