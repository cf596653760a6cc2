"""The app as a server of its own: a free port, an empty home, its processes, its log."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType

import psutil

from benchmarks.measurement import processor_time

ROOT = Path(__file__).parents[1]
PATIENCE_S = 120.0
_TROUBLE = re.compile(r"Traceback|Exception|Error\b|CRITICAL")


class AppServer:
    """Runs the app while its context lasts.

    Parameters
    ----------
    **variables : str
        Of its environment, beside those of this process.

    Attributes
    ----------
    address : str
        Where browsers find it.
    home : Path
        Its ``AE_HOME``, empty at the start and removed at the end.
    """

    def __init__(self, **variables: str) -> None:
        self._variables = variables
        self._folder = tempfile.TemporaryDirectory(prefix="benchmark-")
        self.home = Path(self._folder.name) / "home"
        self._log = Path(self._folder.name) / "server.log"
        self.port = free_port()
        self.address = f"http://localhost:{self.port}"

    def __enter__(self) -> AppServer:
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        options = ["--server.headless", "true", "--server.port", str(self.port)]
        with self._log.open("wb") as log:
            self.process = psutil.Popen(
                command + options,
                cwd=ROOT,
                env=os.environ | {"AE_HOME": str(self.home)} | self._variables,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait_for_port()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            family = [*self.process.children(recursive=True), self.process]
            self.process.terminate()
        except psutil.NoSuchProcess:
            family = []  # it was ended before
        _, alive = psutil.wait_procs(family, timeout=10)
        for process in alive:
            process.kill()
        self._folder.cleanup()

    def _wait_for_port(self) -> None:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"The server ended at once:\n{self.log()}")
            try:
                socket.create_connection(("localhost", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError(f"The server did not answer in {PATIENCE_S:.0f} s:\n{self.log()}")

    def settle(self) -> None:
        """Wait until server and workers have nothing more to do."""
        until, before, quiet = time.monotonic() + PATIENCE_S, self._spent(), 0
        while quiet < 3 and time.monotonic() < until:
            time.sleep(0.5)
            now = self._spent()
            quiet = quiet + 1 if now - before < 0.05 else 0
            before = now

    def _spent(self) -> float:
        """Return the seconds of processor time that all its processes have used."""
        return sum(map(processor_time, [self.process, *self.process.children(recursive=True)]))

    def processor_time(self) -> float:
        """Return the seconds of processor time that the server has used, its workers left out."""
        return processor_time(self.process)

    def memory(self) -> tuple[float, float]:
        """Return the resident megabytes of the server, and of its largest worker."""
        workers = [child.memory_info().rss for child in self.process.children(recursive=True)]
        return self.process.memory_info().rss / 2**20, max(workers, default=0) / 2**20

    def log(self) -> str:
        """Return what the server has written."""
        return self._log.read_text(errors="replace")

    def troubles(self) -> list[str]:
        """Return the lines of the log that tell of errors."""
        return [line for line in self.log().splitlines() if _TROUBLE.search(line)]


def free_port(wanted: int = 0) -> int:
    """Return a port of this machine that nobody listens on: the wanted one, if it is free."""
    with socket.socket() as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind(("localhost", wanted))
        except OSError:
            found.bind(("localhost", 0))
        return int(found.getsockname()[1])
