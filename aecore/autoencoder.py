"""What every autoencoder has, whatever its architecture: n numbers to a code, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from aecore.activations import ACTIVATIONS
from aecore.codes import CODES
from aecore.config import RunConfig

MOST_NUMBERS = 2**26
"""That the Jacobians of the images taken at a time may keep in memory: 256 MB."""


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

    @property
    def jacobian_numbers(self) -> int:
        """Return how many numbers `jacobian` keeps for an image until its gradient is known."""
        raise NotImplementedError

    def contraction(self, x: Tensor) -> Tensor:
        """Return the mean of `jacobian` over images (m, n), a number.

        Images whose Jacobians would take too much memory together are taken in parts, whose
        gradients are computed at once.
        """
        parts = self.few_enough(x)
        if len(parts) == 1:
            return self.jacobian(x).mean()
        if not torch.is_grad_enabled():
            return torch.cat([self.jacobian(part) for part in parts]).mean()
        mean: Tensor = _InParts.apply(self, parts, *self.parameters())
        return mean

    def few_enough(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return images (m, n) in parts whose Jacobians fit into memory."""
        parts: tuple[Tensor, ...] = x.split(max(MOST_NUMBERS // self.jacobian_numbers, 1))
        return parts

    def from_code(self) -> Tensor:
        """Return the decoder's weights from the code, one column a code unit, (…, q)."""
        raise NotImplementedError

    @property
    def depth(self) -> int:
        """Number of layers from the image to the code, the code included."""
        return len(self.config.layer_sizes) - 1

    def layer_sums(self, x: Tensor, layer: int) -> Tensor:
        """Return the sums of an encoder's layer on images (m, n), (m, places, units).

        Layers are numbered from 0, the first, to ``depth - 1``, the code, of which the sums
        are those that it is read from. A dense unit has one place, a convolution's one for
        every position of its map.
        """
        raise NotImplementedError

    def layer_weights(self, layer: int) -> Tensor:
        """Return the weights of an encoder's layer, one row a unit, (units, k)."""
        raise NotImplementedError

    def by_unit(self, h: Tensor) -> Tensor:
        """Arrange codes (m, q) as a layer's values, (m, places, units)."""
        return h[:, None]

    def before_output(self, h: Tensor) -> Tensor:
        """Return the values of the last layer before the output, (m, places, units).

        Parameters
        ----------
        h : Tensor, shape (m, q)
            Codes; where nothing is between them and the output, they are the values.
        """
        raise NotImplementedError

    def last_weights(self) -> Tensor:
        """Return what each unit of the last layer before the output adds to it, (units, k)."""
        raise NotImplementedError

    @property
    def filter_shape(self) -> tuple[int, int]:
        """Height and width of a row of the first layer's weights and of `last_weights`, pixels."""
        return self.config.shape

    # -- common ----------------------------------------------------------------------

    @property
    def device(self) -> torch.device:
        """Where the weights are, and what goes in has to be."""
        return self.weights[0].device

    def layer_values(self, x: Tensor, layer: int) -> Tensor:
        """Return the values of an encoder's layer on images (m, n), (m, places, units).

        Layers as for `layer_sums`; the code is the one that is read out.
        """
        if layer == self.depth - 1:
            return self.by_unit(self.encode(x))
        return self.hidden.apply(self.layer_sums(x, layer))

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


class _InParts(torch.autograd.Function):
    """The mean of squared Jacobians over parts of a batch, each with its gradient at once."""

    @staticmethod
    def forward(
        ctx: Any, model: Autoencoder, parts: Sequence[Tensor], *parameters: Tensor
    ) -> Tensor:
        count, mean = sum(map(len, parts)), parts[0].new_zeros(())
        gradients: list[Tensor | None] = [None] * len(parameters)
        for part in parts:
            with torch.enable_grad():
                share = model.jacobian(part).sum() / count
            found = torch.autograd.grad(share, parameters, allow_unused=True)
            mean += share.detach()
            for k, gradient in enumerate(found):
                known = gradients[k]
                gradients[k] = gradient if known is None or gradient is None else known + gradient
        ctx.gradients = gradients
        return mean

    @staticmethod
    def backward(ctx: Any, *by: Any) -> tuple[Tensor | None, ...]:
        return None, None, *(None if g is None else by[0] * g for g in ctx.gradients)
