"""Layouts, neighbours and quality of codes on the Latent space page, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from aecore.choosing import nearest
from aecore.code_quality import MEASURES
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.layouts import Layout
from aecore.own_images import OwnImages
from aecore.slices import advance
from tests.serving import own_server
from tests.waiting import wait_for
from ui.server import server

PAGE = Path(__file__).parents[1] / "pages" / "latent_space.py"


@pytest.fixture(scope="module", autouse=True)
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with own_server(tmp_path_factory.mktemp("home")):
        yield


def trained(**settings: object) -> RunConfig:
    config, notes = nearest({"epochs": "1", "dataset": "digits", **settings}, "digits")
    assert not notes
    assert advance(str(server().engine.store.root), config.as_dict(), 60).done
    return config


def open_page(config: RunConfig, **state: object) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    for name, value in config.to_query().items():
        page.query_params[name] = value
    for name, value in state.items():
        page.session_state[f"latent.{name}"] = value
    return page.run()


def frame_of(config: RunConfig):
    from ui.views.frame import Frame

    data = load(config.dataset, config.data_options)
    run = server().engine.store.open(config, data.fingerprint)
    return Frame(run, run.steps()[-1], data)


def html(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


def words(page: AppTest) -> str:
    return " ".join(element.value for element in page.markdown)


def press(page: AppTest, label: str) -> AppTest:
    """Press a button that asks the analyst for something, and wait until it has come."""
    next(button for button in page.button if button.label.startswith(label)).click().run()
    server_jobs = server().analyst
    wait_for(lambda: not server_jobs._queue and server_jobs._running is None, "the analyst")
    return page.run()


# -- layouts -------------------------------------------------------------------------


def test_a_slow_layout_is_asked_for_while_pca_stays_and_is_judged() -> None:
    page = open_page(trained(), method="tsne")
    assert "PCA." in words(page)
    press(page, "Compute t-SNE")
    assert not page.exception and not page.error
    assert "t-SNE, perplexity 30, seed 0." in words(page)
    assert "Trustworthiness 0.9" in words(page) or "Trustworthiness 1.0" in words(page)
    # another knob: what is there stays until it is computed
    next(s for s in page.select_slider if s.label == "Perplexity").set_value(5).run()
    assert any(button.label.startswith("Compute t-SNE") for button in page.button)
    assert "t-SNE, perplexity 30, seed 0." in words(page)
    press(page, "Compute t-SNE")
    assert "t-SNE, perplexity 5, seed 0." in words(page)
    next(s for s in page.select_slider if s.label == "Perplexity").set_value(30).run()
    assert "t-SNE, perplexity 30, seed 0." in words(page)


def test_points_are_what_directions_in_code_space_make_of_codes() -> None:
    from ui.views.latent import laid_out, latent_codes

    frame = frame_of(trained())
    for layout in (Layout("pca", 3, 200), Layout("codes", 2, 200, (5, 1))):
        laid = laid_out(frame, layout)
        expected = (latent_codes(frame, 200) - laid.centre) @ laid.directions.T
        np.testing.assert_allclose(laid.points, expected, atol=1e-4)
    assert laid.axes == ["code 6", "code 2"]
    one = laid_out(frame_of(trained(bottleneck="1")), Layout("codes", 2, 200, (0, 0)))
    assert one.points.shape == (200, 2)
    assert not one.points[:, 1].any()
    assert not one.directions[1].any()


def test_coordinates_name_the_test_images_they_are_of() -> None:
    from ui.views.frame import first_places
    from ui.views.latent import coordinates, laid_out

    frame, layout = frame_of(trained()), Layout("pca", 2, 50)
    head, *lines = coordinates(frame, layout, laid_out(frame, layout)).splitlines()
    assert head == "image,class,x,y"
    cells = [line.split(",") for line in lines]
    assert [int(c[0]) for c in cells] == first_places(frame.data, 50).tolist()
    assert [c[1] for c in cells] == [str(frame.data.test_labels[int(c[0])]) for c in cells]


# -- neighbours ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [
        {"variant": "binary"},
        {"variant": "convolutional"},
        {"bottleneck": "1"},
        {"dataset": "noise"},
        {"dataset": "one-hot"},
    ],
)
def test_neighbours_and_quality_are_drawn_for_odd_kinds(settings: dict[str, str]) -> None:
    config = trained(**settings)
    for panel in ("neighbours", "quality"):
        page = open_page(config, panel=panel)
        assert not page.exception and not page.error
    if settings.get("dataset") in ("noise", "one-hot"):
        assert any("no classes" in info.value for info in page.info)


def test_neighbours_are_those_of_brute_force_with_their_classes() -> None:
    from ui.views.frame import all_test_images, model
    from ui.views.neighbours import all_codes, neighbours

    frame, place = frame_of(trained()), 17
    labels = frame.data.test_labels
    images = frame.data.test_images.reshape(360, -1) / np.float32(frame.data.test_images.max())
    codes = model(frame).encode(all_test_images(frame.data)).numpy()
    np.testing.assert_allclose(all_codes(frame), codes, atol=1e-6)
    seen = neighbours(frame, place, OwnImages())
    assert [row.label for row in seen.rows] == ["The image", "By code", "By pixels", "By bits"]
    for row, table in zip(seen.rows[1:], (codes, images, codes > np.median(codes, 0)), strict=True):
        far = np.linalg.norm(table.astype(float) - table[place].astype(float), axis=1)
        far[place] = np.inf
        near = np.argsort(far, kind="stable")[:10]
        if row.label != "By bits":  # an even number of images has two medians
            expected = [f"{labels[p]}" + (" ✓" if labels[p] == labels[place] else "") for p in near]
            assert list(row.captions) == expected
        assert f"{sum('✓' in c for c in row.captions)} of 10 of its class" in row.hint


def test_an_own_image_has_neighbours_too() -> None:
    from ui.views.neighbours import neighbours

    frame = frame_of(trained())
    picture = np.kron(frame.data.test_images[17], np.ones((4, 4)))
    own = OwnImages(("a drawing",), (picture.astype(np.uint8),), normalised=False)
    seen = neighbours(frame, 360, own)
    assert seen.name == "a drawing"
    by_pixels = seen.rows[2]
    assert by_pixels.captions[0] == str(frame.data.test_labels[17])
    assert not any("✓" in caption for row in seen.rows for caption in row.captions)
    assert "of its class" not in by_pixels.hint
    assert "on average" in by_pixels.hint


def test_a_binary_code_is_compared_by_its_own_bits() -> None:
    from ui.views.neighbours import _signs, all_codes

    frame = frame_of(trained(variant="binary"))
    assert torch.equal(_signs(frame), 2 * all_codes(frame) - 1)


# -- quality -------------------------------------------------------------------------


def test_codes_are_judged_on_request_and_stay_judged() -> None:
    config = trained(bottleneck="6")
    page = open_page(config, panel="quality")
    assert not page.dataframe
    press(page, "Judge the codes")
    table = page.dataframe[0].value
    assert list(table.index) == ["Codes", "Pixels", "PCA 6"]
    for measure in MEASURES.values():
        assert table[measure.label].between(0, 1).all()
        assert (table[f"{measure.label}, s"] > 0).all()
    assert table["7-NN"]["Pixels"] > 0.9
    again = open_page(config, panel="quality")
    assert again.dataframe[0].value.equals(table)
