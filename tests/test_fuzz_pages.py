"""Pages opened by addresses and files that were made to break them: sentences, nothing else."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from aecore.config import FIELDS
from aecore.slices import advance
from tests.serving import own_server
from tests.test_pages import html
from ui.address import MOST_LETTERS, PARAMETERS
from ui.server import server
from ui.share import open_session

ROOT = Path(__file__).parents[1]
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
NASTY = {
    "script": SCRIPT,
    "markdown": "![x](http://example.org/x.png) [y](javascript:alert(1)) :material/home: $x$",
    "path": "../../../../etc/passwd\0",
    "number": "-" + "9" * 400,
    "nan": "NaN,inf,-inf,1e999",
    "signs": "\u202e\x1b[31m\r\n\ufffd\u0000",
    "long": "a:1," * 300 + "~" * 300,
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("home")
    with own_server(folder, workers="../../etc <script>", warm=False):
        yield folder


def opened(name: str, **query: str | list[str]) -> AppTest:
    page = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=60)
    for key, value in query.items():
        page.query_params[key] = value
    return page.run()


def texts(page: AppTest) -> str:
    """Return all that stands on a page."""
    kinds = ("markdown", "caption", "warning", "error", "info", "title", "header", "subheader")
    return " ".join(str(element.value) for kind in kinds for element in page.get(kind))


def fine(page: AppTest, home: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert not page.exception
    shown = texts(page) + html(page)
    for place in (str(ROOT), str(home), str(Path.home()), "Traceback"):
        assert place not in shown
    assert SCRIPT not in html(page)
    assert not [record for record in caplog.records if record.exc_info]
    assert len(" ".join(element.value for element in page.warning)) < 20_000


@pytest.mark.parametrize("kind", NASTY)
def test_every_parameter_at_once(kind: str, home: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    names = [name for name in (*FIELDS, *PARAMETERS) if name not in ("hide", "present", "dataset")]
    query = dict.fromkeys(names, NASTY[kind]) | {NASTY[kind][:30]: "x"}
    fine(opened("own_images", **query), home, caplog)


@pytest.mark.parametrize("name", ["lessons", "compare", "sweep", "links", "train"])
def test_pages_that_read_names(name: str, home: Path, caplog: pytest.LogCaptureFixture) -> None:
    pin = f"{SCRIPT[:38]}~bottleneck:8,hidden:../x"
    query = {"dataset": "../digits", "lesson": NASTY["path"] + SCRIPT, "pin": pin, "sweep": pin}
    fine(opened(name, **query, lock=SCRIPT, limit=f"bottleneck:{SCRIPT}"), home, caplog)


def test_thousands_of_parameters_are_left_out(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    page = opened("own_images", dataset="digits", **{f"setting{k}": "1" for k in range(5000)})
    fine(page, home, caplog)
    assert len(page.warning[0].value.splitlines()) < 20
    page = opened("own_images", lesson="x" * (MOST_LETTERS + 1), dataset="one-hot")
    assert "left out" in texts(page)
    assert page.query_params["dataset"] != "one-hot"
    page = opened("own_images", pin=["bottleneck:8"] * 3000)
    fine(page, home, caplog)


@pytest.mark.parametrize(
    "part",
    [
        {"predictions": {"\ud800": {"guess": 1}, "bottleneck": {"guess": 10**400}}},
        {"predictions": {"loss": {"guess": -1e300}, SCRIPT: [[[]]]}},
        {"choices": dict.fromkeys(PARAMETERS, SCRIPT), "page": "../../etc/passwd"},
        {"parameters": dict.fromkeys((*FIELDS, *PARAMETERS), NASTY["number"])},
        {"parameters": {"pin": [SCRIPT] * 20, "\0": ["x"], "y" * 5000: ["x"]}},
    ],
    ids=["surrogates", "numbers", "choices", "settings", "names"],
)  # fmt: skip
def test_sessions_that_were_made_to_break_the_app(
    part: dict[str, object], home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    content = {"format": "autoencoder explorer session", "version": 1, "page": "lessons", **part}

    def app(content: str) -> None:
        import streamlit as st

        from ui import share
        from ui.shell import shell

        shell()
        if "opened" not in st.session_state:
            st.session_state["opened"] = True
            st.session_state["told"] = share.open_session(content.encode())
            st.rerun()
        share.saved().as_text().encode()

    page = AppTest.from_function(app, args=(json.dumps(content),), default_timeout=60).run()
    fine(page, home, caplog)
    assert page.session_state["told"] == []


def test_a_broken_data_set_is_named_without_its_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AE_HOME", str(home))
    folder = home / "data" / "mnist"
    folder.mkdir(parents=True)
    for split in ("train", "t10k"):
        for kind in ("images-idx3-ubyte", "labels-idx1-ubyte"):
            (folder / f"{split}-{kind}").write_bytes(b"\0\0\x08\x03junk")
    page = opened("train", dataset="mnist")
    fine(page, home, caplog)
    assert "AE_HOME/data/mnist" in texts(page).replace("\\", "")


def test_a_store_of_foreign_files_is_no_trouble_for_a_page(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = {"dataset": "digits", "epochs": 1, "bottleneck": 3}
    root = server().engine.store.root
    assert advance(str(root), config, 60).done
    run = next(iter(server().engine.store.runs()))
    (run.path / "metrics.jsonl").write_text('{"step": 1, "test_mse": "<b>"}\n[1]\n' + "[" * 9999)
    (run.path / "failed.json").write_text(json.dumps({"step": 1, "reason": SCRIPT}))
    (run.path / "results" / "whole-6.json").write_text("[" * 99_999)
    caplog.clear()
    fine(opened("train", dataset="digits", epochs="1", bottleneck="3"), home, caplog)


def test_opening_a_session_needs_one() -> None:
    assert open_session(b"\x80\x04\x95") != []
