"""A cluster of processes on this machine: what joins, leaves, dies and comes back costs nothing.

The processes are started as ``python -m cluster`` starts them.
"""

import importlib.util
import math
import os
import random
import signal
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from types import SimpleNamespace

import psutil
import pytest
import torch
from filelock import Timeout

from aecore import cluster as cluster_module
from aecore import distant
from aecore import engine as engine_module
from aecore.analysis import NICENESS, NotBegun
from aecore.analyst import Analyst
from aecore.cluster import NO_WORKERS, NOT_INSTALLED, NOT_THERE, Cluster, ClusterError, at_work
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.engine import Engine
from aecore.environment import Environment
from aecore.layouts import Layout, kept, project
from aecore.runs import RunStore
from aecore.slices import advance
from benchmarks.server import free_port
from cluster import keeping, nginx, programs
from cluster.keeping import Keeper
from tests.analyses import turn_somewhere
from tests.waiting import gone, wait_for

# some 0.5 s of training; noisy, tied and deep, so that nothing is easy to get right by chance
LONG = RunConfig(
    bottleneck=3, hidden=(16,), tied=True, noise="gaussian", weight_decay=1e-4, batch_size=32,
    epochs=12,
)  # fmt: skip

needs_dask = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None and not os.environ.get("CI"),
    reason="needs Dask: pip install -r requirements-cluster.txt",
)


class Site:
    """A scheduler and workers, each kept running; and the folder that all share."""

    def __init__(self, home):
        self.home, self.keeper = home, Keeper()
        # none of those that callers get: one who calls where nobody is could meet itself
        self.port = free_port(random.randrange(20_000, 32_000))
        self.address = f"tcp://127.0.0.1:{self.port}"
        self._over = threading.Event()
        self._watching = threading.Thread(target=self.keeper.watch, args=(self._over.is_set,))
        self._watching.start()

    def start_scheduler(self):
        self.keeper.keep(
            "scheduler", programs.scheduler("127.0.0.1", self.port), programs.SCHEDULER
        )

    def start_worker(self):
        self.keeper.keep("worker", programs.worker(self.address, self.home), programs.WORKER)

    def processes(self, name):
        programs = [program for program in self.keeper._programs if program.name == name]
        return [program.process for program in programs if program.process is not None]

    def stop_one(self, name):
        """Take a program away for good."""
        program = next(p for p in self.keeper._programs if p.name == name)
        process = program.process
        self.keeper._programs.remove(program)
        process.kill()
        process.wait()

    def close(self):
        self._over.set()
        self._watching.join()
        self.keeper.__exit__(None, None, None)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "AGAIN_S", 0.1)
        patch.setattr(keeping, "LOOK_S", 0.05)
        site = Site(tmp_path_factory.mktemp("home"))
        yield site
        site.close()


@pytest.fixture(autouse=True)
def look_often(monkeypatch):
    monkeypatch.setattr(cluster_module, "LOOK_S", 0.1)


@pytest.fixture
def short_slices(monkeypatch):
    for name in ("FIRST_SLICE_S", "SHORTEST_SLICE_S", "LONGEST_SLICE_S"):
        monkeypatch.setattr(engine_module, name, 0.05)


@pytest.fixture
def engine(site):
    engine = Engine(site.home, Cluster(site.address, site.home))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Return a function that trains settings in one go in this process, and returns all of it."""
    torch.set_num_threads(1)

    def train(config):
        root = tmp_path_factory.mktemp("undisturbed")
        assert advance(str(root), config.as_dict(), math.inf).done
        return recording(next(RunStore(root).runs()))

    return train


def recording(run):
    tensors = run.checkpoint()[1]
    return (
        {step: run._snapshot(step).read_bytes() for step in run.steps()},
        {name: value.numpy().tobytes() for name, value in tensors.items()},
        run.metrics(),
        run.results.load(f"whole-{run.progress().step}"),
    )


def fingerprint():
    return load("digits").fingerprint


def with_seed(seed):
    return RunConfig(**LONG.as_dict() | {"seed": seed})


def ended(engine, run, config):
    status, why = engine.status(run, config.epochs)
    assert status != "failed", why
    return status == "done"


# -- with real processes, in the order of a cluster's life ---------------------------


@needs_dask
def test_a_cluster_may_come_later_than_the_app(site, undisturbed, monkeypatch):
    def says(why):
        wait_for(lambda: engine.status(run, LONG.epochs) == ("queued", why), "the page to say so")

    with monkeypatch.context() as patch:
        patch.setattr(cluster_module, "PATIENCE_S", 0.5)
        engine = Engine(site.home, Cluster(site.address, site.home))
        run = engine.want(LONG, fingerprint(), "me")
        says(NOT_THERE)
    with closing(engine):
        site.start_scheduler()
        says(NO_WORKERS)
        assert engine.queue() == (1, 0)
        site.start_worker()
        wait_for(lambda: ended(engine, run, LONG), "the run to end")
        assert engine.status(run, LONG.epochs) == ("done", "")
        assert engine.queue()[1] == 1
    assert recording(run) == undisturbed(LONG)


def look_around():
    """Report from a worker."""
    nice, threads = os.getpriority(os.PRIO_PROCESS, 0), torch.get_num_threads()
    environ = {name: os.environ.get(name) for name in programs.WORKER}
    return os.getpid(), nice, threads, "streamlit" in sys.modules, environ


@needs_dask
def test_a_worker_is_one_humble_process(site, engine):
    wait_for(lambda: engine.queue()[1], "the worker")
    pid, nice, threads, streamlit, environ = engine._pool.submit(look_around).result(60)
    assert pid == site.processes("worker")[0].pid
    assert nice >= 10 and threads == 1 and not streamlit
    assert environ == programs.WORKER


def held_in_a_slice(worker, runs):
    """Halt a worker, and tell whether it is training one of some runs; else it goes on."""
    worker.send_signal(signal.SIGSTOP)
    if any(run.progress().step and locked(run) for run in runs):
        return True
    worker.send_signal(signal.SIGCONT)
    return False


def locked(run):
    try:
        with run.lock().acquire(timeout=0):
            return False
    except Timeout:
        return True


@needs_dask
def test_workers_join_and_die_in_the_middle(site, engine, undisturbed, caplog, short_slices):
    configs = [with_seed(seed) for seed in (1, 2)]
    runs = [engine.want(config, fingerprint(), "me") for config in configs]
    (first,) = site.processes("worker")
    wait_for(lambda: held_in_a_slice(first, runs), "a slice")
    site.start_worker()
    wait_for(lambda: engine.queue()[1] == 2 and len(engine._in_flight) == 2, "both to be at work")
    first.kill()  # at what it is; it comes back
    for run, config in zip(runs, configs, strict=True):
        wait_for(lambda run=run, config=config: ended(engine, run, config), "the run to end")
        assert recording(run) == undisturbed(config)
    assert any("worker died" in record.getMessage() for record in caplog.records)


@pytest.fixture
def analyst(site, engine):
    wait_for(lambda: engine.queue()[1], "a worker")
    analyst = Analyst(engine._pool)
    yield analyst
    analyst.close()


@needs_dask
def test_an_analysis_is_done_beside_a_worker_and_kept_with_its_run(site, engine, analyst):
    run = next(engine.store.runs())
    layout = Layout("tsne", 2, 50)
    asked = {"step": run.steps()[-1], "layout": layout}
    place = {"root": str(engine.store.root), "settings": run.config.as_dict()}
    analyst.submit("a", project, **place, **asked)
    state = wait_for(lambda: over(analyst, "a"), "the analysis")
    assert (state.status, state.message) == ("done", "")
    assert kept(run, **asked).shape == (50, 2)


def over(analyst, key):
    state = analyst.state(key)
    return state if state.status in ("done", "failed", "cancelled") else None


def lines(path):
    return path.read_text().split("\n")[:-1] if path.exists() else []


@needs_dask
def test_a_cancelled_analysis_ends_there_and_one_whose_worker_dies_is_done_again(
    site, analyst, tmp_path
):
    end, pids = tmp_path / "end", tmp_path / "pids"

    def turns(count):
        wait_for(lambda: len(lines(pids)) == count, "the analysis")
        process = psutil.Process(int(lines(pids)[-1]))
        assert process.ppid() in [worker.pid for worker in site.processes("worker")]
        assert process.nice() >= NICENESS
        return process

    analyst.submit("a", turn_somewhere, path=str(end), pids=str(pids))
    cancelled = turns(1)
    analyst.cancel("a")
    wait_for(lambda: gone(cancelled.pid), "its end")

    analyst.submit("b", turn_somewhere, path=str(end), pids=str(pids))
    first = turns(2)
    os.kill(first.ppid(), signal.SIGKILL)  # the worker; it comes back
    second = turns(3)
    assert gone(first.pid)
    assert analyst.state("b").status == "running"
    end.touch()
    assert wait_for(lambda: over(analyst, "b"), "the analysis").status == "done"
    assert not gone(second.pid)  # it stays warm
    analyst.close()
    wait_for(lambda: gone(second.pid), "its end")


@needs_dask
def test_a_worker_that_leaves_is_not_waited_for_and_a_server_that_leaves_ends_nobody(site, engine):
    wait_for(lambda: engine.queue()[1] == 2, "both workers")
    site.stop_one("worker")
    wait_for(lambda: engine.queue()[1] == 1, "one to be gone")
    engine.close()
    (process,) = site.processes("worker")
    other = Engine(site.home, Cluster(site.address, site.home))
    try:
        wait_for(lambda: other.queue()[1] == 1, "the other")
        assert other._pool.submit(os.getpid).result(60) == process.pid
    finally:
        other.close()


@needs_dask
def test_a_scheduler_comes_back(site, engine, undisturbed, short_slices):
    config = with_seed(3)
    run = engine.want(config, fingerprint(), "me")
    wait_for(lambda: run.progress().step, "the first slice")
    (scheduler,) = site.processes("scheduler")
    scheduler.kill()
    wait_for(lambda: engine.queue()[1] == 0, "the loss to be noticed")
    wait_for(lambda: ended(engine, run, config), "the run to end")
    assert recording(run) == undisturbed(config)


@needs_dask
def test_two_servers_make_one_recording(site, engine, undisturbed):
    other = Engine(site.home, Cluster(site.address, site.home))
    try:
        wait_for(lambda: engine.queue()[1] and other.queue()[1], "workers")
        config = with_seed(4)
        run = engine.want(config, fingerprint(), "me")
        other.want(config, fingerprint(), "you")
        for each in (engine, other):
            wait_for(lambda each=each: ended(each, run, config), "the run to end")
            wait_for(lambda each=each: not each.queue()[0], "both to let go")
    finally:
        other.close()
    assert recording(run) == undisturbed(config)
    assert not [p for p in run.path.rglob("*") if p.suffix in (".damaged", ".part")]


# -- without any ---------------------------------------------------------------------


def test_the_app_opens_without_dask(tmp_path, monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "distributed", None)
    engine = Engine(tmp_path, Cluster("tcp://127.0.0.1:1", tmp_path))
    try:
        engine.warm_up("digits")
        run = engine.want(LONG, fingerprint(), "me")
        wait_for(
            lambda: engine.status(run, LONG.epochs) == ("queued", NOT_INSTALLED), "the sentence"
        )
    finally:
        engine.close()
    assert any(NOT_INSTALLED in record.getMessage() for record in caplog.records)


def test_an_analysis_says_what_is_wrong_with_the_cluster(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setattr(cluster_module, "JOIN_S", 0.1)
    cluster = Cluster("tcp://127.0.0.1:1", tmp_path)
    with closing(cluster):
        wait_for(cluster.trouble, "a first look")
        with pytest.raises(NotBegun, match=NOT_INSTALLED[:20]):
            cluster.begin_analysis()


@pytest.mark.parametrize(
    ("worker", "beside", "host"),
    [
        ("tcp://127.0.0.1:40001", True, "127.0.0.1"),
        ("tcp://10.0.0.2:40001", True, "10.0.0.2"),
        ("tcp://10.0.0.2:40001", False, "10.0.0.2"),
        ("tcp://[fe80::2]:40001", False, "fe80::2"),
        ("tcp://127.0.0.1:40001", False, ""),  # beside the scheduler, whose address is known
        ("tcp://[::1]:40001", False, ""),
        ("tcp://localhost:40001", False, ""),
        ("tcp://worker-2:40001", False, "worker-2"),
    ],
)
@needs_dask
def test_the_server_learns_where_a_worker_is(worker, beside, host, monkeypatch):
    monkeypatch.setattr("distributed.get_worker", lambda: SimpleNamespace(address=worker))
    monkeypatch.setattr(distant, "start", lambda host, home, key: 40002)
    assert cluster_module._begin_analysis("home", "key", beside) == (host, 40002)


def test_a_worker_beside_the_scheduler_is_reached_where_that_is(tmp_path, monkeypatch):
    def submit(cluster, function, home, key, beside):
        assert not beside
        started = Future()
        started.set_result(("", distant.start("", home, key)))
        return started

    monkeypatch.setattr(cluster_module, "PATIENCE_S", 0.1)
    monkeypatch.setattr(cluster_module, "JOIN_S", 0.1)
    monkeypatch.setattr(Cluster, "submit", submit)
    with closing(Cluster("tcp://127.0.0.1:1", tmp_path)) as cluster:
        child = cluster.begin_analysis()
        with closing(child.connection):
            assert child.alive()
            child.kill()


@pytest.mark.parametrize(("scheme", "away"), [("tcp", True), ("tls", False)])
def test_what_the_cluster_would_encrypt_is_not_said_openly(tmp_path, monkeypatch, scheme, away):
    from ui.server import analyses_at

    monkeypatch.setattr(cluster_module, "PATIENCE_S", 0.1)
    environment = Environment(tmp_path, (), 1, 100, scheduler=f"{scheme}://127.0.0.1:1")
    with closing(Cluster(environment.scheduler, tmp_path)) as cluster:
        place = analyses_at(environment, cluster)
        assert (place is cluster) == away


def test_a_folder_that_is_not_shared_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster_module, "FOLDER_S", 0.0)
    mark = cluster_module._mark(tmp_path / "home")
    assert cluster_module._mark(tmp_path / "home") == mark  # of all servers that share it
    elsewhere = tmp_path / "elsewhere" / mark.name
    with ThreadPoolExecutor(1) as worker:  # whose thread becomes humble
        assert worker.submit(at_work, str(mark), {}, max, 1, 2).result() == 2
        with pytest.raises(ClusterError, match="the same one under the same path"):
            worker.submit(at_work, str(elsewhere), {}, max, 1, 2).result()


def test_a_worker_does_one_thing_at_a_time(tmp_path):
    mark = str(cluster_module._mark(tmp_path))
    at_once, most = [], []

    def do():
        at_once.append(1)
        most.append(len(at_once))
        at_once.pop()

    threads = [threading.Thread(target=at_work, args=(mark, {}, do)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1


# -- the script's parts --------------------------------------------------------------


def test_a_program_that_ends_is_started_again_and_all_end_together(monkeypatch):
    monkeypatch.setattr("cluster.keeping.AGAIN_S", 0.0)
    sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
    with Keeper() as keeper:
        keeper.keep("first", sleep, {"NAME": "value"})
        keeper.keep("second", sleep)
        first, second = (program.process for program in keeper._programs)
        assert psutil.Process(first.pid).environ()["NAME"] == "value"
        first.kill()
        keeper.watch(lambda: keeper._programs[0].process not in (None, first))
        again = keeper._programs[0].process
        assert second.poll() is None
    assert again.poll() is not None and second.poll() is not None


def test_nginx_is_told_of_all_servers(tmp_path):
    text = nginx.configuration(tmp_path, "127.0.0.1:8080", [8601, 8602])
    assert "@" not in text
    assert "listen 127.0.0.1:8080;" in text
    assert text.count("server 127.0.0.1:860") == 2
    for needed in ("hash $visitor", "Upgrade $http_upgrade", "Connection $connection_upgrade"):
        assert needed in text


@pytest.mark.skipif(nginx.program() is None, reason="needs nginx")
def test_nginx_understands_it(tmp_path):
    import subprocess

    command = nginx.command(tmp_path, "127.0.0.1:8080", [8601, 8602])
    done = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_missing_nginx_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(nginx, "program", lambda: None)
    with pytest.raises(FileNotFoundError, match="apt-get install nginx"):
        nginx.command(tmp_path, "8080", [8601, 8602])
