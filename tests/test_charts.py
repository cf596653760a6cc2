"""What a chart says in words to those who do not see it."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from aecore.figures import curves, scatter
from ui.charts import told


def test_axes_lines_and_their_ends_are_told() -> None:
    figure = curves(
        [0, 1], {"Train": [0.5, 0.3], "Test": [0.5, 0.25]}, {"PCA 3": 0.044}, title="MSE per pixel",
        last_epoch=1,
    )  # fmt: skip
    assert told(figure) == (
        "Chart of MSE per pixel against epoch. It shows: Train ending at 0.300, "
        "Test ending at 0.250, PCA 3 ending at 0.0440."
    )


def test_classes_are_told_and_have_symbols_beside_their_colours() -> None:
    points, labels = np.eye(3, 2, dtype=np.float32), np.arange(3)
    figure = scatter(points, labels, ["cat", "dog", "cow"], labels, ["code 1", "code 2"])
    assert told(figure) == "Chart of code 2 against code 1. It shows: cat, dog, cow."
    assert len({trace.marker.symbol for trace in figure.data}) == 3


def test_an_empty_chart_is_one_all_the_same() -> None:
    assert told(go.Figure()) == "Chart"
