"""Memory that is free again goes back to the system.

glibc keeps what was freed between things that are still in use, for each of many threads apart:
after minutes of a class that was more than all that was in use.
"""

from __future__ import annotations

import ctypes
import threading
import time
from contextlib import suppress
from functools import lru_cache

EVERY_S = 30.0
LARGE = 2**20
"""Bytes; so much is taken from the system for one thing alone, and given back with it."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""As malloc.h calls them."""


def keep_little() -> None:
    """Have the threads of this process share what is free, and keep nothing large; once."""
    with suppress(AttributeError, OSError):  # macOS, Windows, musl: they have other ways
        libc = ctypes.CDLL("libc.so.6")
        for name, value in ((_ARENA_MAX, 2), (_MMAP_THRESHOLD, LARGE), (_TRIM_THRESHOLD, LARGE)):
            libc.mallopt(name, value)


@lru_cache(maxsize=1)
def keep_giving_back() -> None:
    """Give free memory back every half a minute from now on; does nothing the second time."""
    with suppress(AttributeError, OSError):
        trim = ctypes.CDLL("libc.so.6").malloc_trim
        threading.Thread(target=_give_back, args=(trim,), name="give-back", daemon=True).start()


def _give_back(trim: ctypes._NamedFuncPointer) -> None:
    while True:
        time.sleep(EVERY_S)
        trim(0)  # some 10 ms, in which other threads go on
