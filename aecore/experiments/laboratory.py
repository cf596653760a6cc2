"""Where an experiment's runs are looked at: trained networks, data and baselines by name."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import torch
from PIL import Image
from torch import Tensor

from aecore import baselines, datasets, evaluation
from aecore.config import RunConfig
from aecore.datasets import Dataset
from aecore.measurements import Measurement
from aecore.models import Autoencoder, load_weights
from aecore.reconstruction import codes
from aecore.runs import Run
from aecore.slices import final_weights, whole_result
from aecore.training import as_pixels


@dataclass
class Found:
    """What an analysis came to.

    Attributes
    ----------
    values : dict of str to float
    figures : dict of str to Image or Figure
        By the name of the file they would be written to, without its ending.
    """

    values: dict[str, float] = field(default_factory=dict)
    figures: dict[str, Image.Image | go.Figure] = field(default_factory=dict)


class Subject:
    """One trained run: the network, its data, and what follows from both."""

    def __init__(self, name: str, run: Run, home: Path) -> None:
        self.name, self.run, self.home = name, run, home

    @property
    def config(self) -> RunConfig:
        """The run's settings."""
        return self.run.config

    @cached_property
    def data(self) -> Dataset:
        """The data set it learned from."""
        return datasets.load(self.config.dataset, self.config.data_options)

    @cached_property
    def model(self) -> Autoencoder:
        """The network at the end of its epochs."""
        return load_weights(self.config, final_weights(self.run))

    @cached_property
    def whole(self) -> dict[str, float]:
        """Losses and errors on the whole splits, see `aecore.evaluation.measure_whole`."""
        return whole_result(self.run)

    @property
    def test(self) -> Tensor:
        """All test images, (N, n)."""
        return _images(self.data, "test")

    @property
    def train(self) -> Tensor:
        """All training images, (N, n)."""
        return _images(self.data, "train")

    @property
    def test_labels(self) -> Tensor:
        """Labels of the test images, (N,)."""
        return torch.tensor(self.data.test_labels)

    @property
    def train_labels(self) -> Tensor:
        """Labels of the training images, (N,)."""
        return torch.tensor(self.data.train_labels)

    @cached_property
    def test_codes(self) -> Tensor:
        """Codes of all test images, no noise, (N, q)."""
        return codes(self.model, self.test)

    @cached_property
    def train_codes(self) -> Tensor:
        """Codes of all training images, no noise, (N, q)."""
        return codes(self.model, self.train)

    @cached_property
    def baseline(self) -> baselines.Baseline:
        """PCA and mean image of its data."""
        return baselines.ensure(self.data, self.home)

    def rows(self) -> list[Measurement]:
        """Return the live measurements, see `aecore.evaluation.measure`."""
        return self.run.metrics()


@lru_cache(maxsize=4)
def _images(data: Dataset, split: str) -> Tensor:
    stored = data.train_images if split == "train" else data.test_images
    return as_pixels(evaluation.pixels(stored))


@dataclass
class Laboratory:
    """The subjects of an experiment, of one seed.

    Attributes
    ----------
    subjects : mapping of str to Subject
    seed : int
    say : callable
        Told what is being done.
    """

    subjects: Mapping[str, Subject]
    seed: int
    say: Callable[[str], None] = lambda text: None

    def __getitem__(self, name: str) -> Subject:
        return self.subjects[name]

    def names(self) -> list[str]:
        """Return the runs' names, in the experiment's order."""
        return list(self.subjects)


def as_file(figure: Image.Image | go.Figure) -> tuple[str, bytes]:
    """Return a figure's file ending and content: PNG for pictures, HTML for charts."""
    if isinstance(figure, Image.Image):
        buffer = io.BytesIO()
        figure.save(buffer, "PNG")
        return "png", buffer.getvalue()
    html: Any = figure.to_html(include_plotlyjs="cdn", full_html=True)
    return "html", html.encode()
