"""The Compare page without a browser: pins of an address, sections, training, what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from aecore.choosing import nearest
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.measures import share_of_pca
from aecore.slices import advance
from aecore.wording import short
from tests.serving import own_server
from ui.comparisons import COMPARISONS
from ui.comparisons.tables import best, measure_lines, settings_lines
from ui.server import server

PAGE = Path(__file__).parents[1] / "pages" / "compare.py"
EVERY = ",".join(COMPARISONS)


@pytest.fixture(scope="module", autouse=True)
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with own_server(tmp_path_factory.mktemp("home"), warm=False):
        for values in (
            {"bottleneck": 3},
            {"loss": "mse", "noise": "gaussian", "noise_level": 0.3},
            {"dataset": "one-hot"},
        ):
            config = settings_of(**values)
            assert advance(str(server().engine.store.root), config.as_dict(), 60).done
        yield


def settings_of(**values: object) -> RunConfig:
    config, notes = nearest({"epochs": 2, **values}, "digits")
    assert not notes
    return config


def compare(*pins: str, **query: str) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    page.query_params["dataset"] = "digits"
    page.query_params["pin"] = list(pins)
    for name, value in query.items():
        page.query_params[name] = value
    return page.run()


def pinned(page: AppTest) -> list[str]:
    found = page.query_params.get("pin", [])
    return [found] if isinstance(found, str) else list(found)


def html(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


SMALL = "bottleneck:3,epochs:2"
NOISY = "loss:mse,noise:gaussian,epochs:2"


def test_every_comparison_is_drawn_of_two_runs() -> None:
    page = compare(SMALL, f"清晰, ~~~{NOISY}", compared=EVERY)
    assert not page.exception and not page.error and not page.warning
    headings = [element.value for element in page.markdown if element.value.startswith("####")]
    assert headings == [f"#### {entry.label}" for entry in COMPARISONS.values()]
    shown = html(page)
    for name in ("Bottleneck 3", "清晰, ~"):
        assert f"<b>{name}</b>" in shown
    assert 'alt="Noisy: 10 images' in shown
    assert "Settings that differ" in shown
    assert "Noise level" in shown
    assert "Learning rate" not in shown


def test_errors_under_the_pictures_are_the_networks_own() -> None:
    import torch

    from aecore.models import load_weights
    from ui.views.comparisons import of_each_class

    config = settings_of(bottleneck=3)
    data = load("digits")
    run = server().engine.store.find(config, data.fingerprint)
    assert run is not None
    model = load_weights(config, run.weights(config.target_step))
    places = list(of_each_class(data, 10, 0))
    assert sorted(data.test_labels[places].tolist()) == list(range(10))
    images = torch.from_numpy(data.test_images[places].astype(np.float32) / 255).flatten(1)
    with torch.no_grad():
        errors = (model(images) - images).square().mean(1)
    shown = html(compare(SMALL, compared="rows"))
    for error in errors.tolist():
        assert f"<span>{short(error)}</span>" in shown
    assert f"mean {short(float(errors.mean()))}" in shown


def test_what_is_shown_of_images_comes_with_the_address_and_goes_back_into_it() -> None:
    looked = {"compared_images": "worst", "compared_noise": "gaussian-0.3", "pca_rows": "yes",
              "error_maps": "yes"}  # fmt: skip
    page = compare(SMALL, NOISY, compared="rows", **looked)
    assert not page.exception and not page.warning
    assert looked.items() <= page.query_params.items()
    assert html(page).count("red too bright") == 4
    page.toggle[0].set_value(False).run()
    assert "error_maps" not in page.query_params
    assert html(page).count("red too bright") == 0


def test_where_pca_loses_nothing_no_share_of_its_error_is_told() -> None:
    assert share_of_pca(0.02, 0.01) == 2
    assert share_of_pca(0.02, 1e-15) is None
    assert share_of_pca(0.02, 0.0) is None


def test_an_earlier_epoch_is_looked_at_in_all_runs() -> None:
    page = compare(SMALL, NOISY, compared="measures", epoch="1")
    config = settings_of(bottleneck=3)
    run = server().engine.store.find(config, load("digits").fingerprint)
    assert run is not None
    row = next(r for r in run.metrics() if r["step"] == config.steps_per_epoch)
    assert short(row["test_mse"]) in html(page)
    assert html(page).count("<small>epoch 1</small>") == 2


def test_an_epoch_is_marked_where_it_was_chosen_and_none_where_the_newest_is_followed() -> None:
    from ui.views.comparisons import curves
    from ui.views.frame import Frame

    config, data = settings_of(bottleneck=3), load("digits")
    run = server().engine.store.find(config, data.fingerprint)
    assert run is not None
    frame = Frame(run, config.steps_per_epoch, data)  # others are measured already
    for followed, marks in ((False, 1), (True, 0)):
        charts = curves({"small": frame}, followed=followed)
        assert [len(chart.layout.shapes) for chart in charts.values()] == [marks] * len(charts)


def test_runs_on_other_data_are_left_out_of_rows_and_said() -> None:
    page = compare(SMALL, "dataset:one-hot,epochs:2", compared=EVERY)
    assert not page.exception and not page.error
    left_out = [c.value for c in page.caption if "Left out here" in c.value]
    assert len(left_out) == 2  # of the rows and of the curves
    assert all("one\\-hot" in text for text in left_out)
    assert any("none is marked" in c.value for c in page.caption)


def test_what_is_not_trained_is_offered_to_be() -> None:
    page = compare(SMALL, "bottleneck:5,epochs:2", "bottleneck:6,epochs:2")
    assert "Train 2 runs" in [button.label for button in page.button]
    assert any("Bottleneck 5; Bottleneck 6" in info.value for info in page.info)
    assert "<b>Bottleneck 3</b>" in html(page)
    assert "<b>Bottleneck 5</b>" not in html(page)


def test_what_a_teacher_rules_out_is_looked_at_but_not_trained() -> None:
    page = compare(SMALL, "bottleneck:5,epochs:2", lock="bottleneck:8")
    assert "<b>Bottleneck 3</b>" in html(page)
    assert not [button.label for button in page.button if button.label.startswith("Train 1")]
    said = " ".join(caption.value for caption in page.caption)
    assert "Bottleneck 5 is not trained here: Bottleneck size cannot be as it says." in said


def test_pins_are_renamed_moved_and_let_go_of() -> None:
    page = compare(SMALL, NOISY)
    first = settings_of(bottleneck=3).run_id("")
    page.session_state[f"compare.pin.{first}"] = True
    page.run()
    named = next(field for field in page.text_input if field.label == "Name")
    named.set_value("  Narrow\n one ").run()
    assert pinned(page)[0] == f"Narrow one~{SMALL}"
    page.session_state[f"compare.pin.{first}"] = True  # renamed, it is another menu
    page.run()
    page.button(key=f"compare.pin.{first}.later").click().run()
    assert pinned(page) == [NOISY, f"Narrow one~{SMALL}"]
    page.button(key=f"compare.pin.{first}.unpin").click().run()
    assert pinned(page) == [NOISY]
    assert not page.exception


def test_the_pin_control_pins_the_sessions_run_and_lets_go_of_it() -> None:
    page = AppTest.from_file(str(PAGE.with_name("filters.py")), default_timeout=60)
    page.query_params["dataset"] = "digits"
    page.query_params["bottleneck"] = "3"
    page.run()
    assert pinned(page) == []
    page.button(key="pin.False").click().run()
    assert pinned(page) == ["bottleneck:3"]
    assert [link.label for link in page.get("page_link")] == ["Compare (1)"]
    page.button(key="pin.True").click().run()
    assert pinned(page) == []
    assert not page.get("page_link")


def test_a_pin_takes_over_the_epochs_that_its_run_was_trained_further() -> None:
    assert pinned(compare("bottleneck:3,epochs:1", bottleneck="3", epochs="2")) == ["bottleneck:3"]
    assert pinned(compare(SMALL, bottleneck="3", epochs="9")) == [SMALL]  # nothing of it is trained
    assert pinned(compare(SMALL, bottleneck="3", epochs="1")) == [SMALL]


def test_nothing_pinned_says_what_to_do_and_offers_runs_of_the_store() -> None:
    page = compare()
    assert any("**Train**" in info.value for info in page.info)
    assert [box.label for box in page.multiselect] == ["Other runs"]
    ids = page.multiselect[0].options
    assert len(ids) == 2
    page.multiselect[0].select(ids[0]).run()
    page.button(key="compare.add.go").click().run()
    assert len(pinned(page)) == 1


def test_a_full_row_of_pins_takes_no_more_and_says_so() -> None:
    page = compare(*(f"seed:{k}" for k in range(1, 9)))
    assert len(pinned(page)) == 6
    assert "No more than 6 runs" in page.warning[0].value
    assert page.button(key="pin.False").disabled


# -- tables --------------------------------------------------------------------------


def test_only_settings_that_differ_have_a_line() -> None:
    one, other = settings_of(bottleneck=3), settings_of(bottleneck=4, tied=True)
    lines = {line.label: line.cells for line in settings_lines([one, other])}
    assert lines == {"Bottleneck size": ["3", "4"], "Tied weights": ["off", "on"]}
    assert settings_lines([one, one]) == []


def test_the_best_is_marked_where_there_is_one() -> None:
    from aecore.measures import MEASURES

    low, high, neither = MEASURES["test_mse"], MEASURES["images_per_second"], MEASURES["code_size"]
    assert best(low, [0.3, 0.1, None], ["0.3", "0.1", "–"]) == {1}
    assert best(high, [3.0, 1.0], ["3", "1"]) == {0}
    assert best(low, [0.1, 0.1000001, 0.2], ["0.1", "0.1", "0.2"]) == {0, 1}
    assert not best(low, [0.1, 0.1], ["0.1", "0.1"])
    assert not best(low, [0.1, None], ["0.1", "–"])
    assert not best(neither, [3, 1], ["3", "1"])


def test_losses_of_different_kinds_are_not_called_better_or_worse() -> None:
    bce, mse = settings_of(), settings_of(loss="mse")
    values = [{"test_loss": 0.2, "test_mse": 0.03}, {"test_loss": 0.04, "test_mse": 0.04}]
    lines = {line.label: line for line in measure_lines([bce, mse], values, alike=True)}
    assert lines["Test loss"].cells == ["0.200 BCE", "0.0400 MSE"]
    assert not lines["Test loss"].best
    assert lines["Test error (MSE)"].best == {0}
    same = measure_lines([bce, bce], values, alike=True)[0]
    assert (same.hint, same.best) == ("BCE per pixel, test images", {1})
    assert not any(line.best for line in measure_lines([bce, bce], values, alike=False))
