"""Choices on pages: each is read from a link and written into one, and none is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

from aecore import baselines
from aecore.choosing import nearest
from aecore.config import FIELDS, RunConfig
from aecore.datasets import load
from aecore.slices import advance
from aecore.workers import Processes
from tests.serving import own_server
from ui import choices, other_runs
from ui.address import PARAMETERS
from ui.choices import CHOICES, CONTROLS
from ui.navigation import PAGES
from ui.server import server

ROOT = Path(__file__).parents[1]
SETTINGS = {"dataset": "digits", "epochs": "1", "bottleneck": "4", "hidden": "16"}


def config_of(**given: str) -> RunConfig:
    config, notes = nearest({**SETTINGS, **given}, "digits")
    assert not notes
    return config


OTHER = config_of(seed="5")


@pytest.fixture(scope="module", autouse=True)
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        # slices in a thread: no process has to be started
        patch.setattr("aecore.analyst.Analyst.warm", lambda analyst: None)
        patch.setattr("ui.server.Processes", partial(Processes, make=lambda: ThreadPoolExecutor(1)))
        with own_server(tmp_path_factory.mktemp("home")):
            baselines.ensure(load("digits"), server().environment.home)
            for config in (config_of(), OTHER):
                assert advance(str(server().engine.store.root), config.as_dict(), 60).done
            other_runs._listed.clear()
            yield


def opened(page: str, **query: str) -> AppTest:
    found = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=60)
    for name, value in {**SETTINGS, **query}.items():
        found.query_params[name] = value
    found.run()
    assert not found.exception
    return found


def notes_of(page: AppTest) -> str:
    return " ".join(warning.value for warning in page.warning)


# -- the registry --------------------------------------------------------------------


def test_names_are_short_and_nothing_else_has_them() -> None:
    assert not set(CHOICES) & set(FIELDS)
    others = {name for name, entry in PARAMETERS.items() if entry.help != getattr(
        CHOICES.get(name), "help", None)}  # fmt: skip
    assert not set(CHOICES) & others
    assert all(len(name) <= 20 and name.replace("_", "").isalnum() for name in CHOICES)
    keys = [choice.key for choice in CHOICES.values()]
    assert len(set(keys)) == len(keys)


def test_every_choice_is_explained() -> None:
    for choice in CHOICES.values():
        assert choice.help.endswith("."), choice.name
        assert choice.label and choice.control in CONTROLS
        assert choice.page in ("", *(info.address for info in PAGES))


# -- links ---------------------------------------------------------------------------

LINKS: list[tuple[str, dict[str, str]]] = [
    (
        "reconstructions",
        {"images": "best", "class": "3", "count": "20", "test_noise": "gaussian", "level": "0.5",
         "error_rows": "yes", "beside": OTHER.run_id(load("digits").fingerprint)},
    ),
    ("reconstructions", {"draw": "4"}),
    ("reconstructions", {"show": "levels", "swept_noise": "masking"}),
    ("latent_space", {"layout": "codes", "dimensions": "3", "across": "4", "up": "3", "deep": "1"}),
    ("latent_space", {"points": "250", "picked": "17,3", "through": "mean", "explore": "quality"}),
    ("latent_space", {"pair": "2"}),
    (
        "latent_space",
        {"layout": "umap", "umap_neighbours": "50", "umap_distance": "0.25",
         "umap_metric": "cosine", "layout_seed": "7", "explore": "decoded_grid", "grid": "25"},
    ),
    (
        "latent_space",
        {"layout": "tsne", "tsne_perplexity": "10", "explore": "samples", "output": "drawn",
         "samples": "3"},
    ),
    ("latent_space", {"explore": "sweep", "moved_unit": "2"}),
    ("filters", {"filters": "templates"}),
    ("filters", {"order": "norm", "units": "16", "unit": "5"}),
    ("filters", {"filters": "normalised", "layer": "2", "pixels": "signed", "smooth": "no"}),
    (
        "anomalies",
        {"score": "patch", "strangers": "noise,stroke", "end": "least", "ranked": "12",
         "image": "30", "threshold": "5", "section": "curves"},
    ),
    ("anomalies", {"networks": "seeds-3", "together": "maximum", "section": "ensemble"}),
    ("compression", {"bits": "8"}),
    ("own_images", {"turn_over": "no"}),
]  # fmt: skip


@pytest.mark.parametrize(("page", "link"), LINKS)
def test_what_a_link_chooses_is_chosen_and_stands_in_the_address(
    page: str, link: dict[str, str]
) -> None:
    found = opened(page, **link)
    assert not notes_of(found)
    assert not found.exception
    assert dict(found.query_params) == {**SETTINGS, **link}
    assert link.items() <= saved(found).items()


def test_every_choice_is_in_one_of_the_links() -> None:
    tried = {name for page, link in LINKS for name in link}
    others = {name for name, c in CHOICES.items() if c.page in ("", "compare", "guide", "sweep")}
    assert tried | {"template", "judged"} == set(CHOICES) - others


def test_nonsense_falls_back_to_the_default_and_is_said() -> None:
    page = opened("reconstructions", images="<b>", level="9", test_noise="gaussian", count="ten")
    said = notes_of(page)
    for label in ("Images", "Level", "How many"):
        assert f"{label} cannot be" in said
    assert page.select_slider(key="rec.count").value == 10
    page.run()
    assert dict(page.query_params) == {**SETTINGS, "test_noise": "gaussian"}


def test_a_choice_of_ones_own_replaces_the_links() -> None:
    page = opened("reconstructions", images="best", test_noise="gaussian", level="0.5")
    page.button_group(key="rec.how.True").set_value("worst").run()
    assert "images" not in page.query_params
    assert saved(page)["images"] == "worst"
    page.selectbox(key="rec.noise").set_value("masking").run()
    assert page.select_slider(key="rec.level.masking").value == 0.3  # the link's was for another
    page.selectbox(key="rec.noise").set_value("gaussian").run()
    assert page.select_slider(key="rec.level.gaussian").value == 0.5
    page.selectbox(key="rec.noise").set_value("as in training").run()
    assert "level" not in page.query_params


def saved(page: AppTest) -> dict[str, str]:
    """Return the choices that the session would save."""
    with patch("ui.choices.st.session_state", dict(page.session_state.items())):
        return choices.remembered()


# -- none is forgotten ---------------------------------------------------------------

KINDS = (
    *("button_group", "checkbox", "multiselect", "number_input", "radio", "select_slider"),
    *("selectbox", "slider", "text_area", "text_input", "toggle"),
)
OTHERWISE = {
    "timeline.": "the snapshot: step= in a link",
    "follow.": "the snapshot, too",
    "own.": "one's own images, which are not carried",
    "rec.others.": "carried by what is chosen, as beside=",
    "lesson": "predictions, which only a file carries",
    "guide.words": "what is searched for",
    "sweep": "what a sweep is made of, which its page carries itself",
    "compare.": "pins, which an address has",
    "links.": "what a link that is being built says",
    "presentation": "how the page is shown, which an address has",
}
"""Widgets on pages that are neither a setting nor a choice, by what their keys begin with."""


@pytest.mark.parametrize("page", [info.address for info in PAGES])
def test_every_widget_is_a_setting_or_a_choice(page: str) -> None:
    found = opened(page)
    keys = {str(w.key) for kind in KINDS for w in found.main.get(kind)}
    known = [*OTHERWISE, *(choice.key for choice in CHOICES.values())]
    assert not [key for key in keys if not key.startswith(tuple(known))]
