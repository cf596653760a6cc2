"""A server of the pages' own kind, in this process, for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aecore.engine import Engine
from ui.server import server


@contextmanager
def own_server(home: Path, *, workers: str = "1", warm: bool = True) -> Iterator[None]:
    """Give tests a server of their own without data from elsewhere, and end it.

    Parameters
    ----------
    home : Path
        Where runs are kept.
    workers : str
        What the environment says of their number.
    warm : bool
        Whether a worker is started before it is needed; not where runs are trained in this
        process.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AE_HOME", str(home))
        patch.setenv("AE_WORKERS", workers)
        patch.delenv("AE_DATA_DIR", raising=False)
        if not warm:
            patch.setattr(Engine, "warm_up", lambda *data: None)
        server.clear()
        server()
        try:
            yield
        finally:
            server().engine.close()
            server().analyst.close()
            server.clear()
