"""Worker processes: low priority, one thread, warmed, and gone when their parent is."""

import os
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import psutil
import pytest

from aecore import baselines, workers
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.runs import RunStore
from aecore.workers import Outcome, advance, fit_baselines, make_executor, warm
from tests.waiting import PATIENCE_S, gone, wait_for

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def executor():
    executor = make_executor()
    yield executor
    executor.shutdown(wait=True, cancel_futures=True)


def look_around():
    """Report from inside a worker."""
    import torch

    streamlit = "streamlit" in sys.modules
    return os.getpid(), os.getppid(), os.nice(0), torch.get_num_threads(), streamlit, _malloc()


def _malloc():
    return {name: os.environ.get(name) for name in workers.MALLOC}


def test_a_worker_is_one_humble_process(executor):
    pid, parent, nice, threads, streamlit, malloc = executor.submit(look_around).result(60)
    assert pid != os.getpid()
    assert parent == os.getpid()
    assert nice >= min(19, os.nice(0) + 10)
    assert threads == 1
    assert not streamlit
    assert all(int(value) > 2**24 for value in malloc.values())
    assert executor.submit(os.getpid).result(60) == pid


def test_a_slice_in_a_worker(executor, tmp_path):
    config = RunConfig(bottleneck=2, batch_size=720, epochs=2)
    future = executor.submit(advance, str(tmp_path), config.as_dict(), 60.0)
    assert future.result(60) == Outcome(4, done=True)
    assert [run.progress().step for run in RunStore(tmp_path).runs()] == [4]


def knows(module):
    return module in sys.modules


def test_warming_leaves_no_run_behind(executor, tmp_path):
    executor.submit(warm, "digits", {}).result(120)
    executor.submit(fit_baselines, str(tmp_path), "digits", {}).result(120)
    assert not list(RunStore(tmp_path / "runs").runs())
    assert baselines.peek(load("digits"), tmp_path) is not None
    assert executor.submit(knows, "aecore.training").result(60)


def test_what_goes_wrong_in_a_worker_comes_back_in_words(executor, tmp_path):
    bad = RunConfig().as_dict() | {"bottleneck": 0}
    error = executor.submit(advance, str(tmp_path), bad, 1.0).exception(60)
    assert "Bottleneck size must be between" in str(error)


def test_a_dead_worker_breaks_its_own_pool_only(executor):
    other = make_executor()
    pid = other.submit(os.getpid).result(60)
    doomed = other.submit(time.sleep, PATIENCE_S)
    psutil.Process(pid).kill()
    assert isinstance(doomed.exception(60), BrokenProcessPool)
    other.shutdown(wait=True)
    assert executor.submit(os.getpid).result(60) != pid


ORPHAN = """
import os, time
from aecore.workers import make_executor

if __name__ == "__main__":
    executor = make_executor()
    print(executor.submit(os.getpid).result(), flush=True)
    executor.submit(time.sleep, 600)
    time.sleep(600)
"""


def test_a_worker_ends_with_its_parent_even_in_the_middle_of_something(tmp_path):
    script = tmp_path / "server.py"
    script.write_text(ORPHAN)
    server = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    with server:
        pid = int(server.stdout.readline())
        assert not gone(pid)
        server.kill()
    wait_for(lambda: gone(pid), "the worker to end")
