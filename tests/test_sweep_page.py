"""The Sweep page without a browser: choosing, the queue, what came of it, and odd addresses."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from aecore import baselines
from aecore.choosing import nearest
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.runs import Run
from aecore.slices import advance
from aecore.wording import short
from aecore.workers import Processes
from tests.serving import own_server
from tests.waiting import wait_for
from ui import groups
from ui.server import server
from ui.sweep_results import _csv

PAGE = Path(__file__).parents[1] / "pages" / "sweep.py"


@pytest.fixture(scope="module", autouse=True)
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        # slices in a thread: no process has to be started
        patch.setattr("ui.server.Processes", partial(Processes, make=lambda: ThreadPoolExecutor(1)))
        with own_server(tmp_path_factory.mktemp("home"), warm=False):
            baselines.ensure(load("digits"), server().environment.home)
            yield


def opened(*sweep: str, **settings: str) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    for name, value in {"dataset": "digits", "epochs": "1", **settings}.items():
        page.query_params[name] = value
    if sweep:
        page.query_params["sweep"] = list(sweep)
    return page.run()


def config(**given: str) -> RunConfig:
    found, notes = nearest({"epochs": "1", **given}, "digits")
    assert not notes
    return found


def run_of(**given: str) -> Run:
    return server().engine.store.open(config(**given), load("digits").fingerprint)


def trained(**given: str) -> None:
    assert advance(str(server().engine.store.root), config(**given).as_dict(), 60).done


def text(page: AppTest) -> str:
    kinds = ("markdown", "caption", "info", "warning")
    said = [element.value for kind in kinds for element in page.get(kind)]
    return " ".join(said + [element.proto.body for element in page.get("html")])


def labels(page: AppTest) -> list[str]:
    return [button.label for button in page.main.button]


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.main.button if button.label == label).click().run()


def until_trained(page: AppTest) -> AppTest:
    wait_for(lambda: "Cancel" not in labels(page.run()), "the end of a sweep")
    return page


def test_the_first_sweep_that_is_offered_is_that_of_the_bottleneck() -> None:
    page = opened()
    assert not page.exception
    assert re.search(r"\*\*6 runs\*\* of 1 epoch · about \d+ s\b", text(page))
    assert page.main.multiselect[0].value == ["2", "4", "8", "16", "32", "64"]
    assert "sweep" not in page.query_params
    assert "Start" in labels(page)


def test_a_sweep_is_chosen_started_trained_and_looked_at() -> None:
    page = opened()
    page.main.multiselect[0].set_value(["3", "5", "7"]).run()
    assert page.query_params["sweep"] == "bottleneck:3,5,7"
    trained(bottleneck="5")
    page.run()
    assert "**3 runs** of 1 epoch · 1 is trained already" in text(page)
    press(page, "Start")
    until_trained(page)
    assert not page.exception
    assert all(run_of(bottleneck=q).done(1) for q in ("3", "5", "7"))
    said = text(page)
    assert "3 runs of 1 epoch, all trained." in said
    for q in (3, 5, 7):
        error = run_of(bottleneck=str(q)).results.load(f"whole-{config().target_step}")
        assert error is not None
        assert f"Bottleneck size {q}</b><small>test MSE {short(error['test_mse'])}" in said
    table = page.main.dataframe[0].value
    assert list(table["Bottleneck size"]) == [3, 5, 7]
    box = next(box for box in page.main.selectbox if box.label == "One of the runs")
    box.select("Bottleneck size 7").run()
    press(page, "Make it mine")
    assert page.query_params["bottleneck"] == "7"
    press(page, "Pin")
    assert "pin" in page.query_params
    assert "Start" not in labels(page)


def test_an_allowed_error_finds_the_smallest_code() -> None:
    errors = []
    for q in ("2", "40"):
        trained(bottleneck=q)
        found = run_of(bottleneck=q).results.load(f"whole-{config().target_step}")
        assert found is not None
        errors.append(found["test_mse"])
    page = opened("bottleneck:2,40")
    field = next(f for f in page.main.number_input if f.label == "Allowed error")
    field.set_value(sum(errors) / 2).run()
    assert f"is **{2 if errors[0] < errors[1] else 40}**" in text(page)
    field.set_value(0.001).run()
    assert "no Bottleneck size reaches" in text(page)
    assert "PCA needs" in text(page)


def test_what_is_looked_at_comes_with_the_address_and_goes_back_into_it() -> None:
    for loss in ("bce", "mse"):
        trained(loss=loss, bottleneck="3")
    looked = {"measure": "train_mse", "allowed": "0.05", "picture": "4"}
    page = opened("loss:bce,mse", "bottleneck:3", **looked)
    assert not page.exception and not page.warning
    assert looked.items() <= page.query_params.items()
    assert "all training images" in text(page)
    (measures,) = [group for group in page.main.button_group if group.label == "Measure"]
    assert measures.value == "train_mse"
    assert not [option for option in measures.options if "loss" in option]  # not alike here
    assert page.main.number_input[0].value == 0.05
    page.main.number_input[0].set_value(0.0).run()
    assert "allowed" not in page.query_params
    assert "cannot be" in text(opened("bottleneck:3", measure="error", allowed="-1", picture="12"))


def test_only_some_runs_are_wanted_at_a_time_and_cancelling_gives_them_up() -> None:
    page = opened("seed:0,1,2,3,4,5,6,7", bottleneck="12", epochs="9999")
    press(page, "Start")
    assert "Cancel" in labels(page)
    runs = [run_of(seed=str(k), bottleneck="12", epochs="9999") for k in range(8)]
    engine = server().engine
    assert sum(engine.holders(run.id) for run in runs) == groups.SIDE_BY_SIDE
    runs[0].fail(1, "Its loss is not a number.")
    engine.release(runs[0].id, "test session id")
    page.run()
    assert sum(bool(engine.holders(run.id)) for run in runs[1:]) == groups.SIDE_BY_SIDE
    press(page, "Cancel")
    assert not any(engine.holders(run.id) for run in runs)
    assert "could not be trained and is left out" in text(page)
    # who opens the page anew is not dragged along
    again = opened("seed:0,1,2,3,4,5,6,7", bottleneck="12", epochs="9999")
    assert "Cancel" not in labels(again)


def test_a_sweep_that_is_wanted_goes_on_when_its_page_is_opened_anew() -> None:
    address = "seed:11,12"
    press(opened(address, epochs="9998"), "Start")
    again = opened(address, epochs="9998")
    assert "Cancel" in labels(again)
    assert "Cancel" not in labels(opened("seed:11,13", epochs="9998"))
    press(again, "Cancel")


def test_two_settings_make_a_table_and_seeds_a_mean() -> None:
    for loss in ("bce", "mse"):
        for q in ("3", "5"):
            trained(loss=loss, bottleneck=q)
    page = opened("loss:bce,mse", "bottleneck:3,5")
    assert not page.exception
    assert text(page).count('class="ae-best"') == 1
    assert 'alt="MSE, 5"' in text(page)
    trained(seed="1")
    trained(seed="0")
    page = opened("bottleneck:8", "seed:0,1")
    assert not page.exception
    assert 'class="ae-matrix"' not in text(page)
    assert "2 runs of 1 epoch, all trained." in text(page)


@pytest.mark.parametrize(
    ("settings", "sweep"),
    [
        ({"variant": "variational"}, "beta:0,1"),
        ({"dataset": "one-hot"}, "length:2,4"),
        ({"dataset": "patches"}, "size:4,6"),
        ({}, "hidden:none,16"),
        ({"architecture": "convolutional"}, "tied:true,false"),
        ({}, "noise_level:0.1"),
        ({}, "bottleneck"),
    ],
)
def test_odd_sweeps_are_shown_or_explained(settings: dict[str, str], sweep: str) -> None:
    page = opened(sweep, **settings)
    assert not page.exception and not page.error
    assert ("Start" in labels(page)) or "There is no run in this sweep." in text(page)


def test_a_preset_brings_what_it_needs() -> None:
    page = opened()
    pills = next(group for group in page.main.button_group if group.label == "Ready to start")
    pills.set_value("noise").run()
    assert page.query_params["noise"] == "gaussian"
    assert page.query_params["sweep"] == "noise_level:0.1,0.2,0.3,0.5,0.7,1"


def test_a_second_setting_is_added_and_too_many_runs_are_refused() -> None:
    page = opened("seed:0,1,2,3,4,5,6,7")

    def second() -> AppTest:
        return next(box for box in page.main.selectbox if box.label == "Second setting")

    second().select("bottleneck").run()
    assert not page.exception
    assert "would make 48" in text(page)
    assert "Start" not in labels(page)
    second().select_index(0).run()
    assert page.query_params["sweep"] == "seed:0,1,2,3,4,5,6,7"


def test_a_locked_setting_is_not_swept() -> None:
    page = opened("bottleneck:2,9", lock="bottleneck:9")
    assert not page.exception
    assert "Bottleneck size is fixed or limited here" in text(page)
    assert "**1 run** of 1 epoch" in text(page)


def test_the_table_is_a_file_that_reads_back() -> None:
    lines = [{"Loss": "bce", "test_mse": 0.25, "seconds": None}, {"Loss": "mse", "test_mse": 1e-9}]
    read = list(csv.DictReader(StringIO(_csv(lines))))
    assert [line["Loss"] for line in read] == ["bce", "mse"]
    assert [float(line["test_mse"]) for line in read] == [0.25, 1e-9]
