"""Drawing with mouse and finger, and uploading, in a browser."""

from __future__ import annotations

import io
import re
import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import App
from tests.browser.test_explorer import go_to

pytestmark = pytest.mark.browser

SLOW = 60_000
SEVEN = [(0.3, 0.25), (0.68, 0.25), (0.5, 0.55), (0.42, 0.8)]
BAR = [(0.35, 0.55), (0.6, 0.55)]


def begin(app: App, page: Page, *, train: bool = True) -> None:
    page.goto(f"{app.url}/own_images?dataset=digits&bottleneck=13&epochs=2")
    page.locator("canvas").wait_for()
    if not train:
        return
    button = page.get_by_role("button", name="Train", exact=True)
    finished = page.locator(".ae-status", has_text="finished")
    expect(button.or_(finished).first).to_be_visible()
    if button.count():
        button.click()
    expect(finished).to_be_visible(timeout=SLOW)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def places(page: Page, points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    canvas = page.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]


def stroke(page: Page, points: list[tuple[float, float]]) -> None:
    first, *others = places(page, points)
    page.mouse.move(*first)
    page.mouse.down()
    for place in others:
        page.mouse.move(*place, steps=3)
    page.mouse.up()


def brightness(page: Page) -> float:
    script = """canvas => { const all = canvas.getContext("2d").getImageData(0, 0, 560, 560).data;
      let sum = 0; for (let k = 0; k < all.length; k += 4) sum += all[k] > 250; return sum; }"""
    return float(page.locator("canvas").evaluate(script))


def figure(page: Page, caption: str | re.Pattern[str]):
    return page.locator(".ae-gallery figure").filter(has_text=caption).first


def png(width: int, height: int, pixels: bytes) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + checksum

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def test_a_drawing_is_seen_at_once_undone_and_added(app: App, page: Page) -> None:
    begin(app, page)
    stroke(page, SEVEN)
    expect(figure(page, "as it came")).to_be_visible()
    expect(figure(page, "reconstructed")).to_be_visible()
    expect(figure(page, re.compile(r"error 0\.\d+"))).to_be_visible()
    expect(page.get_by_text("Nearest test images")).to_be_visible()
    one = brightness(page)
    before = figure(page, "placed").locator("img").get_attribute("src")
    stroke(page, BAR)
    expect(figure(page, "placed").locator("img")).not_to_have_attribute("src", before or "")
    assert brightness(page) > one
    page.keyboard.press("Control+z")
    expect(figure(page, "placed").locator("img")).to_have_attribute("src", before or "")
    assert brightness(page) == one
    page.get_by_role("button", name="Add to your images").click()
    expect(page.get_by_role("option", name=re.compile("drawing 1"))).to_be_visible()
    add = page.get_by_role("button", name="Add to your images")
    expect(add).to_be_disabled()
    expect(add).not_to_have_css("color", "rgb(255, 255, 255)")  # on white
    assert brightness(page) == 0
    # it is there on other pages, and still there when one comes back
    page.get_by_role("link", name="Train").first.click()
    expect(page.get_by_text("the last one is yours")).to_be_visible()
    go_to(page, "Own images")
    expect(page.get_by_role("option", name=re.compile("drawing 1"))).to_be_visible()


def test_what_is_on_the_pad_stays_while_training_and_on_other_pages(app: App, page: Page) -> None:
    begin(app, page, train=False)
    stroke(page, SEVEN)
    expect(figure(page, "placed")).to_be_visible()
    drawn = brightness(page)
    page.get_by_role("link", name="Filters").click()
    expect(page.locator("canvas")).to_have_count(0)
    go_to(page, "Own images")
    page.locator("canvas").wait_for()
    assert brightness(page) == drawn
    expect(page.get_by_role("button", name="Add to your images")).to_be_enabled()


def test_uploads_are_read_and_bombs_refused(app: App, page: Page) -> None:
    begin(app, page)
    sheet = np.full((60, 50), 250, np.uint8)
    sheet[10:50, 20:28] = 20
    file = io.BytesIO()
    Image.fromarray(sheet).save(file, "PNG")
    page.locator('input[type="file"]').set_input_files([
        {"name": "one.png", "mimeType": "image/png", "buffer": file.getvalue()},
        {"name": "bomb.png", "mimeType": "image/png", "buffer": png(100_000, 100_000, b"\0" * 99)},
    ])  # fmt: skip
    expect(page.get_by_role("option", name=re.compile("one"))).to_be_visible()
    said = page.locator(".st-key-own\\.reports, .st-key-own-reports")
    expect(said).to_contain_text("4,096 pixels a side")
    expect(said).to_contain_text("turned over")
    expect(figure(page, "reconstructed")).to_be_visible()


def test_a_finger_draws_and_the_page_stays_where_it_is(app: App, chromium: Browser) -> None:
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.set_default_timeout(SLOW)
    begin(app, page, train=False)
    first, *others = places(page, SEVEN)
    top = page.locator("canvas").bounding_box()
    finger = context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    touch("touchStart", first)
    for place in others:
        touch("touchMove", place)
    touch("touchEnd")
    expect(figure(page, "placed")).to_be_visible()
    assert brightness(page) > 1000
    assert page.locator("canvas").bounding_box() == top
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
