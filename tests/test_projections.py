"""Projections: PCA against scikit-learn's, neighbourhoods kept, seeds, and codes of all kinds."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from aecore.config import RunConfig, defaults
from aecore.datasets import load
from aecore.evaluation import order, pixels
from aecore.models import initialise
from aecore.projections import (
    FEWEST_POINTS,
    MOST_POINTS,
    PROJECTIONS,
    ProjectionError,
    kept,
    lay_out,
    pca,
    project,
    projection_name,
    tsne_seconds,
)
from aecore.runs import RunError, RunStore
from aecore.training import as_pixels

SLOW = [name for name, projection in PROJECTIONS.items() if projection.slow]


def quiet(stage, fraction):
    pass


def blobs(count=90, width=6, seed=0):
    """Return codes in three groups of equal size, float32."""
    rng = np.random.default_rng(seed)
    centres = 8 * np.eye(3, width)
    return (centres.repeat(count // 3, axis=0) + rng.normal(size=(count, width))).astype(np.float32)


@pytest.fixture(scope="module", autouse=True)
def numba_cache(tmp_path_factory):
    """Keep what numba compiles out of the environment's packages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NUMBA_CACHE_DIR", str(tmp_path_factory.mktemp("numba")))
        yield


# -- PCA -----------------------------------------------------------------------------


@pytest.mark.parametrize("dimensions", [2, 3])
def test_pca_is_scikit_learns_up_to_sign(dimensions):
    codes = blobs()
    oracle = PCA(dimensions).fit(codes)
    expected = oracle.transform(codes)
    coordinates, shares = pca(codes, dimensions)
    assert coordinates.shape == (90, dimensions)
    assert coordinates.dtype == np.float32
    signs = np.sign((coordinates * expected).sum(axis=0))
    np.testing.assert_allclose(coordinates * signs, expected, atol=1e-4)
    np.testing.assert_allclose(shares, oracle.explained_variance_ratio_, rtol=1e-5)


def test_pca_takes_its_signs_from_the_reference():
    codes = blobs()
    reference = pca(codes, 3)[0] * np.float32([-1, 1, -1]) + 100
    coordinates, _ = pca(codes, 3, reference)
    np.testing.assert_array_equal(coordinates, pca(codes, 3)[0] * np.float32([-1, 1, -1]))


def test_pca_keeps_its_signs_while_codes_drift():
    codes, step = blobs(), blobs(seed=1)
    before, _ = pca(codes, 2)
    for _ in range(20):
        codes = codes + np.float32(0.05) * step
        now, _ = pca(codes, 2, before)
        assert ((now * before).sum(axis=0) > 0).all()
        before = now


def test_pca_takes_the_sign_of_one_axis_from_one_column_of_scores():
    codes = blobs()
    usual = pca(codes, 2)[0]
    turned = pca(codes, 2, -usual[:, 0])[0]
    np.testing.assert_array_equal(turned, usual * np.float32([-1, 1]))


def test_pca_pads_with_zeros_where_codes_have_fewer_numbers():
    codes = blobs()[:, :1]
    coordinates, shares = pca(codes, 3, reference=np.ones((90, 3)))
    assert coordinates.shape == (90, 3)
    assert not coordinates[:, 1:].any()
    np.testing.assert_allclose(abs(coordinates[:, 0]), abs(codes[:, 0] - codes.mean()), atol=1e-5)
    np.testing.assert_allclose(shares, [1, 0, 0])


@pytest.mark.parametrize("codes", [np.ones((5, 4)), np.ones((1, 4)), np.zeros((3, 1))])
def test_pca_of_equal_codes_is_zero(codes):
    coordinates, shares = pca(codes.astype(np.float32), 2)
    assert not coordinates.any()
    assert not shares.any()


# -- UMAP and t-SNE ------------------------------------------------------------------


@pytest.mark.parametrize("method", SLOW)
def test_neighbours_stay_together_and_a_seed_fixes_every_bit(method):
    codes, reports = blobs(), []
    first = lay_out(codes, method, 2, 0, lambda *report: reports.append(report))
    assert first.shape == (90, 2)
    assert first.dtype == np.float32
    assert trustworthiness(codes, first, n_neighbors=8) > 0.9
    np.testing.assert_array_equal(first, lay_out(codes, method, 2, 0, quiet))
    assert (first != lay_out(codes, method, 2, 1, quiet)).any()
    assert lay_out(codes, method, 3, 0, quiet).shape == (90, 3)
    assert reports
    assert all(stage for stage, _ in reports)


def test_umap_reports_its_stages_and_how_far_it_is():
    reports = []
    lay_out(blobs(), "umap", 2, 0, lambda *report: reports.append(report))
    assert list(dict.fromkeys(stage for stage, _ in reports)) == [
        "Loading UMAP",
        "Finding neighbours",
        "Laying out",
    ]
    shares = [share for stage, share in reports if stage == "Laying out"]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == 1


def test_tsne_says_how_long_it_will_take():
    reports = []
    lay_out(blobs(30), "tsne", 2, 0, lambda *report: reports.append(report))
    assert reports == [("t-SNE (about 1 s)", None)]
    assert tsne_seconds(MOST_POINTS, 2) > tsne_seconds(MOST_POINTS // 2, 2)
    assert tsne_seconds(MOST_POINTS, 3) > tsne_seconds(MOST_POINTS, 2)


CODES = {
    "one number": blobs(30)[:, :1],
    "few": blobs(30)[:FEWEST_POINTS],
    "many equal": blobs(6).repeat(8, axis=0),
    "half of them zero": np.vstack([0 * blobs(30), blobs(30)]),
    "two values": np.array([[0], [1]], np.float32).repeat(20, axis=0),
    "huge": blobs(30) * np.float32(1e30),
    "tiny": blobs(30) * np.float32(1e-30),
    "one far away": np.vstack([blobs(30), np.full((1, 6), 1e9, np.float32)]),
}


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("codes", CODES.values(), ids=CODES)
@pytest.mark.parametrize("method", PROJECTIONS)
def test_odd_codes_come_out_finite(method, codes, dimensions):
    coordinates = lay_out(codes, method, dimensions, 0, quiet)
    assert coordinates.shape == (len(codes), dimensions)
    assert np.isfinite(coordinates).all()


@pytest.mark.parametrize("method", SLOW)
@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (blobs(30)[:1], "at least 10 images, not 1"),
        (blobs(30)[:3], "at least 10 images, not 3"),
        (np.ones((40, 4), np.float32), "same code"),
        (np.full((40, 4), np.nan, np.float32), "not finite"),
    ],
)
def test_what_cannot_be_laid_out_is_said(method, codes, expected):
    with pytest.raises(ProjectionError, match=expected):
        lay_out(codes, method, 2, 0, quiet)


# -- kept with a run -----------------------------------------------------------------


@pytest.fixture
def run(tmp_path: Path):
    """Return an untrained run of digits with its first snapshot."""
    config = RunConfig(**defaults("digits"))
    run = RunStore(tmp_path).open(config, load("digits").fingerprint)
    run.save_snapshot(0, initialise(config).state_dict())
    return run


def asked(run, **changes):
    """Return the arguments of a projection of its first snapshot."""
    usual = {"step": 0, "method": "pca", "dimensions": 2, "count": 100, "seed": 0}
    return usual | changes


def ask(run, **changes):
    settings = run.config.as_dict()
    project(str(run.path.parent), settings, progress=quiet, **asked(run, **changes))


def test_a_projection_is_kept_with_its_run(run):
    assert kept(run, **asked(run)) is None
    ask(run)
    images = pixels(load("digits").test_images)
    first = images[order(len(images), "test")[:100]]
    codes = initialise(run.config).requires_grad_(False).encode(as_pixels(first)).numpy()
    np.testing.assert_allclose(kept(run, **asked(run)), pca(codes, 2)[0], atol=1e-5)


def test_a_kept_projection_is_not_made_again(run):
    run.results.save_array(projection_name(0, "pca", 2, 100, 0), np.zeros((1, 2), np.float32))
    ask(run)
    assert kept(run, **asked(run)).shape == (1, 2)


def test_all_images_are_laid_out_where_there_are_fewer_than_asked_for(run):
    ask(run, count=MOST_POINTS)
    assert kept(run, **asked(run, count=MOST_POINTS)).shape == (360, 2)


def test_projections_have_names_of_their_own():
    assert projection_name(1175, "umap", 2, 4000, 0) == "umap-2d-4000-s0-000001175"


@pytest.mark.parametrize(
    ("changes", "error", "expected"),
    [
        ({"method": "magic"}, ProjectionError, "choose one of pca, umap, tsne"),
        ({"dimensions": 4}, ProjectionError, "2 or 3 dimensions, not 4"),
        ({"count": 0}, ProjectionError, "1 to 4,000 images, not 0"),
        ({"count": MOST_POINTS + 1}, ProjectionError, "not 4,001"),
        ({"step": 7}, RunError, "no snapshot of step 7"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(run, changes, error, expected):
    with pytest.raises(error, match=expected):
        ask(run, **changes)
