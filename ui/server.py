"""What exists once in a server: its environment, engine, analyst and store."""

from __future__ import annotations

import gc
import logging
import threading
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime import exists, get_instance

from aecore import datasets
from aecore.analyst import Analyst
from aecore.engine import Engine
from aecore.environment import Environment, read
from ui.pace import Pace

log = logging.getLogger(__name__)


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


def is_connected(session_id: str) -> bool:
    """Tell whether a browser is connected to a session."""
    return exists() and get_instance().is_active_session(session_id)
