"""The address: settings and everything else that it says, read on opening and written again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.serving import own_server
from ui.address import PARAMETERS, as_text

PAGE = Path(__file__).parents[1] / "pages" / "own_images.py"


@pytest.fixture(scope="module", autouse=True)
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with own_server(tmp_path_factory.mktemp("home"), warm=False):
        yield


def opened(**query: str) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    page.query_params.update(query)
    page.run()
    assert not page.exception
    return page


def notes(page: AppTest) -> str:
    return " ".join(element.value for element in page.warning)


def test_a_language_stays_in_the_address_and_one_that_is_not_known_is_named() -> None:
    assert opened(dataset="digits", lang="zh").query_params["lang"] == "zh"
    page = opened(dataset="digits", lang="tlh")
    assert "tlh" in notes(page)
    assert "lang" not in page.query_params


def test_a_snapshot_stays_as_long_as_it_is_looked_at() -> None:
    page = opened(dataset="digits", step="120")
    assert page.query_params["step"] == "120"
    assert page.session_state["step"] == 120
    page.session_state["step"] = 240
    page.run()
    assert "step" not in page.query_params  # links carry it, the address bar does not


@pytest.mark.parametrize("step", ["soon", "", "1.5", "1e99", "٣؟"])
def test_a_snapshot_that_makes_no_sense_is_named(step: str) -> None:
    page = opened(dataset="digits", step=step)
    assert "whole number" in notes(page) or not step
    assert page.session_state["step"] is None if "step" in page.session_state else True


def test_what_is_neither_setting_nor_parameter_is_named() -> None:
    assert "bottelneck" in notes(opened(dataset="digits", bottelneck="8"))


def test_every_parameter_says_what_it_does() -> None:
    assert {"lang", "step", "pin", "lesson", "hide", "lock"} <= set(PARAMETERS)
    assert all(entry.help.endswith(".") for entry in PARAMETERS.values())


def test_addresses_are_easy_to_read() -> None:
    query = {"dataset": ["mnist"], "pin": ["Klein~bottleneck:8,loss:mse", "码 & 1"]}
    assert as_text(query) == (
        "dataset=mnist&pin=Klein~bottleneck:8,loss:mse&pin=%E7%A0%81%20%26%201"
    )
