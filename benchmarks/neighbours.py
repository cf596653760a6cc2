"""Nearest neighbours: how long 7-NN of all of MNIST's test codes takes, and what pixels cost more.

The search compares with every point, so that its time does not depend on what the numbers are.
"""

from __future__ import annotations

import importlib
import time

import numpy as np

from aecore.neighbours import CHUNK, knn_predict
from benchmarks.measurement import Row, command_line, median

TARGET_S = 3.0
TRAIN, TEST = 60_000, 10_000
CODE, PIXELS = 16, 784


def measure(quick: bool) -> list[Row]:
    """Time votes on 16 numbers, and on 784 for a chunk of the queries, on one thread."""
    importlib.import_module("sklearn.neighbors")  # brings the libraries that are limited next
    limits = importlib.import_module("threadpoolctl").threadpool_limits
    with limits(1):
        # alternately, so that others on the machine slow both down
        pairs = [(_seconds(CODE, TEST), _seconds(PIXELS, CHUNK)) for _ in range(2 if quick else 5)]
    codes_s = median([codes for codes, _ in pairs])
    ratio = median([pixels / CHUNK / (codes / TEST) for codes, pixels in pairs])
    what = f"7-NN, {TEST:,} codes of {CODE} numbers against {TRAIN:,}, one thread"
    return [
        Row(what, f"≤ {TARGET_S:.0f} s", f"{codes_s:.2f} s median", codes_s <= TARGET_S),
        Row(f"the same with {PIXELS} pixels", "", f"{ratio:.0f} × as long"),
    ]


def _seconds(width: int, queries: int) -> float:
    random = np.random.default_rng(0)
    train = random.random((TRAIN, width), np.float32)
    test = random.random((queries, width), np.float32)
    labels = random.integers(0, 10, TRAIN)
    began = time.perf_counter()
    knn_predict(train, labels, test)
    return time.perf_counter() - began


if __name__ == "__main__":
    command_line(measure, __doc__)
