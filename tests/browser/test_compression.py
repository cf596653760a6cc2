"""What only a browser shows of the Compression page: the formats arrive by themselves."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App
from tests.browser.test_explorer import SLOW, picture, settle, source, train_to_the_end

pytestmark = pytest.mark.browser


def test_formats_are_measured_without_asking_and_bits_change_the_pictures(
    app: App, page: Page
) -> None:
    page.goto(f"{app.url}/compression?dataset=digits&bottleneck=6&epochs=2&seed=11")
    train_to_the_end(page)
    for label in ("JPEG", "JPEG 2000", "WebP"):
        expect(picture(page, label)).to_be_visible(timeout=SLOW)
    chart = page.locator(".js-plotly-plot")
    expect(chart).to_contain_text("This network, rounded code")
    expect(chart).to_contain_text("WebP")
    before = source(page, "This network")
    page.get_by_role("radio", name="2", exact=True).click()
    expect(picture(page, "This network")).not_to_have_attribute("src", before)
    expect(page.get_by_text("6 numbers of 2 bits")).to_be_visible()
    settle(page)
    expect(page.get_by_role("progressbar")).to_have_count(0)
