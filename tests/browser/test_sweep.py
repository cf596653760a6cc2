"""A sweep in a browser: chosen, started, reloaded in the middle, and filled in."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App
from tests.browser.test_explorer import SLOW, settle

pytestmark = pytest.mark.browser


def test_a_sweep_of_three_runs_survives_a_reload_and_fills_its_chart(app: App, page: Page) -> None:
    page.goto(f"{app.url}/sweep?dataset=digits&hidden=256&batch_size=2&epochs=2")
    values = page.get_by_role("combobox", name=re.compile("Values of Bottleneck size"))
    values.click(timeout=SLOW)
    for left in (5, 4, 3):
        page.keyboard.press("Backspace")
        expect(page.get_by_text(f"{left} runs of 2 epochs")).to_be_visible(timeout=SLOW)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text(re.compile("of 3 runs trained"))).to_be_visible(timeout=SLOW)
    expect(page).to_have_url(re.compile("sweep=bottleneck"), timeout=SLOW)
    page.reload()
    # it goes on without being asked again, and comes to its end
    expect(page.get_by_role("button", name="Cancel")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("3 runs of 2 epochs, all trained.")).to_be_visible(timeout=SLOW)
    settle(page)
    chart = page.locator(".js-plotly-plot")
    expect(chart.locator(".scatterlayer .trace").first.locator(".point")).to_have_count(3)
    expect(chart).to_contain_text("PCA of the same size")
    expect(page.get_by_role("button", name="Start", exact=True)).to_have_count(0)
    for q in (2, 4, 8):
        expect(page.locator(f'img[alt^="Bottleneck size {q}:"]')).to_be_visible()
