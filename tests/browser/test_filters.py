"""Picking filters in a browser: by mouse and keyboard, while snapshots change, and elsewhere."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, WebSocket, expect

from tests.browser.conftest import App, opened
from tests.browser.test_explorer import (
    SLOW,
    scrub_to_start,
    settle,
    stop_button,
    train_to_the_end,
)

pytestmark = pytest.mark.browser


def unit(page: Page, number: int) -> Locator:
    return page.get_by_role("option", name=re.compile(rf"\bUnit {number},"))


def detail(page: Page) -> Locator:
    return page.locator(".st-key-unit")


def best_image(page: Page) -> str:
    found = detail(page).locator('img[alt^="Test image"]').first.get_attribute("src")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def address(app: App, context: BrowserContext) -> str:
    """Return the address of the Filters page of a run that is finished."""
    address = f"{app.url}/filters?dataset=digits&bottleneck=12&epochs=3&seed=7"
    with opened(context) as page:
        page.goto(address)
        train_to_the_end(page)
    return address


def open_filters(page: Page, address: str) -> None:
    page.goto(address)
    expect(detail(page)).to_contain_text("Unit 1")
    settle(page)


def test_a_click_on_a_filter_shows_its_images(address: str, page: Page) -> None:
    tiles: list[str] = []
    resent: list[str] = []

    def received(data: str | bytes) -> None:
        resent.extend(tile for tile in tiles if isinstance(data, bytes) and tile.encode() in data)

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", received)

    page.on("websocket", listen)
    open_filters(page, address)
    expect(unit(page, 1)).to_have_attribute("aria-selected", "true")
    first = best_image(page)
    source = unit(page, 1).locator("img").get_attribute("src")
    assert source is not None
    tiles.append(source)
    unit(page, 5).click()
    expect(detail(page)).to_contain_text("Unit 5")
    expect(detail(page).locator('img[alt^="Test image"]').first).not_to_have_attribute("src", first)
    expect(detail(page).locator('img[alt^="Test image"]')).to_have_count(24)
    expect(unit(page, 5)).to_have_attribute("aria-selected", "true")
    expect(unit(page, 1)).to_have_attribute("aria-selected", "false")
    settle(page)
    assert not resent, "a click had the pictures sent again"


def test_filters_are_picked_by_keyboard_and_one_stays_picked(address: str, page: Page) -> None:
    open_filters(page, address)
    unit(page, 1).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(unit(page, 3)).to_be_focused()
    expect(detail(page)).to_contain_text("Unit 1")
    page.keyboard.press("Enter")
    expect(detail(page)).to_contain_text("Unit 3")
    page.keyboard.press("End")
    page.keyboard.press("Space")
    expect(detail(page)).to_contain_text("Unit 12")
    page.keyboard.press("Escape")
    unit(page, 12).click()
    settle(page)
    expect(unit(page, 12)).to_have_attribute("aria-selected", "true")
    expect(detail(page)).to_contain_text("Unit 12")


def test_a_pick_stays_with_other_snapshots_kinds_and_pages(address: str, page: Page) -> None:
    open_filters(page, address)
    unit(page, 4).click()
    expect(detail(page)).to_contain_text("Unit 4")
    last = best_image(page)
    scrub_to_start(page)
    expect(detail(page).locator('img[alt^="Test image"]').first).not_to_have_attribute("src", last)
    expect(detail(page)).to_contain_text("Unit 4")
    page.get_by_role("radio", name="Decoder atoms").click()
    expect(page.locator(".ae-heading b", has_text="Decoder atoms")).to_be_visible()
    expect(unit(page, 4)).to_have_attribute("aria-selected", "true")
    page.get_by_role("link", name="Anomalies").click()
    expect(page.locator(".ae-heading").first).to_be_visible()
    settle(page)
    page.get_by_role("link", name="Filters").click()
    expect(detail(page)).to_contain_text("Unit 4")
    expect(unit(page, 4)).to_have_attribute("aria-selected", "true")


def test_a_pick_stays_while_the_network_trains(app: App, page: Page) -> None:
    page.goto(f"{app.url}/filters?dataset=digits&bottleneck=14&epochs=400&batch_size=16")
    page.get_by_role("button", name="Train", exact=True).click()
    unit(page, 6).click()
    expect(detail(page)).to_contain_text("Unit 6")
    source = unit(page, 6).locator("img").get_attribute("src")
    assert source is not None
    expect(unit(page, 6).locator("img")).not_to_have_attribute("src", source, timeout=SLOW)
    expect(unit(page, 6)).to_have_attribute("aria-selected", "true")
    expect(detail(page)).to_contain_text("Unit 6")
    stop_button(page).click()


def test_templates_are_fitted_with_one_press(address: str, page: Page) -> None:
    open_filters(page, address)
    page.get_by_role("radio", name="Linear classifier").click()
    page.get_by_role("button", name="Fit the linear classifier").click()
    template = page.get_by_role("option", name="Template of class 7")
    template.click(timeout=SLOW)
    expect(detail(page)).to_contain_text("Template of class 7")
    expect(detail(page).locator('img[alt^="Test image of class 7"]').first).to_be_visible()
