"""What only a browser shows: training live, scrubbing, selecting, addresses, reloads."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from aecore.config import RunConfig
from aecore.slices import advance
from tests.browser.conftest import App, stop

pytestmark = pytest.mark.browser

SLOW = 60_000


def picture(page: Page, label: str) -> Locator:
    return page.locator(f'img[alt^="{label}:"]').first


def source(page: Page, label: str) -> str:
    found = picture(page, label).get_attribute("src")
    assert found is not None
    assert found.startswith("data:image/png;base64,")
    return found


def status(page: Page) -> Locator:
    return page.locator(".ae-status")


def train_to_the_end(page: Page) -> None:
    page.get_by_role("button", name="Train", exact=True).click()
    expect(status(page)).to_contain_text("finished", timeout=SLOW)
    settle(page)


def stop_button(page: Page) -> Locator:
    """The button that stops training, not Streamlit's own that stops a page."""
    return page.get_by_test_id("stMain").get_by_role("button", name="Stop")


def settle(page: Page) -> None:
    """Wait until the server has sent all of what it draws."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def go_to(page: Page, title: str) -> None:
    """Go to a page, also to one that the navigation has no room for."""
    settle(page)
    link = page.get_by_role("link", name=title)
    if not link.is_visible():
        page.get_by_test_id("stTopNavSection").last.click()
        link = page.get_by_role("menuitem", name=title)
    link.click()


def scrub_to_start(page: Page) -> None:
    handle = page.get_by_role("slider", name="Timeline")
    handle.focus()
    page.keyboard.press("Home")
    expect(status(page)).to_contain_text("looking at step 0")


def test_training_moves_the_pictures_and_ends(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?dataset=digits&bottleneck=12&hidden=256-128&batch_size=8&epochs=30")
    page.get_by_role("button", name="Train", exact=True).click()
    picture(page, "Reconstructed").wait_for()
    first = source(page, "Reconstructed")
    expect(picture(page, "Reconstructed")).not_to_have_attribute("src", first, timeout=SLOW)
    expect(status(page)).to_contain_text("finished", timeout=SLOW)
    settle(page)
    expect(status(page)).to_contain_text("epoch 30/30")
    expect(page.get_by_role("button", name="Train 10 epochs more")).to_be_visible()
    for heading in ("Loss", "Latent space", "First-layer filters"):
        expect(page.locator(".ae-heading b", has_text=heading)).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(3)
    # the PCA and mean-image lines stand on the chart of the squared error
    expect(page.locator(".js-plotly-plot").nth(1)).to_contain_text("PCA 12")
    expect(page.locator(".js-plotly-plot").nth(1)).to_contain_text("Mean image")
    # at rest nothing moves any more
    resting = source(page, "Reconstructed")
    page.get_by_role("button", name="Train 10 epochs more").hover()
    assert source(page, "Reconstructed") == resting


def test_a_kind_is_chosen_trained_and_shown_in_its_parts(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?dataset=digits&epochs=5")
    expect(page.get_by_role("slider", name="Weight of the prior β")).to_have_count(0)
    page.get_by_role("combobox", name=re.compile("Kind of autoencoder")).click()
    page.get_by_role("option", name="Variational").click()
    expect(page.get_by_role("slider", name="Weight of the prior β")).to_be_visible()
    expect(page).to_have_url(re.compile("code=variational"))
    train_to_the_end(page)
    for heading in ("Loss in its parts", "Information in the code"):
        expect(page.locator(".ae-heading b", has_text=heading)).to_be_visible()
    expect(page.get_by_text(re.compile("KL to the prior .* a pixel"))).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(5)


def test_one_hot_inputs_come_with_their_table_of_codes(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?dataset=one-hot")
    train_to_the_end(page)
    rows = page.locator(".ae-codes tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.locator("td", has_text="✓")).to_have_count(4)


def test_training_further_extends_the_same_run(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?dataset=digits&bottleneck=5&epochs=5")
    train_to_the_end(page)
    page.get_by_role("button", name="Train 10 epochs more").click()
    expect(status(page)).to_contain_text("epoch 15/15", timeout=SLOW)
    expect(page).to_have_url(re.compile("epochs=15"))


def test_scrubbing_the_timeline_shows_what_was(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?dataset=digits&bottleneck=10&epochs=20")
    train_to_the_end(page)
    last = source(page, "Reconstructed")
    scrub_to_start(page)
    expect(picture(page, "Reconstructed")).not_to_have_attribute("src", last)
    page.keyboard.press("End")
    expect(picture(page, "Reconstructed")).to_have_attribute("src", last)


def test_the_snapshot_is_kept_on_every_page(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?dataset=digits&bottleneck=10&epochs=20&seed=3")
    train_to_the_end(page)
    timeline = page.locator(".st-key-time")
    page.get_by_role("link", name="Filters").click()
    expect(page.get_by_role("listbox")).to_be_visible()
    expect(timeline).to_contain_text("epoch 20")
    scrub_to_start(page)
    for name in ("Reconstructions", "Latent space", "Filters", "Anomalies"):
        page.get_by_role("link", name=name).click()
        expect(status(page)).to_contain_text("looking at step 0")
        expect(timeline).to_contain_text("step 0")
        expect(page).to_have_url(re.compile("bottleneck=10"))


def test_stop_and_continue(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?dataset=digits&bottleneck=9&epochs=1000&batch_size=16")
    page.get_by_role("button", name="Train", exact=True).click()
    picture(page, "Reconstructed").wait_for()
    stop_button(page).click()
    expect(status(page)).to_contain_text("paused")
    stopped = status(page).inner_text()
    page.get_by_role("button", name="Continue").click()
    expect(status(page)).to_contain_text("left")
    stop_button(page).click()
    expect(status(page)).to_contain_text("paused")
    assert status(page).inner_text() != stopped


def test_reload_in_the_middle_of_training(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?dataset=digits&bottleneck=11&epochs=1000&batch_size=16")
    page.get_by_role("button", name="Train", exact=True).click()
    picture(page, "Reconstructed").wait_for()
    page.reload()
    picture(page, "Reconstructed").wait_for()
    expect(status(page)).to_contain_text("left")
    before = status(page).inner_text()
    expect(status(page)).not_to_have_text(before)
    stop_button(page).click()
    expect(status(page)).to_contain_text("paused")


def test_the_address_opens_the_same_run_elsewhere(app: App, page: Page, chromium: Browser) -> None:
    page.goto(f"{app.url}/?dataset=digits&bottleneck=4&loss=mse&epochs=8")
    train_to_the_end(page)
    there = chromium.new_context(viewport={"width": 390, "height": 844})
    other = there.new_page()
    other.goto(page.url)
    expect(status(other)).to_contain_text("finished", timeout=SLOW)
    settle(other)
    assert source(other, "Reconstructed") == source(page, "Reconstructed")
    # nothing sticks out sideways on a phone
    width = other.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    there.close()


def test_an_address_that_makes_no_sense_says_what_it_changed(app: App, page: Page) -> None:
    page.goto(
        f"{app.url}/?dataset=digits&bottleneck=1e9&loss=<b>x</b>&noise_level=nan&frobnicate=1"
    )
    notes = page.locator(".st-key-notes")
    expect(notes).to_contain_text("Bottleneck size must be between 1 and 1024")
    expect(notes).to_contain_text("<b>x</b>")
    expect(notes).to_contain_text("frobnicate")
    expect(page).to_have_url(re.compile("bottleneck=1024$"))
    notes.get_by_role("button", name="Got it").click()
    expect(notes).to_have_count(0)


def test_settings_change_reset_and_come_back(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?dataset=digits&bottleneck=3&epochs=4")
    train_to_the_end(page)
    first = source(page, "Reconstructed")
    page.get_by_role("radio", name="MSE").click()
    expect(page).to_have_url(re.compile("loss=mse"))
    train_to_the_end(page)
    assert source(page, "Reconstructed") != first
    page.get_by_role("radio", name="BCE").click()
    expect(status(page)).to_contain_text("finished")
    expect(picture(page, "Reconstructed")).to_have_attribute("src", first)
    page.get_by_role("button", name="Reset all settings").click()
    expect(page).to_have_url(re.compile(r"\?dataset=digits$"))


def test_what_cannot_be_read_leaves_the_setting_as_it_was(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?dataset=digits&hidden=50-20")
    page.get_by_text("More: network").click()
    layers = page.get_by_role("combobox", name="Hidden layers")
    layers.fill("abc")
    layers.press("Enter")
    expect(page.locator(".st-key-notes")).to_contain_text("stays as it was")
    expect(page).to_have_url(re.compile("hidden=50-20"))


def test_a_slider_keeps_the_keyboard_while_its_setting_changes(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?dataset=digits")
    page.get_by_role("slider", name="Bottleneck size").focus()
    for size in (12, 16, 24):
        page.keyboard.press("ArrowRight")
        expect(page).to_have_url(re.compile(f"bottleneck={size}$"))


def test_five_presses_of_train_are_one_run(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?dataset=digits&bottleneck=13&epochs=3")
    button = page.get_by_role("button", name="Train", exact=True)
    button.wait_for()
    # in one go: between two clicks of a mouse the button may have become Stop
    button.evaluate("button => { for (let i = 0; i < 5; i++) button.click(); }")
    expect(status(page)).to_contain_text("finished", timeout=SLOW)


def test_an_exploding_run_says_why_and_what_to_try(app: App, page: Page) -> None:
    page.goto(
        f"{app.url}/?dataset=digits&loss=mse&output_activation=identity&hidden=64-64-64-64"
        "&learning_rate=10&epochs=200"
    )
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("Try a lower learning rate")).to_be_visible(timeout=SLOW)


def test_a_page_opens_cold_by_its_own_address_and_what_is_chosen_stays(
    fresh: Callable[..., App], page: Page, tmp_path: Path
) -> None:
    config = RunConfig(bottleneck=6, batch_size=32, epochs=3)
    assert advance(str(tmp_path / "runs"), config.as_dict(), math.inf).done
    app = fresh(home=tmp_path)
    page.goto(f"{app.url}/anomalies?dataset=digits&bottleneck=6&epochs=3")
    expect(status(page)).to_contain_text("finished", timeout=SLOW)
    expect(page.get_by_role("link", name="Filters")).to_be_visible()
    page.get_by_role("radio", name="Worst patch").click()
    settle(page)
    page.get_by_role("button", name="Train 10 epochs more").click()
    expect(status(page)).to_contain_text("epoch 13/13", timeout=SLOW)
    expect(page.get_by_role("radio", name="Worst patch")).to_be_checked()
    assert app.workers()
    for worker in app.workers():
        assert "torch" in mapped(worker.pid)
        # told by the protobuf that it brings
        assert "_upb" not in mapped(worker.pid), "a worker imported streamlit"
    stop(app)


def mapped(pid: int) -> str:
    """Return the libraries that a process has in memory."""
    maps = Path(f"/proc/{pid}/maps")
    if not maps.exists():
        pytest.skip("needs /proc")
    return maps.read_text()


def test_mnist_learns_before_your_eyes(
    fresh: Callable[..., App], page: Page, mnist_dir: Path
) -> None:
    app = fresh(data=str(mnist_dir.parent))
    page.goto(app.url)
    expect(page).to_have_url(re.compile("dataset=mnist"))
    train_to_the_end(page)
    expect(picture(page, "Reconstructed")).to_be_visible()
    page.get_by_role("link", name="Anomalies").click()
    ranked = page.get_by_role("listbox").get_by_role("option")
    expect(ranked).to_have_count(24)
    page.get_by_role("link", name="Filters").click()
    expect(ranked).to_have_count(16)
