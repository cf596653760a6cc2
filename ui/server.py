"""What exists once in a server: its environment, engine, analyst and store."""

from __future__ import annotations

import gc
import logging
import threading
import time
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime import RuntimeState, exists, get_instance

from aecore import datasets
from aecore.analyst import Analyst
from aecore.engine import Engine
from aecore.environment import Environment, read
from aecore.workers import end_workers
from ui.pace import Pace

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
    ready: threading.Event
    """Set when all that pictures need is imported; two threads must not import it at once."""


@st.cache_resource(show_spinner=False)
def server() -> Server:
    """Start engine and analyst on the first call; the same ones ever after."""
    environment = read()
    engine = Engine(
        environment.home,
        environment.workers,
        store_bytes=environment.store_mb * 2**20,
        is_connected=is_connected,
    )
    engine.warm_up(datasets.default_name())
    analyst = Analyst(environment.home / "numba")
    ready = threading.Event()
    threading.Thread(target=_get_ready, args=(ready,), name="get-ready", daemon=True).start()
    if exists():
        threading.Thread(target=_end, args=(engine,), name="end", daemon=True).start()
    return Server(environment, engine, analyst, Pace(), ready)


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


def _end(engine: Engine) -> None:
    """Wait until the server is to stop, then end the workers, whom it would wait for."""
    runtime = get_instance()
    while runtime.state not in (RuntimeState.STOPPING, RuntimeState.STOPPED):
        time.sleep(LOOK_S)
    engine.abandon()
    end_workers()


def is_connected(session_id: str) -> bool:
    """Tell whether a browser is connected to a session."""
    return exists() and get_instance().is_active_session(session_id)
