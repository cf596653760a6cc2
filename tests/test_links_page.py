"""The page that makes links, and what its links do to the pages that they open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from aecore.classroom import Controls
from aecore.config import FIELDS
from aecore.control_texts import HELP
from tests.serving import own_server
from ui import address_table, classroom
from ui.address import PARAMETERS
from ui.server import server

ROOT = Path(__file__).parents[1]
TRAIN, LINKS = ROOT / "pages" / "train.py", ROOT / "pages" / "links.py"


@pytest.fixture(scope="module", autouse=True)
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with own_server(tmp_path_factory.mktemp("home"), warm=False):
        yield


def open_page(path: Path = TRAIN, **query: str) -> AppTest:
    page = AppTest.from_file(str(path), default_timeout=60)
    for name, value in {"dataset": "digits", **query}.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def widgets(page: AppTest) -> dict[str, Any]:
    """Return the widgets of the sidebar by label."""
    kinds = ("select_slider", "selectbox", "toggle", "number_input", "button", "button_group")
    return {widget.label: widget for kind in kinds for widget in page.sidebar.get(kind)}


def notes(page: AppTest) -> str:
    return " ".join(warning.value.replace("\\", "") for warning in page.warning)


def test_a_hidden_control_is_gone_with_its_way_back_and_is_not_counted() -> None:
    shown = open_page(batch_size="64", seed="3", bottleneck="4")
    assert {"Batch size", "Bottleneck size"} <= widgets(shown).keys()
    assert "More: training · 2 changed" in [e.label for e in shown.expander]
    hidden = open_page(batch_size="64", seed="3", bottleneck="4", hide="batch_size,bottleneck")
    assert not {"Batch size", "Bottleneck size"} & widgets(hidden).keys()
    assert not [b for b in hidden.button if b.key in ("reset.batch_size", "reset.bottleneck")]
    assert "More: training · 1 changed" in [e.label for e in hidden.expander]
    # what is hidden has its value all the same, and keeps it when the rest is set back
    widgets(hidden)["Reset all settings"].click().run()
    assert hidden.query_params["batch_size"] == "64"
    assert "seed" not in hidden.query_params


def test_whole_groups_and_the_kind_are_hidden() -> None:
    page = open_page(hide="training,noise,loss,variant")
    there = widgets(page)
    gone = [f.label for f in FIELDS.values() if f.group in ("Training", "Noise", "Loss")]
    assert not there.keys() & {*gone, "Kind of autoencoder"}
    assert "Bottleneck size" in there


def test_a_locked_value_cannot_be_changed_by_address_widget_kind_or_data_set() -> None:
    page = open_page(lock="bottleneck:8", bottleneck="64")
    assert "Bottleneck size is locked at 8" in notes(page)
    slider = widgets(page)["Bottleneck size"]
    assert slider.disabled
    assert slider.value == 8
    assert "Locked" in slider.help
    assert [m.value for m in page.sidebar.markdown] == [":material/lock:"]
    assert not [b for b in page.button if b.key == "reset.bottleneck"]
    assert dict(page.query_params) == {"dataset": "digits", "lock": "bottleneck:8"}
    for label, value in (("Kind of autoencoder", "k-sparse"), ("Data set", "one-hot")):
        widgets(page)[label].select(value).run()
        assert not page.exception
        assert widgets(page)["Bottleneck size"].value == 8
    assert page.query_params["lock"] == "bottleneck:8"


def test_controls_offer_only_what_is_allowed() -> None:
    page = open_page(limit="bottleneck:3-12,epochs:2-5,noise:none|gaussian", bottleneck="64")
    assert "Bottleneck size can be 3 to 12 here: it is now 12." in notes(page)
    there = widgets(page)
    assert list(there["Bottleneck size"].options) == ["3", "4", "6", "8", "12"]
    assert (there["Epochs"].min, there["Epochs"].max, there["Epochs"].value) == (2, 5, 5)
    assert list(there["Noise"].options) == ["None", "Gaussian"]
    assert "Here it can be 2 to 5." in there["Epochs"].help


def test_nonsense_is_said_and_the_rest_works() -> None:
    page = open_page(hide="colour,seed", lock="loss:best", limit="epochs:few", present="maybe")
    assert all(part in notes(page) for part in ("colour", "best", "few", "maybe"))
    assert "Seed" not in widgets(page)


def opens_a_file() -> None:
    import streamlit as st

    from ui import address, session, share

    address.enter({"lock": ["bottleneck:9"], "dataset": ["digits"]})
    file = {"bottleneck": ["64"], "dataset": ["digits"], "hide": ["training"]}
    file |= {"lock": ["bottleneck:32,output_activation:identity"], "limit": ["loss:bce"]}
    address.enter(file, anew=True)
    st.text(str(session.settings().bottleneck))
    st.text(str(session.controls()))
    st.text(str(share.saved().parameters))
    session.begin({"bottleneck": "5"})
    st.text(str(session.settings().bottleneck))
    session.change(bottleneck=6)
    st.text(str(session.settings().bottleneck))


def test_a_file_neither_loosens_nor_holds_a_teachers_controls() -> None:
    page = AppTest.from_function(opens_a_file, default_timeout=60).run()
    assert not page.exception
    first, controls, saved, *later = [text.value for text in page.text]
    assert [first, *later] == ["9", "9", "9"]
    assert controls == str(Controls(locked={"bottleneck": 9}))
    assert saved == str({"dataset": ("digits",), "bottleneck": ("9",)})


@pytest.mark.parametrize("path", sorted((ROOT / "pages").glob("*.py")), ids=lambda path: path.stem)
def test_pages_do_without_those_that_are_hidden(path: Path) -> None:
    hidden = [name for name in classroom.HIDEABLE_PAGES if name != path.stem]
    page = open_page(path, hide=",".join(hidden), pin="bottleneck:3")
    assert not page.exception


def test_the_server_s_controls_hold_whatever_an_address_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "lock=epochs:3&hide=training&limit=bottleneck:2-8&size=9"
    environment = replace(server().environment, controls=text)
    monkeypatch.setattr(classroom, "server", lambda: SimpleNamespace(environment=environment))
    page = open_page(lock="epochs:50,bottleneck:64", epochs="9", limit="bottleneck:4-99")
    assert "AE_CONTROLS: There is no “size”" in notes(page)
    there = widgets(page)
    assert "Epochs" not in there
    assert there["Bottleneck size"].value == 8
    assert page.query_params["lock"] == "epochs:3,bottleneck:8"


def test_presenting_there_is_no_sidebar_and_a_way_out() -> None:
    page = open_page(present="1")
    assert not widgets(page)
    page.button(key="stage.end").click().run()
    assert "Bottleneck size" in widgets(page)
    assert "present" not in page.query_params


def link(page: AppTest) -> tuple[str, dict[str, list[str]]]:
    """Return the page and the parameters of the link that is shown."""
    parts = urlsplit(page.get("link_button")[0].proto.url)
    return parts.path.strip("/"), parse_qs(parts.query)


def test_a_link_says_what_was_chosen_and_opens_it() -> None:
    page = open_page(LINKS, bottleneck="4")
    assert link(page) == ("", {"dataset": ["digits"], "bottleneck": ["4"]})
    page.multiselect(key="links.hide").set_value(["training", "variant", "anomalies"]).run()
    lock = next(m for m in page.multiselect if m.label == "Lock")
    lock.set_value(["bottleneck"]).run()
    limit = next(m for m in page.multiselect if m.label == "Limit")
    limit.set_value(["noise_level", "noise"]).run()
    page.multiselect(key="links.limit.noise.choices").set_value(["gaussian"]).run()
    page.selectbox(key="links.page").select("filters").run()
    assert not page.exception
    where, query = link(page)
    assert where == "filters"
    assert query == {
        "dataset": ["digits"],
        "hide": ["training,variant,anomalies"],
        "lock": ["bottleneck:4"],
        "limit": ["noise_level:0-2,noise:gaussian"],
    }
    words = " ".join(element.value for element in page.markdown)
    for part in ("**Filters**", "everything of Training", "Anomalies", "Bottleneck size 4"):
        assert part in words
    opened = open_page(**{name: texts[0] for name, texts in query.items()})
    there = widgets(opened)
    assert there["Bottleneck size"].value == 4
    assert there["Noise"].value == "gaussian"
    assert not {"Epochs", "Kind of autoencoder"} & there.keys()
    assert {k: [v] for k, v in opened.query_params.items() if k in HELP} == {
        k: v for k, v in query.items() if k in HELP
    }


def test_the_page_begins_with_the_controls_of_its_own_address() -> None:
    own = {"hide": "training", "lock": "bottleneck:8", "limit": "noise:none|gaussian"}
    page = open_page(LINKS, **own)
    _, query = link(page)
    assert {k: v[0] for k, v in query.items() if k != "dataset"} == own


def test_a_chapter_can_be_what_a_link_opens() -> None:
    page = open_page(LINKS)
    page.selectbox(key="links.page").select("lessons").run()
    chapters = page.selectbox(key="links.lesson")
    chapters.select_index(1).run()
    where, query = link(page)
    assert where == "lessons"
    assert query["lesson"][0]


def test_the_table_has_every_parameter_with_its_help() -> None:
    rows = list(address_table.rows())
    names = [row.name for row in rows]
    assert len(names) == len(set(names))
    assert set(names) == {*FIELDS, *PARAMETERS, *HELP, "variant"}
    assert all(row.help.strip() for row in rows)


def test_the_readme_has_the_table_as_it_is() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    begin, end = "<!-- address table -->\n", "<!-- end of the address table -->"
    written = readme.partition(begin)[2].partition(end)[0]
    assert written.strip() == address_table.markdown().strip()
