"""The Compression page and the panels that go through code space, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from aecore import baselines, compression
from aecore.choosing import nearest
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.format_curves import kept, measure
from aecore.own_images import OwnImages
from aecore.slices import advance
from tests.serving import own_server
from ui.server import server

PAGE = Path(__file__).parents[1] / "pages" / "compression.py"
PATIENCE_S = 60


@pytest.fixture(scope="module", autouse=True)
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give these tests a server of their own, with all that depends on the digits alone."""
    home = tmp_path_factory.mktemp("home")
    with own_server(home):
        measure(str(home), "digits", {}, lambda stage, share: None)
        baselines.ensure(load("digits"), home)
        yield


def trained(**settings: str) -> RunConfig:
    config, notes = nearest({"dataset": "digits", "epochs": "1", **settings}, "digits")
    assert not notes
    assert advance(str(server().engine.store.root), config.as_dict(), 60).done
    return config


def opened(page: AppTest, config: RunConfig, own: OwnImages | None = None) -> AppTest:
    for name, value in config.to_query().items():
        page.query_params[name] = value
    if own is not None:
        page.session_state["own images"] = own
    page.run()
    assert not page.exception and not page.error
    return page


def compression_page(config: RunConfig, own: OwnImages | None = None) -> AppTest:
    return opened(AppTest.from_file(str(PAGE), default_timeout=PATIENCE_S), config, own)


def html(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


def words(page: AppTest) -> str:
    return " ".join(element.value for element in (*page.markdown, *page.caption))


def mine(count: int) -> OwnImages:
    pictures = np.random.default_rng(0).integers(0, 256, (count, 20, 20), dtype=np.uint8)
    return OwnImages(tuple(f"drawing {k}" for k in range(count)), tuple(pictures), False)


def test_codes_stand_beside_pca_and_all_formats() -> None:
    page = compression_page(trained(bottleneck="6"))
    table = page.dataframe[0].value
    assert list(table["what"].unique()) == ["This network", "PCA 6", "JPEG", "JPEG 2000", "WebP"]
    rounds = table[(table["what"] == "This network")]
    assert list(rounds["setting"]) == [f"{bits} bits" for bits in (2, 3, 4, 5, 6, 7, 8, 32)]
    assert list(rounds["bytes"]) == [6 * bits / 8 for bits in (2, 3, 4, 5, 6, 7, 8, 32)]
    curves = kept(server().environment.home, load("digits"))
    assert list(table[table["what"] == "WebP"]["MSE"]) == [p.mse for p in curves["webp"]]
    assert "3 bytes an image" in words(page)
    assert "1.84 kB" in words(page)  # 4 · (64 · 6 + 64 + 2 · 6) bytes
    for label in ("Original", "This network", "PCA 6", "JPEG", "JPEG 2000", "WebP"):
        assert f'alt="{label}: 10 images.' in html(page)
    assert "Your own images" not in html(page)


def test_more_bits_take_more_bytes() -> None:
    page = compression_page(trained(bottleneck="6"))
    page.button_group(key="compression.bits").set_value(8).run()
    assert not page.exception
    assert "6 bytes an image" in words(page)
    assert "8 bits a unit" in html(page)


def test_codes_of_bits_have_nothing_to_choose() -> None:
    page = compression_page(trained(variant="binary", bottleneck="16"))
    assert not [group for group in page.button_group if group.key == "compression.bits"]
    assert "16 numbers of 1 bit" in words(page)
    assert "2 bytes an image" in words(page)


def test_own_images_come_along() -> None:
    page = compression_page(trained(bottleneck="6"), mine(12))
    assert "Your own images" in html(page)
    assert "drawing 9" in html(page) and "drawing 10" not in html(page)


def test_a_format_that_pillow_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from ui.views import compression as views

    views._format_curves.clear()
    with monkeypatch.context() as patch:
        patch.setattr(compression.features, "check", lambda feature: feature != "webp")
        page = compression_page(trained(bottleneck="7"))
        assert "built without WebP. It is left out" in words(page)
        assert "WebP" not in html(page)
    views._format_curves.clear()


def test_what_is_no_picture_is_said() -> None:
    page = compression_page(trained(dataset="one-hot", epochs="5"))
    assert "these vectors are none" in words(page)
    assert "JPEG" not in set(page.dataframe[0].value["what"])


# -- panels --------------------------------------------------------------------------


def panel_page(name: str, picked: tuple[int, ...], config: RunConfig, own: OwnImages) -> AppTest:
    def script(name: str, picked: tuple[int, ...]) -> None:
        from ui.shell import shell

        shell()
        from importlib import import_module

        from ui.live import live
        from ui.own import fitting

        live(lambda frame: import_module(f"ui.panels.{name}").draw(frame, picked, fitting()))

    page = AppTest.from_function(script, default_timeout=PATIENCE_S, args=(name, picked))
    return opened(page, config, own)


def press(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception


def test_a_walk_goes_between_the_last_two_picked() -> None:
    config, data = trained(), load("digits")
    page = panel_page("walk", (5, 7, len(data.test_images)), config, mine(1))
    first = data.classes[int(data.test_labels[7])]
    assert f"From **{first}** (test image 7) to **drawing 0**, the last two" in words(page)
    assert 'alt="Through the code: 11 images.' in html(page)
    before = html(page)
    press(page, "Other pair")
    assert "drawing 0" not in words(page)
    other = html(page)
    assert other != before
    press(page, "Other pair")
    assert html(page) != other


@pytest.mark.parametrize("picked", [(), (3,), (3, 10_000)])
def test_without_two_images_a_walk_finds_its_own(picked: tuple[int, ...]) -> None:
    page = panel_page("walk", picked, trained(), OwnImages())
    assert "Click two images on the map to choose your own" in words(page)


def test_a_sweep_shows_all_units_or_one() -> None:
    page = panel_page("sweep", (), trained(bottleneck="6"), OwnImages())
    assert html(page).count('alt="Code ') == 6
    assert "held at the mean code" in words(page)
    page.selectbox(key="latent.sweep.6").set_value(2).run()
    assert html(page).count('alt="Code ') == 1
    assert 'alt="Code 3: 11 images.' in html(page)
    page = panel_page("sweep", (3,), trained(bottleneck="40"), OwnImages())
    assert html(page).count('alt="Code ') == 16
    assert "the image picked last" in words(page)


@pytest.mark.parametrize(
    ("variant", "said"),
    [("plain", "a Gaussian with the mean"), ("variational", "N(0, 1), the prior")],
)
def test_samples_are_drawn_again_and_with_their_pixels(variant: str, said: str) -> None:
    config = trained(variant=variant, bottleneck="4")
    page = panel_page("samples", (), config, OwnImages())
    assert said in words(page)
    assert ("the prior has 0 and 1" in words(page)) == (variant == "variational")
    assert html(page).count('alt="Sample, ') == 40
    before = html(page)
    page.button_group(key="latent.samples.output").set_value(True).run()
    assert "with the decoded value as its chance" in words(page)
    drawn = html(page)
    assert drawn != before
    press(page, "Draw again")
    assert html(page) != drawn


@pytest.mark.parametrize(("q", "shape"), [("1", "15 by 1"), ("2", "15 by 15"), ("8", "15 by 15")])
def test_a_decoded_grid_is_one_picture(q: str, shape: str) -> None:
    page = panel_page("decoded_grid", (), trained(bottleneck=q), OwnImages())
    assert f'alt="Decoded grid of {shape} places"' in html(page)
    assert ("**Upwards**" in words(page)) == (q != "1")
