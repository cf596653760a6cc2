"""The Own images page without a browser: files come in, are shown, changed and removed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from aecore import language
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.own_images import OwnImages
from aecore.slices import advance
from tests.serving import own_server
from ui.server import server

PAGES = Path(__file__).parents[1] / "pages"
PATIENCE_S = 60


@pytest.fixture(scope="module", autouse=True)
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunConfig]:
    """Give these tests a server of their own with one trained run."""
    with own_server(tmp_path_factory.mktemp("home"), warm=False):
        config = RunConfig(dataset="digits", epochs=1)
        assert advance(str(server().engine.store.root), config.as_dict(), 60).done
        yield config


def opened(name: str, own: OwnImages | None = None, **query: str) -> AppTest:
    page = AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=PATIENCE_S)
    page.query_params.update({"dataset": "digits", **query})
    if own is not None:
        page.session_state["own images"] = own
    return page.run()


def html(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


def own(page: AppTest) -> OwnImages:
    found = page.session_state["own images"]
    assert isinstance(found, OwnImages)
    return found


def press(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception


def bring(page: AppTest, *files: tuple[str, bytes]) -> None:
    kind = "application/octet-stream"
    page.file_uploader[0].set_value([(name, content, kind) for name, content in files]).run()
    assert not page.exception


def digit(seed: int = 0) -> np.ndarray:
    return load("digits").test_images[seed].repeat(6, 0).repeat(6, 1)


def png(picture: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def three() -> OwnImages:
    return OwnImages(("one", "two", "three"), tuple(digit(k) for k in range(3)))


def test_files_are_brought_and_what_cannot_be_read_is_said(run: RunConfig) -> None:
    page = opened("own_images", **run.to_query())
    assert "none yet" in html(page)
    bring(page, ("six.png", png(digit())), ("bad.png", b"\x89PNG\r\n\x1a\nnothing"))
    assert own(page).names == ("six",)
    np.testing.assert_array_equal(own(page).pictures[0], digit())
    assert "bad" in page.warning[-1].value and "damaged" in page.warning[-1].value
    press(page, "Got it")
    assert not page.warning
    assert "1 in this session" in html(page)
    assert any("Reconstruction error" in text.value for text in page.markdown)
    assert "Nearest test images" in html(page)


def test_what_was_dark_on_light_is_turned_over_only_if_wanted(run: RunConfig) -> None:
    page = opened("own_images", **run.to_query())
    paper = ("paper.png", png(255 - digit()))
    bring(page, paper)
    assert "turned over" in page.warning[-1].value
    page.toggle(key="own.turn_over").set_value(False).run()
    bring(page, paper)
    np.testing.assert_array_equal(own(page).pictures[0], digit())
    np.testing.assert_array_equal(own(page).pictures[1], 255 - digit())


def test_images_are_renamed_turned_over_removed_and_had_back(run: RunConfig) -> None:
    page = opened("own_images", three(), **run.to_query())
    page.text_input[0].set_value("  my own four ").run()
    assert own(page).names == ("one", "two", "my own four")
    press(page, "Turn over")
    np.testing.assert_array_equal(own(page).pictures[2], 255 - digit(2))
    press(page, "Take back")
    np.testing.assert_array_equal(own(page).pictures[2], digit(2))
    press(page, "Remove")
    assert own(page).names == ("one", "two")
    press(page, "Remove all")
    assert len(own(page)) == 0
    assert "none yet" in html(page)
    press(page, "Take back")
    assert own(page).names == ("one", "two")


def test_placing_can_be_switched_off(run: RunConfig) -> None:
    page = opened("own_images", three(), **run.to_query())
    switch = next(toggle for toggle in page.toggle if toggle.label == "Place like MNIST")
    switch.set_value(False).run()
    assert not page.exception
    assert not own(page).normalised
    assert "resized, 8 × 8" in html(page)


def test_many_are_shown_in_parts(run: RunConfig) -> None:
    many = OwnImages(tuple(f"n{k}" for k in range(130)), (digit(),) * 130)
    page = opened("own_images", many, **run.to_query())
    shown = next(slider for slider in page.select_slider if slider.label == "Shown")
    assert shown.options == ["71 to 130", "11 to 70", "1 to 10"]
    shown.set_value(list(range(9, -1, -1))).run()
    assert not page.exception


def test_before_any_training_pictures_are_placed_only(run: RunConfig) -> None:
    page = opened("own_images", three(), bottleneck="3")
    assert not page.exception
    assert "placed, 8 × 8" in html(page)
    assert "reconstructed" not in html(page)
    assert any("Train" in info.value for info in page.info)


@pytest.mark.parametrize("dataset", ["one-hot", "patches"])
def test_where_they_fit_nowhere_a_sentence_says_so_and_they_are_kept(dataset: str) -> None:
    page = opened("own_images", three(), dataset=dataset)
    assert not page.exception
    assert not page.file_uploader
    assert any("cannot be put among them" in info.value for info in page.info)
    assert own(page) == three()


@pytest.mark.parametrize("settings", [{}, {"bottleneck": "3", "noise": "masking"}])
def test_the_newest_stand_at_the_end_of_the_strip_of_the_train_page(
    run: RunConfig, settings: dict[str, str]
) -> None:
    for count, words in ((1, "the last one is yours"), (5, "the last 3 are yours")):
        mine = OwnImages(("x",) * count, tuple(digit(k) for k in range(count)))
        page = opened("train", mine, **(settings or run.to_query()))
        assert not page.exception
        assert words in html(page)
        assert f"--count:{10 + min(count, 3)}" in html(page)
    assert "yours" not in html(opened("train", **run.to_query()))


def test_a_drawing_is_kept_and_the_pad_emptied(run: RunConfig) -> None:
    page = opened("own_images", **run.to_query())
    assert next(b for b in page.button if b.label == "Add to your images").disabled
    page.session_state["drawing"] = digit()
    page.run()
    assert "Your drawing" in html(page)
    press(page, "Add to your images")
    assert own(page).names == ("drawing 1",)
    assert page.session_state["drawing"] is None


def test_pictures_kept_for_one_language_are_not_shown_in_another() -> None:
    from ui.views.own_images import pairs

    data = load("digits")
    mine = OwnImages(("seven",), (np.zeros((8, 8), np.uint8),), False)
    told = []
    for each in ("en", "zh", "en"):
        language.use(each)
        try:
            (tile,) = pairs(data, mine, (0,))
        finally:
            language.use("")
        told.append(tile.alt)
    assert told[0] == told[2] != told[1]
