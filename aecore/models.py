"""Autoencoders: an encoder to the code and a decoder back, built from a run's settings."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from aecore.activations import ACTIVATIONS
from aecore.config import RunConfig
from aecore.randomness import generator


class Autoencoder(nn.Module):
    """A dense autoencoder n–hidden…–q–…hidden–n; the decoder mirrors the encoder.

    Parameters
    ----------
    config : RunConfig
        Layer sizes, activations, and whether the decoder shares the encoder's weights.

    Notes
    -----
    With tied weights the decoder's k-th matrix is the transpose of the encoder's
    mirrored one: the same storage, so both directions add to one gradient.
    """

    def __init__(self, config: RunConfig) -> None:
        super().__init__()
        sizes = config.layer_sizes  # (n, *hidden, q)
        self.config = config
        self.hidden = ACTIVATIONS[config.hidden_activation]
        self.code = ACTIVATIONS[config.code_activation]
        self.output = ACTIVATIONS[config.output_activation]
        down, up = list(pairwise(sizes)), sizes[::-1]
        self.encoder_weights = nn.ParameterList(torch.zeros(b, a) for a, b in down)
        self.encoder_biases = nn.ParameterList(torch.zeros(b) for _, b in down)
        self.decoder_weights = nn.ParameterList(
            [] if config.tied else [torch.zeros(a, b) for a, b in reversed(down)]
        )
        self.decoder_biases = nn.ParameterList(torch.zeros(b) for b in up[1:])

    @property
    def weights(self) -> list[Tensor]:
        """Weight matrices that exist (tied ones once), encoder first."""
        return [*self.encoder_weights, *self.decoder_weights]

    def decoder_matrices(self) -> list[Tensor]:
        """Return the decoder's matrices in order, each of shape (out, in)."""
        if self.config.tied:
            return [w.t() for w in reversed(list(self.encoder_weights))]
        return list(self.decoder_weights)

    def encode(self, x: Tensor) -> Tensor:
        """Map images (m, n) to codes (m, q)."""
        *before, (weight, bias) = zip(self.encoder_weights, self.encoder_biases, strict=True)
        for w, b in before:
            x = self.hidden.apply(linear(x, w, b))
        return self.code.apply(linear(x, weight, bias))

    def logits(self, h: Tensor) -> Tensor:
        """Map codes (m, q) to the output units' sums (m, n), before the output activation."""
        *before, (weight, bias) = zip(self.decoder_matrices(), self.decoder_biases, strict=True)
        for w, b in before:
            h = self.hidden.apply(linear(h, w, b))
        return linear(h, weight, bias)

    def decode(self, h: Tensor) -> Tensor:
        """Map codes (m, q) to reconstructions (m, n)."""
        return self.output.apply(self.logits(h))

    def forward(self, x: Tensor) -> Tensor:
        """Reconstruct images (m, n) -> (m, n)."""
        return self.decode(self.encode(x))


def initialise(config: RunConfig) -> Autoencoder:
    """Build a network with its starting weights, drawn from the run's seed.

    Weights are Glorot-uniform, biases zero (Glorot & Bengio 2010; Keras' default).
    """
    model = Autoencoder(config)
    source = generator(config.seed, "weights")
    with torch.no_grad():
        for weight in model.weights:
            nn.init.xavier_uniform_(weight, generator=source)
    return model


def load_weights(config: RunConfig, weights: Mapping[str, Tensor]) -> Autoencoder:
    """Build a network around recorded weights, for looking only (no gradients).

    Raises
    ------
    RuntimeError
        If names or shapes are not those of the settings' network.
    """
    model = Autoencoder(config)
    model.load_state_dict(dict(weights))
    return model.requires_grad_(False).eval()
