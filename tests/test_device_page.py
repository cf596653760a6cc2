"""The device among the settings of a page, on a machine without a GPU and on one that has it."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from aecore import devices
from tests.serving import own_server

PAGE = Path(__file__).parents[1] / "pages" / "train.py"


@pytest.fixture(scope="module", autouse=True)
def one_server(tmp_path_factory):
    with own_server(tmp_path_factory.mktemp("home")):
        yield


def choice(page):
    return next(box for box in page.selectbox if box.label == "Device")


@pytest.mark.parametrize("gpu", [False, True])
def test_what_is_chosen_is_shown_as_what_it_comes_to(monkeypatch, gpu):
    monkeypatch.setattr(devices, "gpu", lambda: gpu)
    best = "cuda" if gpu else "cpu"
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    page.query_params["dataset"] = "digits"
    page.run()
    assert choice(page).value == best
    said = "This machine has no GPU that a network could be trained on"
    for chosen, shown in (("cuda", best), ("auto", best), ("cpu", "cpu"), ("auto", best)):
        choice(page).select(chosen).run()
        assert not page.exception
        assert choice(page).value == shown
        mended = any(said in warning.value for warning in page.warning)
        assert mended == (chosen == "cuda" and not gpu)
        assert ("device" in page.query_params) == (gpu and chosen == "cpu")
