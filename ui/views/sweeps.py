"""The Sweep page: what runs reached, what PCA and the mean image do, and pictures of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aecore import baseline_errors, datasets, evaluation
from aecore.config import RunConfig
from aecore.corruption import Noise
from aecore.datasets import Dataset
from aecore.language import text as _
from aecore.measures import NOTHING
from aecore.reconstruction import reconstruct
from aecore.runs import Run, RunError
from ui.pictures import Row, row, source
from ui.views.frame import Frame, baseline, cached, greys, model, newest_frame, shared
from ui.views.training import example_rows

MOST_COMPONENTS = 512
"""Components for which the error of PCA is known here."""
LINED = {"test_mse": True, "test_mse_clean": False}
"""Measures that PCA and the mean image have, too, and whether it is with the run's noise."""


@dataclass(frozen=True)
class Baselines:
    """Errors of PCA for 0, 1, 2, … components; with none it is the mean image."""

    errors: tuple[float, ...]

    @property
    def mean(self) -> float:
        """The mean image's."""
        return self.errors[0]

    def pca(self, config: RunConfig) -> float | None:
        """Return that of PCA with as many components as a code has numbers.

        None where it is not known, or nothing is left of it.
        """
        q = min(config.code_size, config.pixels)
        known = q < len(self.errors) and self.errors[q] > NOTHING
        return self.errors[q] if known else None

    def fewest(self, allowed: float) -> int | None:
        """Return the fewest components whose error is allowed; None where none is known."""
        return next((q for q, error in enumerate(self.errors) if error <= allowed), None)


def baselines_of(config: RunConfig, measure: str) -> Baselines | None:
    """Return what PCA and the mean image reach on all test images of a run's data.

    Parameters
    ----------
    config : RunConfig
    measure : str
        A key of `aecore.measures.MEASURES`; None is returned where they have none.
    """
    if measure not in LINED:
        return None
    data = datasets.load(config.dataset, config.data_options)
    if baseline(data) is None:
        return None
    noise = config.corruption if LINED[measure] else Noise("none", shape=config.shape)
    return _baselines(data, noise, config.seed if noise else 0)


@shared(64, lambda data, noise, seed: (data.fingerprint, noise, seed))
def _baselines(data: Dataset, noise: Noise, seed: int) -> Baselines:
    known = baseline(data)
    assert known is not None
    errors = baseline_errors.errors(known, data, noise, seed, MOST_COMPONENTS)
    return Baselines(tuple(errors.tolist()))


# -- pictures ------------------------------------------------------------------------


@cached(192)
def _reconstructed(frame: Frame) -> np.ndarray:
    """Return what a network makes of one test image of each class, (k, h, w, 3)."""
    _train, test = evaluation.live_probes(frame.config, frame.data)
    chosen = example_rows(frame.data)
    seen = reconstruct(model(frame), test.clean[chosen], test.noisy[chosen])
    return greys(seen.reconstructed, frame.data)


def frame_of(run: Run) -> Frame | None:
    """Return a run's snapshot at the end of its epochs, or the last before; None if it is gone."""
    data = datasets.load(run.config.dataset, run.config.data_options)
    try:
        return newest_frame(run, run.config.target_step, data)
    except RunError:
        return None


def originals(config: RunConfig) -> Row:
    """Return the row of the test images themselves."""
    data = datasets.load(config.dataset, config.data_options)
    _train, test = evaluation.live_probes(config, data)
    pictures = greys(test.clean[example_rows(data)], data)
    return row(_("Original"), _("from the test {things}", things=_(data.spec.things)), pictures)


def reconstructed_row(frame: Frame, label: str, hint: str) -> Row:
    """Return the row of what a run makes of the test images."""
    return row(label, hint, _reconstructed(frame))


def reconstructed(frame: Frame, k: int) -> str:
    """Return what a run makes of one of the test images, as a data address."""
    pictures = _reconstructed(frame)
    return source(pictures[k : k + 1], 1)


def shown_classes(config: RunConfig) -> Sequence[str]:
    """Return what the test images are, in their order."""
    data = datasets.load(config.dataset, config.data_options)
    _train, test = evaluation.live_probes(config, data)
    labels = data.test_labels[test.index[example_rows(data)].numpy()]
    return [data.classes[label] if label >= 0 else _("outlier") for label in labels.tolist()]
