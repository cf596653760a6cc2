"""Pinning runs, and comparing them, as a person does it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import App
from tests.browser.test_explorer import settle, train_to_the_end

pytestmark = pytest.mark.browser


def pin_menus(page: Page) -> Locator:
    return page.locator('.st-key-pins [class*="st-key-compare-pin-"]').get_by_role("button")


def row_labels(page: Page) -> Locator:
    return page.locator(".ae-strip .ae-label b")


def test_two_runs_are_pinned_compared_renamed_and_put_in_order(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?dataset=digits&bottleneck=3&epochs=2")
    train_to_the_end(page)
    page.get_by_role("button", name="Pin", exact=True).click()
    expect(page.get_by_role("link", name="Compare (1)")).to_be_visible()
    page.get_by_role("radio", name="MSE").click()
    expect(page).to_have_url(re.compile("loss=mse"))
    train_to_the_end(page)
    page.get_by_role("button", name="Pin", exact=True).click()
    page.get_by_role("link", name="Compare (2)").click()

    expect(row_labels(page)).to_have_text(["Original", "64–3–64 · BCE", "Loss mse"])
    expect(page.get_by_role("region", name="Settings that differ")).to_contain_text("Loss")
    expect(page.locator(".js-plotly-plot")).to_have_count(2)

    pin_menus(page).nth(1).click()
    page.get_by_role("textbox", name="Name").fill("方差, ~")
    page.get_by_role("textbox", name="Name").press("Enter")
    expect(row_labels(page)).to_have_text(["Original", "64–3–64 · BCE", "方差, ~"])
    pin_menus(page).nth(1).click()
    page.get_by_role("button", name="Earlier").click()
    expect(row_labels(page)).to_have_text(["Original", "方差, ~", "64–3–64 · BCE"])
    settle(page)

    page.reload()
    expect(row_labels(page)).to_have_text(["Original", "方差, ~", "64–3–64 · BCE"])
    expect(pin_menus(page)).to_have_count(2)
