"""The Reconstructions page without a browser: images, noise, other runs, the noise matrix."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from aecore import baselines, evaluation
from aecore.choosing import nearest
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.models import load_weights
from aecore.noise_matrix import rows, test_levels
from aecore.own_images import OwnImages
from aecore.slices import advance
from aecore.workers import Processes
from tests.serving import own_server
from ui import other_runs
from ui.server import server

test_levels.__test__ = False  # a function of the library, not a test

PAGE = Path(__file__).parents[1] / "pages" / "reconstructions.py"
SETTINGS = {"dataset": "digits", "epochs": "1", "bottleneck": "4"}


@pytest.fixture(scope="module", autouse=True)
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        # slices in a thread: no process has to be started
        patch.setattr("ui.server.Processes", partial(Processes, make=lambda: ThreadPoolExecutor(1)))
        with own_server(tmp_path_factory.mktemp("home")):
            baselines.ensure(load("digits"), server().environment.home)
            for changes in ({}, {"bottleneck": "8"}, {"loss": "mse", "seed": "1"}):
                train(own_config(**changes))
            yield


def own_config(**given: str) -> RunConfig:
    config, notes = nearest({**SETTINGS, **given}, "digits")
    assert not notes
    return config


def train(config: RunConfig) -> None:
    assert advance(str(server().engine.store.root), config.as_dict(), 60).done
    other_runs._listed.clear()


def opened(**state: object) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    for name, value in SETTINGS.items():
        page.query_params[name] = value
    for name, value in state.items():
        page.session_state[name] = value
    page.run()
    assert not page.exception
    return page


def html(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


def choose_others(page: AppTest, *labels: str) -> None:
    box = page.multiselect[0]
    box.set_value(list(labels)).run()
    assert not page.exception


def test_other_runs_are_chosen_by_their_settings_and_stand_in_rows() -> None:
    page = opened()
    (box,) = page.multiselect
    assert sorted(box.options) == ["bottleneck 8 · epoch 1", "loss mse, seed 1 · epoch 1"]
    assert "Bottleneck 8" not in html(page)
    choose_others(page, run_id(bottleneck="8"), run_id(loss="mse", seed="1"))
    for name in ("Bottleneck 8", "Loss mse, seed 1", "PCA 4"):
        assert f"<b>{name}</b>" in html(page)
    assert html(page).count("<b>Error</b>") == 1
    page.toggle(key="rec.errors").set_value(True).run()
    assert html(page).count("<b>Error</b>") == 4


def run_id(**given: str) -> str:
    return own_config(**given).run_id(load("digits").fingerprint)


def test_the_table_holds_each_models_own_errors() -> None:
    page = opened()
    choose_others(page, run_id(bottleneck="8"))
    table = page.dataframe[0].value.set_index("model")
    assert list(table.index) == ["This run", "PCA 4", "Bottleneck 8"]
    data, store = load("digits"), server().engine.store
    for name, config in (("This run", own_config()), ("Bottleneck 8", own_config(bottleneck="8"))):
        run = store.find(config, data.fingerprint)
        assert run is not None
        measured = run.results.load(f"whole-{config.target_step}")
        assert measured is not None
        assert table["whole"][name] == pytest.approx(measured["test_mse_clean"], rel=1e-4)
    known = baselines.ensure(data, server().environment.home)
    clean = data.test_images.reshape(len(data.test_images), -1) / 255
    axes = known.components[:4].numpy()
    residual = (clean - known.mean.numpy()) @ (np.eye(64) - axes.T @ axes)
    assert table["whole"]["PCA 4"] == pytest.approx((residual**2).mean(), rel=1e-4)


def test_a_run_that_vanished_is_left_out_with_a_sentence() -> None:
    train(own_config(seed="7"))
    page = opened()
    choose_others(page, run_id(seed="7"), run_id(bottleneck="8"))
    assert "Seed 7" in html(page)
    shutil.rmtree(server().engine.store.root / run_id(seed="7"))
    other_runs._listed.clear()
    page.run()
    assert not page.exception
    assert any("removed meanwhile" in c.value and "seed 7" in c.value for c in page.caption)
    assert "Seed 7" not in html(page)
    assert "Bottleneck 8" in html(page)


def test_the_choice_of_other_runs_outlives_a_change_of_settings() -> None:
    page = opened()
    choose_others(page, run_id(bottleneck="8"))
    slider = next(s for s in page.select_slider if s.label == "Bottleneck size")
    slider.set_value(8).run()  # now it is the run itself
    assert "this data" not in page.multiselect[0].placeholder
    assert "<b>Bottleneck 8</b>" not in html(page)
    choose_others(page, run_id(loss="mse", seed="1"))
    slider = next(s for s in page.select_slider if s.label == "Bottleneck size")
    slider.set_value(4).run()
    assert "<b>Loss mse, seed 1</b>" in html(page)


@pytest.mark.parametrize("panel", ["rows", "levels", "matrix"])
def test_own_images_are_shown_or_it_is_said_where_to_draw_them(panel: str) -> None:
    page = opened(**{"rec.panel": panel, "rec.how.True": "own"})
    assert "Own images" in page.info[0].value
    drawn = OwnImages(("mine",), (np.eye(20, dtype=np.uint8) * 255,))
    page = opened(**{"rec.panel": panel, "rec.how.True": "own", "own images": drawn})
    if panel == "rows":
        assert "your own images" in html(page)
        assert "Original: 1 images" in html(page)


def test_every_way_to_choose_images_shows_some() -> None:
    for how in ("random", "classes", "best", "worst"):
        page = opened(**{"rec.how.True": how, "rec.count": 20})
        assert html(page).count("Original: 10 images") == 2


def test_the_level_panel_has_a_film_for_every_model() -> None:
    page = opened(**{"rec.panel": "levels"})
    assert not page.error
    assert any("same draw of random numbers" in c.value for c in page.caption)
    page.selectbox(key="rec.kind.none").set_value("block").run()
    assert not page.exception


def test_the_matrix_offers_its_runs_then_shows_their_errors() -> None:
    page = opened(**{"rec.panel": "matrix"})
    assert "noise alone" in page.info[0].value
    assert any(b.label == "Train these runs" for b in page.button)
    configs = rows(own_config(), "gaussian")
    for config in configs:
        train(config)
    page = opened(**{"rec.panel": "matrix"})
    assert not page.info
    table = page.dataframe[0].value
    assert list(table["training"]) == ["no noise", "σ 0.1", "σ 0.3", "σ 0.5", "σ 1", "PCA 4"]
    assert table.shape == (6, 1 + len(test_levels("gaussian")))
    data = load("digits")
    run = server().engine.store.find(own_config(), data.fingerprint)
    assert run is not None
    network = load_weights(run.config, run.weights(run.config.target_step))
    order = evaluation.order(len(data.test_images), "test")[:500]
    clean = evaluation.as_pixels(evaluation.pixels(data.test_images)[order])
    expected = float((network(clean) - clean).square().mean())
    assert table["no noise"][0] == pytest.approx(expected, rel=1e-4)
    marked = html(page)
    assert marked.count('class="ae-best"') == len(test_levels("gaussian"))
    page.selectbox(key="rec.kind.none").set_value("masking").run()
    assert "masked 0.3" in page.info[0].value
