"""Dense autoencoders: every unit sees all of the layer before, and the decoder mirrors it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from aecore.autoencoder import Autoencoder
from aecore.config import RunConfig


class Dense(Autoencoder):
    """A dense autoencoder n–hidden…–q–…hidden–n; the decoder mirrors the encoder.

    Notes
    -----
    With tied weights the decoder's k-th matrix is the transpose of the encoder's
    mirrored one: the same storage, so both directions add to one gradient. A variational
    encoder's last matrix gives 2q sums; the decoder is tied to those of the mean.
    """

    def __init__(self, config: RunConfig) -> None:
        super().__init__(config)
        sizes = config.layer_sizes  # (n, *hidden, q)
        down, up = list(pairwise(sizes)), sizes[::-1]
        wide = [*sizes[1:-1], sizes[-1] * self.kind.outputs]
        self.encoder_weights = nn.ParameterList(
            torch.zeros(b, a) for a, b in zip(sizes, wide, strict=False)
        )
        self.encoder_biases = nn.ParameterList(torch.zeros(b) for b in wide)
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
            *below, last = self.encoder_weights
            return [last[: self.config.code_size].t(), *(w.t() for w in reversed(below))]
        return list(self.decoder_weights)

    def hidden_layers(self, x: Tensor) -> list[Tensor]:
        """Return the image and the encoder's hidden layers' values, (m, units) each."""
        values = [x]
        layers = zip(self.encoder_weights, self.encoder_biases, strict=True)
        for w, b in list(layers)[:-1]:
            values.append(self.hidden.apply(linear(values[-1], w, b)))
        return values

    def sums(self, x: Tensor) -> Tensor:
        """Map images (m, n) to the encoder's sums (m, outputs · q)."""
        return self._sums(x, self.encoder_weights, self.encoder_biases)

    def logits(self, h: Tensor) -> Tensor:
        """Map codes (m, q) to the output units' sums (m, n), before the output activation."""
        return self._sums(h, self.decoder_matrices(), self.decoder_biases)

    def _sums(self, x: Tensor, weights: Iterable[Tensor], biases: Iterable[Tensor]) -> Tensor:
        """Map values of one layer to the sums of another, through all those between."""
        *before, (weight, bias) = zip(weights, biases, strict=True)
        for w, b in before:
            x = self.hidden.apply(linear(x, w, b))
        return linear(x, weight, bias)

    def from_code(self) -> Tensor:
        """Return the decoder's weights from the code, one column a code unit, (…, q)."""
        return self.decoder_matrices()[0]

    def layer_sums(self, x: Tensor, layer: int) -> Tensor:
        """Return the sums of an encoder's layer on images (m, n), (m, 1, units)."""
        to = layer + 1
        sums = self._sums(x, self.encoder_weights[:to], self.encoder_biases[:to])
        return sums[:, None, : self.config.layer_sizes[to]]

    def layer_weights(self, layer: int) -> Tensor:
        """Return the weights of an encoder's layer, one row a unit, (units, k)."""
        weights: Tensor = self.encoder_weights[layer]
        return weights[: self.config.layer_sizes[layer + 1]]

    def before_output(self, h: Tensor) -> Tensor:
        """Return the values of the last layer before the output, from codes, (m, 1, units)."""
        if self.depth == 1:
            return self.by_unit(h)
        weights, biases = self.decoder_matrices()[:-1], self.decoder_biases[:-1]
        return self.hidden.apply(self._sums(h, weights, biases))[:, None]

    def last_weights(self) -> Tensor:
        """Return what each unit of the last hidden layer adds to the output, (units, n)."""
        return self.decoder_matrices()[-1].t()

    @property
    def jacobian_numbers(self) -> int:
        """Return the size of the chain, twice at each layer; one layer needs none."""
        return self.config.code_size * max(2 * sum(self.config.hidden), 1)

    def jacobian(self, x: Tensor) -> Tensor:
        """Return ‖∂h/∂x‖²_F of each image (m, n), squared Frobenius norm, (m,).

        One layer: ``Σ_j f'(z_j)² Σ_i W_ji²`` (Rifai et al. 2011). More: the chain rule from
        the code down, and the first matrix through its Gram matrix, so that no (q, n)
        Jacobian is ever made.
        """
        q = self.config.code_size
        values = self.hidden_layers(x)
        first, *later = self.encoder_weights
        z = linear(values[-1], self.encoder_weights[-1], self.encoder_biases[-1])
        slope = self.kind.slope(z, self.code_activation, self.config)  # (m, q)
        if not later:
            lengths: Tensor = first[:q].square().sum(1)
            return slope.square() @ lengths
        chain = slope[:, :, None] * later[-1][:q]  # (m, q, units below)
        for w, y in zip(later[-2::-1], values[:1:-1], strict=True):
            chain = (chain * self.hidden.slope(y).expand_as(y)[:, None]) @ w
        chain = chain * self.hidden.slope(values[1]).expand_as(values[1])[:, None]
        gram: Tensor = first @ first.t()
        squares: Tensor = ((chain @ gram) * chain).sum((1, 2))
        return squares
