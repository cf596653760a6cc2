"""What is compared of several snapshots: their curves, their measures, which images to look at."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import torch

from aecore import datasets
from aecore.datasets import Dataset
from aecore.figures_comparison import overlaid
from aecore.language import text as _
from aecore.measurements import Measurement
from aecore.measures import MEASURES, share_of_pca
from aecore.reconstruction import choose
from ui.views.frame import Frame, knows_pca, shared, test_errors, test_labels
from ui.views.reconstructions import components, whole_error, whole_pca_error
from ui.views.training import mse_lines

MOST_POINTS = 150
"""Measurements drawn of each run."""


# -- which images --------------------------------------------------------------------


def shares_test_images(one: Dataset, other: Dataset) -> bool:
    """Tell whether two data sets have the same test images, whatever they train on."""
    return one.fingerprint == other.fingerprint or _digest(one) == _digest(other)


@shared(32, lambda data: data.fingerprint)
def _digest(data: Dataset) -> str:
    images = np.ascontiguousarray(data.test_images)
    kind = repr((images.shape, images.dtype.str, data.span))
    return hashlib.sha256(kind.encode() + images.tobytes()).hexdigest()


def of_each_class(data: Dataset, count: int, seed: int) -> tuple[int, ...]:
    """Return the places of test images of each class in turn."""
    labels = test_labels(data)
    return tuple(choose("classes", torch.zeros(len(labels)), labels, None, count, seed).tolist())


def hardest(frames: Sequence[Frame], count: int) -> tuple[int, ...]:
    """Return the places of the test images with the largest error, mean over all snapshots."""
    errors = torch.stack([test_errors(frame) for frame in frames]).mean(0)
    return tuple(errors.argsort(descending=True, stable=True)[:count].tolist())


def most_different(frames: Sequence[Frame], count: int) -> tuple[int, ...]:
    """Return the places of the test images on which the snapshots' errors are farthest apart."""
    errors = torch.stack([test_errors(frame) for frame in frames])
    spread = errors.max(0).values - errors.min(0).values
    return tuple(spread.argsort(descending=True, stable=True)[:count].tolist())


# -- curves --------------------------------------------------------------------------


def curves(named: Mapping[str, Frame], *, followed: bool = False) -> dict[str, go.Figure]:
    """Return a chart of each loss that is trained, and of the squared error, by what it shows.

    Parameters
    ----------
    named : mapping of str to Frame
        What each run is called.
    followed : bool
        Whether the snapshots are the newest ones; else the epoch they are of is marked.
    """
    measured = {name: _thinned(frame.run.metrics()) for name, frame in named.items()}
    span = (
        float(-max(frame.config.pretraining_span for frame in named.values())),
        max(_last_epoch(frame, measured[name]) for name, frame in named.items()),
    )
    at = None if followed else _looked_at(named, measured)
    common: dict[str, Any] = {"span": span, "order": list(named), "at": at}

    def of(key: str, names: Sequence[str]) -> dict[str, tuple[list[float], list[float]]]:
        return {
            name: (
                [r["epoch"] - named[name].config.pretraining_span for r in measured[name]],
                [r[key] for r in measured[name]],
            )
            for name in names
        }

    found = {}
    losses = {f.config.loss_name: f.config.loss for f in named.values()}
    for loss in [name for name, kind in losses.items() if kind != "mse"]:
        names = [name for name, frame in named.items() if frame.config.loss_name == loss]
        found[loss] = overlaid(
            of("test_loss", names), {}, title=_("{loss} per pixel", loss=_(loss)), **common
        )
    lines = {_(name): at for name, at in reference_lines(list(named.values())).items()}
    found["MSE"] = overlaid(of("test_mse", [*named]), lines, title=_("MSE per pixel"), **common)
    return found


def reference_lines(frames: Sequence[Frame]) -> dict[str, float]:
    """Return the errors of PCA of each code size and of the mean image on the live test images.

    None where the runs do not all have the same images going in.
    """
    first = frames[0]
    if any(
        frame.data.fingerprint != first.data.fingerprint
        or frame.config.corruption != first.config.corruption
        or (frame.config.corruption and frame.config.seed != first.config.seed)
        for frame in frames
    ):
        return {}
    lines: dict[str, float] = {}
    for frame in frames:
        lines |= mse_lines(frame.config, frame.data)
    mean = lines.pop("Mean image", None)
    lines = dict(sorted(lines.items(), key=lambda line: -line[1]))
    return lines if mean is None else lines | {"Mean image": mean}


def _thinned(rows: list[Measurement]) -> list[Measurement]:
    rows = [row for row in rows if row["step"] > 0] or rows
    return rows[: -1 : max(1, len(rows) // MOST_POINTS)] + rows[-1:]


def _last_epoch(frame: Frame, rows: list[Measurement]) -> float:
    config = frame.config
    reached = [row["epoch"] - config.pretraining_span for row in rows[-1:]]
    return max([float(config.epochs), *reached])


def _looked_at(
    named: Mapping[str, Frame], measured: Mapping[str, list[Measurement]]
) -> float | None:
    """Return the epoch that is looked at; None where it is the newest of each run."""
    if all(frame.step >= measured[name][-1]["step"] for name, frame in named.items()
           if measured[name]):  # fmt: skip
        return None
    return max(epochs(frame) for frame in named.values())


# -- measures ------------------------------------------------------------------------


def epochs(frame: Frame) -> float:
    """Return how many epochs a snapshot is trained, pretraining left out; below 0 before."""
    return frame.step / frame.config.steps_per_epoch - frame.config.pretraining_span


def _in_quarters(value: float) -> float:
    quarters = round(4 * value)
    return quarters / 4 if quarters % 4 else quarters // 4


def measured(frame: Frame, *, whole: bool) -> dict[str, float]:
    """Return what is known of a snapshot, by the names of `aecore.measures.MEASURES`.

    Parameters
    ----------
    frame : Frame
    whole : bool
        Whether errors on the whole test split are among them, which takes time.
    """
    config, data, run = frame.config, frame.data, frame.run
    rows = run.metrics()
    row = next((r for r in reversed(rows) if r["step"] <= frame.step), rows[0] if rows else {})
    found = {name: value for name, value in row.items() if name in MEASURES}
    progress = run.progress()
    found |= {
        "code_size": config.code_size,
        "compression": config.pixels / config.code_size,
        "parameters": config.parameters,
        "epochs": _in_quarters(max(0.0, epochs(frame))),
    }
    if progress.seconds > 0:
        found["seconds"] = progress.seconds
    if progress.images_per_second > 0:
        found["images_per_second"] = progress.images_per_second
    if whole:
        found["whole_mse"] = whole_error(frame)
    if knows_pca(data):
        found["pca_mse"] = whole_pca_error(data, components(frame))
        found["mean_mse"] = whole_pca_error(data, 0)
    if "pca_mse" in found and "whole_mse" in found:
        share = share_of_pca(found["whole_mse"], found["pca_mse"])
        found |= {} if share is None else {"pca_ratio": share}
    return found


def has_pictures(frame: Frame) -> bool:
    """Tell whether a run's data are pictures, among which images of one's own can stand."""
    return datasets.has_pictures(frame.config.dataset, frame.config.data_options)
