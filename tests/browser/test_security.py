"""A real server: whom it answers, what it fetches, and what a browser makes of hostile text."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

import psutil
import pytest
from playwright.sync_api import Page, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from aecore.lessons.course import SHIPPED
from tests.browser.conftest import App

pytestmark = pytest.mark.browser

GUARD = """
import os, socket
def guarded(connect):
    def checked(self, address):
        if isinstance(address, tuple) and self.type == socket.SOCK_STREAM:
            if address[0] not in ("127.0.0.1", "::1", "localhost"):
                with open(os.environ["FETCHED"], "a") as file:
                    file.write(repr(address) + chr(10))
                raise OSError("no network here")
        return connect(self, address)
    return checked
def named(host, *rest, ask=socket.getaddrinfo, **more):
    if host not in (None, "", "localhost", "127.0.0.1", "::1"):
        with open(os.environ["FETCHED"], "a") as file:
            file.write(repr(host) + chr(10))
        raise socket.gaierror("no names here")
    return ask(host, *rest, **more)
socket.socket.connect = guarded(socket.socket.connect)
socket.getaddrinfo = named
"""
"""Notes whom the server and its workers want to talk to beside this machine, and refuses it."""

MARK = "<img src=x onerror=window.hacked=1><script>window.hacked=1</script>"
LINK = "[press](javascript:window.hacked=1) <http://example.org/y.png>"
MARKED = "![x](http://a.b/c) [y](javascript:d) $z$"
"""What Markdown would make a picture, a link and a formula of."""
NAME = "07-hostile.toml"
PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("guard") / "fetched"


@pytest.fixture(scope="module")
def app(fresh: Callable[..., App], fetched: Path, tmp_path_factory: pytest.TempPathFactory) -> App:
    (fetched.parent / "sitecustomize.py").write_text(GUARD)
    lessons = tmp_path_factory.mktemp("lessons")
    chapter = (SHIPPED / "02-bottleneck.toml").read_text("utf-8")
    title = next(line for line in chapter.splitlines() if line.startswith("title"))
    idea = chapter.partition('idea = """')[2].partition('"""')[0]
    chapter = chapter.replace(title, f"title = '{MARK}'").replace(idea, f"{MARK} {LINK} ")
    (lessons / NAME).write_text(chapter.replace('dataset = "mnist"', 'dataset = "digits"'))
    return fresh(
        PYTHONPATH=str(fetched.parent), FETCHED=str(fetched), AE_LESSONS=str(lessons),
        AE_CONTROLS=f"hide={MARK}", AE_WORKERS=str(fetched), AE_DATA_DIR="/nowhere/at/all",
    )  # fmt: skip


def asked(page: Page) -> list[str]:
    """Note the addresses that a page asks for, and let none through that is elsewhere."""
    found: list[str] = []

    def decide(route, request):  # type: ignore[no-untyped-def]
        found.append(request.url)
        if urlsplit(request.url).hostname == "localhost" or request.url.startswith("data:"):
            route.continue_()
        else:
            route.abort()

    page.route("**/*", decide)
    return found


def test_it_listens_to_this_machine_alone(app: App) -> None:
    server = psutil.Process(app.process.pid)
    sockets = [c for p in (server, *server.children(recursive=True)) for c in p.net_connections()]
    listening = [c.laddr.ip for c in sockets if c.status == psutil.CONN_LISTEN]
    assert listening
    assert set(listening) <= {"127.0.0.1", "::1"}


def test_hostile_text_is_text_and_nothing_is_fetched_elsewhere(app: App, page: Page) -> None:
    found = asked(page)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: errors.append(dialog.message))
    query = f"dataset=digits&epochs=1&pin={quote(MARK[:38])}~bottleneck:8&{quote(MARK)}=1"
    query += f"&pin={quote(MARKED)}~bottleneck:9"
    page.goto(f"{app.url}/train?{query}&bottleneck={quote(MARK)}&lang={quote(MARK)}")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    notes = page.locator(".st-key-notes")
    expect(notes).to_contain_text("<img src=x onerror", timeout=PATIENCE_MS)
    expect(notes).to_contain_text("AE_WORKERS makes no sense on this server", timeout=PATIENCE_MS)
    shown = page.locator("body").inner_text()
    assert "/nowhere" not in shown
    assert str(app.home) not in shown
    page.goto(f"{app.url}/compare?{query}")
    expect(page.get_by_role("button", name="<img src=x onerror").first).to_be_visible(
        timeout=PATIENCE_MS
    )
    expect(page.get_by_role("button", name=MARKED).first).to_be_visible()
    assert page.locator(".katex, a[href^='javascript'], img[src^='http://a.b']").count() == 0
    page.goto(f"{app.url}/lessons?lesson=hostile")
    expect(page.get_by_role("heading", name="<img src=x").first).to_be_visible(timeout=PATIENCE_MS)
    press = page.get_by_text("press", exact=True)
    expect(press).to_be_visible(timeout=PATIENCE_MS)
    assert "javascript" not in (press.get_attribute("href") or "")
    assert page.locator("img[src='x']").count() == 0
    assert page.evaluate("window.hacked") is None
    assert not errors
    elsewhere = {url for url in found if urlsplit(url).scheme in ("http", "https", "ws")
                 and urlsplit(url).hostname != "localhost"}  # fmt: skip
    assert not elsewhere


def test_pages_of_other_sites_get_no_connection_and_nobody_is_asked(
    app: App, fetched: Path
) -> None:
    address = app.url.replace("http", "ws") + "/_stcore/stream"
    with connect(address, origin=app.url, subprotocols=["streamlit"]):  # type: ignore[arg-type, list-item]
        pass
    with pytest.raises(InvalidStatus), connect(address, origin="http://example.org"):  # type: ignore[arg-type]
        pass
    assert not fetched.exists(), fetched.read_text()


@pytest.mark.parametrize(
    "path",
    ["/../../../../etc/passwd", "/static/..%2f..%2f..%2fetc%2fpasswd", "/media/..%2f..%2fapp.py",
     "/app/static/../app.py", "/component/ae_map/../../app.py", "//example.org/%2e%2e"],
)  # fmt: skip
def test_no_file_of_the_machine_can_be_had(app: App, path: str) -> None:
    parts = urlsplit(app.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)
    connection.request("GET", path)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    assert b"root:" not in content
    assert b"shell(run=True)" not in content
    assert "example.org" not in answer.headers.get("Location", "")
