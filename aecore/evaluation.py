"""What a network reaches: losses and errors on fixed images, all as means per pixel.

Under noise, "test error" means: a corruption of the test images that is drawn once from
the run's seed goes in, the clean images are the target. The error on clean input is a
second number of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import torch
from torch import Tensor

from aecore.config import RunConfig
from aecore.corruption import Noise
from aecore.datasets import Dataset
from aecore.models import Autoencoder, Pass
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
    split : str
    number : int
        Which chunk of the split it is, from 0.
    index : Tensor, shape (m,), int64
        Places in the split.
    clean, noisy : Tensor, shape (m, n), float32
        Target and input; the same tensor when there is no noise.
    """

    split: str
    number: int
    index: Tensor
    clean: Tensor
    noisy: Tensor

    def to(self, device: torch.device) -> Probe:
        """Return the probe on a device; without noise both images stay the same tensor."""
        if device == self.clean.device:
            return self
        clean = self.clean.to(device)
        noisy = clean if self.noisy is self.clean else self.noisy.to(device)
        return replace(self, clean=clean, noisy=noisy)


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


def probes(images: Tensor, split: str, noise: Noise, seed: int) -> Iterator[Probe]:
    """Yield a whole split in chunks of 1,000, in an order that is the same for all runs.

    Parameters
    ----------
    images : Tensor, shape (N, n)
        As stored.
    split : {"train", "test"}
    noise, seed
        Fix the corruption.
    """
    for k, index in enumerate(order(len(images), split).split(CHUNK)):
        clean = as_pixels(images[index])
        source = generator(seed, f"{split} noise", k)
        yield Probe(split, k, index, clean, noise(clean, source))


def pixels(images: object) -> Tensor:
    """Return images (N, h, w) as a tensor (N, n) that shares their memory."""
    import warnings

    with warnings.catch_warnings():  # the arrays are read-only, and stay unwritten here
        warnings.simplefilter("ignore", UserWarning)
        return torch.from_numpy(images).flatten(1)


def live_probes(config: RunConfig, data: Dataset) -> tuple[Probe, Probe]:
    """Return the 1,000 training and 1,000 test images that live numbers are about.

    Fewer where a split has fewer.
    """
    # without noise one pair serves every run of the data set
    return _live_probes(data, config.corruption, config.seed if config.corruption else 0)


@lru_cache(maxsize=6)
def _live_probes(data: Dataset, noise: Noise, seed: int) -> tuple[Probe, Probe]:
    train, test = pixels(data.train_images), pixels(data.test_images)
    return (
        next(probes(train, "train", noise, seed)),
        next(probes(test, "test", noise, seed)),
    )


@torch.no_grad()
def errors(config: RunConfig, model: Autoencoder, probe: Probe) -> dict[str, float]:
    """Return ``loss``, ``mse`` and ``mse_clean`` of a probe, each the mean per pixel.

    The loss is the one that is trained: codes that are drawn in training are drawn here too,
    always the same way. Both errors are of the codes that are read out.
    """
    through = _pass(model, probe)
    return _errors(config, model, probe, through)


def _pass(model: Autoencoder, probe: Probe) -> Pass:
    purpose = f"{probe.split} code"
    return model.run(probe.noisy, generator(model.config.seed, purpose, probe.number))


def _errors(config: RunConfig, model: Autoencoder, probe: Probe, through: Pass) -> dict[str, float]:
    n = probe.clean.shape[1]
    loss = LOSSES[config.loss].value(through.logits, probe.clean, model.output)
    drawn = model.kind.draw is not None
    seen = model(probe.noisy) if drawn else model.output.apply(through.logits)
    mse = (seen - probe.clean).square().mean()
    clean_mse = mse
    if probe.noisy is not probe.clean:
        clean_mse = (model(probe.clean) - probe.clean).square().mean()
    return {"loss": float(loss.mean()) / n, "mse": float(mse), "mse_clean": float(clean_mse)}


@torch.no_grad()
def measure(config: RunConfig, model: Autoencoder, data: Dataset) -> dict[str, float]:
    """Measure a network on the live probes.

    Returns
    -------
    dict of str to float
        ``train_…`` and ``test_…`` of `errors`, and each penalty on the training images,
        divided by the number of pixels, so that it adds to the loss.
    """
    train, test = (probe.to(model.device) for probe in live_probes(config, data))
    through = _pass(model, train)
    row = {f"train_{k}": v for k, v in _errors(config, model, train, through).items()}
    row |= {f"test_{k}": v for k, v in errors(config, model, test).items()}
    parts = penalties(model, through)
    return row | {name: float(part) / config.pixels for name, part in parts.items()}


@torch.no_grad()
def measure_whole(config: RunConfig, model: Autoencoder, data: Dataset) -> dict[str, float]:
    """Measure a network on the whole training and test splits; keys as `measure`.

    Penalties are means over the training images, in chunks of 1,000.
    """
    row: dict[str, float] = {}
    for split, images in (("train", data.train_images), ("test", data.test_images)):
        sums: dict[str, float] = {}
        for probe in probes(pixels(images), split, config.corruption, config.seed):
            probe = probe.to(model.device)
            through = _pass(model, probe)
            parts = {f"{split}_{k}": v for k, v in _errors(config, model, probe, through).items()}
            if split == "train":
                parts |= {
                    name: float(part) / config.pixels
                    for name, part in penalties(model, through).items()
                }
            for key, value in parts.items():
                sums[key] = sums.get(key, 0.0) + value * len(probe.index)
        row |= {key: value / len(images) for key, value in sums.items()}
    return row
