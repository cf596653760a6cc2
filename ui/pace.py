"""How often pages refresh: less often the more viewers there are, and one or two at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PERIODS_S = (1.0, 2.0, 3.0, 5.0, 8.0)
SHARE = 0.75
"""How much of one core refreshing may take; the rest is for everything else a server does."""
FORGET_S = 20.0
AT_ONCE = 2
"""Pages drawn at a time: more would only share one interpreter lock, and none would finish."""


class Pace:
    """Measures what refreshes cost, and tells how often there may be one. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._seen: dict[str, float] = {}
        self._cost = 0.02

    @contextmanager
    def turn(self, viewer: str) -> Iterator[None]:
        """Wait for a turn to draw, and note what drawing costs."""
        with self._turns:
            began = time.thread_time()
            try:
                yield
            finally:
                self.note(viewer, time.thread_time() - began)

    def note(self, viewer: str, seconds: float) -> None:
        """Note that a viewer's page was refreshed, and the processor time it took."""
        now = time.monotonic()
        with self._lock:
            # a first look may take long; what counts is what goes on and on
            self._cost += 0.05 * (min(seconds, 0.1) - self._cost)
            self._seen[viewer] = now
            if len(self._seen) > 1 and now - min(self._seen.values()) > FORGET_S:
                self._seen = {v: t for v, t in self._seen.items() if now - t <= FORGET_S}

    def period(self, present: float = PERIODS_S[0]) -> float:
        """Return the seconds between refreshes that the server can keep up with.

        Parameters
        ----------
        present : float
            The period in use, which stays unless it is too short, or twice too long.
        """
        with self._lock:
            needed = len(self._seen) * self._cost / SHARE
        chosen = next((period for period in PERIODS_S if period >= needed), PERIODS_S[-1])
        return present if chosen <= present < 2 * max(chosen, needed) else chosen
