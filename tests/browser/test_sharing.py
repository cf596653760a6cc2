"""A link and a session's file, each opened in another browser: the same page, the same pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import App

pytestmark = pytest.mark.browser

SLOW = 60_000


@pytest.fixture(scope="module")
def left(app: App, chromium: Browser) -> Iterator[Page]:
    """A page with choices, a snapshot and a pin that are not the usual."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.goto(f"{app.url}/reconstructions?dataset=digits&epochs=3&bottleneck=5")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.locator(".ae-status")).to_contain_text("finished", timeout=SLOW)
    page.get_by_role("button", name="Pin", exact=True).click()
    page.get_by_role("button", name="Unpin", exact=True).wait_for()
    page.get_by_role("radio", name="Worst").click()
    settle(page)
    page.get_by_role("combobox", name="Test noise").click()
    page.get_by_role("option", name="Gaussian", exact=True).click()
    page.get_by_role("slider", name="Level").wait_for()
    settle(page)
    slider = page.get_by_role("slider", name="Timeline")
    slider.press("ArrowLeft")
    expect(page.locator(".ae-status")).to_contain_text("looking at")
    settle(page)
    yield page
    context.close()


def settle(page: Page) -> None:
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def pictures(page: Page) -> list[str]:
    found: list[str] = page.locator(".ae-strip img").evaluate_all("all => all.map(i => i.src)")
    return found


def share(page: Page) -> None:
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Copy link").wait_for()
    settle(page)


def same(page: Page, other: Page) -> None:
    """Check that a page shows what another does."""
    expect(page.locator(".ae-status")).to_contain_text("looking at")
    expect(page.locator(".ae-status")).to_have_text(other.locator(".ae-status").inner_text())
    expect(page.get_by_role("radio", name="Worst")).to_be_checked()
    expect(page.get_by_role("slider", name="Level")).to_be_visible()
    page.get_by_role("button", name="Unpin", exact=True).wait_for()
    settle(page)
    assert len(pictures(page)) >= 4
    assert pictures(page) == pictures(other)


def test_a_shared_link_shows_the_same_pictures_elsewhere(left: Page, page: Page) -> None:
    share(left)
    link = left.get_by_label("Link to this page").input_value()
    for part in ("/reconstructions?", "images=worst", "test_noise=gaussian", "step=", "pin="):
        assert part in link
    assert "level" not in link  # it is the usual
    assert "0.0.0.0" in left.get_by_text("Only this machine can open the link").inner_text()
    left.keyboard.press("Escape")
    page.goto(link)
    same(page, left)


def test_a_saved_session_is_opened_elsewhere(
    app: App, left: Page, page: Page, tmp_path: Path
) -> None:
    share(left)
    with left.expect_download() as download:
        left.get_by_role("button", name="Save session").click()
    file = tmp_path / "session.json"
    download.value.save_as(file)
    assert file.stat().st_size < 2000
    left.keyboard.press("Escape")
    page.goto(f"{app.url}/guide?dataset=digits&bottleneck=3")
    share(page)
    wrong = tmp_path / "wrong.json"
    wrong.write_text("[1, 2")
    page.locator('input[type="file"]').set_input_files(wrong)
    expect(page.get_by_text("The file is no JSON")).to_be_visible()
    page.locator('input[type="file"]').set_input_files(file)
    expect(page).to_have_url(re.compile("/reconstructions"))
    same(page, left)


def test_the_link_is_copied_also_where_there_is_no_clipboard(left: Page) -> None:
    left.context.grant_permissions(["clipboard-read", "clipboard-write"])
    share(left)
    link = left.get_by_label("Link to this page").input_value()
    for clipboard in (True, False):
        left.evaluate("navigator.clipboard.writeText('before')")
        if not clipboard:
            left.evaluate("void (navigator.clipboard.writeText = () => Promise.reject())")
        left.get_by_role("button", name="Copy link").click()
        expect(left.get_by_role("status").filter(has_text="Copied")).to_be_visible()
        assert left.evaluate("navigator.clipboard.readText()") == link
    left.keyboard.press("Escape")
