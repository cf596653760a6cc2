"""Taking things out of the app: the model, the script, the measurements, charts as pictures."""

from __future__ import annotations

import csv
import io
import math
import zipfile
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from aecore.config import RunConfig
from aecore.script import script
from aecore.slices import advance
from tests.browser.conftest import App
from tests.browser.test_explorer import scrub_to_start, settle

pytestmark = pytest.mark.browser

ADDRESS = "?dataset=digits&bottleneck=5&epochs=2"


@pytest.fixture(scope="module")
def trained(app: App) -> App:
    """The server, with the run of the address in its store."""
    config = RunConfig(bottleneck=5, batch_size=32, epochs=2)
    assert advance(str(app.home / "runs"), config.as_dict(), math.inf).done
    return app


def saved(page: Page, button: Locator) -> tuple[str, bytes]:
    """Press a button that saves a file; return the file's name and what is in it."""
    with page.expect_download() as download:
        button.click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def open_offer(page: Page) -> None:
    page.get_by_role("button", name="Take away").click()
    page.mouse.move(0, 0)  # what it points at says more, above the others


def camera(page: Page, chart: int) -> Locator:
    return page.locator(".js-plotly-plot").nth(chart).get_by_label("Download plot")


def test_before_training_only_the_script_can_be_taken(app: App, page: Page) -> None:
    page.goto(f"{app.url}/{ADDRESS}&bottleneck=6")
    expect(page.get_by_role("button", name="PyTorch script")).to_have_count(0)
    open_offer(page)
    expect(page.get_by_role("button", name="Model")).to_be_disabled()
    expect(page.get_by_role("button", name="Measurements")).to_be_disabled()
    name, content = saved(page, page.get_by_role("button", name="PyTorch script"))
    assert name == "autoencoder-digits-64-6-64.py"
    assert content.decode() == script(RunConfig(bottleneck=6, batch_size=32, epochs=2))


def test_model_and_measurements_of_what_is_looked_at(trained: App, page: Page) -> None:
    page.goto(f"{trained.url}/{ADDRESS}")
    open_offer(page)
    name, content = saved(page, page.get_by_role("button", name="Model of epoch 2"))
    assert name == "autoencoder-digits-64-5-64-epoch-2.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert "model.safetensors" in file.namelist()
    name, content = saved(page, page.get_by_role("button", name="Measurements"))
    assert name == "autoencoder-digits-64-5-64-measurements.csv"
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert float(rows[-1]["epoch"]) == 2
    # another snapshot, another model
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Model of epoch 2")).to_have_count(0)
    settle(page)
    scrub_to_start(page)
    open_offer(page)
    name, _ = saved(page, page.get_by_role("button", name="Model of step 0"))
    assert name == "autoencoder-digits-64-5-64-step-0.zip"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_are_saved_as_pictures_that_can_be_read(
    trained: App, page: Page, scheme: Literal["light", "dark"]
) -> None:
    from PIL import Image

    page.emulate_media(color_scheme=scheme)
    page.goto(f"{trained.url}/{ADDRESS}")
    camera(page, 0).wait_for(state="attached")
    settle(page)
    page.locator(".js-plotly-plot").first.hover()
    name, content = saved(page, camera(page, 0))
    assert name == "autoencoder-loss-0.png"
    picture = Image.open(io.BytesIO(content)).convert("RGBA")
    red, green, blue, opaque = picture.getpixel((2, 2))  # type: ignore[misc]
    assert opaque == 255
    assert (max(red, green, blue) < 60) == (scheme == "dark")


def test_another_format_is_chosen_and_a_chart_saved_by_keyboard(trained: App, page: Page) -> None:
    page.goto(f"{trained.url}/{ADDRESS}")
    open_offer(page)
    page.get_by_text("SVG", exact=True).click()
    expect(camera(page, 2)).to_have_attribute("aria-label", "Download plot")  # not as a PNG
    page.keyboard.press("Escape")
    camera(page, 2).focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "autoencoder-latent.svg"
    assert Path(download.value.path()).read_text("utf-8").startswith("<svg")
