"""The Guide page and the tour in a browser: formulas, search as one types, once and never again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import App
from tests.browser.test_explorer import stop_button
from ui.guide.sections import SECTIONS, entries

pytestmark = pytest.mark.browser


def card(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Choose").or_(page.get_by_role("dialog")).first


def ready(page: Page) -> None:
    page.get_by_role("button", name="Train", exact=True).wait_for()
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def test_every_section_can_be_read_and_searched(app: App, page: Page) -> None:
    page.goto(f"{app.url}/guide?dataset=digits")
    displayed = page.locator(".st-key-guide-entries .katex-display")
    for name, section in SECTIONS.items():
        if formulas := sum(bool(entry.formula) for entry in entries(name)):
            page.get_by_role("radio", name=section.title, exact=True).click()
            heading = page.get_by_role("heading", name=section.title, exact=True, level=2)
            expect(heading).to_be_visible()
            expect(displayed).to_have_count(formulas)
            expect(page.locator(".katex-error")).to_have_count(0)

    page.get_by_role("link", name="Jacobian", exact=True).first.click()
    expect(page.locator("#term-jacobian")).to_be_in_viewport()

    search = page.get_by_label("Search the guide")
    search.press_sequentially("learning rate")  # nothing more: results come while one types
    expect(page.get_by_role("heading", name="Learning rate learning_rate")).to_be_visible()
    expect(page.get_by_role("heading", name="Learning rate", exact=True)).to_be_visible()
    search.fill("")
    expect(page.get_by_role("heading", name="Glossary", exact=True)).to_be_visible()


def test_the_tour_comes_once_in_a_browser(app: App, page: Page) -> None:
    page.goto(app.url)
    expect(card(page)).to_contain_text("1 of 3")
    ring = page.locator(".ring")
    expect(ring).to_be_visible()
    seen, sidebar = ring.bounding_box(), page.get_by_test_id("stSidebar").bounding_box()
    assert seen and sidebar and abs(seen["width"] - sidebar["width"]) < 20
    page.get_by_role("button", name="Next").click()
    expect(card(page)).to_contain_text("2 of 3")
    expect(card(page)).to_contain_text("Press Train")
    page.get_by_role("button", name="Next").click()
    expect(card(page)).to_contain_text("3 of 3")
    expect(page.get_by_role("button", name="Skip")).to_have_count(0)
    page.get_by_role("button", name="Done").click()
    expect(card(page)).to_have_count(0)
    expect(ring).to_be_hidden()

    again = page.context.new_page()
    again.goto(app.url)
    ready(again)
    expect(card(again)).to_have_count(0)


def test_the_tour_leaves_followers_of_links_alone_and_comes_when_asked_for(
    app: App, page: Page
) -> None:
    page.goto(f"{app.url}/?dataset=digits&bottleneck=3")
    ready(page)
    expect(card(page)).to_have_count(0)
    assert not page.evaluate("localStorage.getItem('autoencoder-explorer tour')")
    page.goto(f"{app.url}/guide?dataset=digits")
    page.get_by_role("button", name="Show the tour").click()
    expect(card(page)).to_contain_text("1 of 3")
    expect(card(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(card(page)).to_have_count(0)


def test_the_tour_is_not_in_the_way_on_a_phone(app: App, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(app.url)
    expect(card(page)).to_contain_text("1 of 3")
    box, ring = card(page).bounding_box(), page.locator(".ring").bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert ring and ring["y"] + ring["height"] < box["y"]
    page.get_by_role("button", name="Train", exact=True).click()  # nothing blocks it
    expect(stop_button(page)).to_be_visible()
    page.get_by_role("button", name="Skip").click()
    expect(card(page)).to_have_count(0)
