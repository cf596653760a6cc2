"""How often pages refresh: less often the busier the server is, and one or two at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from zlib import crc32

PERIODS_S = (1.0, 2.0, 3.0, 5.0, 8.0)
SHARE = 0.8
"""How much of one core refreshing may take; the rest is for everything else a server does."""
FORGET_S = 20.0
SENDING_S = 0.012
"""What a refresh costs the server beside drawing, whatever is drawn: measured."""
MOST_S = 0.04
"""Drawing that takes more than this is a first look, and not what goes on and on."""
AT_ONCE = 2
"""Pages drawn at a time: more would only share one interpreter lock, and none would finish."""
LONG_S = 0.25
"""Whoever draws for longer no longer keeps others from it."""
SPREAD = 0.1
"""Share by which viewers' periods differ, so that they do not all come at the same moment."""


class Pace:
    """Measures what refreshes cost, and tells how often there may be one. Thread-safe.

    Parameters
    ----------
    now : callable
        Returns seconds.
    spent : callable
        Returns the seconds of processor time that the thread which asks has used.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        spent: Callable[[], float] = time.thread_time,
    ) -> None:
        self._now, self._spent = now, spent
        self._change = threading.Condition()
        self._drawing: dict[object, float] = {}
        self._seen: dict[str, float] = {}
        self._cost = 0.01

    @contextmanager
    def turn(self, viewer: str) -> Iterator[None]:
        """Wait for a turn to draw, and note that a viewer's page was refreshed."""
        turn = object()
        with self._change:
            while len(lately := self._drawing_lately()) >= AT_ONCE:
                self._change.wait(min(lately) + LONG_S - self._now())
            self._drawing[turn] = self._now()
        before = self._spent()
        try:
            yield
        finally:
            with self._change:
                del self._drawing[turn]
                self._note(viewer, self._spent() - before)
                self._change.notify()

    def _drawing_lately(self) -> list[float]:
        """Return when those began who keep others from drawing."""
        now = self._now()
        return [began for began in self._drawing.values() if now - began < LONG_S]

    def _note(self, viewer: str, seconds: float) -> None:
        now = self._now()
        self._cost += 0.05 * (min(seconds, MOST_S) - self._cost)
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
        with self._change:
            needed = len(self._seen) * (self._cost + SENDING_S) / SHARE
        chosen = next((period for period in PERIODS_S if period >= needed), PERIODS_S[-1])
        return present if chosen <= present < 2 * max(chosen, needed) else chosen


def spread(period: float, viewer: str) -> float:
    """Return a viewer's own period: near to what all have, and always the same."""
    return period * (1 + SPREAD * (crc32(viewer.encode()) / 2**32 - 0.5))
