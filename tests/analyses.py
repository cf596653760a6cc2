"""Jobs for processes that do analyses, which import nothing that takes long."""

import os
import sys
import time
from pathlib import Path

from aecore.projections import ProjectionError


def write_line(path, text, progress):
    """Add a line to a file."""
    with Path(path).open("a") as file:
        file.write(f"{text}\n")


def describe_process(path, progress):
    """Write down what the process is like."""
    import torch

    facts = [os.getpid(), os.nice(0), torch.get_num_threads(), os.environ["NUMBA_CACHE_DIR"]]
    facts.append("streamlit" in sys.modules)
    write_line(path, " ".join(map(str, facts)), progress)


def turn(path, progress):
    """Report without end, or until there is a file."""
    for k in range(10**9):
        progress("Turning", (k % 100) / 100)
        if Path(path).exists():
            return
        time.sleep(0.005)


def turn_somewhere(path, pids, progress):
    """Write down which process turns, and turn."""
    write_line(pids, os.getpid(), progress)
    turn(path, progress)


def rest(path, progress):
    """Say nothing, until there is a file."""
    while not Path(path).exists():
        time.sleep(0.005)


def do_nothing(progress):
    """Be done at once."""


def fail_for_people(progress):
    """Fail with a sentence for people."""
    raise ProjectionError("This cannot be laid out.")


def fail(progress):
    """Fail with a mistake."""
    raise ZeroDivisionError("a mistake in the code")


def leave(progress):
    """End the process."""
    os._exit(3)


def leave_once(path, progress):
    """End the process, unless there is a file; which is there from now on."""
    if not Path(path).exists():
        Path(path).touch()
        os._exit(3)
