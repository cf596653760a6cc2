"""The Anomalies page without a browser: scores, thresholds, several networks, detectors, CSV."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score, roc_auc_score
from streamlit.testing.v1 import AppTest

from aecore import strangers
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.detectors import DETECTORS
from aecore.own_images import OwnImages
from aecore.scores import SCORES
from aecore.slices import advance
from tests.serving import own_server
from ui.sections import plantable
from ui.server import server

ROOT = Path(__file__).parents[1]
PATIENCE_S = 60


@pytest.fixture(scope="module", autouse=True)
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with own_server(tmp_path_factory.mktemp("home"), warm=False):
        yield


def trained(**settings: object) -> RunConfig:
    config = RunConfig(**{"dataset": "digits", "bottleneck": 8, "epochs": 3, **settings})
    assert advance(str(server().engine.store.root), config.as_dict(), 60).done
    return config


@pytest.fixture(scope="module")
def config(one_server: None) -> RunConfig:
    return trained()


def open_page(config: RunConfig) -> AppTest:
    page = AppTest.from_file(str(ROOT / "pages" / "anomalies.py"), default_timeout=PATIENCE_S)
    for name, value in config.to_query().items():
        page.query_params[name] = value
    return page.run()


def own() -> OwnImages:
    """Return no images of one's own."""
    return OwnImages()


def choose(page: AppTest, label: str, value: object) -> AppTest:
    kinds = ("button_group", "select_slider", "selectbox")
    found = next(w for kind in kinds for w in page.get(kind) if w.label == label)
    found.set_value(value).run()
    assert not page.exception
    return page


def html(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


def words(page: AppTest) -> str:
    return " ".join(element.value for element in (*page.markdown, *page.caption))


def frame_of(config: RunConfig):
    from ui.views.frame import Frame

    data = load(config.dataset, config.data_options)
    run = server().engine.store.open(config, data.fingerprint)
    return Frame(run, run.steps()[-1], data)


@pytest.mark.parametrize("score", SCORES)
def test_rankings_are_sorted_and_areas_are_scikit_learns(config: RunConfig, score: str) -> None:
    from ui.views import ranking as views
    from ui.views.detection import quality, verdict

    frame = frame_of(config)
    visitors = views.guests(frame.data, ("noise", "shoe", "stroke"), own())
    found = views.ranked(frame, [frame], score, visitors)
    assert len(found.test) == len(frame.data.test_images)
    ordered = found.scores[found.ranking.order.numpy()]
    assert (np.diff(ordered) <= 0).all()
    assert quality(found) == pytest.approx(
        (
            roc_auc_score(found.truth, found.scores),
            average_precision_score(found.truth, found.scores),
        )
    )
    judged = verdict(found, float(np.median(found.test)))
    assert judged is not None
    assert judged.alarms == (found.test > np.median(found.test)).sum()
    for place in (0, len(found.scores) - 1):
        assert found.place_of(found.id_of(place)) == place
    assert found.place_of(10**6) is None


def test_guests_keep_their_ids_and_own_images_stand_behind_the_test_images() -> None:
    from ui.views import ranking as views

    data = load("digits")
    mine = OwnImages(("mine",), (np.full((20, 20), 255, np.uint8),))
    few = views.guests(data, ("noise", "own"), mine)
    more = views.guests(data, ("shoe", "noise", "stroke", "own"), mine)
    assert few.ids[0] == more.ids[0] == len(data.test_images)
    assert few.names[0] == "mine" and few.kinds[0] == "Your images"
    assert set(few.ids) < set(more.ids)
    assert len(set(more.ids)) == len(more.ids)
    assert len(views.guests(data, ("noise",), mine)) == strangers.COUNT
    assert not len(views.guests(data, (), mine))


def test_planted_outliers_are_ranked_among_the_training_images(config: RunConfig) -> None:
    from ui.views import ranking as views
    from ui.views.detection import planted_view

    clean = frame_of(config)
    assert planted_view(clean, "mean", 12) is None
    other = frame_of(trained(seed=9))
    images, odd = clean.data.train_images.copy(), np.zeros(len(clean.data.train_images), bool)
    odd[::50] = True
    images[odd] = 255 - images[odd]
    data = dataclasses.replace(clean.data, train_images=images, outliers=odd)
    frame = views.Frame(other.run, other.step, data)
    seen = planted_view(frame, "mean", 12)
    assert seen is not None
    pixels = torch.from_numpy(images.reshape(len(images), -1) / 255).float()
    errors = (views.model(frame)(pixels) - pixels).square().mean(1).numpy()
    assert (seen.images, seen.outliers) == (len(images), odd.sum())
    assert seen.auc == pytest.approx(roc_auc_score(odd, errors), abs=1e-6)
    assert seen.share == odd[np.argsort(-errors)[: odd.sum()]].mean()
    best = np.argsort(-errors)[:12]
    assert [tile.marked for tile in seen.tiles] == odd[best].tolist()


def test_every_section_and_both_ends_and_every_score_are_drawn(config: RunConfig) -> None:
    page = open_page(config)
    assert "Rank 1:" in html(page)
    assert "false alarms" in html(page)
    for score in SCORES:
        choose(page, "Score", score)
    for section in ("curves", "ensemble", "training", "detectors"):
        choose(page, "More about this ranking", section)
    choose(page, "Show first", "Least anomalous")
    assert f"Rank {len(load('digits').test_images) + 1}:" in html(page)


def test_a_higher_threshold_gives_fewer_false_alarms(config: RunConfig) -> None:
    page = open_page(config)
    count = len(load("digits").test_images)
    for share in (0.5, 0.1, 0.0):
        choose(page, "Threshold: test images above it", share)
        assert f"and {int(share * count):,} of {count:,} test images score higher" in words(page)


def test_without_strangers_the_page_still_ranks(config: RunConfig) -> None:
    page = choose(open_page(config), "Strangers among the test images", [])
    assert "No strangers are chosen." in words(page)
    for section in ("curves", "detectors", "ensemble"):
        choose(page, "More about this ranking", section)
        assert "Choose s" in words(page)


def test_one_press_plants_outliers(config: RunConfig) -> None:
    page = choose(open_page(config), "More about this ranking", "training")
    next(button for button in page.button if button.label.startswith("Plant ")).click().run()
    assert page.query_params["outliers"] == "0.02"
    # nothing to plant is at hand here; one comes back from the offer to fetch it
    next(b for b in page.button if b.label == "Use the digits instead").click().run()
    assert "outliers" not in page.query_params and not page.exception


@pytest.mark.parametrize(
    ("at_hand", "expected"),
    [
        ("fashion-mnist fashion-mnist-sample mnist digits", (0.02, "fashion-mnist")),
        ("mnist digits fashion-mnist-sample", (0.015, "fashion-mnist-sample")),
        ("mnist digits", (0.006, "digits")),
        ("mnist", (0.02, "fashion-mnist")),
    ],
)
def test_outliers_are_planted_from_what_is_at_hand(
    at_hand: str, expected: tuple[float, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aecore.datasets.available", lambda name: name in at_hand.split())
    chosen = plantable(RunConfig(dataset="mnist"))
    assert (chosen["outliers"], chosen["outlier_source"]) == expected
    assert RunConfig(dataset="mnist", **chosen)


def test_several_seeds_judge_together_and_are_compared(config: RunConfig) -> None:
    page = choose(open_page(config), "Networks", "seeds-3")
    assert any(button.label == "Train 3 networks" for button in page.button)
    for seed in (1, 2):
        trained(seed=seed)
    page.run()
    assert not any(button.label == "Train 3 networks" for button in page.button)
    for how in ("maximum", "rank average", "mean"):
        choose(page, "Together", how)
    choose(page, "More about this ranking", "ensemble")
    alike, alone = (table.value for table in page.dataframe)
    assert list(alike["networks"]) == [
        "seed 0 and seed 1",
        "seed 0 and seed 2",
        "seed 1 and seed 2",
    ]
    assert alike["correlation"].between(0.3, 0.999).all()
    assert list(alone["network"]) == ["seed 0", "seed 1", "seed 2", "all together"]
    assert alone["auc"].between(0, 1).all()


def test_detectors_are_offered_and_stand_beside_the_network(config: RunConfig) -> None:
    from ui.sections import detector_job
    from ui.views import ranking as views

    page = choose(open_page(config), "More about this ranking", "detectors")
    assert any(button.label == "Compare" for button in page.button)
    frame = frame_of(config)
    job = detector_job(frame, views.guests(frame.data, tuple(strangers.choices("digits")), own()))
    job.function(**job.arguments, progress=lambda stage, share: None)
    page.run()
    table = page.dataframe[0].value
    assert len(table) == len(SCORES) + len(DETECTORS)
    assert table["auc"].between(0, 1).all()
    assert (table["fit"] >= 0).all() and (table["score"] >= 0).all()
    choose(page, "Strangers among the test images", ["noise"])
    table = page.dataframe[0].value.set_index("detector")
    assert (table["auc"][[d.label for d in DETECTORS.values()]] > 0.9).all()


def test_the_table_to_take_away_has_a_line_for_each_image(config: RunConfig) -> None:
    from ui.views import ranking as views
    from ui.views.detection import scores_csv

    frame = frame_of(config)
    visitors = views.guests(frame.data, ("stroke",), own())
    found = views.ranked(frame, [frame], "patch", visitors)
    lines = list(csv.DictReader(io.StringIO(scores_csv(found))))
    count = len(frame.data.test_images)
    assert [line["kind"] for line in lines] == ["test"] * count + ["Single strokes"] * 4
    assert [line["place"] for line in lines[count:]] == ["0", "1", "2", "3"]
    assert lines[-1]["name"] == "rising stroke"
    assert lines[0]["name"] == frame.data.classes[int(frame.data.test_labels[0])]
    ranks = [int(line["rank"]) for line in lines]
    assert sorted(ranks) == list(range(1, count + 5))
    assert ranks[int(np.argmax([float(line["patch"]) for line in lines]))] == 1
    np.testing.assert_allclose(
        [float(line["mean"]) for line in lines[:count]], views.test_errors(frame), rtol=1e-6
    )


def test_own_images_are_strangers_like_any_other(config: RunConfig) -> None:
    page = open_page(config)
    mine = OwnImages(("my drawing",), (np.full((20, 20), 255, np.uint8),))
    page.session_state["own images"] = mine
    page.run()
    assert not page.exception
    assert set(page.dataframe[0].value["stranger"]) == {"shoe", "my drawing"}
    assert f"{len(load('digits').test_images) + 2:,}" in html(page)


def test_vectors_have_scores_and_no_strangers() -> None:
    page = open_page(trained(dataset="one-hot", bottleneck=2, batch_size=4))
    assert not page.exception
    for score in SCORES:
        choose(page, "Score", score)
    assert "score higher" in words(page)
    for section in ("ensemble", "training"):
        choose(page, "More about this ranking", section)
    assert "Outliers cannot be planted" in words(page)
