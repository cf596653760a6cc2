"""The two languages in a browser: chosen in the sidebar, by the address, by the browser itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import App
from tests.browser.test_explorer import settle

pytestmark = pytest.mark.browser


def test_the_language_is_chosen_in_the_sidebar_and_stays(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?dataset=digits&seed=31")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("radio", name="简体中文").click()
    expect(page.get_by_role("button", name="训练", exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    settle(page)
    page.reload()
    expect(page.get_by_role("button", name="训练", exact=True)).to_be_visible()
    page.get_by_role("link", name="课程").click()
    expect(page.get_by_role("heading", name="课程")).to_be_visible()


def test_a_chinese_browser_is_spoken_to_in_chinese_and_a_link_knows_better(
    app: App, chromium: Browser
) -> None:
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.goto(f"{app.url}/?dataset=digits&seed=32")
    expect(page.get_by_role("button", name="训练", exact=True)).to_be_visible()
    page.goto(f"{app.url}/?dataset=digits&seed=32&lang=en")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()
    context.close()
