"""Waiting for conditions, and telling whether processes have ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import psutil
import pytest

T = TypeVar("T")

PATIENCE_S = 90


def wait_for(condition: Callable[[], T], what: str) -> T:
    """Wait until a condition holds, and return its value."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    pytest.fail(f"waited {PATIENCE_S} s for {what}")


def gone(pid: int) -> bool:
    """Tell whether a process has ended, whether or not anybody has taken notice."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
