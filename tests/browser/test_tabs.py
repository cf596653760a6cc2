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
from tests.browser.test_explorer import settle

pytestmark = pytest.mark.browser

SLOW = 60_000
NAME = "autoencoder-explorer session"


@pytest.fixture(scope="module")
def school(fresh: Callable[..., App], tmp_path_factory: pytest.TempPathFactory) -> App:
    """A server with a lesson whose runs take a few seconds."""
    folder = a_lesson.write(tmp_path_factory.mktemp("lessons"))
    for path in folder.glob("*.toml"):
        text = path.read_text("utf-8")
        path.write_text(text.replace("batch_size = 360", "batch_size = 2"), "utf-8")
    return fresh(AE_LESSONS=str(folder))


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
    page.wait_for_function(f"sessionStorage.getItem({NAME!r})", timeout=SLOW)
    page.reload()
    expect(page.get_by_text(said)).to_be_visible(timeout=SLOW)

    page.goto(f"{school.url}/own_images?dataset=digits")
    page.locator('input[type="file"]').set_input_files([picture()], timeout=SLOW)
    mine = page.get_by_role("option", name="mine: as it came")
    expect(mine).to_be_visible(timeout=SLOW)
    settle(page)
    page.reload()
    expect(mine).to_be_visible(timeout=SLOW)
    settle(page)
    page.goto(chapter)
    expect(page.get_by_text(said)).to_be_visible(timeout=SLOW)  # three sessions later

    page.get_by_role("button", name="Run it").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible(timeout=SLOW)
    page.reload()  # what was asked for goes on, and is shown without being asked for again
    expect(page.get_by_role("heading", name="What happened")).to_be_visible(timeout=SLOW)

    with opened(page.context) as other:
        other.goto(chapter)
        option = other.get_by_text("16 numbers", exact=True)
        expect(option).to_be_visible(timeout=SLOW)
        expect(other.get_by_text(said)).to_be_hidden()
        assert not other.evaluate(f"sessionStorage.getItem({NAME!r})")
