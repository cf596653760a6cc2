"""A cluster of processes on this machine: what joins, leaves, dies and comes back costs nothing.

The processes are started as ``python -m cluster`` starts them.
"""

import importlib.util
import math
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
import torch

from aecore import cluster as cluster_module
from aecore import engine as engine_module
from aecore.cluster import NO_WORKERS, NOT_INSTALLED, NOT_THERE, Cluster, ClusterError, at_work
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.engine import Engine
from aecore.runs import RunStore
from aecore.slices import advance
from benchmarks.server import free_port
from cluster import nginx, programs
from cluster.keeping import Keeper
from tests.waiting import wait_for

# some 1 s of training; noisy, tied and deep, so that nothing is easy to get right by chance
LONG = RunConfig(
    bottleneck=3, hidden=(16,), tied=True, noise="gaussian", weight_decay=1e-4, batch_size=32,
    epochs=25,
)  # fmt: skip

needs_dask = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None and not os.environ.get("CI"),
    reason="needs Dask: pip install -r requirements-cluster.txt",
)


class Site:
    """A scheduler and workers, each kept running; and the folder that all share."""

    def __init__(self, home):
        self.home, self.keeper = home, Keeper()
        self.port = free_port()
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
        self.keeper._programs.remove(program)
        program.process.kill()
        program.process.wait()

    def close(self):
        self._over.set()
        self._watching.join()
        self.keeper.__exit__(None, None, None)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("home"))
    yield site
    site.close()


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


def with_seed(seed, epochs=LONG.epochs):
    return RunConfig(**LONG.as_dict() | {"seed": seed, "epochs": epochs})


def ended(engine, run, config):
    status, why = engine.status(run, config.epochs)
    assert status != "failed", why
    return status == "done"


# -- with real processes, in the order of a cluster's life ---------------------------


@needs_dask
def test_a_cluster_may_come_later_than_the_app(site, engine, undisturbed):
    run = engine.want(LONG, fingerprint(), "me")
    wait_for(lambda: engine.status(run, 25) == ("queued", NOT_THERE), "the page to say so")
    site.start_scheduler()
    wait_for(lambda: engine.status(run, 25) == ("queued", NO_WORKERS), "the page to say so")
    assert engine.queue() == (1, 0)
    site.start_worker()
    wait_for(lambda: ended(engine, run, LONG), "the run to end")
    assert engine.status(run, 25) == ("done", "")
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


@needs_dask
def test_workers_join_and_die_in_the_middle(site, engine, undisturbed, caplog, monkeypatch):
    monkeypatch.setattr(engine_module, "LONGEST_SLICE_S", 0.25)
    configs = [with_seed(seed, 50) for seed in (1, 2)]
    runs = [engine.want(config, fingerprint(), "me") for config in configs]
    site.start_worker()
    wait_for(lambda: engine.queue()[1] == 2 and len(engine._in_flight) == 2, "both to be at work")
    site.processes("worker")[0].kill()  # at what it is; it comes back
    for run, config in zip(runs, configs, strict=True):
        wait_for(lambda run=run, config=config: ended(engine, run, config), "the run to end")
        assert recording(run) == undisturbed(config)
    assert any("worker died" in record.getMessage() for record in caplog.records)


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
def test_a_scheduler_comes_back(site, engine, undisturbed, monkeypatch):
    monkeypatch.setattr(engine_module, "LONGEST_SLICE_S", 0.25)
    config = with_seed(3, 50)
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
        wait_for(lambda: engine.status(run, 25) == ("queued", NOT_INSTALLED), "the sentence")
    finally:
        engine.close()
    assert any(NOT_INSTALLED in record.getMessage() for record in caplog.records)


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
