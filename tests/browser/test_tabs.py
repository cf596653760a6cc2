"""A tab that is loaded again brings back what its session had, and no other tab does."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests import a_lesson
from tests.browser.conftest import App, opened

pytestmark = pytest.mark.browser

SLOW = 60_000


@pytest.fixture(scope="module")
def school(fresh: Callable[..., App], tmp_path_factory: pytest.TempPathFactory) -> App:
    return fresh(AE_LESSONS=str(a_lesson.write(tmp_path_factory.mktemp("lessons"))))


def picture() -> dict[str, object]:
    content = io.BytesIO()
    Image.fromarray(np.full((20, 20), 200, np.uint8)).save(content, "PNG")
    return {"name": "mine.png", "mimeType": "image/png", "buffer": content.getvalue()}


def test_predictions_and_own_images_outlive_a_reload_in_their_tab_alone(
    school: App, page: Page
) -> None:
    chapter = f"{school.url}/lessons?dataset=digits&lesson={a_lesson.SLUG}"
    said = "You say 16 numbers."
    page.goto(chapter)
    page.get_by_text("16 numbers", exact=True).click(timeout=SLOW)
    expect(page.get_by_text(said)).to_be_visible(timeout=SLOW)
    page.reload()
    expect(page.get_by_text(said)).to_be_visible(timeout=SLOW)

    page.goto(f"{school.url}/own_images?dataset=digits")
    page.locator('input[type="file"]').set_input_files([picture()], timeout=SLOW)
    mine = page.get_by_role("option", name="mine: as it came")
    expect(mine).to_be_visible(timeout=SLOW)
    page.reload()
    expect(mine).to_be_visible(timeout=SLOW)
    page.goto(chapter)
    expect(page.get_by_text(said)).to_be_visible(timeout=SLOW)  # three sessions later

    with opened(page.context) as other:
        other.goto(chapter)
        option = other.get_by_text("16 numbers", exact=True)
        expect(option).to_be_visible(timeout=SLOW)
        expect(other.get_by_text(said)).to_be_hidden()
        assert other.evaluate("sessionStorage.length") == 0
