"""The usual detectors: against NumPy, kept with the data set, and better than guessing."""

from pathlib import Path

import numpy as np
import pytest

from aecore import detectors
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.detection import auc
from aecore.detectors import DETECTORS, compare, detect, kept
from aecore.strangers import images

SETTINGS = RunConfig(dataset="digits", bottleneck=6)


def uniform(count: int, width: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((count, width), np.float32)


def test_pca_error_is_what_the_components_leave_over() -> None:
    training, asked = uniform(80, 12, 0), uniform(30, 12, 1)
    mean = training.mean(axis=0, dtype=np.float64)
    axes = np.linalg.svd(training - mean, full_matrices=False)[2][:5]
    centred = asked - mean
    expected = np.square(centred - centred @ axes.T @ axes).mean(axis=1)
    np.testing.assert_allclose(detect("pca", training, asked, 5, 0).scores, expected, rtol=1e-3)


def test_distance_is_that_to_the_fifth_nearest() -> None:
    training, asked = uniform(80, 12, 0), uniform(30, 12, 1)
    every = np.linalg.norm(asked[:, None] - training[None], axis=2)
    found = detect("neighbours", training, asked, 5, 0).scores
    np.testing.assert_allclose(found, np.sort(every, axis=1)[:, 4], rtol=1e-4)


@pytest.mark.parametrize("name", DETECTORS)
def test_every_detector_finds_what_lies_far_out(name: str) -> None:
    training = uniform(200, 6, 0)
    asked = np.concatenate([uniform(1100, 6, 1), uniform(20, 6, 2) * 8 + 4])
    told: list[float] = []
    outcome = detect(name, training, asked, 2, 0, told.append)
    assert auc(outcome.scores, np.arange(1120) >= 1100) > 0.99
    assert told[-1] == 1
    assert outcome.fit_s >= 0 and outcome.score_s >= 0
    again = detect(name, training, asked, 2, 0)
    np.testing.assert_array_equal(again.scores, outcome.scores)


@pytest.mark.parametrize("name", DETECTORS)
def test_few_images_and_many_components(name: str) -> None:
    outcome = detect(name, uniform(3, 4, 0), uniform(2, 4, 1), 9, 0)
    assert outcome.scores.shape == (2,)
    assert np.isfinite(outcome.scores).all()


def test_what_was_found_is_kept_with_the_data_set(tmp_path: Path) -> None:
    data = load("digits")
    strange = images("noise", data.shape).images
    stages = []

    def work(settings: RunConfig) -> None:
        stages.clear()
        compare(
            str(tmp_path), settings.as_dict(), [strange], "noise", lambda s, f: stages.append(s)
        )

    assert kept(tmp_path, data.fingerprint, 6, "noise") is None
    work(SETTINGS)
    found = kept(tmp_path, data.fingerprint, 6, "noise")
    assert found is not None and list(found) == list(DETECTORS)
    truth = np.arange(len(data.test_images) + len(strange)) >= len(data.test_images)
    for outcome in found.values():
        assert outcome.scores.shape == truth.shape
        assert auc(outcome.scores, truth) > 0.9
    assert kept(tmp_path, data.fingerprint, 6, "others") is None
    work(SETTINGS)
    assert not stages
    work(RunConfig(dataset="digits", bottleneck=3))  # another PCA, the others as they were
    assert set(stages) == {DETECTORS["pca"].label}


def test_every_detector_has_words_for_a_page() -> None:
    for name, detector in DETECTORS.items():
        assert detector.name == name and detector.label and detector.help.endswith(".")
    assert detectors.MOST_TRAINING <= 10_000
