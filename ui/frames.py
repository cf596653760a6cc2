"""What a snapshot looks like, computed once for all viewers: caches keyed by run and step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import plotly.graph_objects as go
import streamlit as st
import torch
from torch import Tensor

from aecore import baselines, evaluation, figures, filters, images, projections, strangers
from aecore.anomalies import ranking, reconstruction_errors
from aecore.config import RunConfig
from aecore.datasets import Dataset
from aecore.models import Autoencoder, initialise, load_weights
from aecore.objectives import LOSSES, bce_floor
from aecore.reconstruction import Reconstruction, choose, codes, one_of_each, reconstruct, spoil
from aecore.runs import Run, RunError
from aecore.training import as_pixels
from aecore.wording import short
from ui.pictures import Row, Tile, row, source
from ui.server import server

T = TypeVar("T")

SHOWN_FILTERS = 64


@dataclass(frozen=True, eq=False)
class Frame:
    """One snapshot of a run, to be looked at."""

    run: Run
    step: int
    data: Dataset

    @property
    def config(self) -> RunConfig:
        """The run's settings."""
        return self.run.config

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from all others."""
        return self.run.id, self.step


def get_ready() -> None:
    """Compute and draw a little of everything, so that the first viewer waits for none of it."""
    torch.set_num_threads(1)
    config = RunConfig(dataset="digits")
    network, x = initialise(config), torch.zeros(12, config.pixels)
    x[0, 0] = 1
    with torch.no_grad():
        points, _ = projections.pca(network.encode(x).numpy(), 2, None)
    places = np.arange(12)
    charts = [
        figures.scatter(points, places % 2, ("0", "1"), places, ("", "")),
        figures.curves([0, 1], {"Test": [2, 1]}, {"PCA": 1.0}, title="", last_epoch=1, at=0.5),
    ]
    for chart in charts:
        chart.to_json(validate=False)
    source(images.signed(x.numpy().reshape(-1, 8, 8)), 4)


def cached(most: int) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Cache a function of a frame and simple choices; computed once, also for thirty at once."""

    def decorate(function: Callable[..., T]) -> Callable[..., T]:
        def of_key(key: tuple[str, int], choices: tuple[Any, ...], _frame: Frame) -> T:
            return function(_frame, *choices)

        of_key.__qualname__ = f"cached {function.__qualname__}"
        keep = st.cache_resource(max_entries=most, show_spinner=False)(of_key)
        return lambda frame, *choices: keep(frame.key, choices, frame)

    return decorate


@cached(64)
def model(frame: Frame) -> Autoencoder:
    """Return the network as it was.

    Raises
    ------
    RunError
        If the snapshot is gone, damaged or of another network.
    """
    weights = frame.run.weights(frame.step)
    try:
        return load_weights(frame.config, weights)
    except (RuntimeError, KeyError) as error:
        frame.run.distrust(frame.step, error)
        raise RunError("This snapshot belongs to another network; it is made again.") from error


def test_images(data: Dataset, places: Tensor) -> Tensor:
    """Return test images by place, (k, n) in [0, 1]."""
    return as_pixels(evaluation.pixels(data.test_images)[places])


def test_labels(data: Dataset) -> Tensor:
    """Return the test labels, (N,)."""
    return torch.tensor(data.test_labels)


def baseline(data: Dataset) -> baselines.Baseline | None:
    """Return the data set's PCA and mean image, once a worker has fitted them."""
    return baselines.peek(data, server().environment.home)


# -- pictures ------------------------------------------------------------------------


def as_images(rows: Tensor, data: Dataset) -> np.ndarray:
    """Reshape images (k, n) to (k, h, w)."""
    return rows.numpy().reshape(-1, *data.shape)


def rows_of(seen: Reconstruction, data: Dataset, *, noisy: bool, errors: bool = True) -> list[Row]:
    """Return the rows original / noisy / reconstructed / error."""
    rows = [row("Original", "from the test images", images.grey(as_images(seen.original, data)))]
    if noisy:
        rows.append(row("Noisy", "what goes in", images.grey(as_images(seen.noisy, data))))
    rows.append(
        row("Reconstructed", "what comes out", images.grey(as_images(seen.reconstructed, data)))
    )
    if errors:
        difference = as_images(seen.difference, data)
        captions = [short(float(e)) for e in seen.errors]
        rows.append(
            row("Error", "red too bright, blue too dark", images.signed(difference, 1.0), captions)
        )
    return rows


def _example_rows(data: Dataset) -> Tensor:
    """Return which of the live test images are shown: the first of each class."""
    labels = test_labels(data)[evaluation.order(len(data.test_images), "test")[:1000]]
    return one_of_each(labels, len(data.classes))


def _examples(data: Dataset) -> Tensor:
    """Return the places of those images in the test split."""
    return evaluation.order(len(data.test_images), "test")[_example_rows(data)]


@cached(128)
def live_strip(frame: Frame) -> list[Row]:
    """Return the rows of the Train page: one image of each class."""
    _, test = evaluation.live_probes(frame.config, frame.data)
    chosen = _example_rows(frame.data)
    seen = reconstruct(model(frame), test.clean[chosen], test.noisy[chosen])
    return rows_of(seen, frame.data, noisy=frame.config.noise != "none")


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
def filter_preview(frame: Frame) -> tuple[str, int, int]:
    """Return the first-layer filters as one picture, how many it shows, and how many there are."""
    weights = filters.encoder_filters(model(frame))
    shown = as_images(weights[:SHOWN_FILTERS], frame.data)
    columns = max(4, int(np.ceil(np.sqrt(len(shown)))))
    return source(images.signed(shown), columns), len(shown), len(weights)


# -- charts --------------------------------------------------------------------------


@cached(64)
def live_codes(frame: Frame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return codes (m, q) of the live test images, their labels (m,) and places (m,)."""
    _, test = evaluation.live_probes(frame.config, frame.data)
    found = codes(model(frame), test.clean).numpy()
    return found, frame.data.test_labels[test.index.numpy()], test.index.numpy()


def reference(frame: Frame, clean: Tensor) -> np.ndarray | None:
    """Return the images' own principal scores, by which code axes keep their signs."""
    known = baseline(frame.data)
    return None if known is None else known.scores(clean, 3).numpy()


@cached(128)
def live_scatter(frame: Frame, has_baseline: bool) -> go.Figure:
    """Return the latent scatter of the Train page."""
    found, labels, places = live_codes(frame)
    axes = ["code 1", "code 2"]
    if found.shape[1] == 1:
        points = np.hstack([found, np.zeros_like(found)])
        axes[1] = ""
    elif found.shape[1] == 2:
        points = found
    else:
        clean = test_images(frame.data, torch.from_numpy(places))
        points, shares = projections.pca(found, 2, reference(frame, clean))
        axes = [f"component {i + 1} ({share:.0%})" for i, share in enumerate(shares)]
    return figures.scatter(points, labels, frame.data.classes, places, axes, height=380)


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
                {f"Train {name}": [r["train_loss"] for r in rows],
                 f"Test {name}": [r["test_loss"] for r in rows]},
                {"Lowest possible": _floor(config.dataset, frame.data)},
                title=f"{name} per pixel", height=200, **common,
            )
        )  # fmt: skip
    charts.append(
        figures.curves(
            at,
            {"Train MSE": [r["train_mse"] for r in rows],
             "Test MSE": [r["test_mse"] for r in rows]},
            mse_lines(config, frame.data),
            title="MSE per pixel", height=200 if charts else 360, **common,
        )
    )  # fmt: skip
    return charts


# -- whole test split ----------------------------------------------------------------


@cached(24)
def test_errors(frame: Frame) -> Tensor:
    """Return the reconstruction error of every test image, no noise, (N,)."""
    return reconstruction_errors(model(frame), all_test_images(frame.data))


@st.cache_resource(max_entries=3, show_spinner=False)
def _all_test_images(dataset: str, fingerprint: str, _data: Dataset) -> Tensor:
    return as_pixels(evaluation.pixels(_data.test_images))


def all_test_images(data: Dataset) -> Tensor:
    """Return all test images, (N, n) in [0, 1]."""
    return _all_test_images(data.name, data.fingerprint, data)


# -- the other pages' views ----------------------------------------------------------


@dataclass(frozen=True)
class Strips:
    """Chosen images in rows of ten, and what they come to in words."""

    summary: str
    strips: list[list[Row]]


@cached(48)
def chosen_strips(
    frame: Frame, how: str, label: int | None, count: int, seed: int,
    noise: str, level: float, pca: bool,
) -> Strips:  # fmt: skip
    """Return chosen test images with what network and PCA make of them."""
    data, config = frame.data, frame.config
    places = choose(how, test_errors(frame), test_labels(data), label, count, seed)
    clean = test_images(data, places)
    noisy = spoil(clean, places, noise, level, config.seed)
    known = baseline(data) if pca else None
    q = min(config.bottleneck, config.pixels)
    strips, errors, pca_errors = [], [], []
    for part in torch.arange(len(places)).split(10):
        seen = reconstruct(model(frame), clean[part], noisy[part])
        rows = rows_of(seen, data, noisy=noise != "none")
        errors.append(seen.errors)
        if known is not None:
            other = reconstruct(lambda x: known.reconstruct(x, q), clean[part], noisy[part])
            pictures = images.grey(as_images(other.reconstructed, data))
            captions = [short(float(e)) for e in other.errors]
            rows.append(row(f"PCA {q}", "same number of numbers", pictures, captions))
            pca_errors.append(other.errors)
        strips.append(rows)
    if not strips:
        return Strips("There is no such test image.", [])
    summary = (
        f"Reconstruction error of these {len(places)} test images: "
        f"**{short(float(torch.cat(errors).mean()))}** a pixel"
    )
    if pca_errors:
        summary += f", PCA with {q} components **{short(float(torch.cat(pca_errors).mean()))}**"
    summary += (
        f". Whole test split, clean input: {short(float(test_errors(frame).mean()))}."
        " The number under each picture is its own mean squared error per pixel."
    )
    return Strips(summary, strips)


@dataclass(frozen=True)
class FilterKind:
    """One way to look at units: a picture of each, (units, n), and whose activity goes with it."""

    label: str
    help: str
    pictures: Callable[[Autoencoder], Tensor]
    layer: filters.Layer


FILTER_KINDS: dict[str, FilterKind] = {
    "raw": FilterKind(
        "Weights",
        "The weights from the pixels to each first-layer unit.",
        filters.encoder_filters,
        "first",
    ),
    "normalised": FilterKind(
        "Most activating input",
        "The image of length 1 to which each first-layer unit responds most.",
        lambda network: filters.most_activating(filters.encoder_filters(network)),
        "first",
    ),
    "atoms": FilterKind(
        "Decoder atoms",
        "What each unit of the decoder's last hidden layer adds to the picture.",
        filters.decoder_atoms,
        "first",
    ),
}


@dataclass(frozen=True)
class FilterView:
    """Units as tiles, their activity as a chart, and both in words."""

    tiles: list[Tile]
    chart: go.Figure
    summary: str
    scale: str


@cached(48)
def filter_view(frame: Frame, kind: str, order: str, most: int) -> FilterView:
    """Return the units of a snapshot in an order of `aecore.filters.ORDERS`."""
    network, entry = model(frame), FILTER_KINDS[kind]
    _, test = evaluation.live_probes(frame.config, frame.data)
    activity = filters.unit_activity(network, test.clean, entry.layer)
    weights = entry.pictures(network)
    places = filters.arrange(order, weights, activity)[:most]
    limit = float(weights.abs().max()) or 1.0
    pictures = images.signed(as_images(weights[places], frame.data), limit)
    tiles = []
    for picture, unit in zip(pictures, places.tolist(), strict=True):
        dead = bool(activity.dead[unit])
        words = "dead" if dead else f"{short(float(activity.mean[unit]))}"
        tiles.append(
            Tile(
                source(picture[None], 1),
                f"#{unit} · {words}",
                f"Unit {unit}, mean activation {words}",
                marked=dead,
            )
        )
    count, units = int(activity.dead.sum()), len(weights)
    dying = f"**{count} of {units} are dead**: they do nothing on any of these images."
    summary = f"{units} units, {len(tiles)} shown; under each its number and mean activation. " + (
        dying if count else "None is dead."
    )
    chart = figures.bars(
        [float(activity.mean[u]) for u in places.tolist()], [str(u) for u in places.tolist()],
        title="mean activation",
    )  # fmt: skip
    scale = f"Red positive, white 0, blue negative; strongest colour ±{short(limit)}."
    return FilterView(tiles, chart, summary, scale)


@dataclass(frozen=True)
class AnomalyView:
    """The ranked gallery, the histogram, and where each stranger lands."""

    tiles: list[Tile]
    chart: go.Figure
    table: list[dict[str, Any]]
    summary: str


@cached(24)
def anomaly_view(frame: Frame, kinds: tuple[str, ...], most: int) -> AnomalyView:
    """Rank the test images and the chosen strangers by reconstruction error."""
    data = frame.data
    sets = {kind: strangers.images(kind, data.shape) for kind in kinds}
    labels = [label for found in sets.values() for label in found.labels]
    none = np.zeros((0, *data.shape), np.uint8)
    pictures = np.concatenate([none, *(found.images for found in sets.values())])
    foreign = as_pixels(evaluation.pixels(pictures))
    foreign_errors = reconstruction_errors(model(frame), foreign)
    ranked = ranking(test_errors(frame), foreign_errors)
    count = len(data.test_images)
    tiles = []
    for rank, place in enumerate(ranked.order[:most].tolist(), 1):
        strange = place >= count
        picture = pictures[place - count] if strange else data.test_images[place]
        name = labels[place - count] if strange else data.classes[int(data.test_labels[place])]
        error = short(float(ranked.errors[place]))
        tiles.append(
            Tile(
                source(images.grey(picture[None] / 255), 1),
                f"{rank} · {error}" + (f" · {name}" if strange else ""),
                f"Rank {rank}: {name}, reconstruction error {error}",
                marked=strange,
            )
        )
    marks, start = {}, 0
    for kind, found in sets.items():
        end = start + len(found.labels)
        marks[strangers.STRANGERS[kind].label] = foreign_errors[start:end].tolist()
        start = end
    chart = figures.histogram(
        test_errors(frame).numpy(), marks, title="reconstruction error, MSE per pixel"
    )
    table: list[dict[str, Any]] = [
        {
            "picture": source(images.grey(pictures[i : i + 1] / 255), 1),
            "stranger": labels[i],
            "rank": int(rank),
            "error": float(foreign_errors[i]),
        }
        for i, rank in enumerate(ranked.stranger_ranks.tolist())
    ]
    table.sort(key=lambda line: line["rank"])
    worst = float(test_errors(frame).max())
    summary = (
        f"{count:,} test images; the hardest has a reconstruction error of "
        f"**{short(worst)}** a pixel, the median {short(float(test_errors(frame).median()))}."
    )
    if table:
        first = sum(line["rank"] == 1 for line in table)
        summary += f" **{first} of {len(table)}** strangers stand before every test image."
    return AnomalyView(tiles, chart, table, summary)


# -- latent space --------------------------------------------------------------------


def latent_places(data: Dataset, count: int) -> Tensor:
    """Return the places of the first test images in the fixed order, (m,)."""
    return evaluation.order(len(data.test_images), "test")[:count]


@cached(32)
def latent_codes(frame: Frame, count: int) -> np.ndarray:
    """Return the codes of these test images, no noise, (m, q)."""
    return codes(model(frame), test_images(frame.data, latent_places(frame.data, count))).numpy()


@dataclass(frozen=True)
class Laid:
    """Codes laid out: points (m, 2 or 3) and the names of the axes."""

    points: np.ndarray
    axes: list[str]


def laid_out(
    frame: Frame, method: str, dimensions: int, count: int, picked: tuple[int, ...], seed: int
) -> Laid | None:
    """Lay codes out; None where that has to be asked of the analyst first."""
    if method == "codes":
        found = latent_codes(frame, count)
        return Laid(found[:, list(picked)], [f"code {i + 1}" for i in picked])
    if method == "pca":
        return _pca(frame, dimensions, count, baseline(frame.data) is not None)
    points = projections.kept(frame.run, frame.step, method, dimensions, count, seed)
    name = projections.PROJECTIONS[method].label
    return None if points is None else Laid(points, [f"{name} {i + 1}" for i in range(dimensions)])


@cached(32)
def _pca(frame: Frame, dimensions: int, count: int, has_baseline: bool) -> Laid:
    clean = test_images(frame.data, latent_places(frame.data, count))
    points, shares = projections.pca(
        latent_codes(frame, count), dimensions, reference(frame, clean)
    )
    return Laid(points, [f"component {i + 1} ({share:.0%})" for i, share in enumerate(shares)])


@cached(32)
def latent_figure(
    frame: Frame, method: str, dimensions: int, count: int, picked: tuple[int, ...],
    seed: int, has_baseline: bool,
) -> go.Figure | None:  # fmt: skip
    """Return the scatter of `laid_out`, coloured by class."""
    laid = laid_out(frame, method, dimensions, count, picked, seed)
    if laid is None:
        return None
    places = latent_places(frame.data, count).numpy()
    still = method in ("codes", "pca")
    return figures.scatter(
        laid.points, frame.data.test_labels[places], frame.data.classes, places, laid.axes,
        height=620, size=6, still=still,
    )  # fmt: skip


def picked_rows(frame: Frame, places: list[int]) -> list[list[Row]]:
    """Return original and reconstruction of picked test images, ten in a row."""
    rows = []
    for part in torch.tensor(places).split(10):
        clean = test_images(frame.data, part)
        seen = reconstruct(model(frame), clean, clean)
        names = [frame.data.classes[int(frame.data.test_labels[p])] for p in part]
        original = row(
            "Original", "class of each", images.grey(as_images(seen.original, frame.data)), names
        )
        rows.append([original, *rows_of(seen, frame.data, noisy=False)[1:]])
    return rows
