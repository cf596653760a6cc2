"""Nginx before the app servers: its configuration, and how it is started."""

from __future__ import annotations

import getpass
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

TEMPLATE = Path(__file__).with_suffix(".conf")
MISSING = (
    "nginx is not installed: on Debian and Ubuntu, apt-get install nginx; or start without it: "
    "--servers 1"
)


def program() -> str | None:
    """Return where nginx is, or None where it is not installed."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def configuration(folder: Path, listen: str, ports: Sequence[int]) -> str:
    """Return a configuration for servers on this machine.

    Parameters
    ----------
    folder : Path
        For what nginx writes.
    listen : str
        Where browsers come to, such as ``8080`` or ``127.0.0.1:8080``.
    ports : sequence of int
        The servers'.
    """
    values = {
        "user": f"user {getpass.getuser()};" if os.geteuid() == 0 else "",
        "folder": str(folder),
        "listen": listen,
        "servers": "\n".join(f"        server 127.0.0.1:{port} fail_timeout=2s;" for port in ports),
    }
    return re.sub(r"@(\w+)@", lambda found: values[found[1]], TEMPLATE.read_text())


def command(folder: Path, listen: str, ports: Sequence[int]) -> list[str]:
    """Write the configuration into a folder, and return how nginx is started with it."""
    found = program()
    if found is None:
        raise FileNotFoundError(MISSING)
    path = folder / "nginx.conf"
    path.write_text(configuration(folder, listen, ports))
    return [found, "-p", str(folder), "-c", str(path), "-g", "daemon off;"]
