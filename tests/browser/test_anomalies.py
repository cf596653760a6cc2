"""The Anomalies page in a browser: training several networks, picking, the threshold, the table."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import App

pytestmark = pytest.mark.browser

SLOW = 60_000
TESTED = 360


def settle(page: Page) -> None:
    """Wait until the server has sent all of what it draws."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def trained(app: App, page: Page) -> None:
    page.goto(f"{app.url}/anomalies?dataset=digits&bottleneck=9&epochs=3")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.locator(".ae-status")).to_contain_text("finished", timeout=SLOW)
    settle(page)


def closer(page: Page) -> Locator:
    """Return the heading over the image that is looked at closely."""
    return page.locator(".ae-heading b", has_text=re.compile(r"^Rank [\d,]+:"))


def test_several_networks_are_trained_with_one_press_and_judge_together(
    app: App, page: Page, tmp_path: Path
) -> None:
    trained(app, page)
    page.get_by_role("combobox", name="Networks").click()
    page.get_by_role("option", name="3 seeds").click()
    page.get_by_role("button", name="Train 3 networks").click()
    expect(page.get_by_role("button", name="Train 3 networks")).to_have_count(0, timeout=SLOW)
    expect(page.get_by_text("mean of all networks", exact=False).first).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("combobox", name="Networks")).to_have_value("3 seeds")
    page.get_by_role("radio", name="Several networks").click()
    expect(page.get_by_text("How alike the rankings are")).to_be_visible()

    # another image is looked at closely when it is picked, and the ranking stays
    expect(closer(page)).to_contain_text("Rank 1:")
    page.get_by_role("option").nth(4).click()
    expect(closer(page)).to_contain_text("Rank 5:")
    expect(page.locator(".ae-outline")).to_have_count(3)

    # the threshold counts what is above it
    alarms = page.locator(".ae-numbers div", has_text="false alarms").locator("b")
    expect(alarms).to_have_text("3")
    page.get_by_role("slider", name="Threshold").focus()
    page.keyboard.press("Home")
    expect(alarms).to_have_text(str(TESTED // 2))
    expect(closer(page)).to_contain_text("Rank 5:")

    with page.expect_download() as coming:
        page.get_by_role("button", name="Scores as CSV").click()
    target = tmp_path / "scores.csv"
    coming.value.save_as(target)
    lines = list(csv.DictReader(target.read_text().splitlines()))
    assert [line["kind"] for line in lines] == ["test"] * TESTED + ["A shoe"]

    # the usual detectors come on request
    page.get_by_role("radio", name="Other detectors").click()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("This network and the usual detectors")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("button", name="Compare")).to_have_count(0)

    # planting outliers is a change of settings like any in the sidebar
    page.get_by_role("radio", name="Training set").click()
    page.get_by_role("button", name=re.compile("Plant")).click()
    page.wait_for_url(re.compile(r"outliers=0\.02"))
