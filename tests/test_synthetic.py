"""One-hot vectors against the unit matrix, and noise against its distribution's moments."""

import numpy as np
import pytest

from aecore import datasets


@pytest.mark.parametrize("length", [2, 4, 8, 9, 64])
def test_one_hot_vectors_are_the_unit_matrix(length: int) -> None:
    data = datasets.load("one-hot", {"length": length})
    assert data.shape == (1, length) and data.train_images.dtype == np.uint8
    np.testing.assert_array_equal(data.train_images[:, 0] / 255, np.eye(length))
    np.testing.assert_array_equal(data.train_images, data.test_images)
    assert data.train_labels.tolist() == list(range(length)) == data.test_labels.tolist()
    assert len(data.classes) == length == len(set(data.classes))


def test_one_hot_classes_are_short() -> None:
    four, sixteen = (datasets.load("one-hot", {"length": n}).classes for n in (4, 16))
    assert four == ("1000", "0100", "0010", "0001")
    assert (sixteen[0], sixteen[-1]) == ("1 of 16", "16 of 16")


def test_noise_has_the_moments_it_says_and_no_structure() -> None:
    uniform = datasets.load("noise").train_images / 255
    gaussian = datasets.load("noise", {"distribution": "gaussian"}).train_images / 255
    assert uniform.mean() == pytest.approx(1 / 2, abs=0.002)
    assert uniform.var() == pytest.approx(1 / 12, rel=0.01 + 2 / 255)
    assert gaussian.mean() == pytest.approx(0.5, abs=0.002)
    assert gaussian.std() == pytest.approx(0.2, rel=0.02)
    assert ((gaussian == 0) | (gaussian == 1)).mean() == pytest.approx(0.0124, abs=0.003)
    between = np.corrcoef(uniform.reshape(10_000, 64).T) - np.eye(64)
    assert np.abs(between).max() < 0.05
    assert datasets.load("noise").classes == ("noise",)
