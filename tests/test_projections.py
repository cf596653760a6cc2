"""Projections: neighbourhoods kept, seeds, knobs, and codes of all kinds."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from aecore.projections import (
    FEWEST_POINTS,
    MOST_POINTS,
    PROJECTIONS,
    ProjectionError,
    check,
    knobs_of,
    lay_out,
)

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


def test_tsne_reports_how_far_it_is():
    reports = []
    lay_out(blobs(), "tsne", 2, 0, lambda *report: reports.append(report))
    shares = [share for stage, share in reports if stage == "Laying out"]
    assert len(shares) > 5
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] <= 1


@pytest.mark.parametrize("method", SLOW)
def test_it_is_said_about_how_long_a_layout_takes(method):
    seconds = PROJECTIONS[method].seconds
    assert 0 < seconds(1000, 2) < seconds(MOST_POINTS, 2) <= seconds(MOST_POINTS, 3)


# -- knobs ---------------------------------------------------------------------------

TURNED = {
    "umap neighbours": ("umap", {"neighbours": 5}),
    "umap distance": ("umap", {"distance": 0.99}),
    "umap metric": ("umap", {"metric": "cosine"}),
    "tsne perplexity": ("tsne", {"perplexity": 5}),
}


@pytest.mark.parametrize(("method", "knobs"), TURNED.values(), ids=TURNED)
def test_every_knob_does_something(method, knobs):
    codes = blobs()
    turned = lay_out(codes, method, 2, 0, quiet, knobs)
    assert np.isfinite(turned).all()
    assert (turned != lay_out(codes, method, 2, 0, quiet)).any()
    name = next(iter(knobs))
    usual = {name: knobs_of(method)[name]}
    np.testing.assert_array_equal(
        lay_out(codes, method, 2, 0, quiet, usual), lay_out(codes, method, 2, 0, quiet)
    )


def test_cosine_goes_by_angles_alone():
    directions = blobs(60)
    lengths = np.random.default_rng(1).uniform(0.1, 10, (60, 1)).astype(np.float32)
    laid = lay_out(directions * lengths, "umap", 2, 0, quiet, {"metric": "cosine"})
    unit = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    assert trustworthiness(unit, laid, n_neighbors=8) > 0.9


@pytest.mark.parametrize("method", SLOW)
def test_the_ends_of_every_knob_can_be_laid_out(method):
    check(method, 2, 100, tuple(knobs_of(method).items()))
    for knob in PROJECTIONS[method].knobs:
        assert knob.default in knob.stops
        assert knob.help.endswith(".")
        for end in (knob.stops[0], knob.stops[-1]):
            laid = lay_out(blobs(30), method, 2, 0, quiet, {knob.name: end})
            assert np.isfinite(laid).all()


@pytest.mark.parametrize(
    ("method", "knobs", "expected"),
    [
        ("umap", {"neighbours": 1}, "Neighbours must be 5 to 200, not 1"),
        ("umap", {"metric": "taxi"}, "Distance must be euclidean or cosine, not taxi"),
        ("umap", {"distance": True}, "Smallest distance must be 0.0 to 0.99, not True"),
        ("umap", {"perplexity": 30}, "UMAP has no knob 'perplexity', only neighbours, distance"),
        ("pca", {"seed": 3}, "PCA has no knob 'seed', only none at all"),
        ("tsne", {"perplexity": "many"}, "Perplexity must be 5 to 100, not many"),
    ],
)
def test_a_knob_that_makes_no_sense_is_refused(method, knobs, expected):
    with pytest.raises(ProjectionError, match=expected):
        lay_out(blobs(30), method, 2, 0, quiet, knobs)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (("magic", 2, 10), "choose one of pca, umap, tsne"),
        (("pca", 4, 10), "2 or 3 dimensions, not 4"),
        (("pca", 2, 0), "1 to 10,000 images, not 0"),
        (("pca", 2, MOST_POINTS + 1), "not 10,001"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(choice, expected):
    with pytest.raises(ProjectionError, match=expected):
        check(*choice)


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
