"""The Guide page without a browser: sections, search, the tour's offer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.serving import own_server
from ui.guide.page import MOST_FOUND
from ui.guide.sections import SECTIONS, entries

GUIDE = Path(__file__).parents[1] / "pages" / "guide.py"
APP = Path(__file__).parents[1] / "app.py"


@pytest.fixture(scope="module", autouse=True)
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with own_server(tmp_path_factory.mktemp("home")):
        yield


@pytest.fixture(scope="module")
def page() -> AppTest:
    return opened(topic="pages")


def opened(path: Path = GUIDE, **query: str) -> AppTest:
    page = AppTest.from_file(str(path), default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def text(page: AppTest) -> str:
    return "\n".join(element.value for element in page.markdown)


def topics(page: AppTest):
    return next(group for group in page.button_group if group.label == "Section")


@pytest.mark.parametrize("name", SECTIONS)
def test_each_section_shows_all_its_entries(page: AppTest, name: str) -> None:
    topics(page).set_value(name).run()
    assert not page.exception
    shown = text(page)
    assert f"## {SECTIONS[name].title}" in shown
    for entry in entries(name):
        assert f'<span id="{entry.id}">' in shown
        assert f"](#{entry.id})" in shown
        assert entry.formula in shown


def test_a_link_opens_a_section_and_others_are_refused() -> None:
    page = opened(topic="glossary")
    assert "## Glossary" in text(page)
    assert not page.warning
    page = opened(topic="nothing")
    assert "## Pages" in text(page)


def test_search_looks_through_all_sections(page: AppTest) -> None:
    search = page.text_input(key="guide.words")
    search.set_value("bottleneck size").run()
    assert '<span id="setting-bottleneck">' in text(page)
    assert "<small>Settings · Network</small>" in text(page)
    search.set_value("xyzzy").run()
    assert "Nothing is explained by these words" in text(page)
    search.set_value("a").run()
    assert text(page).count("<span id=") == MOST_FOUND
    assert "of which these fit best" in text(page)
    search.set_value("").run()
    assert topics(page).value in SECTIONS


def offers_the_tour(page: AppTest) -> bool:
    return bool(page.session_state["tour offered"])


def test_the_tour_is_offered_to_who_opens_a_bare_address_only() -> None:
    page = opened(APP)
    assert page.query_params["dataset"]  # the address says more by now
    assert offers_the_tour(page)
    page.run()
    assert offers_the_tour(page)
    assert not offers_the_tour(opened(APP, bottleneck="5"))


def test_the_tour_comes_again_when_it_is_asked_for() -> None:
    page = opened(bottleneck="5")
    page.button(key="guide.tour").click().run()
    assert page.session_state["tour turn"] == 1
