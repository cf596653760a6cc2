"""What the app does not do: listen to the network, tell others of itself, unpickle, run text."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from streamlit.web.server import server_util

from tests.serving import own_server

ROOT = Path(__file__).parents[1]
CODE = sorted(path for name in ("aecore", "ui", "pages") for path in (ROOT / name).rglob("*.py"))
SCRIPTS = sorted((ROOT / "assets").rglob("*.js"))

EXECUTING = {"eval", "exec", "compile", "__import__"}
UNPICKLING = {"joblib", "shelve", "marshal", "dill", "cloudpickle"}
OWN_PROCESSES = {"aecore/analyst.py"}
"""Pickles come from the server itself there, through a pipe of its own."""
MAY_FETCH = {"aecore/download.py"}
MAY_HAVE_HTML = {"ui/guide/page.py"}
"""Shows the project's own texts; what is searched for is not among them."""


def names(path: Path) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node
        elif isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", node) for alias in node.names)


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_unpickled_executed_or_fetched(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    for name, node in names(path):
        first = name.split(".")[0]
        assert name not in EXECUTING and name not in ("os.system", "torch.load"), name
        assert first not in UNPICKLING, name
        assert first != "pickle" or place in OWN_PROCESSES, name
        if name.endswith("np.load"):
            assert "allow_pickle=False" in ast.unparse(node)
        if first in ("requests", "urllib", "pooch", "httpx") and name != "urllib.parse":
            assert place in MAY_FETCH or name.startswith("urllib.parse"), name
        if "subprocess" in name:
            assert "shell=True" not in ast.unparse(node)
        if "unsafe_allow_html" in ast.unparse(node) or "unsafe_allow_javascript" in ast.unparse(
            node
        ):
            assert place in MAY_HAVE_HTML, name


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_of_the_browser_write_text_and_fetch_nothing(path: Path) -> None:
    said = path.read_text("utf-8")
    wrong = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc"
    assert not re.search(wrong, said)
    assert not re.search(r"\bfetch\(|XMLHttpRequest|WebSocket|importScripts|sendBeacon", said)
    assert not re.search(r"https?://(?!www\.w3\.org/)", said)


@pytest.mark.parametrize("path", sorted((ROOT / "assets").rglob("*.css")), ids=lambda p: p.name)
def test_styles_fetch_nothing(path: Path) -> None:
    assert not re.search(r"@import|url\((?!['\"]?data:)", path.read_text("utf-8"))


def test_every_value_put_into_html_is_escaped_or_of_our_own_making() -> None:
    """Whoever writes another place where HTML is made has to look here, and at the list."""
    found = {
        path.relative_to(ROOT).as_posix(): len(re.findall(r"\bst\.html\(", path.read_text("utf-8")))
        for path in CODE
        if "st.html(" in path.read_text("utf-8")
    }
    assert found == {
        "ui/classroom.py": 1, "ui/closeups.py": 2, "ui/comparisons/tables.py": 1,
        "ui/lessons/course.py": 1, "ui/lessons/reveal.py": 2, "ui/lessons/worksheet.py": 5,
        "ui/live.py": 1, "ui/matrix.py": 1, "ui/pictures.py": 5, "ui/shell.py": 1,
    }  # fmt: skip


def test_the_settings_of_the_server_are_safe() -> None:
    found = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    server, browser = found["server"], found["browser"]
    assert server["address"] in ("localhost", "127.0.0.1")
    assert browser["gatherUsageStats"] is False
    assert server["maxUploadSize"] <= 20
    assert found["client"]["showErrorDetails"] == "none"
    for name in ("enableCORS", "enableXsrfProtection", "enableWebsocketCompression"):
        assert server.get(name, True) in (True, False)
        assert name == "enableWebsocketCompression" or server.get(name, True) is True
    assert not {"enableStaticServing", "corsAllowedOrigins"} & server.keys()


def test_other_sites_are_refused_without_asking_anybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "get", lambda *a, **k: pytest.fail("asked another machine"))
    with own_server(tmp_path, warm=False):
        assert not server_util.is_url_from_allowed_origins("http://example.org")
        assert server_util.is_url_from_allowed_origins("http://localhost:8501")
