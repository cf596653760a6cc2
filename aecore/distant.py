"""The process for analyses on another machine: started by a worker there, reached by the server.

The worker starts ``python -m aecore.distant``, which listens on a port of its own and lets one
caller in, who must know its key. It then works as the server's own process does, see
`aecore.analysis`, and ends when the server hangs up, when nothing more is heard of the server's
machine, or when the worker ends.
"""

from __future__ import annotations

import os
import platform
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import (
    Connection,
    Listener,
    answer_challenge,
    deliver_challenge,
)
from pathlib import Path

from aecore.analysis import NICENESS, serve

CONNECT_S = 30.0
"""How long server and process may take to find each other."""
SILENT_S = 20
"""After how long without any sign of life another machine counts as gone."""

ROOT = Path(__file__).parents[1]


def new_key() -> str:
    """Return a key for one connection."""
    return secrets.token_hex()


# -- on the worker -------------------------------------------------------------------


def start(host: str, home: str, key: str) -> int:
    """Start a process that the server can reach, and return its port.

    The process ends with this one.

    Parameters
    ----------
    host : str
        This machine's address, by which the server reaches it; nothing for all that it has.
    home : str
        The folder that all machines share.
    key : str
        What the caller must know, see `new_key`.

    Raises
    ------
    OSError
        If it does not start.
    """
    # machines that share a folder may have different processors, and so different code for them
    cache = Path(home, f"numba-{platform.node()}")
    # not multiprocessing's: Dask's keeper makes workers that may have no children of that kind
    process = subprocess.Popen(
        [sys.executable, "-m", "aecore.distant", host, str(cache)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    threading.Thread(target=_hold, args=(process,), name="analysis", daemon=True).start()
    with process.stdout as answer:
        process.stdin.write(f"{key}\n".encode())
        process.stdin.flush()
        port = answer.readline()
    if not port:
        raise OSError("the process for analyses ended at once")
    return int(port)


def _hold(process: subprocess.Popen[bytes]) -> None:
    """Keep the input of a process open, whose end would end it."""
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


# -- in the process ------------------------------------------------------------------


def main() -> None:
    """Tell the port, let one caller in who knows the key, and do what it asks for."""
    host, numba_cache = sys.argv[1:]
    key = sys.stdin.buffer.readline().strip()
    threading.Thread(target=_end_with_worker, name="end-with-worker", daemon=True).start()
    nobody_came = threading.Timer(CONNECT_S, os._exit, [1])
    nobody_came.daemon = True
    nobody_came.start()
    family = "AF_INET6" if ":" in host else "AF_INET"
    with Listener((host, 0), family, authkey=key) as listener:
        sys.stdout.write(f"{listener.address[1]}\n")
        sys.stdout.flush()
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nobody reads the other any more
        connection = _first(listener)
    nobody_came.cancel()
    with _line(connection) as line:
        _notice_silence(line)
    serve(connection, numba_cache, max(NICENESS - os.nice(0), 0))


def _end_with_worker() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def _first(listener: Listener) -> Connection:
    """Return the connection of the first caller who knows the key."""
    while True:
        with suppress(AuthenticationError, EOFError, OSError):
            return listener.accept()


# -- on the server -------------------------------------------------------------------


class Distant:
    """A process on another machine; what is closed here ends it there.

    Parameters
    ----------
    host : str
    port : int
        Where it listens.
    key : str
        What it was told that its caller knows.

    Raises
    ------
    OSError, EOFError, multiprocessing.AuthenticationError
        If it cannot be reached, or is another one.
    """

    def __init__(self, host: str, port: int, key: str) -> None:
        self._line = socket.create_connection((host, port), timeout=CONNECT_S)
        self._line.settimeout(None)
        _notice_silence(self._line)
        self.connection = Connection(self._line.dup().detach())
        try:
            with _hung_up_after(CONNECT_S, self._line):
                answer_challenge(self.connection, key.encode())
                deliver_challenge(self.connection, key.encode())
        except BaseException:
            self.connection.close()
            self._line.close()
            raise

    def alive(self) -> bool:
        """Tell whether the other end is open."""
        try:
            return bool(self._line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except BlockingIOError:
            return True
        except OSError:
            return False

    def kill(self) -> None:
        """Hang up, also while another thread reads from the connection."""
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()


@contextmanager
def _hung_up_after(seconds: float, line: socket.socket) -> Iterator[None]:
    """Have what is read inside end where it takes too long."""

    def hang_up() -> None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _line(connection: Connection) -> socket.socket:
    return socket.socket(fileno=os.dup(connection.fileno()))


def _notice_silence(line: socket.socket) -> None:
    """Have the system look whether the other machine is there, and close the line if it is not."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", SILENT_S // 2), ("TCP_KEEPINTVL", 2), ("TCP_KEEPCNT", 5)):
        if hasattr(socket, name):  # others look every two hours
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # also while what was sent is not acknowledged
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000 * SILENT_S)


if __name__ == "__main__":
    main()
