"""Networks of a run's settings: built, started, and put together again from recorded weights."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from aecore.autoencoder import Autoencoder, Pass
from aecore.config import RunConfig
from aecore.convolutional import Convolutional, FeatureMaps
from aecore.dense import Dense
from aecore.randomness import generator

__all__ = [
    "MODELS",
    "Autoencoder",
    "Convolutional",
    "Dense",
    "FeatureMaps",
    "Pass",
    "build",
    "initialise",
    "load_weights",
]

MODELS: dict[str, type[Autoencoder]] = {
    "dense": Dense,
    "convolutional": Convolutional,
    "feature-maps": FeatureMaps,
}
"""How each of `aecore.architectures.ARCHITECTURES` is built."""


def build(config: RunConfig) -> Autoencoder:
    """Build a network of the settings' architecture, all weights zero."""
    return MODELS[config.architecture](config)


def initialise(config: RunConfig) -> Autoencoder:
    """Build a network with its starting weights, drawn from the run's seed.

    Weights are Glorot-uniform, biases zero (Glorot & Bengio 2010; Keras' default).
    """
    model = build(config)
    source = generator(config.seed, "weights")
    with torch.no_grad():
        for weight in model.weights:
            nn.init.xavier_uniform_(weight, generator=source)
    if config.normalised:
        model.normalise_columns()
    return model


def load_weights(config: RunConfig, weights: Mapping[str, Tensor]) -> Autoencoder:
    """Build a network around recorded weights, for looking only (no gradients).

    Raises
    ------
    RuntimeError
        If names or shapes are not those of the settings' network.
    """
    model = build(config)
    model.load_state_dict(dict(weights))
    return model.requires_grad_(False).eval()
