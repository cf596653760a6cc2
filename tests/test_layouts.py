"""Layouts kept with a run: found again under their names, judged, and written as CSV."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from aecore.config import RunConfig, defaults
from aecore.datasets import load
from aecore.evaluation import order, pixels
from aecore.layouts import Layout, as_csv, kept, kept_trust, project, result_name
from aecore.models import initialise
from aecore.principal import pca
from aecore.projections import MOST_POINTS, ProjectionError, knobs_of
from aecore.runs import RunError, RunStore
from aecore.training import as_pixels


def quiet(stage, fraction):
    pass


@pytest.fixture
def run(tmp_path: Path):
    """Return an untrained run of digits with its first snapshot."""
    config = RunConfig(**defaults("digits"))
    run = RunStore(tmp_path).open(config, load("digits").fingerprint)
    run.save_snapshot(0, initialise(config).state_dict())
    return run


def ask(run, layout, step=0, progress=quiet):
    project(str(run.path.parent), run.config.as_dict(), step, layout, progress)


def codes_of(run, count):
    images = pixels(load("digits").test_images)
    first = images[order(len(images), "test")[:count]]
    return initialise(run.config).requires_grad_(False).encode(as_pixels(first)).numpy()


def test_a_layout_is_kept_with_its_run_and_its_score(run):
    layout = Layout("pca", 2, 100)
    assert kept(run, 0, layout) is None
    assert kept_trust(run, 0, layout) is None
    reports = []
    ask(run, layout, progress=lambda *report: reports.append(report))
    codes = codes_of(run, 100)
    points = kept(run, 0, layout)
    np.testing.assert_allclose(points, pca(codes, 2).scores, atol=1e-5)
    expected = trustworthiness(codes, points, n_neighbors=15)
    assert kept_trust(run, 0, layout) == pytest.approx(expected, abs=1e-6)
    assert ("Judging", 1.0) in reports


def test_a_kept_layout_is_not_made_again(run):
    layout = Layout("pca", 2, 100)
    run.results.save_array(result_name(0, layout), np.zeros((1, 2), np.float32))
    ask(run, layout)
    assert kept(run, 0, layout).shape == (1, 2)
    assert kept_trust(run, 0, layout) is None


def test_all_images_are_laid_out_where_there_are_fewer_than_asked_for(run):
    layout = Layout("pca", 2, MOST_POINTS)
    ask(run, layout)
    assert kept(run, 0, layout).shape == (360, 2)


def test_layouts_have_names_of_their_own():
    usual = tuple(knobs_of("umap").items())
    named = result_name(1175, Layout("umap", 2, 4000, knobs=usual))
    assert named == "umap-2d-4000-s0-000001175"
    assert named == result_name(1175, Layout("umap", 2, 4000))
    turned = (("neighbours", 50), ("distance", 0.1), ("metric", "cosine"))
    layout = Layout("umap", 3, 4000, knobs=turned, seed=7)
    assert layout.name == "umap-3d-4000-s7-neighbours50-metriccosine"
    assert Layout("codes", 2, 10, (0, 3)).name == "codes-1-4-2d-10-s0"


def test_names_do_not_collide():
    layouts = {
        Layout("umap", 2, 100, knobs=(("neighbours", n), ("distance", d), ("metric", m)), seed=s)
        for n in (5, 15, 50) for d in (0.0, 0.1, 0.5) for m in ("euclidean", "cosine")
        for s in (0, 1)
    }  # fmt: skip
    assert len({layout.name for layout in layouts}) == len(layouts)


def test_what_is_slow_is_known():
    slow = {m: Layout(m, 2, 10).slow for m in ("codes", "pca", "umap", "tsne")}
    assert slow == {"codes": False, "pca": False, "umap": True, "tsne": True}


@pytest.mark.parametrize(
    ("layout", "step", "error", "expected"),
    [
        (Layout("magic", 2, 100), 0, ProjectionError, "choose one of"),
        (Layout("umap", 2, 100, knobs=(("k", 3),)), 0, ProjectionError, "no knob 'k'"),
        (Layout("pca", 2, 100), 7, RunError, "no snapshot of step 7"),
    ],
)
def test_what_cannot_be_had_is_refused(run, layout, step, error, expected):
    with pytest.raises(error, match=expected):
        ask(run, layout, step)


def test_coordinates_come_out_of_their_csv_again():
    points = np.random.default_rng(0).normal(size=(3, 3)).astype(np.float32)
    names = ["T-shirt, top", 'the "seven"', "ankle boot"]
    head, *rows = csv.reader(io.StringIO(as_csv(points, [4, 0, 9], names)))
    assert head == ["image", "class", "x", "y", "z"]
    assert [(int(r[0]), r[1]) for r in rows] == list(zip([4, 0, 9], names, strict=True))
    np.testing.assert_array_equal(np.array([r[2:] for r in rows], np.float32), points)
    assert as_csv(points[:, :2], [4, 0, 9], names).startswith("image,class,x,y\n")
