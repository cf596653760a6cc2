"""The offer to take things out of the app: what is there, what is not there yet and why."""

from __future__ import annotations

import math
from pathlib import Path

from streamlit.testing.v1 import AppTest

from aecore import datasets
from aecore.config import RunConfig
from aecore.runs import RunStore
from aecore.slices import advance

LABELS = ["Model", "PyTorch script", "Measurements"]


def shown(root: Path, is_open: bool = True, step: int | None = None) -> AppTest:
    """Draw the offer alone, opened or not, for the run of the bare settings."""

    def page(root, step):  # type: ignore[no-untyped-def]
        from aecore.config import RunConfig
        from aecore.datasets import load
        from aecore.runs import RunStore
        from ui.take_away import take_away

        config = RunConfig(epochs=1)
        run = RunStore(root).find(config, load("digits").fingerprint)
        take_away(config, run, step)

    app = AppTest.from_function(page, kwargs={"root": root, "step": step})
    app.session_state["take away"] = is_open
    return app.run()


def buttons(app: AppTest) -> dict[str, bool]:
    """Return the buttons that are shown, and whether each can be pressed."""
    return {each.proto.label: not each.proto.disabled for each in app.get("download_button")}


def test_closed_it_makes_and_draws_nothing(tmp_path: Path) -> None:
    app = shown(tmp_path, is_open=False)
    assert not app.exception
    assert not buttons(app)


def test_before_training_there_is_the_script_alone(tmp_path: Path) -> None:
    app = shown(tmp_path)
    assert not app.exception
    assert buttons(app) == {
        "Model (.zip)": False,
        "PyTorch script (.py)": True,
        "Measurements (.csv)": False,
    }
    assert "once training has begun" in app.caption[0].value


def test_of_a_trained_run_there_is_everything(tmp_path: Path) -> None:
    config = RunConfig(epochs=1)
    assert advance(str(tmp_path), config.as_dict(), math.inf).done
    run = RunStore(tmp_path).find(config, datasets.load("digits").fingerprint)
    assert run is not None
    app = shown(tmp_path, step=run.steps()[-1])
    assert not app.exception and not app.caption
    assert buttons(app) == {
        "Model of epoch 1 (.zip)": True,
        "PyTorch script (.py)": True,
        "Measurements (.csv)": True,
    }


def test_every_button_says_what_it_gives(tmp_path: Path) -> None:
    for each in shown(tmp_path).get("download_button"):
        assert each.proto.help.endswith(".")


def test_pictures_are_saved_as_png_unless_chosen_otherwise(tmp_path: Path) -> None:
    app = shown(tmp_path)
    choice = app.get("button_group")[0]
    assert choice.label == "Charts are saved as"
    assert choice.value == "png"


def test_codes_are_saved_as_a_table_with_all_figures() -> None:
    from ui.pictures import _codes_csv
    from ui.views.training import CodeLine

    lines = [CodeLine("10", [0.125], [0.9, 0.1], True), CodeLine("01", [-3.0], [0.75, 0.25], False)]
    assert _codes_csv(lines).splitlines() == [
        "input,code 1,output 1,output 2,right",
        "10,0.125,0.9,0.1,True",
        "01,-3.0,0.75,0.25,False",
    ]
