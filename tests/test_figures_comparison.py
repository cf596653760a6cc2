"""Curves of several runs in one figure, checked by Plotly itself."""

import plotly.graph_objects as go

from aecore.figures_comparison import LOOKS, overlaid


def test_each_run_has_a_curve_on_its_own_epochs():
    figure = overlaid(
        {"A": ([0, 1, 2], [0.3, 0.2, 0.1]), "B<i>": ([-1, 0.5], [0.4, 0.05])},
        {"PCA 8": 0.08, "PCA 16": 0.04, "Mean image": 0.2},
        title="MSE per pixel", span=(-1.0, 2.0), at=1.5,
    )  # fmt: skip
    go.Figure(figure.to_dict())  # raises where Plotly does not know something
    curves = [trace for trace in figure.data if trace.mode == "lines+markers"]
    assert [list(trace.x) for trace in curves] == [[0, 1, 2], [-1, 0.5]]
    assert [trace.name for trace in curves] == ["A", "B&lt;i&gt;"]
    assert len(figure.data) == 5
    assert figure.layout.shapes[0].x0 == 1.5
    # PCA of two sizes looks the same, the mean image does not
    pca, other, mean = (trace.line.dash for trace in figure.data[2:])
    assert pca == other != mean


def test_a_run_looks_the_same_in_every_figure_and_not_by_its_colour_alone():
    names = ["A", "B", "C", "D", "E", "F"]
    curves = {name: ([0, 1], [0.2, 0.1]) for name in names}
    every = overlaid(curves, {}, title="", span=(0, 1), order=names)
    some = overlaid({"C": curves["C"]}, {}, title="", span=(0, 1), order=names)
    assert some.data[0].line == every.data[2].line
    assert len({(t.line.dash, t.marker.symbol) for t in every.data}) == 6
    assert len({trace.line.color for trace in every.data}) == 6
    assert len(LOOKS) > 6
