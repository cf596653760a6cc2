"""The programs of a cluster: how each is called, and what its environment needs."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit

from aecore.analysis import ONE_THREAD
from aecore.workers import MALLOC

SCHEDULER = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
"""A slice that its worker died of comes back at once: the app counts, and says so in the end."""
NO_DASHBOARD = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")
WORKER = MALLOC | ONE_THREAD


def scheduler(host: str, port: int) -> list[str]:
    """Return how a scheduler is started that listens on a host's address and a port."""
    module = "distributed.cli.dask_scheduler"
    options = ["--host", host, "--port", str(port), *NO_DASHBOARD]
    return [sys.executable, "-m", module, *options]


def worker(address: str, scratch: Path) -> list[str]:
    """Return how a worker is started: one process, one slice at a time.

    It ends when the scheduler does, and whoever keeps it starts it again. Dask's own keeper is
    left out, because it lets processes come to an end with their scheduler.

    Parameters
    ----------
    address : str
        The scheduler's.
    scratch : Path
        For files that end with the worker.
    """
    module = "distributed.cli.dask_worker"
    options = ["--nthreads", "1", "--no-nanny", *NO_DASHBOARD, "--memory-limit", "0"]
    return [sys.executable, "-m", module, address, *options, "--local-directory", str(scratch)]


def server(host: str, port: int, address: str) -> list[str]:
    """Return how an app server is started.

    Parameters
    ----------
    host : str
        Where it listens: this machine alone where nginx is before it.
    port : int
    address : str
        What people call the app, or nothing.
    """
    options = {
        "server.address": host,
        "server.port": str(port),
        "server.headless": "true",
    }
    if called := urlsplit(address).hostname:
        options["browser.serverAddress"] = called
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [sys.executable, "-m", "streamlit", "run", "app.py", *flags]
