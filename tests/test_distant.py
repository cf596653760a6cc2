"""The process for analyses on another machine, which is this one here."""

import os
import socket
from contextlib import closing
from multiprocessing import AuthenticationError

import pytest

from aecore import analysis, distant
from aecore.distant import Distant
from tests.analyses import fail, turn_somewhere, write_line
from tests.waiting import gone, wait_for


@pytest.fixture
def reached(tmp_path):
    """Return a process that was started and reached."""
    key = distant.new_key()
    child = Distant("127.0.0.1", distant.start("127.0.0.1", str(tmp_path), key), key)
    with closing(child.connection):
        yield child
        child.kill()


def test_jobs_are_done_there_one_after_the_other(reached, tmp_path):
    out = tmp_path / "out"
    for text in ("one", "two"):
        job = analysis.pack(write_line, {"path": str(out), "text": text})
        reached.connection.send_bytes(job)
        assert analysis.hear(reached.connection) == ("done", [])
    reached.connection.send_bytes(analysis.pack(fail, {}))
    kind, (_sentence, trace) = analysis.hear(reached.connection)
    assert kind == "failed"
    assert "ZeroDivisionError: a mistake in the code" in trace
    assert out.read_text().split() == ["one", "two"]
    assert reached.alive()


def test_hanging_up_ends_it_in_the_middle_of_a_job(reached, tmp_path):
    places = {"path": str(tmp_path / "never"), "pids": str(tmp_path / "pids")}
    reached.connection.send_bytes(analysis.pack(turn_somewhere, places))
    assert analysis.hear(reached.connection) == ("progress", ["Turning", 0.0])
    pid = int((tmp_path / "pids").read_text())
    assert pid != os.getpid() and not gone(pid)
    reached.kill()
    assert not reached.alive()
    wait_for(lambda: gone(pid), "its end")
    wait_for(lambda: _silent(reached), "the last word")


def test_an_end_of_its_own_is_noticed(reached, tmp_path):
    places = {"path": str(tmp_path / "never"), "pids": str(tmp_path / "pids")}
    reached.connection.send_bytes(analysis.pack(turn_somewhere, places))
    analysis.hear(reached.connection)
    os.kill(int((tmp_path / "pids").read_text()), 9)
    wait_for(lambda: _silent(reached), "the last word")
    assert not reached.alive()


def _silent(child):
    try:
        analysis.hear(child.connection)
    except (EOFError, OSError):
        return True
    return False


def test_who_does_not_know_the_key_is_sent_away_and_the_next_one_comes_in(tmp_path):
    key = distant.new_key()
    port = distant.start("127.0.0.1", str(tmp_path), key)
    socket.create_connection(("127.0.0.1", port)).close()
    with pytest.raises((AuthenticationError, EOFError, OSError)):
        Distant("127.0.0.1", port, distant.new_key())
    child = Distant("127.0.0.1", port, key)
    with closing(child.connection):
        assert child.alive()
        with pytest.raises(OSError):
            Distant("127.0.0.1", port, key)  # one caller is enough
        child.kill()


def test_a_machine_may_be_known_by_a_longer_address(tmp_path):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no such address")
    key = distant.new_key()
    child = Distant("::1", distant.start("::1", str(tmp_path), key), key)
    with closing(child.connection):
        assert child.alive()
        child.kill()


def test_who_says_nothing_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(distant, "CONNECT_S", 0.1)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises((EOFError, OSError)),
    ):
        Distant("127.0.0.1", silent.getsockname()[1], distant.new_key())


def test_one_that_cannot_listen_does_not_start(tmp_path, capfd):
    with pytest.raises(OSError, match="ended at once"):
        distant.start("192.0.2.1", str(tmp_path), distant.new_key())
    assert "Cannot assign" in capfd.readouterr().err
