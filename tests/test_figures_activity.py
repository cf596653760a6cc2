"""Histograms of a unit's values by class: every image is counted, in its own row."""

import numpy as np
import plotly.graph_objects as go
import pytest

from aecore.figures import CLASS_COLOURS
from aecore.figures_activity import MOST_CLASSES, values_by_class


def draw(values, labels, silent=None, count=10):
    names = [f"class {k}" for k in range(count)]
    return values_by_class(
        np.asarray(values, np.float32), np.asarray(labels), names, title="value", silent=silent
    )


def rows(figure):
    return [t for t in figure.data if t["type"] == "bar"]


def means(figure):
    return [t for t in figure.data if t["type"] == "scatter"]


def test_every_class_has_a_row_with_all_of_its_images():
    random = np.random.default_rng(0)
    labels = random.integers(0, 10, 500)
    values = random.normal(size=500) + labels
    figure = draw(values, labels)
    assert [t["name"] for t in rows(figure)] == [f"class {k}" for k in range(10)]
    assert [t["marker"]["color"] for t in rows(figure)] == list(CLASS_COLOURS)
    for trace, mean, k in zip(rows(figure), means(figure), range(10), strict=True):
        assert sum(trace["customdata"]) == pytest.approx(1)
        assert trace["base"] == 9 - k == mean["y"][0]  # the first class at the top
        assert mean["x"][0] == pytest.approx(values[labels == k].mean(), abs=1e-5)
        low, high = figure.layout["xaxis"]["range"]
        assert low <= values[labels == k].min() and values[labels == k].max() <= high
        assert max(trace["y"]) < 1
    pairs = [p for t in rows(figure) for p in zip(t["y"], t["customdata"], strict=True)]
    heights = {round(height / share, 9) for height, share in pairs if share}
    assert len(heights) == 1  # all on the same scale


def test_silent_images_are_told_and_not_drawn():
    values, labels = [0, 0, 0, 2, 1, 2], [0, 0, 1, 1, 2, 2]
    figure = draw(values, labels, silent=0.0)
    assert [sum(t["customdata"]) for t in rows(figure)] == [0, 0.5, 1]
    assert [n["text"] for n in figure.layout["annotations"]] == ["silent 100 %", "silent 50 %"]
    assert [t["x"][0] for t in means(figure)] == [0, 1, 1.5]  # the mean is of all


def test_outliers_belong_to_no_class():
    figure = draw([1, 2, 50], [0, 1, -1])
    assert len(rows(figure)) == 2
    assert figure.layout["xaxis"]["range"][1] < 50


def test_of_many_classes_those_with_the_largest_means_are_shown():
    count = MOST_CLASSES + 5
    figure = draw(np.arange(count), np.arange(count), count=count)
    assert [t["name"] for t in rows(figure)] == [f"class {k}" for k in range(5, count)]


@pytest.mark.parametrize("values", [[0, 0, 0], [1e-9, 0, 0], [-5, -4, -3], [1e6, -1e6, 0]])
@pytest.mark.parametrize("silent", [None, 0.0])
def test_plotly_accepts_it(values, silent):
    figure = draw(values, [0, 1, 1], silent=silent)
    go.Figure(figure.to_dict())
    low, high = figure.layout["xaxis"]["range"]
    assert low <= min(*values, 0) and high > max(*values, 0)
