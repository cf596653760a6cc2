"""Keeps programs running: one that ends is started again, and all end together."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[1]
LOOK_S = 0.2
AGAIN_S = 1.0
"""Pause before a program that ended is started again."""
GRACE_S = 5.0
"""How long programs may take to end before they are killed."""


@dataclass
class _Program:
    name: str
    command: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    due: float = 0.0


class Keeper:
    """Programs that run while its context lasts.

    Each has a session of its own, so that Ctrl-C reaches this process alone, which then ends
    them: first those that were started last.
    """

    def __init__(self) -> None:
        self._programs: list[_Program] = []

    def __enter__(self) -> Keeper:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for program in reversed(self._programs):
            if program.process is not None:
                program.process.terminate()
        until = time.monotonic() + GRACE_S
        for program in self._programs:
            if program.process is not None:
                try:
                    program.process.wait(max(until - time.monotonic(), 0.1))
                except subprocess.TimeoutExpired:
                    program.process.kill()
                    program.process.wait()

    def keep(
        self, name: str, command: Sequence[str], environ: Mapping[str, str] | None = None
    ) -> None:
        """Start a program, and again whenever it ends.

        Parameters
        ----------
        name : str
            What it is called in the log.
        command : sequence of str
        environ : mapping, optional
            What its environment has besides this process's.
        """
        program = _Program(name, command, environ or {})
        self._start(program)
        self._programs.append(program)  # then only: another thread may watch

    def watch(self, over: Callable[[], bool] = lambda: False) -> None:
        """Look after the programs until it is over, or for ever."""
        while not over():
            now = time.monotonic()
            for program in self._programs:
                if program.process is not None and program.process.poll() is not None:
                    log.warning("%s has ended (%s).", program.name, _end(program.process))
                    program.process, program.due = None, now + AGAIN_S
                if program.process is None and program.due <= now:
                    self._start(program)
            time.sleep(LOOK_S)

    @staticmethod
    def _start(program: _Program) -> None:
        log.info("Starting %s.", program.name)
        program.process = subprocess.Popen(
            program.command,
            cwd=ROOT,
            env=os.environ | dict(program.environ),
            start_new_session=True,
        )


def _end(process: subprocess.Popen[bytes]) -> str:
    if process.returncode >= 0:
        return f"exit code {process.returncode}"
    return signal.Signals(-process.returncode).name
