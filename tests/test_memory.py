"""What is free goes back to the system, where glibc would keep it."""

import os
import platform
import subprocess
import sys

import pytest

from aecore.workers import MALLOC
from benchmarks.server import ROOT

FREES = """
import time
import psutil
from aecore import memory

def resident():
    return psutil.Process().memory_info().rss / 2**20

memory.EVERY_S = 0.01
held = [bytes(50_000) for _ in range(4000)]  # 200 MB
last = held[-1]
del held
kept = resident()
memory.keep_giving_back()
while resident() > kept - 150:
    time.sleep(0.01)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="others have other ways")
def test_a_worker_gives_back_what_is_free_behind_what_is_in_use():
    subprocess.run(
        [sys.executable, "-c", FREES], env=os.environ | MALLOC, cwd=ROOT, timeout=60, check=True
    )
