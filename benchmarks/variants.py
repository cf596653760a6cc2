"""Kinds of autoencoders: what a training step of each costs beside the plain one of its size.

On one thread, taken in turns. A kind that is slower than the target has to say so on the page.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import torch

from aecore.choosing import strict
from aecore.config import RunConfig
from aecore.conflicts import remarks
from aecore.datasets import load
from aecore.evaluation import pixels
from aecore.training import start, train
from benchmarks.measurement import Row, command_line, median

SLOWEST = 3.0
MNIST = {"dataset": "mnist"}
SIGMOID = {"code_activation": "sigmoid"}
DEEP = {"hidden": "256-64"}
KINDS: dict[str, dict[str, Any]] = {
    "linear": {"output_activation": "identity", "loss": "mse"},
    "sparse, KL": {"bottleneck": 128, **SIGMOID, "kl_sparsity": 1},
    "sparse, L1, unit columns": {"bottleneck": 128, "l1_sparsity": 0.1},
    "k-sparse": {"bottleneck": 256, "code": "k-sparse", "active": 25, "tied": True},
    "contractive": {"bottleneck": 64, **SIGMOID, "tied": True, "contractive": 0.1},
    "contractive, deep": {**DEEP, **SIGMOID, "contractive": 0.1},
    "denoising, Gaussian": {"noise": "gaussian"},
    "denoising, salt and pepper": {"noise": "salt-and-pepper"},
    "denoising, erased block": {"noise": "block"},
    "denoising, downsampling": {"noise": "downsampling"},
    "variational": {**DEEP, "code": "variational"},
    "binary": {**DEEP, **SIGMOID, "code": "binary"},
    "pretraining by RBMs": {**DEEP, "hidden_activation": "sigmoid", "pretraining": "rbms"},
    "convolutional, as many numbers": {"architecture": "convolutional"},
}
SAME_SIZE = ("bottleneck", "hidden", "code_activation", "hidden_activation", "tied", "loss",
             "output_activation")  # fmt: skip


def measure(quick: bool) -> list[Row]:
    """Compare steps of 256 MNIST images."""
    torch.set_num_threads(1)
    rounds, steps = (3, 10) if quick else (7, 40)
    rows = []
    for name, settings in KINDS.items():
        config = strict(MNIST | settings, "mnist")
        plain = strict(MNIST | {k: v for k, v in settings.items() if k in SAME_SIZE}, "mnist")
        ratio, seconds = _compare(config, plain, rounds, steps)
        said = any("times" in sentence or "backward" in sentence
                   for sentence in remarks(config.as_dict()))  # fmt: skip
        target = "said on the page" if said else f"≤ {SLOWEST:g} ×"
        rows.append(
            Row(
                f"training step, {name}, against plain of the same size",
                target,
                f"{ratio:.1f} × ({seconds:.2f} s an epoch)",
                said or ratio <= SLOWEST,
            )
        )
    return rows


def _compare(config: RunConfig, plain: RunConfig, rounds: int, steps: int) -> tuple[float, float]:
    """Return the median ratio of processor times, and the kind's seconds an epoch."""
    runners = _steps(config), _steps(plain)
    ratios, seconds = [], []
    for runner in runners:
        for _ in range(3):
            next(runner)
    for _ in range(rounds):
        took = []
        for runner in runners:
            began = time.process_time()
            for _ in range(steps):
                next(runner)
            took.append((time.process_time() - began) / steps)
        ratios.append(took[0] / took[1])
        seconds.append(took[0] * config.steps_per_epoch)
    return median(ratios), median(seconds)


def _steps(config: RunConfig) -> Iterator[int]:
    images = pixels(load(config.dataset, config.data_options).train_images)
    return train(config, images, start(config))


if __name__ == "__main__":
    command_line(measure, __doc__)
