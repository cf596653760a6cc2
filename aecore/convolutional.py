"""Convolutional autoencoders: with a dense layer to the code, or with the last maps as the code."""

from __future__ import annotations

from itertools import islice, pairwise
from math import prod

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, conv_transpose2d, linear

from aecore.architectures import KERNEL, map_shapes
from aecore.autoencoder import Autoencoder
from aecore.config import RunConfig


class Convolutional(Autoencoder):
    """Convolutions of stride 2 down, a dense layer to the code, and all of it mirrored.

    Transposed convolutions lead back up; maps are (channels, height, width).
    """

    def __init__(self, config: RunConfig) -> None:
        super().__init__(config)
        self.maps = map_shapes(config.as_dict(), config.shape)
        counts = self._counts()
        self.encoder_kernels = nn.ParameterList(
            torch.zeros(b, a, KERNEL, KERNEL) for a, b in counts
        )
        self.encoder_biases = nn.ParameterList(torch.zeros(b) for _, b in counts)
        mirrored = list(reversed(list(pairwise(m[0] for m in self.maps))))
        self.decoder_kernels = nn.ParameterList(
            torch.zeros(b, a, KERNEL, KERNEL) for a, b in mirrored
        )
        self.decoder_biases = nn.ParameterList(torch.zeros(a) for a, _ in mirrored)
        self._add_dense()

    def _counts(self) -> list[tuple[int, int]]:
        """Return channels in and out of each of the encoder's convolutions."""
        return list(pairwise(m[0] for m in self.maps))

    def _add_dense(self) -> None:
        flat, q = prod(self.maps[-1]), self.config.code_size
        self.to_code_weight = nn.Parameter(torch.zeros(q * self.kind.outputs, flat))
        self.to_code_bias = nn.Parameter(torch.zeros(q * self.kind.outputs))
        self.from_code_weight = nn.Parameter(torch.zeros(flat, q))
        self.from_code_bias = nn.Parameter(torch.zeros(flat))

    @property
    def weights(self) -> list[Tensor]:
        """Weight matrices and kernels, encoder first."""
        return [
            *self.encoder_kernels,
            self.to_code_weight,
            self.from_code_weight,
            *self.decoder_kernels,
        ]

    @property
    def filter_shape(self) -> tuple[int, int]:
        """Height and width of a kernel, pixels."""
        return KERNEL, KERNEL

    def layer_sums(self, x: Tensor, layer: int) -> Tensor:
        """Return the sums of an encoder's layer on images (m, n), (m, places, units)."""
        if layer == len(self.encoder_kernels):
            return self.sums(x)[:, None, : self.config.code_size]
        return self._down(x, layer + 1).flatten(2).transpose(1, 2)[..., : self.maps[layer + 1][0]]

    def layer_weights(self, layer: int) -> Tensor:
        """Return the weights of an encoder's layer, one row a unit, (units, k)."""
        if layer == len(self.encoder_kernels):
            return self.to_code_weight[: self.config.code_size]
        kernels: Tensor = self.encoder_kernels[layer]
        return kernels[: self.maps[layer + 1][0]].flatten(1)

    def before_output(self, h: Tensor) -> Tensor:
        """Return the values of the last maps before the output, (m, places, channels)."""
        y = self._widened(h)
        if len(self.decoder_kernels) > 1:
            y = self.hidden.apply(self._up(y, len(self.decoder_kernels) - 1))
        return y.flatten(2).transpose(1, 2)

    def last_weights(self) -> Tensor:
        """Return the last convolution's kernels, (channels, height · width)."""
        kernels: Tensor = self.decoder_kernels[-1]
        return kernels.flatten(1)

    def _down(self, x: Tensor, layers: int | None = None) -> Tensor:
        """Map images (m, n) to a convolution's sums, the last one's or after so many layers.

        Returns
        -------
        Tensor, shape (m, channels, h, w)
        """
        y = x.view(-1, *self.maps[0])
        steps = islice(zip(self.encoder_kernels, self.encoder_biases, strict=True), layers)
        for k, (kernel, bias) in enumerate(steps):
            y = conv2d(self.hidden.apply(y) if k else y, kernel, bias, stride=2, padding=1)
        return y

    def _up(self, y: Tensor, layers: int | None = None) -> Tensor:
        """Map values of the last convolution's maps back up, to pixels or by so many layers.

        Returns
        -------
        Tensor, shape (m, channels, h, w)
            Sums, before an activation.
        """
        sizes = [m[1:] for m in self.maps]
        kernels, biases = self.decoder_kernels, self.decoder_biases
        steps = islice(zip(kernels, biases, sizes[:0:-1], sizes[-2::-1], strict=True), layers)
        for k, (kernel, bias, small, large) in enumerate(steps):
            more = [b - (2 * a - 1) for a, b in zip(small, large, strict=True)]  # 0 or 1
            y = self.hidden.apply(y) if k else y
            y = conv_transpose2d(y, kernel, bias, stride=2, padding=1, output_padding=more)
        return y

    def _widened(self, h: Tensor) -> Tensor:
        """Map codes (m, q) to values of the last convolution's maps, (m, channels, h, w)."""
        flat = self.hidden.apply(linear(h, self.from_code_weight, self.from_code_bias))
        return flat.view(-1, *self.maps[-1])

    def sums(self, x: Tensor) -> Tensor:
        """Map images (m, n) to the encoder's sums (m, outputs · q)."""
        flat = self.hidden.apply(self._down(x)).flatten(1)
        return linear(flat, self.to_code_weight, self.to_code_bias)

    def logits(self, h: Tensor) -> Tensor:
        """Map codes (m, q) to the output units' sums (m, n), before the output activation."""
        return self._up(self._widened(h)).flatten(1)

    def from_code(self) -> Tensor:
        """Return the decoder's weights from the code, one column a code unit, (…, q)."""
        return self.from_code_weight

    @property
    def jacobian_numbers(self) -> int:
        """Return the size of all maps, twice for each code unit."""
        return 2 * self.config.code_size * sum(map(prod, self.maps))

    def jacobian(self, x: Tensor) -> Tensor:
        """Return ‖∂h/∂x‖²_F of each image (m, n), squared Frobenius norm, (m,).

        By autograd, one backward pass a code unit.
        """
        keep = torch.is_grad_enabled()
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            z = self.sums(x)
            slope = self.kind.slope(z, self.code_activation, self.config)  # (m, q)
            total = x.new_zeros(len(x))
            for sums, factor in zip(z.unbind(1), slope.unbind(1), strict=False):
                (row,) = torch.autograd.grad(sums.sum(), x, create_graph=keep, retain_graph=True)
                total = total + factor.square() * row.square().sum(1)
        return total if keep else total.detach()


class FeatureMaps(Convolutional):
    """Convolutions of stride 2 down and up; the last maps, flattened, are the code."""

    def _counts(self) -> list[tuple[int, int]]:
        """Return channels in and out of each of the encoder's convolutions."""
        *before, (a, b) = pairwise(m[0] for m in self.maps)
        return [*before, (a, b * self.kind.outputs)]

    def _add_dense(self) -> None:
        pass

    def by_unit(self, h: Tensor) -> Tensor:
        """Arrange codes (m, q) as the maps that they are, (m, places, channels)."""
        return h.view(len(h), self.maps[-1][0], -1).transpose(1, 2)

    @property
    def weights(self) -> list[Tensor]:
        """Kernels, encoder first."""
        return [*self.encoder_kernels, *self.decoder_kernels]

    def sums(self, x: Tensor) -> Tensor:
        """Map images (m, n) to the encoder's sums (m, outputs · q)."""
        return self._down(x).flatten(1)

    def logits(self, h: Tensor) -> Tensor:
        """Map codes (m, q) to the output units' sums (m, n), before the output activation."""
        return self._up(self._widened(h)).flatten(1)

    def _widened(self, h: Tensor) -> Tensor:
        return h.view(-1, *self.maps[-1])

    def from_code(self) -> Tensor:
        """Return the kernels from each of the code's maps, one column a map, (…, channels)."""
        kernels: Tensor = self.decoder_kernels[0]
        return kernels.permute(1, 2, 3, 0)
