"""Each page without a browser: at rest, trained, and with choices that make no sense."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from aecore.choosing import nearest
from aecore.config import FIELDS, RunConfig
from aecore.datasets import load
from aecore.runs import SnapshotGone
from aecore.slices import advance
from aecore.variants import VARIANTS
from tests.serving import own_server
from ui.server import server

ROOT = Path(__file__).parents[1]
OTHERS = {"guide", "lessons", "links", "sweep"}
"""Pages that show no run; they have tests of their own."""
PAGES = sorted(path for path in (ROOT / "pages").glob("*.py") if path.stem not in OTHERS)
PATIENCE_S = 60


@pytest.fixture(scope="module", autouse=True)
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    # nonsense, which the pages have to name
    with own_server(tmp_path_factory.mktemp("home"), workers="many"):
        yield


def open_page(path: Path, **query: str) -> AppTest:
    page = AppTest.from_file(str(path), default_timeout=PATIENCE_S)
    for name, value in query.items():
        page.query_params[name] = value
    return page.run()


def html(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


def notes_of(page: AppTest) -> list[str]:
    """Return what the page says it has changed; not what it says of the environment."""
    lines = [line for warning in page.warning for line in warning.value.splitlines()]
    return [line for line in lines if "WORKERS" not in line]


def trained(**settings: object) -> RunConfig:
    """Train a run in the store that the pages will look at."""
    config = RunConfig(**{"dataset": "digits", "epochs": 2, **settings})
    root = server().engine.store.root
    assert advance(str(root), config.as_dict(), 60).done
    return config


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page_opens_before_any_training(path: Path) -> None:
    page = open_page(path, dataset="digits")
    assert not page.exception
    assert any(button.label == "Train" for button in page.button)
    assert any("Train" in info.value for info in page.info)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page_shows_a_finished_run(path: Path) -> None:
    config = trained(bottleneck=3, noise="masking", noise_level=0.25)
    page = open_page(path, **config.to_query())
    assert not page.exception
    assert "finished" in html(page)
    assert not page.info or path.stem == "latent_space"


KINDS = {
    **{name: {"variant": name, "dataset": "digits"} for name in VARIANTS},
    "maps as code": {"dataset": "digits", "architecture": "feature-maps"},
    "rbms": {"dataset": "digits", "variant": "stacked", "pretraining": "rbms"},
    "cheating": {"dataset": "digits", "l1_sparsity": "0.1", "unit_columns": "false"},
    "one-hot": {"dataset": "one-hot"},
    "patches": {"dataset": "patches"},
    "whitened": {"dataset": "patches", "whitening": "true", "patch_source": "digits"},
    "noise": {"dataset": "noise"},
    "erased": {"dataset": "digits", "noise": "block"},
    "shrunk": {"dataset": "digits", "noise": "downsampling"},
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_kind_is_shown_on_every_page(path: Path, name: str) -> None:
    config, notes = nearest({"epochs": "1", **KINDS[name]}, "digits")
    assert not notes
    trained(**config.as_dict())
    page = open_page(path, **config.to_query())
    assert not page.exception and not page.error
    assert not notes_of(page)
    assert "finished" in html(page)


def test_kinds_are_chosen_and_left_again() -> None:
    page = open_page(PAGES[-1], dataset="digits")

    def kind() -> AppTest:
        return next(box for box in page.selectbox if box.label == "Kind of autoencoder")

    assert kind().value == "plain"
    for name in (*VARIANTS, "plain"):
        kind().select(name).run()
        assert not page.exception
        assert not notes_of(page)
        assert kind().value == name
        labels = {
            widget.label for kind in ("select_slider", "selectbox") for widget in page.get(kind)
        }
        assert ("Weight of the prior β" in labels) == (name == "variational")
        assert ("Active units k" in labels) == (name == "k-sparse")
    assert page.query_params["dataset"] == "digits"
    assert len(page.query_params) == 1


def test_a_setting_that_had_no_effect_for_a_while_comes_back() -> None:
    page = open_page(PAGES[-1], dataset="digits", noise="gaussian", noise_level="0.7")

    def box(label: str) -> AppTest:
        return next(widget for widget in page.selectbox if widget.label == label)

    box("Noise").select("none").run()
    assert "noise_level" not in page.query_params
    box("Noise").select("gaussian").run()
    assert page.query_params["noise_level"] == "0.7"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page_mends_an_address_and_says_so(path: Path) -> None:
    page = open_page(path, dataset="digits", bottleneck="-3", hidden="x", what="<script>")
    assert not page.exception
    said = page.warning[0].value
    for part in ("Bottleneck size must be between", "whole numbers such as", "There is no setting"):
        assert part in said
    assert page.query_params["bottleneck"] == "1"


def test_the_address_holds_what_differs_from_its_default() -> None:
    page = open_page(ROOT / "app.py", dataset="digits")
    bottleneck = next(s for s in page.select_slider if s.label == FIELDS["bottleneck"].label)
    bottleneck.set_value(32).run()
    assert dict(page.query_params) == {"dataset": "digits", "bottleneck": "32"}
    page.button(key="reset.bottleneck").click().run()
    assert dict(page.query_params) == {"dataset": "digits"}


def test_settings_that_do_not_apply_are_not_shown() -> None:
    page = open_page(ROOT / "app.py", dataset="digits")
    labels = {element.label for element in (*page.select_slider, *page.selectbox)}
    assert FIELDS["noise_level"].label not in labels
    assert FIELDS["hidden_activation"].label not in labels
    noise = next(s for s in page.selectbox if s.label == FIELDS["noise"].label)
    noise.set_value("gaussian").run()
    assert FIELDS["noise_level"].label in {s.label for s in page.select_slider}


def test_settings_that_do_not_go_together_are_mended_with_the_reason() -> None:
    page = open_page(ROOT / "app.py", dataset="digits", loss="mse", output_activation="identity")
    assert "BCE" not in page.warning[0].value
    page.button_group[0].set_value("bce").run()
    assert "BCE needs outputs between 0 and 1" in page.warning[0].value
    assert "output_activation" not in page.query_params


def test_a_missing_data_set_is_offered_for_download() -> None:
    page = open_page(ROOT / "app.py", dataset="mnist")
    assert not page.exception
    assert any("MNIST is not on this machine" in info.value for info in page.info)
    assert any(button.label == "Download MNIST" for button in page.button)
    next(b for b in page.button if b.label == "Use the digits instead").click().run()
    assert page.query_params["dataset"] == "digits"


def test_strangers_are_ranked_among_the_test_images() -> None:
    config = trained(bottleneck=20)
    page = open_page(ROOT / "pages" / "anomalies.py", **config.to_query())
    table = page.dataframe[0].value
    assert list(table["stranger"]) == ["shoe"]
    assert 1 <= int(table["rank"][0]) <= len(load("digits").test_images) + 1


def test_a_page_names_what_was_wrong_in_the_environment() -> None:
    page = open_page(ROOT / "app.py", dataset="digits")
    assert "AE\\_WORKERS" in page.warning[0].value
    next(button for button in page.button if button.label == "Got it").click().run()
    assert not page.warning


def test_a_kind_goes_along_to_another_data_set() -> None:
    page = open_page(PAGES[-1], dataset="digits", variant="sparse", learning_rate="0.002")

    def box(label: str) -> AppTest:
        return next(widget for widget in page.selectbox if widget.label == label)

    for dataset, kind in (("patches", "sparse"), ("one-hot", "sparse"), ("noise", "sparse")):
        box("Data set").select(dataset).run()
        assert not page.exception
        assert box("Kind of autoencoder").value == kind
        assert page.query_params["learning_rate"] == "0.002"
    assert page.query_params["bottleneck"] == "128"


def test_the_own_kind_of_a_data_set_stays_behind() -> None:
    page = open_page(PAGES[-1], dataset="patches")

    def box(label: str) -> AppTest:
        return next(widget for widget in page.selectbox if widget.label == label)

    assert box("Kind of autoencoder").value == "k-sparse"
    box("Data set").select("digits").run()
    assert box("Kind of autoencoder").value == "plain"
    assert page.query_params == {"dataset": "digits"}


def test_a_snapshot_that_is_thinned_out_meanwhile_gives_way_to_the_last_before() -> None:
    from ui.views.frame import newest_frame

    config = trained(bottleneck=5)
    data = load("digits")
    run = server().engine.store.open(config, data.fingerprint)
    first, *_, last = run.steps()
    assert newest_frame(run, last, data).step == last
    assert newest_frame(run, last - 1, data).step == run.steps()[-2]
    (run.path / "snapshots" / f"{first:09d}.safetensors").rename(run.path / "gone")
    with pytest.raises(SnapshotGone):
        newest_frame(run, first, data)


def test_sliders_offer_only_what_goes_together() -> None:
    page = open_page(PAGES[-1], dataset="patches", patch_source="digits", noise="masking")
    options = {slider.label: slider.options for slider in page.select_slider}
    assert max(map(float, options["Height and width"])) == 8
    assert max(map(float, options["Noise level"])) == 1
    assert max(map(float, options["Active units k"])) <= 100


@pytest.mark.parametrize("dataset", ["patches", "one-hot", "noise"])
def test_kinds_and_resets_say_nothing_of_settings_that_nobody_gave(dataset: str) -> None:
    page = open_page(PAGES[-1], dataset=dataset)

    def kind() -> AppTest:
        return next(box for box in page.selectbox if box.label == "Kind of autoencoder")

    for name in ("plain", "contractive", "variational", "linear"):
        kind().select(name).run()
        assert not page.exception
        assert not notes_of(page)
    next(button for button in page.button if button.label == "Reset all settings").click().run()
    assert not page.exception
    assert not notes_of(page)
    assert page.query_params == {"dataset": dataset}


def test_hidden_layers_that_were_typed_come_back_with_the_dense_architecture() -> None:
    page = open_page(PAGES[-1], dataset="digits")

    def box(label: str) -> AppTest:
        return next(widget for widget in page.selectbox if widget.label == label)

    box("Hidden layers").select("256-64").run()
    box("Architecture").select("convolutional").run()
    assert "hidden" not in page.query_params
    box("Architecture").select("dense").run()
    assert not page.exception
    assert page.query_params["hidden"] == "256-64"


def test_fields_of_settings_begin_with_their_values_and_none_is_pushed() -> None:
    page = open_page(PAGES[-1], dataset="digits", epochs="7", bottleneck="5", noise="gaussian")

    def fields() -> dict[str, Any]:
        kinds = ("number_input", "select_slider", "selectbox", "toggle", "button_group")
        found = (widget for kind in kinds for widget in page.sidebar.get(kind))
        return {widget.label: widget for widget in found}

    assert fields()["Epochs"].proto.default == 7
    fields()["Bottleneck size"].set_value(8.0).run()
    fields()["Kind of autoencoder"].select("variational").run()
    assert not page.exception
    # a browser that has not heard of a pushed value sends another back
    assert not [label for label, field in fields().items() if field.proto.set_value]
