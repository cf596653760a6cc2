"""The chart of a sweep: every value has its place, whatever is there of it."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest

from aecore.figures_sweep import Series, against, scale


def draw(values, series, lines=None, **more):
    figure = against(
        values, [str(v) for v in values], series, lines or {}, setting="Setting", title="MSE",
        **more,
    )  # fmt: skip
    return go.Figure(figure.to_plotly_json())  # checks what the builder does not


@pytest.mark.parametrize(
    ("values", "kind", "connected"),
    [
        ((2, 4, 8, 16, 32, 64), "log", True),
        ((1e-4, 1e-3, 1e-2), "log", True),
        ((0, 1, 2), "linear", True),
        ((0.1, 0.2, 0.3, 0.5), "linear", True),
        ((0.0, 1e-4, 1e-3, 1.0), "linear", True),
        (("bce", "mse"), "linear", False),
        ((False, True), "linear", False),
        (((), (128, 64)), "linear", False),
        ((16,), "linear", True),
    ],
)
def test_values_stand_where_they_can_be_told_apart(values, kind, connected):
    placed = scale(values)
    assert (placed.kind, placed.connected) == (kind, connected)
    at = np.log(placed.at) if kind == "log" else np.array(placed.at)
    if len(at) > 1:
        assert np.diff(at).min() > np.ptp(at) * 0.015


def test_numbers_that_would_fall_together_stand_evenly():
    assert scale((0.0, 1e-4, 1e-3, 1.0)).at == (0, 1, 2, 3)
    assert scale((0.1, 0.2, 0.5)).at == (0.1, 0.2, 0.5)


def test_what_is_trained_what_is_under_way_and_what_is_to_come_look_different():
    one = Series("Network", [0.05, None, None], [None, 0.07, None])
    figure = draw((2, 4, 16), [one], {"PCA": [0.04, 0.03, 0.01], "Mean image": [0.07] * 3})
    by_name = {trace.name: trace for trace in figure.data}
    assert list(by_name) == ["Network", "Network, in training", "PCA", "Mean image 0.0700"]
    assert list(by_name["Network"].y) == [0.05, None, None]
    assert by_name["Network, in training"].marker.symbol.endswith("-open")
    assert by_name["PCA"].line.dash != by_name["Mean image 0.0700"].line.dash
    assert list(by_name["PCA"].x) == [2, 4, 16]
    low, high = (10**end for end in figure.layout.xaxis.range)
    assert low < by_name["Mean image 0.0700"].x[0] * 1.01
    assert low < 2 < 16 < high
    assert [shape.x0 for shape in figure.layout.shapes] == [16]
    assert list(figure.layout.xaxis.ticktext) == ["2", "4", "16"]


def test_the_axis_stands_still_while_the_chart_fills():
    empty = draw((2, 4, 16), [Series("Network", [None] * 3)])
    full = draw((2, 4, 16), [Series("Network", [0.1, 0.2, 0.3])])
    assert empty.layout.xaxis == full.layout.xaxis
    assert len(empty.layout.annotations) == 1
    assert not full.layout.annotations
    assert len(empty.layout.shapes) == 3


def test_a_range_reaches_from_the_smallest_to_the_largest():
    one = Series("Mean", [0.2, None], [], [0.1, None], [0.5, None])
    bars = draw((2, 4), [one]).data[0].error_y
    assert list(bars.array) == pytest.approx([0.3, 0])
    assert list(bars.arrayminus) == pytest.approx([0.1, 0])


def test_series_and_choices_are_told_apart_without_colour():
    series = [Series(name, [0.1, 0.2]) for name in ("a", "b", "c")]
    traces = draw(("bce", "mse"), series, {"PCA": [0.1, 0.2]}).data
    assert len({trace.marker.symbol for trace in traces[:3]}) == 3
    assert len({trace.x[0] for trace in traces[:3]}) == 3
    assert traces[0].mode == traces[3].mode == "markers"
    joined = draw((1, 2), series).data
    assert len({trace.x[0] for trace in joined}) == 1
    assert joined[0].mode == "lines+markers"


def test_an_allowed_error_is_a_line_across():
    figure = draw((2, 4), [Series("Network", [0.1, 0.05])], allowed=0.07)
    assert figure.data[-1].name == "Allowed error 0.0700"
    assert set(figure.data[-1].y) == {0.07}


@pytest.mark.parametrize("reached", [[None], [0.0], [1e12]])
def test_one_value_and_unusual_numbers_still_make_a_chart(reached):
    low, high = draw((16,), [Series("Network", reached)]).layout.xaxis.range
    assert low < high
