"""Who follows a run that moves looks at the same snapshot as others, for a moment.

There is a new snapshot every few hundredths of a second: were each page to show the very newest,
no two would show the same one, and what is drawn and measured of it would be shared by nobody.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from cachetools import LRUCache

from aecore.engine import MOVING, Status
from aecore.runs import Run
from ui.pace import Pace

HELD = 0.5
"""How long snapshots are the newest for all, as a share of the time between two refreshes.

Below 1 a page that is alone finds a newer one each time.
"""
MOST_RUNS = 1000


class Together:
    """Remembers for a moment which snapshots there were. Thread-safe.

    Parameters
    ----------
    pace : Pace
        Tells how long a moment is.
    now : callable
        Returns seconds.
    """

    def __init__(self, pace: Pace, now: Callable[[], float] = time.monotonic) -> None:
        self._pace, self._now = pace, now
        self._lock = threading.Lock()
        self._seen: LRUCache[str, tuple[float, list[int]]] = LRUCache(MOST_RUNS)

    def steps(self, run: Run, status: Status) -> list[int]:
        """Return the steps of a run's snapshots, increasing: of this moment where it stands still.

        While it moves they may be those of a moment ago, but the first is seen at once.
        """
        if status not in MOVING:
            with self._lock:
                self._seen.pop(run.id, None)  # where it goes on, nobody goes back
            return run.steps()
        now, held = self._now(), HELD * self._pace.period()
        with self._lock:
            looked, found = self._seen.get(run.id, (now, []))
        if not found or now - looked >= held:
            found = run.steps()
            with self._lock:
                self._seen[run.id] = now, found
        return list(found)
