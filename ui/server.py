"""What exists once in a server: its environment, engine, analyst and store."""

from __future__ import annotations

import gc
import logging
import os
import threading
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime import exists, get_instance

from aecore import datasets
from aecore.analyst import Analyst
from aecore.engine import Engine
from aecore.environment import Environment, read

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Server:
    """Shared by all sessions."""

    environment: Environment
    engine: Engine
    analyst: Analyst


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
    threading.Thread(target=_get_ready, name="get-ready", daemon=True).start()
    return Server(environment, engine, analyst)


def _get_ready() -> None:
    """Import what the first pictures need, and keep it out of every later collection."""
    from ui import frames  # imports torch

    frames.get_ready()
    gc.collect()
    gc.freeze()


def is_connected(session_id: str) -> bool:
    """Tell whether a browser is connected to a session."""
    return exists() and get_instance().is_active_session(session_id)
