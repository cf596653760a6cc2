"""The Train page: examples, filters, codes and losses of a snapshot."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import torch
from torch import Tensor

from aecore import evaluation, figures, filters, images, language
from aecore.config import RunConfig
from aecore.corruption import Noise
from aecore.datasets import Dataset
from aecore.diagnostics import diagnose
from aecore.language import text as _
from aecore.layouts import Layout
from aecore.measurements import Measurement
from aecore.objectives import PENALTIES, bce_floor
from aecore.own_images import OwnImages
from aecore.reconstruction import one_of_each, reconstruct, spoil
from aecore.training import as_pixels
from aecore.wording import sentences, short
from ui.pictures import Row, row, source
from ui.views.frame import (
    Frame,
    baseline,
    cached,
    class_names,
    first_places,
    greys,
    model,
    rows_of,
    shared,
    test_images,
    test_labels,
)
from ui.views.latent import laid_out

SHOWN_FILTERS = 64
STRIP_OWN = 3
"""Own images at the end of the strip."""


def example_rows(data: Dataset) -> Tensor:
    """Return which of the live test images are shown: the first of each class."""
    labels = test_labels(data)[first_places(data, evaluation.CHUNK)]
    return one_of_each(labels, len(data.classes))


def _examples(data: Dataset) -> Tensor:
    """Return the places of those images in the test split."""
    return evaluation.order(len(data.test_images), "test")[example_rows(data)]


def _seen_before(config: RunConfig, data: Dataset, own: OwnImages) -> Hashable:
    noise = config.corruption, config.seed
    return data.fingerprint, *noise, own.fingerprint, language.current()


@shared(64, _seen_before)
def preview(config: RunConfig, data: Dataset, own: OwnImages) -> list[Row]:
    """Return what there is to see before any training: images, and what noise does to them."""
    places = _examples(data)
    clean = test_images(data, places)
    if len(own):
        clean = torch.cat([clean, _own_pixels(own, data)])
        places = torch.cat([places, len(data.test_images) + torch.arange(len(own))])
    hint = _("from the test {things}", things=_(data.spec.things))
    rows = [_with_own(row(_("Original"), hint, greys(clean, data)), own)]
    if config.corruption:
        spoiled = spoil(clean, places, config.corruption, config.seed)
        rows.append(row(_("Noisy"), _("what will go in"), greys(spoiled, data)))
    return rows


@cached(128)
def live_strip(frame: Frame, own: OwnImages) -> list[Row]:
    """Return the rows of the Train page: one image of each class, and the newest own ones."""
    _train, test = evaluation.live_probes(frame.config, frame.data)
    chosen = example_rows(frame.data)
    clean, noisy = test.clean[chosen], test.noisy[chosen]
    if len(own):
        mine = _own_pixels(own, frame.data)
        places = len(frame.data.test_images) + torch.arange(len(mine))
        spoiled = spoil(mine, places, frame.config.corruption, frame.config.seed)
        clean, noisy = torch.cat([clean, mine]), torch.cat([noisy, spoiled])
    seen = reconstruct(model(frame), clean, noisy)
    first, *others = rows_of(seen, frame.data, noisy=frame.config.noise != "none")
    return [_with_own(first, own), *others]


def newest_own(own: OwnImages) -> OwnImages:
    """Return the own images that stand at the end of the strip."""
    return own.of(range(max(0, len(own) - STRIP_OWN), len(own)))


def _own_pixels(own: OwnImages, data: Dataset) -> Tensor:
    return as_pixels(evaluation.pixels(own.fitted(data.shape)))


def _with_own(first: Row, own: OwnImages) -> Row:
    """Say of the row of originals that the last ones are one's own, if they are."""
    if not len(own):
        return first
    which = (
        _("the last one is yours")
        if len(own) == 1
        else _("the last {count} are yours", count=len(own))
    )
    return replace(first, hint=_("; ").join([first.hint, which]))


@cached(128)
def filter_preview(frame: Frame) -> tuple[str, int, int]:
    """Return the first-layer filters as one picture, how many it shows, and how many there are."""
    network = model(frame)
    weights = filters.encoder_filters(network)
    shown = weights[:SHOWN_FILTERS].view(-1, *network.filter_shape).numpy()
    columns = max(4, int(np.ceil(np.sqrt(len(shown)))))
    return source(images.signed(shown), columns), len(shown), len(weights)


def live_counts(data: Dataset) -> tuple[int, int]:
    """Return how many training and test images the live numbers are about."""
    chunk = evaluation.CHUNK
    return min(chunk, len(data.train_images)), min(chunk, len(data.test_images))


@cached(128)
def live_scatter(frame: Frame, has_baseline: bool) -> go.Figure:
    """Return the latent scatter of the Train page: the code itself where it can be drawn."""
    method = "codes" if frame.config.code_size <= 2 else "pca"
    laid = laid_out(frame, Layout(method, 2, evaluation.CHUNK, (0, 1)))
    assert laid is not None, "neither has to be asked of the analyst"
    places = first_places(frame.data, evaluation.CHUNK).numpy()
    labels = frame.data.test_labels[places]
    return figures.scatter(
        laid.points, labels, class_names(frame.data), places, laid.axes, height=350
    )


@shared(256, lambda config, data: (data.fingerprint, *_units_and_noise(config)))
def _baseline_errors(config: RunConfig, data: Dataset) -> dict[str, float]:
    """Return the MSE per pixel of PCA and of the mean image on the live test images."""
    known = baseline(data)
    assert known is not None
    q = _units_and_noise(config)[0]
    _train, test = evaluation.live_probes(config, data)
    pca = (known.reconstruct(test.noisy, q) - test.clean).square().mean()
    mean = (known.mean - test.clean).square().mean()
    return {f"PCA {q}": float(pca), "Mean image": float(mean)}


def mse_lines(config: RunConfig, data: Dataset) -> dict[str, float]:
    """Return the heights of the dashed lines on the MSE chart; none before they are known."""
    if baseline(data) is None:
        return {}
    return _baseline_errors(config, data)


def _units_and_noise(config: RunConfig) -> tuple[int, Noise, int]:
    """Return what the errors of PCA and the mean image depend on beside the data."""
    seed = config.seed if config.corruption else 0
    return min(config.code_size, config.pixels), config.corruption, seed


@shared(16, lambda config, data: data.fingerprint)
def _floor(config: RunConfig, data: Dataset) -> float:
    _train, test = evaluation.live_probes(config, data)
    return bce_floor(test.clean)


def curve_figures(frame: Frame, epochs: int) -> list[go.Figure]:
    """Return the loss charts: BCE where it is trained, and MSE always."""
    rows = frame.run.metrics()
    lines = mse_lines(frame.config, frame.data)
    return _curve_figures(
        frame, epochs, int(rows[-1]["step"]) if rows else 0, len(rows), bool(lines)
    )


def _epochs_of(config: RunConfig, rows: list[Measurement]) -> list[float]:
    """Return the epochs of measurements; those of pretraining come before 0."""
    return [r["epoch"] - config.pretraining_span for r in rows]


def _span(config: RunConfig, epochs: int, at: list[float], step: int) -> dict[str, Any]:
    """Return the ends of the axis of epochs, and the place on it that is looked at."""
    return {
        "first_epoch": float(-config.pretraining_span),
        "last_epoch": max([float(epochs), *at]),
        "at": step / config.steps_per_epoch - config.pretraining_span,
    }


@cached(96)
def _curve_figures(
    frame: Frame, epochs: int, last: int, count: int, has_lines: bool
) -> list[go.Figure]:
    config = frame.config
    rows = [r for r in frame.run.metrics() if r["step"] > 0] or frame.run.metrics()
    thin = max(1, len(rows) // 300)
    rows = rows[:-1:thin] + rows[-1:]
    at = _epochs_of(config, rows)
    common = _span(config, epochs, at, frame.step) | {"pale": _("Train")}
    charts = []
    if config.loss != "mse":
        name = _(config.loss_name)
        charts.append(
            figures.curves(
                at,
                {_("Train"): [r["train_loss"] for r in rows],
                 _("Test"): [r["test_loss"] for r in rows]},
                {_("Lowest possible"): _floor(config, frame.data)},
                title=_("{name} per pixel", name=name), height=170, **common,
            )
        )  # fmt: skip
    charts.append(
        figures.curves(
            at,
            {_("Train"): [r["train_mse"] for r in rows],
             _("Test"): [r["test_mse"] for r in rows]},
            {_(name): at for name, at in mse_lines(config, frame.data).items()},
            title=_("MSE per pixel"), height=170 if charts else 340, **common,
        )
    )  # fmt: skip
    return charts


@dataclass(frozen=True)
class Part:
    """Something to show beside the common pictures: a chart, and what it comes to in words."""

    label: str
    hint: str
    figure: go.Figure
    summary: str


def loss_parts(frame: Frame, epochs: int) -> Part | None:
    """Return what training makes small, part by part; None where the loss has only one."""
    rows = frame.run.metrics()
    if not frame.config.penalties or not rows:
        return None
    return _loss_parts(frame, epochs, int(rows[-1]["step"]), len(rows))


@cached(96)
def _loss_parts(frame: Frame, epochs: int, last: int, count: int) -> Part:
    config = frame.config
    rows = [r for r in frame.run.metrics() if r["step"] > 0] or frame.run.metrics()
    here = next((r for r in reversed(rows) if r["step"] <= frame.step), rows[0])
    rows = rows[: -1 : max(1, len(rows) // 300)] + rows[-1:]
    at = _epochs_of(config, rows)
    names = {"train_loss": _("Reconstruction")}
    names |= {p: _(PENALTIES[p].label) for p in config.penalties}
    series = {label: [r.get(name, 0.0) for r in rows] for name, label in names.items()}
    figure = figures.curves(
        at, series, {}, title=_("per pixel"), height=240, **_span(config, epochs, at, frame.step)
    )
    values = {label: here.get(name, 0.0) for name, label in names.items()}
    total = sum(values.values())
    words = " + ".join(f"{label} {short(value)}" for label, value in values.items())
    summary = _(
        "{words} = **{total}** a pixel, {whole} an image.",
        words=words,
        total=short(total),
        whole=short(total * config.pixels),
    )
    count, _tested = live_counts(frame.data)
    hint = _("what training makes small, {count:,} training images", count=count)
    return Part(_("Loss in its parts"), hint, figure, summary)


@cached(96)
def about(frame: Frame, has_baseline: bool) -> list[Part]:
    """Return what the run's kind is about, on the live test images."""
    _train, test = evaluation.live_probes(frame.config, frame.data)
    found = diagnose(model(frame), test.clean, baseline(frame.data))
    return [
        Part(
            _(entry.label),
            sentences([_(entry.help), _("{count:,} test images.", count=len(test.clean))]),
            figures.bars(
                finding.values.tolist(), [str(i + 1) for i in range(len(finding.values))],
                title=_(entry.axis), line=finding.line, per=_(entry.per),
            )
            if entry.per != "image"
            else figures.histogram(finding.values, {}, title=_(entry.axis), height=240),
            finding.summary,
        )
        for entry, finding in found
    ]  # fmt: skip


@dataclass(frozen=True)
class CodeLine:
    """One input of a small problem with its code and its output."""

    name: str
    code: list[float]
    output: list[float]
    right: bool


@cached(96)
def code_table(frame: Frame) -> list[CodeLine]:
    """Return every input's code and output, for data where each input is one of few."""
    inputs = test_images(frame.data, torch.arange(len(frame.data.test_images)))
    network = model(frame)
    with torch.no_grad():
        found = network.encode(inputs)
        outputs = network.decode(found)
    return [
        CodeLine(name, code, output, max(range(len(output)), key=output.__getitem__) == k)
        for k, (name, code, output) in enumerate(
            zip(class_names(frame.data), found.tolist(), outputs.tolist(), strict=True)
        )
    ]
