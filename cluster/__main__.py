"""Starts a cluster on this machine, or workers of it on another one; Ctrl-C ends all of it.

``python -m cluster start`` starts a scheduler, workers and two app servers behind nginx;
``python -m cluster workers tcp://10.0.0.1:8786`` lets this machine train for one elsewhere.
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
import secrets
import signal
import sys
import tempfile
from pathlib import Path

from aecore import environment
from cluster import nginx, programs
from cluster.keeping import Keeper

log = logging.getLogger("cluster")


def main(arguments: list[str] | None = None) -> int:
    """Start what is asked for, and keep it running until Ctrl-C."""
    asked = _parser().parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    if importlib.util.find_spec("distributed") is None:
        return _refuse("Dask is not installed: pip install -r requirements-cluster.txt")
    for note in environment.read().notes:
        log.warning("%s", note)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="explorer-") as folder, Keeper() as keeper:
        try:
            if asked.what == "workers":
                _keep_workers(keeper, Path(folder), asked.address, asked.count)
            else:
                _keep_all(keeper, Path(folder), asked)
        except FileNotFoundError as error:
            return _refuse(str(error))
        try:
            keeper.watch()
        except KeyboardInterrupt:
            log.info("Stopping.")
    return 0


def _parser() -> argparse.ArgumentParser:
    found = environment.read()
    parser = argparse.ArgumentParser(prog="python -m cluster", description=__doc__.splitlines()[0])
    asked = parser.add_subparsers(dest="what", required=True)
    start = asked.add_parser("start", help="scheduler, workers, and app servers behind nginx")
    start.add_argument("--port", type=int, default=8080, help="where browsers come to")
    start.add_argument("--servers", type=int, default=2, help="app servers (2)")
    start.add_argument("--first-server", type=int, default=8601, help="port of the first (8601)")
    start.add_argument("--workers", type=int, default=found.workers, help="one a core by default")
    start.add_argument("--scheduler-port", type=int, default=8786)
    start.add_argument(
        "--open",
        action="store_true",
        help="let other machines reach app and scheduler; the latter runs whatever it is sent, so "
        "only in a network of your own",
    )
    workers = asked.add_parser("workers", help="train for a cluster that runs elsewhere")
    workers.add_argument("address", help="the scheduler's, such as tcp://10.0.0.1:8786")
    workers.add_argument("--count", type=int, default=found.workers, help="one a core by default")
    return parser


def _keep_workers(keeper: Keeper, folder: Path, address: str, count: int) -> None:
    for number in range(count):
        command = programs.worker(address, folder)
        keeper.keep(f"worker {number + 1}", command, programs.WORKER)


def _keep_all(keeper: Keeper, folder: Path, asked: argparse.Namespace) -> None:
    """Keep a whole cluster; all of its parts find the same folder and data in the environment."""
    host = "0.0.0.0" if asked.open else "127.0.0.1"
    address = f"tcp://127.0.0.1:{asked.scheduler_port}"
    alone = asked.servers == 1
    ports = [asked.port] if alone else [asked.first_server + k for k in range(asked.servers)]
    front = [] if alone else nginx.command(folder, f"{host}:{asked.port}", ports)

    keeper.keep("scheduler", programs.scheduler(host, asked.scheduler_port), programs.SCHEDULER)
    _keep_workers(keeper, folder, address, asked.workers)
    called = environment.read().address
    environ = {
        "AE_DASK_SCHEDULER": address,
        "STREAMLIT_SERVER_COOKIE_SECRET": secrets.token_hex(),  # one for all
    }
    for number, port in enumerate(ports):
        command = programs.server(host if alone else "127.0.0.1", port, called)
        keeper.keep(f"server {number + 1}", command, environ)
    if front:
        keeper.keep("nginx", front)
    log.info("The app comes to be at http://localhost:%d; Ctrl-C ends it.", asked.port)


def _refuse(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
