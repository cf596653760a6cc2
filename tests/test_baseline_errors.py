"""The error of PCA for all numbers of components at once, against reconstructing with each."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from aecore import baseline_errors, baselines
from aecore.corruption import Noise
from aecore.datasets import load
from aecore.evaluation import pixels, probes
from aecore.training import as_pixels

DATA = load("digits")
KNOWN = baselines.fit(pixels(DATA.train_images))


@pytest.mark.parametrize("noise", [Noise("none"), Noise("gaussian", 0.4), Noise("masking", 0.3)])
def test_errors_are_those_of_reconstructing(noise: Noise) -> None:
    noise = Noise(noise.name, noise.level, False, DATA.shape)
    found = baseline_errors.errors(KNOWN, DATA, noise, 3, 20)
    assert found.shape == (21,)
    for q in (0, 1, 7, 20):
        parts = [
            (KNOWN.reconstruct(probe.noisy, q) - probe.clean).double().square().flatten()
            for probe in probes(pixels(DATA.test_images), "test", noise, 3)
        ]
        assert float(found[q]) == pytest.approx(float(torch.cat(parts).mean()), rel=1e-5)


def test_errors_are_those_of_another_pca() -> None:
    train = as_pixels(pixels(DATA.train_images)).numpy()
    test = as_pixels(pixels(DATA.test_images)).numpy()
    found = baseline_errors.errors(KNOWN, DATA, Noise("none"), 0, 8)
    model = PCA(8, svd_solver="full").fit(train)
    error = np.square(model.inverse_transform(model.transform(test)) - test).mean()
    assert float(found[8]) == pytest.approx(error, rel=1e-4)


def test_more_components_than_pixels_leave_nothing_over() -> None:
    found = baseline_errors.errors(KNOWN, DATA, Noise("none"), 0, 500)
    assert len(found) == DATA.pixels + 1
    assert float(found[-1]) == pytest.approx(0, abs=1e-8)
    assert (found.diff() <= 0).all()
