"""A server of one's own and the system's Chromium for browser tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from benchmarks.server import free_port

expect.set_options(timeout=20_000)  # machines may be busy

ROOT = Path(__file__).parents[2]
PORT = free_port()
"""That of one server after the other: a browser compiles scripts anew for another address."""
FLAGS = [
    "--process-per-site",  # and for another process: half of the time of opening a page
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class App:
    """A running server."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]
    log: Path

    def workers(self) -> list[psutil.Process]:
        """Return the server's child processes that run Python workers."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [c for c in children if "spawn_main" in " ".join(c.cmdline())]


def start(home: Path, data: str = "", port: int = 0, **variables: str) -> App:
    """Start the app, also with other variables of the environment, and wait until it answers."""
    port = port or free_port(PORT)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AE_")}
    environment |= {"AE_HOME": str(home), "AE_WORKERS": "1"}
    environment |= {"AE_DATA_DIR": data} if data else {}
    environment |= variables
    home.mkdir(parents=True, exist_ok=True)
    log = home / "server.log"
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += ["--server.headless", "true", "--server.port", str(port)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    url = f"http://localhost:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return App(url, home, process, log)
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
    raise AssertionError(f"the server does not answer: {log.read_text()}")


def stop(app: App) -> None:
    """End a server and wait until its workers are gone, too."""
    family = [*app.workers(), psutil.Process(app.process.pid)]
    app.process.terminate()
    app.process.wait(60)
    _, alive = psutil.wait_procs(family, 60)
    assert not alive, "workers outlived their server"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., App]]:
    """Start servers of one's own; they end with the module, and their logs hold no traceback."""
    apps: list[App] = []

    def begin(data: str = "", home: Path | None = None, **variables: str) -> App:
        app = start(home or tmp_path_factory.mktemp("home"), data, 0, **variables)
        apps.append(app)
        return app

    yield begin
    logs = [app.log.read_text() for app in apps]  # before what a server cut off in the middle says
    for app in apps:
        if app.process.poll() is None:
            stop(app)
    assert not [log for log in logs if "Traceback" in log]


@pytest.fixture(scope="module")
def app(fresh: Callable[..., App]) -> App:
    """One server for all tests of a module that need no fresh one; it knows the digits only."""
    return fresh()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    path = shutil.which("chromium")
    if path is None:
        reason = "there is no chromium on the PATH (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """What the pages of all tests have in common: a process that has the scripts compiled."""
    context = chromium.new_context()
    context.set_default_timeout(30_000)
    kept = context.new_page()  # the process ends with its last page
    kept.route("**/*", lambda route: route.fulfill(body=""))
    kept.goto("http://localhost/")
    yield context
    context.close()


@contextmanager
def opened(context: BrowserContext, width: int = 1400, height: int = 900) -> Iterator[Page]:
    """A page of a browser that was never here; closed at the end, with what it left behind."""
    before = context.pages
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": height})
    yield page
    for each in context.pages:
        if each not in before:
            if each.url.startswith("http"):
                each.evaluate("localStorage.clear()")
            each.close()
    context.clear_cookies()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page as of a browser of its own."""
    with opened(context) as page:
        yield page


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, which judges a page's accessibility."""
    path = ROOT / "tests" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        reason = "axe-core is not installed (make axe, which needs npm)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path.read_text("utf-8")
