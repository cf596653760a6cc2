"""A lesson in the browser: from the guess to the result, for two at once, and on paper."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import a_lesson
from tests.browser.conftest import App

pytestmark = pytest.mark.browser

SLOW = 60_000


@pytest.fixture(scope="module")
def school(fresh: Callable[..., App], tmp_path_factory: pytest.TempPathFactory) -> App:
    """A server with a teacher's own lessons, one of them broken."""
    folder = a_lesson.write(tmp_path_factory.mktemp("lessons"))
    return fresh(AE_LESSONS=str(folder))


def open_chapter(page: Page, school: App) -> None:
    page.goto(f"{school.url}/lessons?dataset=digits&lesson={a_lesson.SLUG}")
    expect(page.get_by_role("heading", name=a_lesson.TITLE)).to_be_visible(timeout=SLOW)


def predict(page: Page, option: str) -> None:
    page.get_by_text(option, exact=True).click()
    expect(page.get_by_text(f"You say {option}.")).to_be_visible(timeout=SLOW)


def reveal(page: Page) -> str:
    heading = page.get_by_role("heading", name="What happened")
    expect(heading).to_be_visible(timeout=SLOW)
    return page.locator(".ae-reveal").inner_text()


def runs(school: App) -> int:
    return len(list((school.home / "runs").glob("*/config.json")))


def test_a_broken_file_is_named_with_its_line_while_the_course_is_up(
    school: App, page: Page
) -> None:
    page.goto(f"{school.url}/lessons?dataset=digits")
    expect(page.get_by_role("heading", name="Lessons")).to_be_visible(timeout=SLOW)
    line = f"91-broken.toml, line {a_lesson.BROKEN_LINE}:"
    expect(page.locator(".st-key-lessons-broken")).to_contain_text(line, timeout=SLOW)
    page.get_by_role("button", name=f"Open chapter {a_lesson.NUMBER}").click()
    expect(page.get_by_role("heading", name="Your prediction")).to_be_visible(timeout=SLOW)
    expect(page).to_have_url(re.compile(r"[?&]lesson="), timeout=SLOW)


def test_a_whole_lesson_for_two_from_the_guess_to_the_result_with_one_training(
    school: App, page: Page, chromium: Browser
) -> None:
    other = chromium.new_context().new_page()
    guesses = {page: "16 numbers", other: "2 numbers"}
    for each, option in guesses.items():
        open_chapter(each, school)
        expect(each.get_by_role("button", name="Run it")).to_be_disabled(timeout=SLOW)
        predict(each, option)
    for each in guesses:
        each.get_by_role("button", name="Run it").click()
    first, second = (reveal(each) for each in guesses)
    assert "✓" in first and "right" in first
    assert "✗" in second and "another one" in second
    assert runs(school) == 2
    expect(page.locator(".ae-published")).to_contain_text("per pixel")
    rows = page.locator('.ae-images img[alt^="q = 16"]')
    expect(rows.first).to_be_visible(timeout=SLOW)
    same = other.locator('.ae-images img[alt^="q = 16"]').first.get_attribute("src")
    assert rows.first.get_attribute("src") == same
    other.context.close()

    page.get_by_role("button", name="Worksheet").click()
    expect(page.get_by_role("button", name="Print or save as PDF")).to_be_visible(timeout=SLOW)
    page.emulate_media(media="print")
    expect(page.locator(".st-key-worksheet")).to_be_visible(timeout=SLOW)
    for chrome in ("stSidebar", "stHeader", "stButton"):
        for found in page.get_by_test_id(chrome).all():
            expect(found).to_be_hidden()
    expect(page.get_by_role("button", name="Print or save as PDF")).to_be_hidden()
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Back to the chapter").click()
    page.get_by_role("button", name="Open on Reconstructions").click()
    expect(page).to_have_url(re.compile(r"/reconstructions\?.*bottleneck=3"), timeout=SLOW)
