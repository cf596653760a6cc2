"""The error of PCA for every number of components at once, the mean image being that for none."""

from __future__ import annotations

import torch
from torch import Tensor

from aecore.baselines import Baseline
from aecore.corruption import Noise
from aecore.datasets import Dataset
from aecore.evaluation import pixels, probes


@torch.no_grad()
def errors(known: Baseline, data: Dataset, noise: Noise, seed: int, most: int) -> Tensor:
    """Return the MSE per pixel that PCA reaches on all test images, noise on the input.

    Axes are orthogonal, so what each adds can be counted by itself: with the input's score s
    and the clean image's score t on an axis, the squared error changes by s² - 2st.

    Parameters
    ----------
    known : Baseline
    data : Dataset
    noise, seed
        Fix the corruption, as in `aecore.evaluation.probes`.
    most : int
        Components, at least 0; more than there are count as all.

    Returns
    -------
    Tensor, shape (min(most, n) + 1,), float64
        For 0, 1, 2, … components.
    """
    most = min(most, data.pixels)
    total, count = torch.zeros(most + 1, dtype=torch.float64), 0
    for probe in probes(pixels(data.test_images), "test", noise, seed):
        clean = known.scores(probe.clean, most).double()  # (m, most)
        seen = clean
        if probe.noisy is not probe.clean:
            seen = known.scores(probe.noisy, most).double()
        total[0] += (probe.clean - known.mean).double().square().sum()
        total[1:] += (seen.square() - 2 * seen * clean).sum(0)
        count += len(probe.clean)
    return total.cumsum(0).clamp(min=0) / (count * data.pixels)
