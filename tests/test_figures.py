"""Figures: everything asked for is drawn, with its name, and axes hold still."""

import numpy as np
import plotly.graph_objects as go
import pytest

from aecore.detection import auc, judge, precision_recall, roc
from aecore.figures import CLASS_COLOURS, bars, curves, histogram, scatter
from aecore.figures_detection import precision_recall_curve, roc_curve


def draw(lines, series=None):
    series = series or {"Train MSE": [0.5, 0.04], "Test MSE": [0.6, 0.05]}
    return curves([0.0, 1.0], series, lines, title="MSE per pixel", last_epoch=5)


def notes_of(figure):
    return [note.text for note in figure.layout.annotations]


def test_curves_show_every_series_and_every_line():
    figure = draw({"PCA": 0.02, "Mean image": 0.0674})
    assert [trace.name for trace in figure.data] == ["Train MSE", "Test MSE", "PCA", "Mean image"]
    train, test, pca, mean = figure.data
    assert list(test.x) == [0, 1]
    assert list(test.y) == [0.6, 0.05]
    assert train.line.color != test.line.color
    assert list(pca.y) == [0.02, 0.02]
    assert pca.line.dash != mean.line.dash
    assert notes_of(figure) == ["PCA 0.0200", "Mean image 0.0674"]
    assert [10**note.y for note in figure.layout.annotations] == pytest.approx([0.02, 0.0674])
    low, high = (10**end for end in figure.layout.yaxis.range)
    assert low <= 0.02
    assert high >= 0.6
    assert all(low <= tick <= high for tick in figure.layout.yaxis.tickvals)


@pytest.mark.parametrize(("pca", "sides"), [(0.06, {"top", "bottom"}), (0.02, {"bottom"})])
def test_names_of_close_lines_do_not_touch(pca, sides):
    notes = draw({"PCA 2": pca, "Mean image": 0.0674}).layout.annotations
    assert {note.yanchor for note in notes} == sides
    assert notes[1].yanchor == "bottom"


@pytest.mark.parametrize(
    ("last", "anchor"),
    [(0.017, "left"), (0.3, "right"), (float("nan"), "right"), (0.0, "right")],
)
def test_the_name_of_a_line_keeps_clear_of_a_curve_that_ends_on_it(last, anchor):
    falling = {"Train MSE": [0.5, 0.06, last], "Test MSE": [0.6, 0.06, last]}
    figure = curves(
        [0.0, 2.5, 5.0], falling, {"PCA 32": 0.0168, "Mean image": 0.0674}, title="MSE",
        last_epoch=5,
    )  # fmt: skip
    pca, mean = figure.layout.annotations
    assert pca.xanchor == anchor
    assert mean.xanchor == "right"
    assert pca.x == (0.01 if anchor == "left" else 0.99)


def test_the_epoch_axis_holds_still_while_a_run_grows():
    short = curves([0.0], {"Test": [0.5]}, {}, title="MSE", last_epoch=10)
    grown = curves([0.0, 9.0], {"Test": [0.5, 0.1]}, {}, title="MSE", last_epoch=10)
    assert short.layout.xaxis.range == grown.layout.xaxis.range
    assert short.layout.uirevision == grown.layout.uirevision == "keep"


def test_the_snapshot_looked_at_is_marked():
    figure = curves([0.0, 1.0], {"Test": [0.5, 0.1]}, {}, title="MSE", last_epoch=10, at=0.5)
    assert [line.x0 for line in figure.layout.shapes] == [0.5]
    assert not draw({}).layout.shapes


@pytest.mark.parametrize("nothing", [0.0, 1e-31])
def test_a_perfect_baseline_is_named_but_does_not_stretch_the_axis(nothing):
    figure = draw({"PCA": nothing, "Mean image": 0.07})
    assert notes_of(figure) == ["PCA 0", "Mean image 0.0700"]
    assert "PCA" not in [trace.name for trace in figure.data]
    assert figure.layout.annotations[0].yref == "paper"
    assert 10 ** figure.layout.yaxis.range[0] > 0.01
    figure.to_json()


@pytest.mark.parametrize("values", [[], [0.0, 0.0], [1e-30, 1e30], [np.nan, 0.1], [5e9, 6e9]])
def test_unusual_values_still_make_a_chart(values):
    figure = curves(
        range(len(values)), {"Test": values}, {}, title="MSE", last_epoch=max(1, len(values))
    )
    low, high = figure.layout.yaxis.range or (0, 1)
    assert low < high
    figure.to_json()


def points(m, d, seed=0):
    source = np.random.default_rng(seed)
    labels = np.arange(m) % 3
    return source.normal(size=(m, d)).astype(np.float32), labels, source.permutation(m)


@pytest.mark.parametrize(
    ("m", "d", "kind"), [(30, 2, "scatter"), (2500, 2, "scattergl"), (30, 3, "scatter3d")]
)
def test_points_keep_their_own_ids_and_colours(m, d, kind):
    where, labels, ids = points(m, d)
    axes = [f"axis {k}" for k in range(d)]
    figure = scatter(where, labels, ["a", "b", "absent", "c"][:3], ids, axes)
    assert {trace.type for trace in figure.data} == {kind}
    assert [trace.name for trace in figure.data] == ["a", "b", "absent"]
    assert [t.marker.color for t in figure.data] == list(CLASS_COLOURS[:3])
    for k, trace in enumerate(figure.data):
        mine = np.flatnonzero(labels == k)
        assert np.ravel(trace.customdata).tolist() == ids[mine].tolist()
        np.testing.assert_array_equal(trace.x, where[mine, 0])
        np.testing.assert_array_equal(trace.y, where[mine, 1])


def test_a_class_without_points_keeps_the_others_colours():
    where, labels, ids = points(30, 2)
    figure = scatter(where, labels * 2, ["a", "b", "c", "d", "e"], ids, ["x", "y"])
    assert [trace.name for trace in figure.data] == ["a", "c", "e"]
    assert [t.marker.color for t in figure.data] == [CLASS_COLOURS[k] for k in (0, 2, 4)]


@pytest.mark.parametrize("reach", [1e-9, 0.3, 1.0, 999.9, 1000.0, 1e30])
def test_still_axes_show_every_point_and_are_round(reach):
    where = np.array([[-reach, 0], [reach / 3, reach]], np.float32)
    labels, ids = np.array([0, 0]), np.array([0, 1])
    figure = scatter(where, labels, ["a"], ids, ["x", "y"])
    for values, axis in zip(where.T, (figure.layout.xaxis, figure.layout.yaxis), strict=True):
        low, high = axis.range
        assert low < 0 < high
        assert low <= values.min()
        assert high >= values.max()
        for end in (-low, high):
            digits = end / 10.0 ** np.floor(np.log10(end) + 1e-9)
            assert min(abs(digits - d) for d in (1, 1.5, 2, 3, 5, 7, 10)) < 1e-6


def test_still_axes_do_not_move_with_small_changes():
    where, labels, ids = points(300, 2)
    one = scatter(where, labels, ["a", "b", "c"], ids, ["x", "y"])
    other = scatter(where * 1.03, labels, ["a", "b", "c"], ids, ["x", "y"])
    assert one.layout.xaxis.range == other.layout.xaxis.range


def test_histograms_count_every_value_and_mark_strangers():
    values = np.abs(np.random.default_rng(0).normal(size=500)).astype(np.float32) * 0.01
    figure = histogram(values, {"Shoe": [0.2], "Blank": []}, title="error")
    bar, shoe, blank = figure.data
    assert sum(bar.y) == 500
    assert list(shoe.x) == [0.2]
    assert min(shoe.y) > max(bar.y)
    assert len(blank.x) == 0
    assert figure.layout.xaxis.range[1] >= 0.2


def test_a_mark_beyond_the_reach_of_a_histogram_stands_at_its_edge_with_its_value():
    values = np.linspace(0, 0.03, 50, dtype=np.float32)
    figure = histogram(values, {"Shoe": [0.02, 0.2]}, title="error", line=0.01, reach=0.045)
    shoe = figure.data[1]
    assert list(shoe.x) == [0.02, 0.045]
    assert list(shoe.text) == ["0.0200", "0.200"]
    assert notes_of(figure) == ["1 farther out ▸"]
    assert figure.layout.shapes[0].x0 == figure.layout.shapes[0].x1 == 0.01


@pytest.mark.parametrize("values", [np.zeros(5, np.float32), np.zeros(0, np.float32)])
def test_histograms_of_nothing(values):
    figure = histogram(values, {}, title="error")
    assert sum(figure.data[0].y) == len(values)
    figure.to_json()


def test_one_bar_a_unit():
    figure = bars([0.1, 0.4], ["7", "3"], title="mean activation")
    assert list(figure.data[0].x) == ["7", "3"]
    assert list(figure.data[0].y) == [0.1, 0.4]
    assert figure.layout.xaxis.type == "category"  # numbers of units are names


def _points(count, dimensions):
    points = np.random.default_rng(0).normal(size=(count, dimensions)).astype(np.float32)
    places = np.arange(count)
    return scatter(points, places % 3, ["a", "b", "c"], places, ["x", "y", "z"][:dimensions])


@pytest.mark.parametrize(
    "make",
    [
        lambda: draw({"PCA": 0.02, "Mean image": 0.07}),
        lambda: curves([0, 1], {"Test": [2, 1]}, {}, title="", last_epoch=1, at=0.5, height=200),
        lambda: _points(30, 2),
        lambda: _points(30, 3),
        lambda: _points(2500, 2),
        lambda: histogram(np.linspace(0, 1, 50), {"A shoe": [0.5]}, title="error"),
        lambda: bars([1.0, 2.0], ["0", "1"], title="mean activation"),
    ],
)
def test_plotly_accepts_every_figure(make):
    """Figures are built without Plotly's own checks: here they are made."""
    go.Figure(make().to_dict())


def test_detection_curves_keep_every_jump_and_show_the_threshold():
    scores = np.random.default_rng(0).permutation(5000).astype(float)
    truth = np.zeros(5000, bool)
    truth[:12] = True
    curve, judged = roc(scores, truth), judge(scores, truth, 4000.0)
    drawn = roc_curve(curve, (0.2, judged.recall))
    guess, line, point = drawn.data
    assert len(line.x) < 400
    assert np.trapezoid(line.y, line.x) == pytest.approx(auc(scores, truth))
    assert (point.x[0], point.y[0]) == (0.2, judged.recall)
    assert list(guess.y) == [0, 1]
    against = precision_recall_curve(precision_recall(scores, truth), judged, 12 / 5000)
    assert {*np.unique(against.data[1].x)} == {
        k / 12 for k in range(int(truth[scores.argmax()]), 13)
    }
    nothing = judge(scores, truth, 5000.0)
    assert len(precision_recall_curve(precision_recall(scores, truth), nothing, 0.1).data) == 2
    for figure in (drawn, against):
        go.Figure(figure.to_dict())
