"""Reconstruction errors: how long ranking all of MNIST's test images and a stranger takes."""

from __future__ import annotations

import time

import torch

from aecore.anomalies import score
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.evaluation import pixels
from aecore.models import initialise
from aecore.training import as_pixels
from benchmarks.measurement import Row, command_line, median, ms

TARGET_S = 0.5


def measure(quick: bool) -> list[Row]:
    """Score 10,001 images of 784 pixels through 784-32-784, on one thread."""
    torch.set_num_threads(1)
    stored = pixels(load("mnist").test_images)
    model, stranger = initialise(RunConfig(dataset="mnist", bottleneck=32)), torch.ones(1, 784)
    times = []
    for _ in range(5 if quick else 20):
        began = time.perf_counter()
        score(model, as_pixels(stored), stranger)
        times.append(time.perf_counter() - began)
    time_s = median(times)
    what = f"RE of {len(stored) + 1:,} test images, one thread"
    return [Row(what, f"≤ {ms(TARGET_S)}", f"{ms(time_s)} median", time_s <= TARGET_S)]


if __name__ == "__main__":
    command_line(measure, __doc__)
