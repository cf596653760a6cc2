"""What a benchmark reports, and the command line that all of them share."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import psutil

HEADER = "| what | to reach | measured | held |\n|---|---|---|---|"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    what, target, measured : str
        In words and numbers, with units.
    held : bool or None
        Whether the target is reached; None where there is none.
    """

    what: str
    target: str
    measured: str
    held: bool | None = None

    def __str__(self) -> str:
        held = {True: "yes", False: "**no**", None: ""}[self.held]
        return f"| {self.what} | {self.target} | {self.measured} | {held} |"


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    """Return the median, the upper one of two."""
    return quantile(values, 0.5)


def ms(seconds: float) -> str:
    """Write a time in milliseconds."""
    return f"{1000 * seconds:,.0f} ms"


class Others:
    """How much of the machine belonged to others meanwhile, which timings have to be read with.

    Starts with the object. Whatever this process started must still be running at the end.
    """

    def __init__(self) -> None:
        self._busy, self._all = _machine()
        self._own = own_processor_time()

    def share(self) -> float:
        """Return the share of all cores' time that others have used since, 0 to 1."""
        busy, every = _machine()
        used = busy - self._busy - (own_processor_time() - self._own)
        return min(max(used / max(every - self._all, 1e-9), 0.0), 1.0)


def _machine() -> tuple[float, float]:
    times = psutil.cpu_times()
    every = sum(times[:8])  # what guests use is in there already
    return every - times.idle - getattr(times, "iowait", 0.0), every


def own_processor_time() -> float:
    """Return the seconds of processor time of this process and of those it started."""
    me = psutil.Process()
    return sum(map(processor_time, [me, *me.children(recursive=True)]))


def processor_time(process: psutil.Process) -> float:
    """Return the seconds of processor time that a process has used; 0 once it is gone."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def command_line(measure: Callable[[bool], list[Row]], about: str) -> None:
    """Run one benchmark as a command.

    Parameters
    ----------
    measure : callable
        ``quick -> rows``.
    about : str
        The module's docstring.
    """
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--json", action="store_true", help="print JSON instead of Markdown")
    asked = parser.parse_args()
    rows = measure(asked.quick)
    if asked.json:
        print(json.dumps([asdict(row) for row in rows]))
    else:
        print(HEADER, *rows, sep="\n")
