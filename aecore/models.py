"""Autoencoders: an encoder to the code and a decoder back, built from a run's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import prod

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, conv_transpose2d, linear

from aecore.activations import ACTIVATIONS
from aecore.architectures import KERNEL, map_shapes
from aecore.codes import CODES
from aecore.config import RunConfig
from aecore.randomness import generator


@dataclass(frozen=True, eq=False)
class Pass:
    """What one way through a network leaves behind.

    Attributes
    ----------
    x : Tensor, shape (m, n)
        Input.
    sums : Tensor, shape (m, outputs · q)
        The encoder's, before the code is made of them.
    code : Tensor, shape (m, q)
        As the decoder got it.
    logits : Tensor, shape (m, n)
        The output units' sums, before the output activation.
    """

    x: Tensor
    sums: Tensor
    code: Tensor
    logits: Tensor


class Autoencoder(nn.Module):
    """What all architectures have in common: n numbers to a code of q, and back to n.

    Parameters
    ----------
    config : RunConfig

    Attributes
    ----------
    hidden, code_activation, output : Activation
    kind : Code
        What is between encoder and decoder.
    """

    def __init__(self, config: RunConfig) -> None:
        super().__init__()
        self.config = config
        self.hidden = ACTIVATIONS[config.hidden_activation]
        self.code_activation = ACTIVATIONS[config.code_activation]
        self.output = ACTIVATIONS[config.output_activation]
        self.kind = CODES[config.code]

    # -- each architecture's own -----------------------------------------------------

    @property
    def weights(self) -> list[Tensor]:
        """Weight matrices and kernels that exist (tied ones once), encoder first."""
        raise NotImplementedError

    def sums(self, x: Tensor) -> Tensor:
        """Map images (m, n) to the encoder's sums (m, outputs · q)."""
        raise NotImplementedError

    def logits(self, h: Tensor) -> Tensor:
        """Map codes (m, q) to the output units' sums (m, n), before the output activation."""
        raise NotImplementedError

    def jacobian(self, x: Tensor) -> Tensor:
        """Return ‖∂h/∂x‖²_F of each image (m, n), squared Frobenius norm, (m,).

        The code is the one that is read out; of binary codes, before they are rounded.
        """
        raise NotImplementedError

    def from_code(self) -> Tensor:
        """Return the decoder's weights from the code, one column a code unit, (…, q)."""
        raise NotImplementedError

    def first_layer(self, x: Tensor) -> Tensor:
        """Return the first layer's values on images (m, n), (m, places, units).

        A dense unit has one place, a convolution's one for every position of its map.
        """
        raise NotImplementedError

    def first_weights(self) -> Tensor:
        """Return the first layer's weights, one row a unit, (units, k)."""
        raise NotImplementedError

    def last_weights(self) -> Tensor:
        """Return what each unit of the last layer before the output adds to it, (units, k)."""
        raise NotImplementedError

    @property
    def filter_shape(self) -> tuple[int, int]:
        """Height and width of a row of `first_weights` and `last_weights`, pixels."""
        return self.config.shape

    # -- common ----------------------------------------------------------------------

    def encode(self, x: Tensor) -> Tensor:
        """Map images (m, n) to codes (m, q), the same every time."""
        return self.kind.read(self.sums(x), self.code_activation, self.config)

    def decode(self, h: Tensor) -> Tensor:
        """Map codes (m, q) to reconstructions (m, n)."""
        return self.output.apply(self.logits(h))

    def forward(self, x: Tensor) -> Tensor:
        """Reconstruct images (m, n) -> (m, n)."""
        return self.decode(self.encode(x))

    def run(self, x: Tensor, source: torch.Generator | None = None) -> Pass:
        """Send images (m, n) through as in training, and keep what is on the way.

        Parameters
        ----------
        x : Tensor, shape (m, n)
        source : torch.Generator, optional
            For codes that are drawn; without it they are read out.
        """
        z = self.sums(x)
        if source is not None and self.kind.draw is not None:
            h = self.kind.draw(z, self.code_activation, self.config, source)
        else:
            h = self.kind.read(z, self.code_activation, self.config)
        return Pass(x, z, h, self.logits(h))

    @torch.no_grad()
    def normalise_columns(self) -> None:
        """Scale the decoder's weights from each code unit to length 1, in place."""
        columns = self.from_code()
        length = columns.flatten(0, -2).norm(dim=0)
        columns.div_(torch.where(length > 0, length, 1))


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
        *before, (weight, bias) = zip(self.encoder_weights, self.encoder_biases, strict=True)
        for w, b in before:
            x = self.hidden.apply(linear(x, w, b))
        return linear(x, weight, bias)

    def logits(self, h: Tensor) -> Tensor:
        """Map codes (m, q) to the output units' sums (m, n), before the output activation."""
        *before, (weight, bias) = zip(self.decoder_matrices(), self.decoder_biases, strict=True)
        for w, b in before:
            h = self.hidden.apply(linear(h, w, b))
        return linear(h, weight, bias)

    def from_code(self) -> Tensor:
        """Return the decoder's weights from the code, one column a code unit, (…, q)."""
        return self.decoder_matrices()[0]

    def first_layer(self, x: Tensor) -> Tensor:
        """Return the first layer's values on images (m, n), (m, 1, units)."""
        values = self.hidden_layers(x)
        return (values[1] if len(values) > 1 else self.encode(x))[:, None]

    def first_weights(self) -> Tensor:
        """Return the first layer's weights, one row a unit, (units, n)."""
        weights: Tensor = self.encoder_weights[0]
        return weights[: self.config.layer_sizes[1]]

    def last_weights(self) -> Tensor:
        """Return what each unit of the last hidden layer adds to the output, (units, n)."""
        return self.decoder_matrices()[-1].t()

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

    def first_layer(self, x: Tensor) -> Tensor:
        """Return the first convolution's maps of images (m, n), (m, places, channels)."""
        image = x.view(-1, *self.maps[0])
        kernel, bias = self.encoder_kernels[0], self.encoder_biases[0]
        sums = conv2d(image, kernel, bias, stride=2, padding=1)
        return self.hidden.apply(sums).flatten(2).transpose(1, 2)

    def first_weights(self) -> Tensor:
        """Return the first convolution's kernels, (channels, height · width)."""
        kernels: Tensor = self.encoder_kernels[0]
        return kernels[: self.maps[1][0]].flatten(1)

    def last_weights(self) -> Tensor:
        """Return the last convolution's kernels, (channels, height · width)."""
        kernels: Tensor = self.decoder_kernels[-1]
        return kernels.flatten(1)

    def _down(self, x: Tensor) -> Tensor:
        """Map images (m, n) to the last convolution's sums, (m, channels, h, w)."""
        y = x.view(-1, *self.maps[0])
        for k, (kernel, bias) in enumerate(
            zip(self.encoder_kernels, self.encoder_biases, strict=True)
        ):
            y = conv2d(self.hidden.apply(y) if k else y, kernel, bias, stride=2, padding=1)
        return y

    def _up(self, y: Tensor) -> Tensor:
        """Map values of the last convolution's maps to sums of pixels, (m, n)."""
        sizes = [m[1:] for m in self.maps]
        last = len(sizes) - 2
        for k, (kernel, bias, small, large) in enumerate(
            zip(self.decoder_kernels, self.decoder_biases, sizes[:0:-1], sizes[-2::-1], strict=True)
        ):
            more = [b - (2 * a - 1) for a, b in zip(small, large, strict=True)]  # 0 or 1
            y = conv_transpose2d(y, kernel, bias, stride=2, padding=1, output_padding=more)
            y = y if k == last else self.hidden.apply(y)
        return y.flatten(1)

    def sums(self, x: Tensor) -> Tensor:
        """Map images (m, n) to the encoder's sums (m, outputs · q)."""
        flat = self.hidden.apply(self._down(x)).flatten(1)
        return linear(flat, self.to_code_weight, self.to_code_bias)

    def logits(self, h: Tensor) -> Tensor:
        """Map codes (m, q) to the output units' sums (m, n), before the output activation."""
        flat = self.hidden.apply(linear(h, self.from_code_weight, self.from_code_bias))
        return self._up(flat.view(-1, *self.maps[-1]))

    def from_code(self) -> Tensor:
        """Return the decoder's weights from the code, one column a code unit, (…, q)."""
        return self.from_code_weight

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

    def first_layer(self, x: Tensor) -> Tensor:
        """Return the first convolution's maps of images (m, n), (m, places, channels)."""
        if len(self.maps) > 2:
            return super().first_layer(x)
        return self.encode(x).view(len(x), self.maps[1][0], -1).transpose(1, 2)

    @property
    def weights(self) -> list[Tensor]:
        """Kernels, encoder first."""
        return [*self.encoder_kernels, *self.decoder_kernels]

    def sums(self, x: Tensor) -> Tensor:
        """Map images (m, n) to the encoder's sums (m, outputs · q)."""
        return self._down(x).flatten(1)

    def logits(self, h: Tensor) -> Tensor:
        """Map codes (m, q) to the output units' sums (m, n), before the output activation."""
        return self._up(h.view(-1, *self.maps[-1]))

    def from_code(self) -> Tensor:
        """Return the kernels from each of the code's maps, one column a map, (…, channels)."""
        kernels: Tensor = self.decoder_kernels[0]
        return kernels.permute(1, 2, 3, 0)


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
