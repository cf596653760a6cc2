"""What the app does not do: listen to the network, tell others of itself, unpickle, run text."""

from __future__ import annotations

import ast
import math
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest
from streamlit.web.server import server_util

from aecore.config import RunConfig
from aecore.own_images import OwnImages
from aecore.slices import advance
from aecore.wording import plain
from tests.serving import own_server

ROOT = Path(__file__).parents[1]
CODE = sorted(path for name in ("aecore", "ui", "pages") for path in (ROOT / name).rglob("*.py"))
SCRIPTS = sorted((ROOT / "assets").rglob("*.js"))

EXECUTING = {"eval", "exec", "compile", "__import__"}
UNPICKLING = {"joblib", "shelve", "marshal", "dill", "cloudpickle"}
OWN_PROCESSES = {"aecore/analysis.py"}
"""Pickles come from the server itself there, through a connection of its own."""
RUNS = [RunConfig(bottleneck=q, hidden=(8,), batch_size=360, epochs=1) for q in (2, 3)]
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


MARKED = "![x](http://a.b/c) [y](javascript:d) $z$"
SHOWN_AS_TEXT = {"Html", "BidiComponent", "PlotlyChart"}
"""Elements that know no Markdown; what stands in HTML is escaped, see below."""


def texts(message: Message) -> Iterator[tuple[str, str]]:
    """Yield each text of an element, with the kind of part that it stands in."""
    for field, value in message.ListFields():
        for each in value if field.is_repeated else [value]:
            if isinstance(each, str):
                yield type(message).__name__, each
            elif isinstance(each, Message):
                yield from texts(each)


@pytest.mark.parametrize(
    "name", ["compare", "own_images", "anomalies", "latent_space", "compression"]
)
def test_names_that_people_give_are_no_markdown(name: str, hostile_home: Path) -> None:
    page = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=60)
    pins = [f"{MARKED}~{','.join(f'{k}:{v}' for k, v in c.to_query().items())}" for c in RUNS]
    page.query_params.update(RUNS[0].to_query() | {"pin": pins, MARKED: "1", "explore": "walk"})
    picture = np.zeros((8, 8), np.uint8)
    page.session_state["own images"] = OwnImages().with_more([MARKED, "two"], [picture, ~picture])
    page.run()
    assert not page.exception
    nodes: list[Any] = [page._tree]
    found: list[tuple[str, str]] = []
    for node in nodes:  # grows meanwhile
        nodes += getattr(node, "children", {}).values()
        if isinstance(proto := getattr(node, "proto", None), Message):
            found += texts(proto)
    assert [kind for kind, text in found if plain(MARKED) in text]
    assert {kind for kind, text in found if MARKED in text} <= SHOWN_AS_TEXT


@pytest.fixture(scope="module")
def hostile_home(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> Iterator[Path]:
    """Return the home of a server that has runs to show."""
    home = tmp_path_factory.mktemp("home")
    for config in RUNS:
        assert advance(str(home / "runs"), config.as_dict(), math.inf).done
    with own_server(home, warm=False):
        yield home


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
