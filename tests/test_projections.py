"""Projections: PCA against scikit-learn's, neighbourhoods kept, seeds, and codes of all kinds."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from aecore.projections import (
    FEWEST_POINTS,
    MOST_POINTS,
    PROJECTIONS,
    ProjectionError,
    check,
    knobs_of,
    lay_out,
    pca,
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


# -- PCA -----------------------------------------------------------------------------


@pytest.mark.parametrize("dimensions", [2, 3])
def test_pca_is_scikit_learns_up_to_sign(dimensions):
    codes = blobs()
    oracle = PCA(dimensions).fit(codes)
    expected = oracle.transform(codes)
    coordinates, shares, centre, axes = pca(codes, dimensions)
    assert coordinates.shape == (90, dimensions)
    assert coordinates.dtype == np.float32
    signs = np.sign((coordinates * expected).sum(axis=0))
    np.testing.assert_allclose(coordinates * signs, expected, atol=1e-4)
    np.testing.assert_allclose(shares, oracle.explained_variance_ratio_, rtol=1e-5)
    np.testing.assert_allclose(centre, oracle.mean_, atol=1e-5)
    np.testing.assert_allclose((codes - centre) @ axes.T, coordinates, atol=1e-4)


def test_pca_takes_its_signs_from_the_reference():
    codes = blobs()
    reference = pca(codes, 3)[0] * np.float32([-1, 1, -1]) + 100
    turned = pca(codes, 3, reference)
    np.testing.assert_array_equal(turned.scores, pca(codes, 3).scores * np.float32([-1, 1, -1]))
    np.testing.assert_allclose((codes - turned.centre) @ turned.axes.T, turned.scores, atol=1e-4)


def test_pca_keeps_its_signs_while_codes_drift():
    codes, step = blobs(), blobs(seed=1)
    before = pca(codes, 2).scores
    for _ in range(20):
        codes = codes + np.float32(0.05) * step
        now = pca(codes, 2, before).scores
        assert ((now * before).sum(axis=0) > 0).all()
        before = now


def test_pca_takes_the_sign_of_one_axis_from_one_column_of_scores():
    codes = blobs()
    usual = pca(codes, 2).scores
    turned = pca(codes, 2, -usual[:, 0]).scores
    np.testing.assert_array_equal(turned, usual * np.float32([-1, 1]))


def test_pca_pads_with_zeros_where_codes_have_fewer_numbers():
    codes = blobs()[:, :1]
    coordinates, shares, _, axes = pca(codes, 3, reference=np.ones((90, 3)))
    assert coordinates.shape == (90, 3)
    assert not coordinates[:, 1:].any()
    np.testing.assert_allclose(np.abs(axes), [[1], [0], [0]])
    np.testing.assert_allclose(abs(coordinates[:, 0]), abs(codes[:, 0] - codes.mean()), atol=1e-5)
    np.testing.assert_allclose(shares, [1, 0, 0])


@pytest.mark.parametrize("codes", [np.ones((5, 4)), np.ones((1, 4)), np.zeros((3, 1))])
def test_pca_of_equal_codes_is_zero(codes):
    coordinates, shares, _, _ = pca(codes.astype(np.float32), 2)
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
