"""A teacher's controls in a browser: gone is gone, locked is locked, and keys on the stage."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App
from tests.browser.test_explorer import settle, status, train_to_the_end

pytestmark = pytest.mark.browser

RUN = "dataset=digits&bottleneck=3&epochs=3"


def heard(page: Page) -> None:
    """Wait until keys are heard: what listens to them is loaded after the page is drawn."""
    page.locator("body[data-keys=on]").wait_for(state="attached")
    settle(page)


def test_hidden_is_gone_and_locked_stays_whatever_is_pressed(app: App, page: Page) -> None:
    page.goto(
        f"{app.url}/?dataset=digits&bottleneck=64&lock=bottleneck:8&hide=batch_size,anomalies"
    )
    slider = page.get_by_role("slider", name=re.compile("Bottleneck size"))
    slider.wait_for()
    expect(slider).to_have_attribute("aria-valuetext", "8")
    expect(page.get_by_text("Bottleneck size is locked at 8.")).to_be_visible()
    expect(page).to_have_url(re.compile("lock=bottleneck%3A8$"))
    expect(slider).to_be_disabled()
    slider.press("ArrowRight")
    page.get_by_text("More: training").click()
    expect(page.get_by_role("slider", name="Learning rate")).to_be_visible()
    expect(page.get_by_role("slider", name="Batch size")).to_have_count(0)
    expect(page.get_by_role("link", name="Filters")).to_have_count(1)
    expect(page.get_by_role("link", name="Anomalies")).to_have_count(0)
    expect(slider).to_have_attribute("aria-valuetext", "8")
    expect(status(page)).to_contain_text("64–8–64")


def test_on_the_stage_keys_step_follow_and_end(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?{RUN}")
    train_to_the_end(page)
    page.get_by_role("button", name="Present").click()
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(page.get_by_role("slider", name="Bottleneck size")).to_have_count(0)
    expect(page).to_have_url(re.compile("present=1"))
    pause = page.get_by_role("button", name="Pause")
    expect(pause).to_be_visible()
    heard(page)
    last = status(page).inner_text()
    page.keyboard.press("ArrowLeft")
    expect(status(page)).to_contain_text("looking at epoch")
    before = status(page).inner_text()
    page.keyboard.press("ArrowLeft")
    expect(status(page)).not_to_have_text(before, use_inner_text=True)
    page.keyboard.press("ArrowRight")
    expect(status(page)).to_have_text(before, use_inner_text=True)
    page.keyboard.press("Space")
    expect(status(page)).to_have_text(last, use_inner_text=True)
    expect(pause).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Follow")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    expect(page).not_to_have_url(re.compile("present"))


def test_no_press_is_lost_and_what_has_the_focus_keeps_its_keys(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?{RUN}&present=1")
    looked = page.locator(".ae-status")
    page.get_by_role("button", name="Pause").wait_for()
    heard(page)
    for _press in range(3):
        page.keyboard.press("ArrowLeft")
    expect(looked).to_contain_text("looking at epoch 2.25")
    slider = page.get_by_role("slider", name="Timeline")
    slider.press("ArrowRight")
    expect(looked).to_contain_text("looking at epoch 2.5")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Follow")).to_be_visible()
    page.keyboard.press("Space")  # once, although that button was pressed last
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.goto(f"{app.url}/filters?{RUN}&present=1&step=20")
    heard(page)
    tiles = page.get_by_role("option")
    tiles.first.click()
    tiles.first.press("ArrowRight")
    expect(tiles.nth(1)).to_be_focused()
    settle(page)
    expect(looked).to_contain_text("looking at epoch 0.25")


def test_keys_do_nothing_while_somebody_types(app: App, page: Page) -> None:
    page.goto(f"{app.url}/guide?{RUN}&present=1")
    field = page.locator("input").first
    field.press_sequentially("t e")
    field.press("ArrowLeft")
    expect(field).to_have_value("t e")
    page.goto(f"{app.url}/?{RUN}&present=1")
    status(page).wait_for()
    expect(status(page)).not_to_contain_text("looking at")


def test_a_link_made_on_the_page_opens_as_it_says(app: App, page: Page) -> None:
    page.goto(
        f"{app.url}/links?dataset=digits&bottleneck=6&hide=training&lock=bottleneck&present=0"
    )
    made = page.get_by_role("link", name="Open it")
    made.wait_for()
    expect(made).to_have_attribute("href", re.compile("lock=bottleneck:6"))
    expect(page.get_by_text("These settings cannot be changed: Bottleneck size 6.")).to_be_visible()
    with page.context.expect_page() as opened:
        made.click()
    other = opened.value
    status(other).wait_for()
    expect(other.get_by_role("slider", name=re.compile("Bottleneck size"))).to_be_disabled()
    expect(other.get_by_role("spinbutton", name="Epochs")).to_have_count(0)
    expect(status(other)).to_contain_text("64–6–64")
