"""The Train page: examples, filters, codes and losses of a snapshot."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from torch import Tensor

from aecore import evaluation, figures, filters, images
from aecore.config import RunConfig
from aecore.datasets import Dataset
from aecore.objectives import LOSSES, bce_floor
from aecore.reconstruction import one_of_each, reconstruct, spoil
from ui.pictures import Row, row, source
from ui.views.frame import (
    Frame,
    as_images,
    baseline,
    cached,
    model,
    rows_of,
    test_images,
    test_labels,
)
from ui.views.latent import laid_out, latent_places

SHOWN_FILTERS = 64


def _example_rows(data: Dataset) -> Tensor:
    """Return which of the live test images are shown: the first of each class."""
    labels = test_labels(data)[evaluation.order(len(data.test_images), "test")[: evaluation.CHUNK]]
    return one_of_each(labels, len(data.classes))


def _examples(data: Dataset) -> Tensor:
    """Return the places of those images in the test split."""
    return evaluation.order(len(data.test_images), "test")[_example_rows(data)]


@st.cache_resource(max_entries=32, show_spinner=False)
def originals(dataset: str, _data: Dataset) -> list[Row]:
    """Return what there is to see before any training: test images as they are."""
    places = _examples(_data)
    shown = as_images(test_images(_data, places), _data)
    return [row("Original", "from the test images", images.grey(shown))]


@st.cache_resource(max_entries=64, show_spinner=False)
def noisy_preview(dataset: str, noise: str, level: float, seed: int, _data: Dataset) -> list[Row]:
    """Return what the chosen noise does to the images of `originals`."""
    places = _examples(_data)
    spoiled = spoil(test_images(_data, places), places, noise, level, seed)
    return [row("Noisy", "what will go in", images.grey(as_images(spoiled, _data)))]


@cached(128)
def live_strip(frame: Frame) -> list[Row]:
    """Return the rows of the Train page: one image of each class."""
    _, test = evaluation.live_probes(frame.config, frame.data)
    chosen = _example_rows(frame.data)
    seen = reconstruct(model(frame), test.clean[chosen], test.noisy[chosen])
    return rows_of(seen, frame.data, noisy=frame.config.noise != "none")


@cached(128)
def filter_preview(frame: Frame) -> tuple[str, int, int]:
    """Return the first-layer filters as one picture, how many it shows, and how many there are."""
    weights = filters.encoder_filters(model(frame))
    shown = as_images(weights[:SHOWN_FILTERS], frame.data)
    columns = max(4, int(np.ceil(np.sqrt(len(shown)))))
    return source(images.signed(shown), columns), len(shown), len(weights)


def live_counts(data: Dataset) -> tuple[int, int]:
    """Return how many training and test images the live numbers are about."""
    chunk = evaluation.CHUNK
    return min(chunk, len(data.train_images)), min(chunk, len(data.test_images))


@cached(128)
def live_scatter(frame: Frame, has_baseline: bool) -> go.Figure:
    """Return the latent scatter of the Train page: the code itself where it can be drawn."""
    method = "codes" if frame.config.bottleneck <= 2 else "pca"
    laid = laid_out(frame, method, 2, evaluation.CHUNK, (0, 1), frame.config.seed)
    assert laid is not None, "neither has to be asked of the analyst"
    places = latent_places(frame.data, evaluation.CHUNK).numpy()
    labels = frame.data.test_labels[places]
    return figures.scatter(laid.points, labels, frame.data.classes, places, laid.axes, height=350)


@st.cache_resource(max_entries=256, show_spinner=False)
def baseline_errors(
    dataset: str, q: int, noise: str, level: float, seed: int, _config: RunConfig, _data: Dataset
) -> dict[str, float]:
    """Return the MSE per pixel of PCA and of the mean image on the live test images."""
    known = baseline(_data)
    assert known is not None
    _, test = evaluation.live_probes(_config, _data)
    pca = (known.reconstruct(test.noisy, q) - test.clean).square().mean()
    mean = (known.mean - test.clean).square().mean()
    return {f"PCA {q}": float(pca), "Mean image": float(mean)}


def mse_lines(config: RunConfig, data: Dataset) -> dict[str, float]:
    """Return the heights of the dashed lines on the MSE chart; none before they are known."""
    if baseline(data) is None:
        return {}
    q = min(config.bottleneck, config.pixels)
    spoiled = config.noise != "none"
    noise = (config.noise, config.noise_level, config.seed) if spoiled else ("none", 0.0, 0)
    return baseline_errors(config.dataset, q, *noise, config, data)


@st.cache_resource(max_entries=16, show_spinner=False)
def _floor(dataset: str, _data: Dataset) -> float:
    _, test = evaluation.live_probes(RunConfig(dataset=dataset), _data)
    return bce_floor(test.clean)


def curve_figures(frame: Frame, epochs: int) -> list[go.Figure]:
    """Return the loss charts: BCE where it is trained, and MSE always."""
    rows = frame.run.metrics()
    lines = mse_lines(frame.config, frame.data)
    return _curve_figures(
        frame, epochs, int(rows[-1]["step"]) if rows else 0, len(rows), bool(lines)
    )


@cached(96)
def _curve_figures(
    frame: Frame, epochs: int, last: int, count: int, has_lines: bool
) -> list[go.Figure]:
    config = frame.config
    rows = [r for r in frame.run.metrics() if r["step"] > 0] or frame.run.metrics()
    thin = max(1, len(rows) // 300)
    rows = rows[:-1:thin] + rows[-1:]
    at = [r["epoch"] for r in rows]
    common = {
        "last_epoch": max([float(epochs), *at]),
        "at": frame.step / config.steps_per_epoch,
    }
    charts = []
    if config.loss != "mse":
        name = LOSSES[config.loss].short
        charts.append(
            figures.curves(
                at,
                {"Train": [r["train_loss"] for r in rows],
                 "Test": [r["test_loss"] for r in rows]},
                {"Lowest possible": _floor(config.dataset, frame.data)},
                title=f"{name} per pixel", height=170, **common,
            )
        )  # fmt: skip
    charts.append(
        figures.curves(
            at,
            {"Train": [r["train_mse"] for r in rows],
             "Test": [r["test_mse"] for r in rows]},
            mse_lines(config, frame.data),
            title="MSE per pixel", height=170 if charts else 340, **common,
        )
    )  # fmt: skip
    return charts
