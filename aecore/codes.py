"""What happens between encoder and decoder, by name: what makes a code of the encoder's sums.

While a network trains, some codes draw random numbers; when codes are read out, none does.
Importing this module does not import torch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aecore.randomness import normal

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from aecore.activations import Activation
    from aecore.config import RunConfig


@dataclass(frozen=True)
class Code:
    """One kind of code.

    Attributes
    ----------
    outputs : int
        Sums that the encoder gives for each code unit.
    activations : tuple of str
        Code activations that it can have.
    read : callable
        ``(sums (m, outputs · q), activation, config) -> code (m, q)``, the same every time.
    draw : callable, optional
        Same arguments and a generator: the code of a training step, if it is another.
    slope : callable
        ``(sums, activation, config) -> (m, q)``: derivative of each code unit by its sum.
    formula : str
        LaTeX: the code h from the encoder's sums z.
    """

    name: str
    label: str
    help: str
    outputs: int
    activations: tuple[str, ...]
    read: Callable[[Tensor, Activation, RunConfig], Tensor]
    draw: Callable[[Tensor, Activation, RunConfig, torch.Generator], Tensor] | None
    slope: Callable[[Tensor, Activation, RunConfig], Tensor]
    formula: str


def _plain(z: Tensor, activation: Activation, config: RunConfig) -> Tensor:
    return activation.apply(z)


def _plain_slope(z: Tensor, activation: Activation, config: RunConfig) -> Tensor:
    return activation.slope(activation.apply(z)).expand_as(z)


def _strongest(z: Tensor, config: RunConfig) -> Tensor:
    """Return 1 at the k largest sums of each image and 0 elsewhere, (m, q)."""
    places = z.topk(config.active, dim=1, sorted=False).indices
    return z.new_zeros(z.shape).scatter_(1, places, 1.0)


def _k_sparse(z: Tensor, activation: Activation, config: RunConfig) -> Tensor:
    return activation.apply(z) * _strongest(z, config)  # activations increase with their sums


def _k_sparse_slope(z: Tensor, activation: Activation, config: RunConfig) -> Tensor:
    return _plain_slope(z, activation, config) * _strongest(z, config)


def _mean(z: Tensor, activation: Activation, config: RunConfig) -> Tensor:
    return z.chunk(2, dim=1)[0]


def _sample(
    z: Tensor, activation: Activation, config: RunConfig, source: torch.Generator
) -> Tensor:
    mean, log_variance = z.chunk(2, dim=1)  # (m, q) each
    return mean + (0.5 * log_variance).exp() * normal(mean, source)


def _mean_slope(z: Tensor, activation: Activation, config: RunConfig) -> Tensor:
    return z.new_ones(len(z), z.shape[1] // 2)


def _bits(z: Tensor, activation: Activation, config: RunConfig) -> Tensor:
    return (z > 0).to(z.dtype)


def _noisy_bits(
    z: Tensor, activation: Activation, config: RunConfig, source: torch.Generator
) -> Tensor:
    return activation.apply(z + config.code_noise * normal(z, source))


_ANY = ("identity", "relu", "sigmoid", "tanh")

CODES: dict[str, Code] = {
    entry.name: entry
    for entry in (
        Code(
            "plain",
            "Plain",
            "The code units' values as they are.",
            1,
            _ANY,
            _plain,
            None,
            _plain_slope,
            "h = f(z)",
        ),
        Code(
            "k-sparse",
            "k-sparse",
            "Only the k largest values of each image are kept, the others are set to 0.",
            1,
            _ANY,
            _k_sparse,
            None,
            _k_sparse_slope,
            r"h_j = \begin{cases} f(z_j) & z_j \ge z_{(k)} \\ 0 & z_j < z_{(k)} \end{cases}",
        ),
        Code(
            "variational",
            "Variational",
            "The encoder gives a mean and a spread; training draws the code from them.",
            2,
            ("identity",),
            _mean,
            _sample,
            _mean_slope,
            r"h = \mu + \sigma \odot \varepsilon, \quad \varepsilon \sim \mathcal{N}(0, I)",
        ),
        Code(
            "binary",
            "Binary",
            "Noise before a sigmoid pushes the units to 0 and 1; read out, each is one bit.",
            1,
            ("sigmoid",),
            _bits,
            _noisy_bits,
            _plain_slope,
            r"h = s(z + \sigma \varepsilon), \quad \varepsilon \sim \mathcal{N}(0, I);"
            r" \qquad b_j = [z_j > 0]",
        ),
    )
}
"""k-sparse: Makhzani & Frey 2013. Variational: Kingma & Welling 2013. Binary: Salakhutdinov
& Hinton 2007."""
