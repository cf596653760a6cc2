"""What exists once in a server: its environment, engine, analyst and store."""

from __future__ import annotations

import gc
import logging
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

import streamlit as st
from streamlit import net_util
from streamlit.runtime import RuntimeState, exists, get_instance

from aecore import datasets, memory
from aecore.analysis import Here, Place
from aecore.analyst import Analyst
from aecore.cluster import Cluster
from aecore.engine import Engine
from aecore.environment import Environment, read
from aecore.workers import Pool, Processes, end_workers
from ui.pace import Pace
from ui.together import Together

log = logging.getLogger(__name__)

LOOK_S = 0.2
"""Between two looks at whether the server is to stop."""


@dataclass(frozen=True)
class Server:
    """Shared by all sessions."""

    environment: Environment
    engine: Engine
    analyst: Analyst
    pace: Pace
    together: Together
    ready: threading.Event
    """Set when all that pictures need is imported; two threads must not import it at once."""


@st.cache_resource(show_spinner=False)
def server() -> Server:
    """Start engine and analyst on the first call; the same ones ever after."""
    net_util.get_external_ip = _unknown
    _open_many_files()
    memory.keep_little()
    memory.keep_giving_back()
    environment = read()
    for note in environment.notes:
        log.warning(note)
    workers = workers_of(environment)
    engine = Engine(
        environment.home,
        workers,
        store_bytes=environment.store_mb * 2**20,
        is_connected=is_connected,
    )
    engine.warm_up(datasets.default_name())
    analyst = Analyst(analyses_at(environment, workers), is_connected)
    ready = threading.Event()
    threading.Thread(target=_get_ready, args=(ready,), name="get-ready", daemon=True).start()
    if exists():
        threading.Thread(target=_end, args=(engine, analyst), name="end", daemon=True).start()
    pace = Pace()
    return Server(environment, engine, analyst, pace, Together(pace), ready)


def _unknown() -> None:
    """Stand in for Streamlit's way to learn this machine's address, which asks another machine.

    It would be asked whenever a page of another site tries to connect.
    """


def _open_many_files() -> None:
    """Let this process open as many files as the system lets it: each viewer takes a few."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def workers_of(environment: Environment) -> Pool:
    """Return who trains: a cluster's workers, or processes of this machine."""
    if environment.scheduler:
        return Cluster(environment.scheduler, environment.home, environment.data_dirs)
    return Processes(environment.workers)


def analyses_at(environment: Environment, workers: Pool) -> Place:
    """Return where analyses are run: on the cluster's machines, or on this one.

    Talk with the cluster that is encrypted stays so: what is said to a process for analyses is not.
    """
    if isinstance(workers, Cluster) and not environment.scheduler.startswith("tls:"):
        return workers
    return Here(environment.home / "numba")


def _get_ready(ready: threading.Event) -> None:
    """Import what the first pictures need, and keep it out of every later collection."""
    try:
        import pandas  # noqa: F401 - Streamlit and Plotly import it when they first draw

        from ui.views.ready import get_ready  # imports torch

        get_ready()
        gc.collect()
        gc.freeze()
    finally:
        ready.set()


def _end(engine: Engine, analyst: Analyst) -> None:
    """Wait until the server is to stop, then end all processes, which it would wait for."""
    runtime = get_instance()
    while runtime.state not in (RuntimeState.STOPPING, RuntimeState.STOPPED):
        time.sleep(LOOK_S)
    engine.abandon()
    analyst.close()  # else the next analysis would start another process
    end_workers()


def is_connected(session_id: str) -> bool:
    """Tell whether a browser is connected to a session."""
    return exists() and get_instance().is_active_session(session_id)
