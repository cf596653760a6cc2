"""The Filters page without a browser: layers, kinds, units, templates and own images."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from aecore import templates
from aecore.activity import LAST
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.own_images import OwnImages
from aecore.slices import advance
from tests.serving import own_server
from ui.server import server

PAGE = Path(__file__).parents[1] / "pages" / "filters.py"
SIGNED = {"loss": "mse", "output_activation": "identity"}
DEEP = {"hidden": (12, 8), "bottleneck": 4, "hidden_activation": "relu"}


@pytest.fixture(scope="module", autouse=True)
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with own_server(tmp_path_factory.mktemp("home")):
        yield
    torch.set_num_threads(threads)


def trained(**settings: object) -> RunConfig:
    config = RunConfig(**{"dataset": "digits", "epochs": 1, **settings})
    assert advance(str(server().engine.store.root), config.as_dict(), 60).done
    return config


def opened(config: RunConfig, own: OwnImages | None = None) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    for name, value in config.to_query().items():
        page.query_params[name] = value
    if own is not None:
        page.session_state["own images"] = own
    return shown(page.run())


def shown(page: AppTest) -> AppTest:
    assert not page.exception
    assert not page.error
    return page


def html(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


def words(page: AppTest) -> str:
    return " ".join(element.value for element in page.markdown)


def kinds(page: AppTest) -> AppTest:
    return next(b for b in page.button_group if b.label == "Show")


def choose(page: AppTest, kind: str) -> AppTest:
    kinds(page).set_value(kind)
    return shown(page.run())


def layer_box(page: AppTest) -> AppTest:
    return next(box for box in page.selectbox if box.label == "Layer")


def test_the_first_unit_is_there_at_once() -> None:
    page = opened(trained(bottleneck=5))
    assert "Unit 1" in html(page)
    assert "<b>Most activating</b>" in html(page) and "<b>Least activating</b>" in html(page)
    assert "<b>Values by class</b>" in html(page)
    assert "Unit 1" in words(page) and "class" in words(page)
    assert not any(box.label == "Layer" for box in page.selectbox)  # there is only one
    assert "What it draws" in html(page)


def test_all_kinds_and_layers_of_a_deep_network() -> None:
    page = opened(trained(**DEEP))
    assert layer_box(page).disabled and layer_box(page).options == ["First hidden layer"]
    choose(page, "atoms")
    assert layer_box(page).options == ["Last hidden layer"]
    assert "12 units, 12 shown" in words(page)
    choose(page, "normalised")
    assert layer_box(page).options == ["First hidden layer", "Hidden layer 2", "Code"]
    for layer, units in ((1, 8), (2, 4)):
        layer_box(page).set_value(layer)
        shown(page.run())
        assert f"{units} units, {units} shown" in words(page)
        assert "activation maximisation" in html(page)
        assert "Its sum is" in words(page)
    limits = next(b for b in page.button_group if b.label == "Pixels")
    limits.set_value("signed")
    shown(page.run())
    assert "strongest colour" in html(page)


@pytest.mark.parametrize(
    "settings",
    [
        {"architecture": "convolutional", "channels": (3, 2), "bottleneck": 3},
        {"architecture": "feature-maps", "channels": (3, 2)},
        {"bottleneck": 6, "code": "k-sparse", "active": 2, "hidden": (9,)},
        {"bottleneck": 6, "code": "variational", "hidden": (9,)},
        {"dataset": "patches", "hidden": (9,), "bottleneck": 3, "code": "plain"} | SIGNED,
    ],
    ids=["convolutional", "feature maps", "k-sparse", "variational", "patches"],
)
def test_the_code_of_every_kind_can_be_looked_at(settings: dict[str, object]) -> None:
    page = opened(trained(**settings))
    choose(page, "normalised")
    assert layer_box(page).options[-1] == "Code"
    layer_box(page).set_value(len(layer_box(page).options) - 1)
    shown(page.run())
    assert "Code, over" in html(page)


def test_a_layer_that_another_network_does_not_have_is_left() -> None:
    page = opened(trained(**DEEP))
    choose(page, "normalised")
    layer_box(page).set_value(2)
    shown(page.run())
    other = trained(bottleneck=5)
    page.query_params.clear()
    for name, value in other.to_query().items():
        page.query_params[name] = value
    page = opened(other)
    assert "Unit 1" in words(page)


def test_own_images_are_ranked_too() -> None:
    config = trained(bottleneck=5)
    own = OwnImages(("my seven",), (np.full((20, 20), 255, np.uint8),))
    page = opened(config, own)
    assert "<b>Your images</b>" in html(page)
    assert "Your image my seven" in html(page)
    assert "rank among all 361 images" in html(page)


def test_templates_are_fitted_on_request_and_shown() -> None:
    config = trained(bottleneck=5)
    page = choose(opened(config), "templates")
    assert any(b.label == "Fit the linear classifier" for b in page.button)
    home = str(server().environment.home)
    templates.find(home, "digits", config.data_options, lambda stage, share: None)
    shown(page.run())
    assert not page.info
    assert "names **96 %** of 360 test images rightly" in words(page)
    assert "Template of class 0" in html(page) and "Highest scores" in html(page)


def test_without_classes_there_are_no_templates() -> None:
    page = opened(trained(dataset="noise", bottleneck=3))
    assert "Linear classifier" not in kinds(page).options
    assert "<b>Values</b>" in html(page)


# -- views ---------------------------------------------------------------------------


def frame_of(config: RunConfig):
    from ui.views.frame import Frame

    data = load(config.dataset, config.data_options)
    run = server().engine.store.open(config, data.fingerprint)
    return Frame(run, run.steps()[-1], data)


def test_the_images_of_a_unit_are_those_with_the_extreme_values() -> None:
    from ui.views.filters import Look
    from ui.views.frame import all_test_images, model
    from ui.views.units import unit_detail

    frame = frame_of(trained(bottleneck=5))
    values = np.sort(model(frame).encode(all_test_images(frame.data))[:, 3].numpy())
    detail = unit_detail(frame, Look("raw"), "number", 64, 3, OwnImages())
    most, least = detail.groups
    shown_values = [float(t.caption.split(" · ")[1].replace("−", "-")) for t in most.tiles]
    np.testing.assert_allclose(shown_values, values[::-1][:12], rtol=0.01, atol=1e-3)
    shown_values = [float(t.caption.split(" · ")[1].replace("−", "-")) for t in least.tiles]
    np.testing.assert_allclose(shown_values, values[:12], rtol=0.01, atol=1e-3)


def test_a_dead_unit_is_explained() -> None:
    from ui.views.filters import Look, activity_of
    from ui.views.units import unit_detail

    frame = frame_of(trained(bottleneck=40, code_activation="relu", learning_rate=0.1))
    dead = activity_of(frame, 0).dead.nonzero().flatten().tolist()
    assert dead, "with so high a learning rate some die"
    detail = unit_detail(frame, Look("raw"), "number", 64, dead[0], OwnImages())
    assert "is dead" in detail.words
    assert "silent" in detail.groups[0].hint


def test_atoms_of_a_deep_network_come_with_the_activity_of_their_own_units() -> None:
    from ui.views.filters import Look, activity_of, filter_view
    from ui.views.frame import all_test_images, model

    frame = frame_of(trained(**DEEP))
    view = filter_view(frame, Look("atoms", LAST), "number", 64)
    network = model(frame)
    values = network.before_output(network.encode(all_test_images(frame.data)))[:, 0]
    torch.testing.assert_close(activity_of(frame, LAST).mean, values.mean(0))
    assert len(view.tiles) == 12


def test_no_more_units_are_searched_for_than_can_be_at_once() -> None:
    from ui.views.filters import MOST_SEARCHED, Look, filter_view

    frame = frame_of(trained(hidden=(12, 80), bottleneck=4))
    view = filter_view(frame, Look("normalised", 1), "mean", 512)
    assert len(view.tiles) == len(view.sums) == MOST_SEARCHED
    assert view.total == 80
