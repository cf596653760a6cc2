"""What training minimises: reconstruction losses and penalties, by name.

The scale is fixed: the loss is summed over the pixels of an image and averaged over
the batch, penalties are added as written; only displays divide by the pixel count.
Importing this module does not import torch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from aecore.activations import Activation
    from aecore.models import Autoencoder, Pass


@dataclass(frozen=True)
class Loss:
    """One reconstruction loss.

    Attributes
    ----------
    value : callable
        ``(logits (m, n), targets (m, n), output activation) -> (m,)``, summed over pixels.
    gradient : callable
        Same arguments; derivative of the batch mean of `value` by the logits, (m, n).
        Written out because it is faster than autograd through the loss.
    outputs : tuple of str
        Output activations that the loss can be used with.
    formula : str
        LaTeX: of an image x with n pixels and its reconstruction x̂.
    """

    name: str
    label: str
    short: str
    help: str
    value: Callable[[Tensor, Tensor, Activation], Tensor]
    gradient: Callable[[Tensor, Tensor, Activation], Tensor]
    outputs: tuple[str, ...]
    formula: str


def _mse(z: Tensor, x: Tensor, output: Activation) -> Tensor:
    return (output.apply(z) - x).square().sum(1)


def _mse_gradient(z: Tensor, x: Tensor, output: Activation) -> Tensor:
    y = output.apply(z)
    return output.backward(y, (y - x).mul_(2 / len(x)))


def _bce(z: Tensor, x: Tensor, output: Activation) -> Tensor:
    return _CROSS_ENTROPIES[output.name](z, x)


def _bce_gradient(z: Tensor, x: Tensor, output: Activation) -> Tensor:
    # softmax shares out what the targets sum to, which is 1
    return output.apply(z).sub_(x).mul_(1 / len(x))


def _binary(z: Tensor, x: Tensor) -> Tensor:
    from torch.nn.functional import binary_cross_entropy_with_logits

    return binary_cross_entropy_with_logits(z, x, reduction="none").sum(1)


def _categorical(z: Tensor, x: Tensor) -> Tensor:
    return -(x * z.log_softmax(1)).sum(1)


_CROSS_ENTROPIES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "sigmoid": _binary,
    "softmax": _categorical,
}
"""Output activation -> (logits (m, n), targets (m, n)) -> (m,)."""


LOSSES: dict[str, Loss] = {
    entry.name: entry
    for entry in (
        Loss(
            "bce",
            "Binary cross-entropy (BCE)",
            "BCE",
            "Treats every pixel as the chance of being white. Never reaches 0 on grey images. "
            "With softmax outputs it is the cross-entropy of the whole image.",
            _bce,
            _bce_gradient,
            tuple(_CROSS_ENTROPIES),
            r"L = -\sum_{j=1}^{n}\bigl[x_j \log \hat{x}_j + (1 - x_j) \log (1 - \hat{x}_j)\bigr]",
        ),
        Loss(
            "mse",
            "Mean squared error (MSE)",
            "MSE",
            "The squared difference of every pixel. 0 is perfect.",
            _mse,
            _mse_gradient,
            ("sigmoid", "relu", "identity", "softmax"),
            r"L = \sum_{j=1}^{n}(x_j - \hat{x}_j)^2",
        ),
    )
}


@dataclass(frozen=True)
class Penalty:
    """One term beside the reconstruction loss, switched on by a setting of the same name.

    Attributes
    ----------
    value : callable
        ``(model, pass through it) -> scalar``; multiplied by the setting's value.
    formula : str
        LaTeX: the whole term, of an image x with a code h of q numbers.
    """

    name: str
    label: str
    help: str
    value: Callable[[Autoencoder, Pass], Tensor]
    formula: str


def _weight_decay(model: Autoencoder, seen: Pass) -> Tensor:
    total = model.weights[0].square().sum()
    for weight in model.weights[1:]:
        total = total + weight.square().sum()
    return total


def mean_activation(h: Tensor, activation: Activation) -> Tensor:
    """Return the mean activation ρ̂ of each code unit over a batch (m, q), in [0, 1]: (q,).

    Tanh, whose units are off at −1, is rescaled from [−1, 1] first.
    """
    return (h.mean(0) - activation.low) / (activation.high - activation.low)


def _kl_sparsity(model: Autoencoder, seen: Pass) -> Tensor:
    rho = model.config.sparsity_target
    mean = mean_activation(seen.code, model.code_activation)
    mean = 1e-7 + (1 - 2e-7) * mean  # off or on everywhere would cost infinitely much
    off = (1 - rho) * ((1 - rho) / (1 - mean)).log()
    return (rho * (rho / mean).log() + off).sum()


def _l1_sparsity(model: Autoencoder, seen: Pass) -> Tensor:
    return seen.code.abs().sum(1).mean()


def _l2_sparsity(model: Autoencoder, seen: Pass) -> Tensor:
    return seen.code.square().sum(1).mean()


def _contractive(model: Autoencoder, seen: Pass) -> Tensor:
    return model.contraction(seen.x)


def _beta(model: Autoencoder, seen: Pass) -> Tensor:
    return kl_to_prior(seen.sums).sum(1).mean()


def kl_to_prior(sums: Tensor) -> Tensor:
    """Return KL(N(μ, σ²) ‖ N(0, 1)) of each code unit, in nats, (m, q).

    Parameters
    ----------
    sums : Tensor, shape (m, 2q)
        A variational encoder's μ, then its log σ².

    References
    ----------
    Kingma & Welling 2013, appendix B.
    """
    mean, log_variance = sums.chunk(2, dim=1)
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)


PENALTIES: dict[str, Penalty] = {
    entry.name: entry
    for entry in (
        Penalty(
            "beta",
            "KL to the prior",
            "How far the drawn codes' distribution is from N(0, 1), times β.",
            _beta,
            r"\frac{\beta}{2} \sum_{j=1}^{q} (\mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2)",
        ),
        Penalty(
            "kl_sparsity",
            "KL sparsity",
            "How far each code unit's mean activation is from the wanted one, times β.",
            _kl_sparsity,
            r"\beta \sum_{j=1}^{q} \Bigl[\rho \log \frac{\rho}{\hat{\rho}_j}"
            r" + (1 - \rho) \log \frac{1 - \rho}{1 - \hat{\rho}_j}\Bigr]",
        ),
        Penalty(
            "l1_sparsity",
            "L1 sparsity",
            "λ times the sum of all |code|.",
            _l1_sparsity,
            r"\lambda \sum_{j=1}^{q} |h_j|",
        ),
        Penalty(
            "l2_sparsity",
            "L2 sparsity",
            "λ times the sum of all code².",
            _l2_sparsity,
            r"\lambda \sum_{j=1}^{q} h_j^2",
        ),
        Penalty(
            "contractive",
            "Contraction",
            "λ times the squared Frobenius norm of the code's derivative by the image.",
            _contractive,
            r"\lambda \sum_{j,i} \left(\frac{\partial h_j}{\partial x_i}\right)^2",
        ),
        Penalty(
            "weight_decay",
            "Weight decay",
            "λ times the sum of all squared weights, biases excepted; keeps weights small.",
            _weight_decay,
            r"\lambda \sum_{l} \sum_{i,j} \bigl(W^{(l)}_{ij}\bigr)^2",
        ),
    )
}


def bce_floor(x: Tensor) -> float:
    """Return the smallest BCE that any reconstruction of ``x`` can reach, per pixel.

    It is the mean entropy (nats) of the target pixels, above 0 on grey images.

    Parameters
    ----------
    x : Tensor
        Pixels in [0, 1], any shape.
    """
    from torch import xlogy

    return float(-(xlogy(x, x) + xlogy(1 - x, 1 - x)).mean())
