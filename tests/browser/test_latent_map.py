"""The latent map: what the pointer shows without asking the server, and what is picked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import BrowserContext, Locator, Page, WebSocket, expect

from aecore import evaluation
from aecore.choosing import nearest
from aecore.datasets import load
from aecore.models import load_weights
from aecore.runs import RunStore
from aecore.training import as_pixels
from tests.browser.conftest import App, opened
from tests.browser.test_explorer import settle, status
from ui.components import FOLDER

pytestmark = pytest.mark.browser

SETTINGS: dict[str, Any] = {"dataset": "digits", "bottleneck": 4, "epochs": 2, "seed": 11}
SLOW = 60_000


@pytest.fixture(scope="module")
def page(app: App, context: BrowserContext) -> Iterator[Page]:
    """The map of a trained run, by two dimensions of its code; the tests move about on it."""
    with opened(context, height=1000) as page:
        page.goto(f"{app.url}/latent_space?" + "&".join(f"{k}={v}" for k, v in SETTINGS.items()))
        page.get_by_role("button", name="Train", exact=True).click()
        expect(status(page)).to_contain_text("finished", timeout=SLOW)
        page.get_by_role("radio", name="Code dimensions").click()
        expect(page.locator('.map[data-axes="code 1 / code 2"][data-under]')).to_be_visible()
        settle(page)
        yield page


def the_map(page: Page) -> Locator:
    return page.locator(".map")


def told(page: Page, name: str) -> str:
    """Return what the map says of itself."""
    return the_map(page).get_attribute(f"data-{name}") or ""


def move(page: Page, x: float, y: float) -> tuple[float, float]:
    """Move the pointer to a place given in shares of the map, and wait until it is shown."""
    box = page.locator("canvas.above").bounding_box()
    assert box is not None
    before = told(page, "frames")
    at = box["x"] + x * box["width"], box["y"] + y * box["height"]
    page.mouse.move(*at)
    expect(the_map(page)).not_to_have_attribute("data-frames", before)
    return at


def to_a_point(page: Page) -> tuple[float, float]:
    """Move the pointer until there is an image under it."""
    for x in np.linspace(0.3, 0.7, 9):
        at = move(page, float(x), 0.5)
        if told(page, "under"):
            return at
    raise AssertionError("there is no point anywhere in the middle of the map")


def pixels(page: Page, name: str) -> np.ndarray:
    """Return the picture that is shown, (h, w)."""
    found = page.locator(f"canvas.{name}").evaluate(
        "c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]"
    )
    return np.array(found).reshape(8, 8, 4)[..., 0]


def test_the_pointer_shows_an_image_and_what_its_place_decodes_to(app: App, page: Page) -> None:
    data = load("digits")
    config, _ = nearest(SETTINGS, "digits")
    run = RunStore(app.home / "runs").open(config, data.fingerprint)
    model = load_weights(config, run.weights(run.steps()[-1]))
    places = evaluation.order(len(data.test_images), "test")
    code = model.encode(as_pixels(evaluation.pixels(data.test_images)[places])).mean(0)
    to_a_point(page)
    np.testing.assert_array_equal(
        pixels(page, "original"), data.test_images[int(told(page, "under"))]
    )
    for x, y in ((0.3, 0.4), (0.8, 0.7)):
        move(page, x, y)
        code[:2] = torch.tensor([float(value) for value in told(page, "at").split(",")])
        wanted = model.decode(code[None]).view(8, 8).numpy() * 255
        np.testing.assert_allclose(pixels(page, "decoded"), wanted, atol=1)


def test_moving_the_pointer_asks_the_server_nothing(page: Page) -> None:
    frames: list[object] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: frames.append(frame))
        socket.on("framereceived", lambda frame: frames.append(frame))

    requests: list[object] = []
    page.on("websocket", listen)
    page.reload()  # for a socket that is listened to
    page.get_by_role("radio", name="Code dimensions").click()
    expect(page.locator('.map[data-axes="code 1 / code 2"][data-under]')).to_be_visible()
    settle(page)
    assert frames
    frames.clear()
    page.on("request", lambda request: requests.append(request))
    before = int(told(page, "frames"))
    for k in range(60):
        move(page, 0.2 + 0.01 * k, 0.5 + 0.2 * np.sin(k / 5))
    assert int(told(page, "frames")) >= before + 60
    assert not frames
    assert not requests


def test_clicks_pick_the_last_two_and_let_go(page: Page) -> None:
    first = to_a_point(page)
    place = int(told(page, "under"))
    page.mouse.click(*first)
    expect(page.get_by_text("1 picked")).to_be_visible()
    expect(
        page.get_by_text(re.compile(f"held at the code of test image {place:,} "))
    ).to_be_visible()
    expect(page.locator('img[alt^="Original: 1 images"]')).to_be_visible()
    expect(page.locator('img[alt^="Reconstructed: 1 images"]')).to_be_visible()
    page.locator("canvas.above").press("ArrowRight")
    page.locator("canvas.above").press("Enter")
    expect(page.get_by_text("2 picked")).to_be_visible()
    page.locator("canvas.above").press("ArrowRight")
    page.locator("canvas.above").press("Enter")
    expect(page.locator('img[alt^="Original: 2 images"]')).to_be_visible()
    page.locator("canvas.above").press("Enter")
    expect(page.get_by_text("1 picked")).to_be_visible()
    page.locator("canvas.above").press("Escape")
    expect(page.get_by_text(re.compile(r"\d picked"))).to_have_count(0)


def test_two_quick_clicks_apart_pick_two(page: Page) -> None:
    first = to_a_point(page)
    place = told(page, "under")
    for k in range(1, 40):
        second = move(page, 0.3 + 0.01 * k, 0.6)
        if told(page, "under") not in ("", place) and abs(second[0] - first[0]) > 30:
            break
    page.mouse.click(*first)
    page.mouse.click(*second)
    expect(page.get_by_text("2 picked", exact=True)).to_be_visible()
    page.locator("canvas.above").press("Escape")
    expect(page.get_by_text("2 picked", exact=True)).to_have_count(0)


def test_of_two_blocks_of_a_name_the_one_that_stays_counts(page: Page) -> None:
    script = (FOLDER / "common.js").read_text("utf-8")
    seen = page.evaluate(
        f"""() => {{ {script}
        const [kept, told, seen] = [keptBlocks(), [], []];
        const [old, late] = [1, 2].map((value) => ({{ name: "test/block", value }}));
        kept.addEventListener("change", ({{ detail }}) => told.push(detail));
        const look = () => seen.push(kept.get("test/block")?.value ?? 0);
        kept.keep(old); look();
        kept.keep(late); look();
        kept.keep(old); look();  // again, as it was
        kept.drop(late); look();
        kept.drop(old); look();
        return [seen, told.length]; }}"""
    )
    assert seen == [[1, 2, 2, 1, 0], 3]


def test_layouts_follow_each_other_however_quickly_they_are_chosen(page: Page) -> None:
    for _ in range(3):
        for name, axes in (("PCA", "component 1"), ("Code dimensions", "code 1 / code 2")):
            page.get_by_role("radio", name=name).click()
            expect(page.locator(f'.map[data-axes^="{axes}"]')).to_be_visible()
    settle(page)


def test_a_rectangle_picks_many(page: Page) -> None:
    start = move(page, 0.4, 0.4)
    page.keyboard.down("Shift")
    page.mouse.down()
    page.mouse.move(start[0] + 200, start[1] + 150, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")
    expect(page.get_by_text(re.compile(r"\d\d+ picked"))).to_be_visible()
    page.locator("canvas.above").press("Escape")
    expect(page.get_by_text(re.compile(r"\d picked"))).to_have_count(0)


def test_classes_can_be_hidden_and_found(page: Page) -> None:
    labels = load("digits").test_labels
    chip = page.get_by_role("group", name="Classes").get_by_role("button", name="3", exact=True)
    chip.click()
    expect(the_map(page)).to_have_attribute("data-seen", str((labels != 3).sum()))
    chip.click()
    expect(the_map(page)).to_have_attribute("data-seen", str(len(labels)))
    find = page.get_by_role("searchbox")
    find.fill("#12")
    expect(page.get_by_text("1 found")).to_be_visible()
    find.press("Enter")
    expect(the_map(page)).to_have_attribute("data-under", "12")
    find.fill("")


def test_what_is_under_the_wheel_stays_there(page: Page) -> None:
    move(page, 0.3, 0.3)
    before = [float(value) for value in told(page, "at").split(",")]
    frames = told(page, "frames")
    page.mouse.wheel(0, -400)
    expect(the_map(page)).not_to_have_attribute("data-frames", frames)
    assert [float(value) for value in told(page, "at").split(",")] == pytest.approx(
        before, abs=0.01
    )
    away = [float(value) for value in told(page, "at").split(",")]
    move(page, 0.4, 0.3)
    near = float(told(page, "at").split(",")[0]) - away[0]
    page.get_by_role("button", name="Fit").click()
    move(page, 0.3, 0.3)
    move(page, 0.4, 0.3)
    assert float(told(page, "at").split(",")[0]) - before[0] > 1.2 * near > 0
