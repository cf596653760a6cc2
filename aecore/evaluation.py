"""What a network reaches: losses and errors on fixed images, all as means per pixel.

Under noise, "test error" means: a corruption of the test images that is drawn once from
the run's seed goes in, the clean images are the target. The error on clean input is a
second number of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from aecore.config import RunConfig
from aecore.corruption import corrupt
from aecore.datasets import Dataset
from aecore.models import Autoencoder
from aecore.objectives import LOSSES
from aecore.randomness import generator
from aecore.training import as_pixels, penalties

CHUNK = 1000
"""Images evaluated at a time; the first chunk of a split is the live probe."""


@dataclass(frozen=True, eq=False)
class Probe:
    """Some images of a split, with the frozen corruption that goes in.

    Attributes
    ----------
    index : Tensor, shape (m,), int64
        Places in the split.
    clean, noisy : Tensor, shape (m, n), float32
        Target and input; the same tensor when there is no noise.
    """

    index: Tensor
    clean: Tensor
    noisy: Tensor


def order(count: int, split: str) -> Tensor:
    """Return the order in which a split's images are taken, the same for all runs.

    Parameters
    ----------
    count : int
        Images in the split, N.
    split : {"train", "test"}

    Returns
    -------
    Tensor, shape (N,), int64
        Places in the split.
    """
    return torch.randperm(count, generator=generator(0, f"{split} order"))


def probes(images: Tensor, split: str, noise: str, level: float, seed: int) -> Iterator[Probe]:
    """Yield a whole split in chunks of 1,000, in an order that is the same for all runs.

    Parameters
    ----------
    images : Tensor, shape (N, n), uint8
    split : {"train", "test"}
    noise, level, seed
        Fix the corruption.
    """
    for k, index in enumerate(order(len(images), split).split(CHUNK)):
        clean = as_pixels(images[index])
        source = generator(seed, f"{split} noise", k)
        yield Probe(index, clean, corrupt(clean, noise, level, source))


def pixels(images: object) -> Tensor:
    """Return images (N, h, w), uint8, as a tensor (N, n) that shares their memory."""
    import warnings

    with warnings.catch_warnings():  # the arrays are read-only, and stay unwritten here
        warnings.simplefilter("ignore", UserWarning)
        return torch.from_numpy(images).flatten(1)


def live_probes(config: RunConfig, data: Dataset) -> tuple[Probe, Probe]:
    """Return the 1,000 training and 1,000 test images that live numbers are about.

    Fewer where a split has fewer.
    """
    # without noise one pair serves every run of the data set
    spoiled = config.noise != "none"
    return _live_probes(
        data,
        config.noise,
        config.noise_level if spoiled else 0.0,
        config.seed if spoiled else 0,
    )


@lru_cache(maxsize=6)
def _live_probes(data: Dataset, noise: str, level: float, seed: int) -> tuple[Probe, Probe]:
    train, test = pixels(data.train_images), pixels(data.test_images)
    return (
        next(probes(train, "train", noise, level, seed)),
        next(probes(test, "test", noise, level, seed)),
    )


@torch.no_grad()
def errors(config: RunConfig, model: Autoencoder, probe: Probe) -> dict[str, float]:
    """Return ``loss``, ``mse`` and ``mse_clean`` of a probe, each the mean per pixel."""
    n = probe.clean.shape[1]
    logits = model.logits(model.encode(probe.noisy))
    loss = LOSSES[config.loss].value(logits, probe.clean, model.output)
    mse = (model.output.apply(logits) - probe.clean).square().mean()
    clean_mse = mse
    if probe.noisy is not probe.clean:
        clean_mse = (model(probe.clean) - probe.clean).square().mean()
    return {"loss": float(loss.mean()) / n, "mse": float(mse), "mse_clean": float(clean_mse)}


def measure(config: RunConfig, model: Autoencoder, data: Dataset) -> dict[str, float]:
    """Measure a network on the live probes.

    Returns
    -------
    dict of str to float
        ``train_…`` and ``test_…`` of `errors`, and each penalty divided by the number of
        pixels, so that it adds to the loss.
    """
    train, test = live_probes(config, data)
    row = {f"train_{k}": v for k, v in errors(config, model, train).items()}
    row |= {f"test_{k}": v for k, v in errors(config, model, test).items()}
    return row | _penalties(config, model)


def measure_whole(config: RunConfig, model: Autoencoder, data: Dataset) -> dict[str, float]:
    """Measure a network on the whole training and test splits; keys as `measure`."""
    row: dict[str, float] = {}
    for split, images in (("train", data.train_images), ("test", data.test_images)):
        sums: dict[str, float] = {}
        chunks = probes(pixels(images), split, config.noise, config.noise_level, config.seed)
        for probe in chunks:
            for key, value in errors(config, model, probe).items():
                sums[key] = sums.get(key, 0.0) + value * len(probe.index)
        row |= {f"{split}_{key}": value / len(images) for key, value in sums.items()}
    return row | _penalties(config, model)


@torch.no_grad()
def _penalties(config: RunConfig, model: Autoencoder) -> dict[str, float]:
    return {name: float(part) / config.pixels for name, part in penalties(config, model).items()}
