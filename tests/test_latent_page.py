"""The Latent space page: what its map sends to the browser, in numbers, words and panels."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from aecore.config import RunConfig
from aecore.datasets import load
from aecore.layouts import Layout
from aecore.own_images import OwnImages
from aecore.slices import advance
from tests.serving import own_server
from tests.test_components import opened
from ui.panels import PANELS
from ui.server import server
from ui.views import latent_map as views
from ui.views.frame import Frame, first_places, model, specimen_images
from ui.views.latent import laid_out, latent_codes

ROOT = Path(__file__).parents[1]
COUNT = 50
PCA = Layout("pca", 2, COUNT)
NOTHING = OwnImages()


@pytest.fixture(scope="module", autouse=True)
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with own_server(tmp_path_factory.mktemp("home")):
        yield


def frame_of(**settings: object) -> Frame:
    """Train a run for an epoch, and return its last snapshot."""
    config = RunConfig(**{"dataset": "digits", "epochs": 1, "bottleneck": 4, **settings})
    store = server().engine.store
    assert advance(str(store.root), config.as_dict(), 60).done
    data = load("digits")
    run = store.open(config, data.fingerprint)
    return Frame(run, run.steps()[-1], data)


@pytest.fixture(scope="module")
def own() -> OwnImages:
    """Two pictures that somebody brought."""
    random = np.random.default_rng(0)
    pictures = tuple(random.integers(0, 256, (12, 9), np.uint8) for _ in range(2))
    return OwnImages(("first", "second"), pictures)


def decoded(frame: Frame, codes: Any) -> Any:
    return model(frame).decode(views.torch.tensor(codes, dtype=views.torch.float32)).numpy()


def through(header: Any, arrays: Any, x: Any) -> Any:
    """Decode as the browser does."""
    functions = {"identity": lambda z: z, "relu": lambda z: np.maximum(z, 0)}
    functions |= {"sigmoid": lambda z: 1 / (1 + np.exp(-z)), "tanh": np.tanh}
    for k, name in enumerate(header["activations"]):
        x = functions[name](x @ arrays[f"weight{k}"].T + arrays[f"bias{k}"])
    return x


def test_pictures_places_and_classes_are_those_of_the_layout() -> None:
    data = load("digits")
    header, arrays = opened(views.atlas(data, COUNT))
    places = first_places(data, COUNT).numpy()
    assert header["total"] == len(data.test_images)
    np.testing.assert_array_equal(arrays["places"], places)
    np.testing.assert_array_equal(arrays["labels"], data.test_labels[places])
    sheet = np.asarray(Image.open(BytesIO(arrays["png"].tobytes())))
    for k, place in enumerate(places):
        row, column = divmod(k, header["columns"])
        tile = sheet[8 * row : 8 * row + 8, 8 * column : 8 * column + 8]
        np.testing.assert_array_equal(tile, data.test_images[place])


@pytest.mark.parametrize("layout", [PCA, Layout("codes", 2, COUNT, (2, 0))], ids=lambda x: x.method)
def test_a_place_decodes_to_the_code_of_the_plane_through_an_image(
    layout: Layout, own: OwnImages
) -> None:
    frame = frame_of(hidden=(20,))
    for held in (None, 7, len(frame.data.test_images) + 1):
        header, arrays = opened(views.decoder(frame, layout, own, False, held, False))
        assert header["kind"] == "layers"
        if held is None:
            code = latent_codes(frame, COUNT).mean(0)
        else:
            code = model(frame).encode(specimen_images(frame.data, [held], own))[0].numpy()
        laid = laid_out(frame, layout)
        assert laid is not None and laid.directions is not None
        place = (code - laid.centre) @ laid.directions.T
        # at the image's own place, and some way off
        for step in ([0, 0], [1.5, -0.7]):
            wanted = decoded(frame, (code + step @ laid.directions)[None])[0]
            found = through(header, arrays, place + step)
            np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_less_is_sent_while_a_run_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = frame_of(hidden=(20,), bottleneck=3)
    monkeypatch.setattr(views, "MOST_BYTES", {False: 10**6, True: 10})
    still, _ = opened(views.decoder(frame, PCA, NOTHING, False, None, False))
    header, arrays = opened(views.decoder(frame, PCA, NOTHING, False, None, True))
    assert still["kind"] == "layers"
    assert header["kind"] == "grid"
    assert arrays["grid"].shape == (views.GRID[True], views.GRID[True], 64)
    assert "16 × 16 places" in views.how_it_decodes(frame, PCA, True)
    assert "the decoder itself" in views.how_it_decodes(frame, PCA, False)


def test_a_convolutional_decoder_comes_as_a_grid_of_what_it_decodes() -> None:
    frame = frame_of(architecture="convolutional")
    header, arrays = opened(views.decoder(frame, PCA, NOTHING, False, None, False))
    (x0, x1), (y0, y1) = header["box"]
    plane = views.plane(frame, PCA, NOTHING, False, None)
    assert plane is not None
    corners = plane.codes(np.array([[x0, y0], [x1, y0], [x0, y1], [x1, y1]]))
    wanted = np.clip(decoded(frame, corners), 0, 1) * 255
    found = arrays["grid"][[0, 0, -1, -1], [0, -1, 0, -1]]
    np.testing.assert_allclose(found, wanted, atol=0.51)


@pytest.mark.parametrize("architecture", ["dense", "convolutional"])
def test_a_layout_without_a_way_back_comes_with_reconstructions(
    architecture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = frame_of(architecture=architecture)
    layout = Layout("umap", 2, COUNT)
    random = np.random.default_rng(0).normal(size=(COUNT, 2)).astype(np.float32)
    monkeypatch.setattr(views, "laid_out", lambda *_: views_laid(random))
    header, arrays = opened(views.decoder(frame, layout, NOTHING, False, None, False))
    wanted = decoded(frame, latent_codes(frame, COUNT))
    if architecture == "dense":
        found = through(header, arrays, arrays["codes"])
        np.testing.assert_allclose(found, wanted, atol=1e-5)
    else:
        np.testing.assert_allclose(arrays["pictures"], wanted.clip(0, 1) * 255, atol=0.51)
    assert "no way back" in views.where_it_decodes(frame, layout, None, NOTHING)


def views_laid(points: Any) -> Any:
    from ui.views.latent import Laid

    return Laid(points, ["UMAP 1", "UMAP 2"])


def test_own_images_lie_where_their_codes_are(own: OwnImages) -> None:
    frame = frame_of()
    points = views.all_points(frame, PCA, own, False)
    laid = laid_out(frame, PCA)
    assert laid is not None and laid.directions is not None
    assert points.shape == (COUNT + 2, 2)
    np.testing.assert_array_equal(points[:COUNT], laid.points)
    count = len(frame.data.test_images)
    codes = model(frame).encode(specimen_images(frame.data, [count, count + 1], own)).numpy()
    np.testing.assert_allclose(points[COUNT:], (codes - laid.centre) @ laid.directions.T, atol=1e-5)
    header, _ = opened(views.own_atlas(frame.data, own))
    assert header["names"] == ["first", "second"]


def test_words_say_what_is_held() -> None:
    frame = frame_of()
    place = int(first_places(frame.data, COUNT)[0])
    codes = Layout("codes", 2, COUNT, (0, 1))
    said = views.where_it_decodes(frame, codes, place, NOTHING)
    assert "2 of the 4 numbers" in said and f"test image {place:,}" in said
    assert "mean code" in views.where_it_decodes(frame, PCA, None, NOTHING)
    assert views.can_be_held(frame, codes)
    flat = frame_of(bottleneck=2)
    assert "all of code space" in views.where_it_decodes(flat, codes, None, NOTHING)
    assert not views.can_be_held(flat, codes)
    line = frame_of(bottleneck=1)
    assert "a line" in views.where_it_decodes(line, PCA, None, NOTHING)


def test_every_panel_is_drawn_for_what_is_picked() -> None:
    frame = frame_of()
    page = AppTest.from_file(str(ROOT / "pages" / "latent_space.py"), default_timeout=60)
    for name, value in frame.config.to_query().items():
        page.query_params[name] = value
    page.session_state["picked on the map"] = {frame.data.fingerprint: ((5, 3), NOTHING)}
    for name in PANELS:
        page.session_state["latent.panel"] = name
        page.run()
        assert not page.exception, name
        assert "2 picked" in " ".join(part.proto.body for part in page.get("html"))


def test_a_picked_image_of_ones_own_stays_picked_when_others_go(own: OwnImages) -> None:
    frame = frame_of()
    count = len(frame.data.test_images)
    page = AppTest.from_file(str(ROOT / "pages" / "latent_space.py"), default_timeout=60)
    for name, value in frame.config.to_query().items():
        page.query_params[name] = value
    picked = (count + 1, 4, count)  # the second, a test image, the first
    page.session_state["picked on the map"] = {frame.data.fingerprint: (picked, own)}
    page.session_state["own images"] = own.without(0)
    page.run()
    assert not page.exception
    kept = page.session_state["picked on the map"][frame.data.fingerprint]
    assert kept == ((count, 4), own.without(0))


def test_in_three_dimensions_points_are_turned_and_nothing_is_picked() -> None:
    frame = frame_of()
    page = AppTest.from_file(str(ROOT / "pages" / "latent_space.py"), default_timeout=60)
    for name, value in frame.config.to_query().items():
        page.query_params[name] = value
    page.session_state["latent.dimensions"] = 3
    page.run()
    assert not page.exception
    assert len(page.get("plotly_chart")) == 1
    assert any("Drag to turn" in text.value for text in page.markdown)
