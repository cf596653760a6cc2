"""The Reconstructions page in a browser: the slider of noise levels, and the noise matrix."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, WebSocket, expect

from tests.browser.conftest import App

pytestmark = pytest.mark.browser

SLOW = 60_000
ADDRESS = "dataset=digits&epochs=1&bottleneck=6&noise=gaussian&noise_level=0.5"


def opened(app: App, page: Page, panel: str, seed: int) -> None:
    """Train a run that no other test has, and open a panel."""
    page.goto(f"{app.url}/reconstructions?{ADDRESS}&seed={seed}")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.locator(".ae-status")).to_contain_text("finished", timeout=SLOW)
    page.get_by_role("radio", name=panel).click()
    settle(page)


def settle(page: Page) -> None:
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def row(page: Page, label: str) -> Locator:
    return page.locator(f'canvas[aria-label^="{label}:"]')


def pixels(canvas: Locator) -> str:
    return str(canvas.evaluate("canvas => canvas.toDataURL()"))


def slider(page: Page) -> Locator:
    return page.locator('input[type="range"][aria-label="Test noise level"]')


def test_moving_the_level_changes_the_pictures_and_asks_nothing(app: App, page: Page) -> None:
    sent: list[str | bytes] = []

    def note(socket: WebSocket) -> None:
        socket.on("framesent", lambda payload: sent.append(payload))

    page.on("websocket", note)
    opened(app, page, "Noise level", 41)
    row(page, "This run").wait_for()
    # it begins at the level in training, which is marked
    expect(page.locator("output")).to_have_text("σ 0.5")
    expect(page.locator("svg text", has_text="level in training")).to_be_visible()
    still, noisy, denoised = (pixels(row(page, n)) for n in ("Original", "Noisy", "This run"))
    asked = page.evaluate("performance.getEntriesByType('resource').length")
    before = len(sent)
    slider(page).focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(page.locator("output")).to_have_text("σ 1")
    assert pixels(row(page, "Original")) == still
    assert pixels(row(page, "Noisy")) != noisy
    assert pixels(row(page, "This run")) != denoised
    said = slider(page).get_attribute("aria-valuetext")
    assert said is not None
    assert said.startswith("σ 1, This run 0.")
    page.keyboard.press("Home")
    expect(page.locator("output")).to_have_text("σ 0")
    assert pixels(row(page, "Noisy")) == still
    # a press on the chart goes to the nearest level
    chart = page.locator("svg.chart")
    box = chart.bounding_box()
    assert box is not None
    chart.click(position={"x": box["width"] - 3, "y": 30})
    expect(page.locator("output")).to_have_text("σ 2")
    assert len(sent) == before
    assert page.evaluate("performance.getEntriesByType('resource').length") == asked


def test_the_level_stays_while_the_network_learns_on(app: App, page: Page) -> None:
    opened(app, page, "Noise level", 42)
    row(page, "This run").wait_for()
    slider(page).focus()
    page.keyboard.press("ArrowRight")
    noisy, denoised = pixels(row(page, "Noisy")), pixels(row(page, "This run"))
    page.get_by_role("button", name="Train 10 epochs more").click()
    expect(page.locator(".ae-status")).to_contain_text("epoch 11/11", timeout=SLOW)
    settle(page)
    expect(page.locator("output")).to_have_text("σ 0.6")
    assert pixels(row(page, "Noisy")) == noisy
    assert pixels(row(page, "This run")) != denoised
    page.get_by_role("radio", name="Side by side").click()
    expect(row(page, "This run")).to_have_count(0)
    page.get_by_role("radio", name="Noise level").click()
    expect(page.locator("output")).to_have_text("σ 0.6")


def test_the_noise_matrix_is_trained_with_one_press(app: App, page: Page) -> None:
    opened(app, page, "Noise matrix", 43)
    page.get_by_role("button", name="Train these runs").click()
    page.locator(".ae-matrix").wait_for(timeout=SLOW)
    runs = page.locator(".ae-matrix tbody tr:not(.ae-beside)")
    expect(runs).to_have_count(5)
    expect(page.locator(".ae-matrix td.ae-best")).to_have_count(7)
    expect(page.get_by_role("button", name="Train these runs")).to_have_count(0)
