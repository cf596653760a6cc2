"""Losses and penalties in a script, by the names of `aecore.objectives`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aecore.config import RunConfig
from aecore.script.activations import applied, slope
from aecore.script.network import encoder_weights, hidden_values, last_sums
from aecore.script.text import indented


def reconstruction_loss(config: RunConfig) -> str:
    """Return the function of the reconstruction loss."""
    return _function(
        "reconstruction_loss(logits, x)",
        "Return the loss, summed over the pixels of an image, the mean over the images.",
        [f"return {_loss(config)} / len(x)"],
    )


def _loss(config: RunConfig) -> str:
    if config.loss == "mse":
        outputs = applied(config.output_activation, "logits")
        return f'F.mse_loss({outputs}, x, reduction="sum")'
    return _CROSS_ENTROPIES[config.output_activation]


_CROSS_ENTROPIES = {
    "sigmoid": 'F.binary_cross_entropy_with_logits(logits, x, reduction="sum")',
    "softmax": 'F.cross_entropy(logits, x, reduction="sum")',
}


@dataclass(frozen=True)
class PenaltyText:
    """A penalty in a script.

    Attributes
    ----------
    term : str
        Its expression in a training step, without the coefficient.
    function : str
        What has to be defined for it.
    """

    term: str
    function: str = ""


def _function(call: str, what: str, body: list[str]) -> str:
    return f"def {call}:\n" + indented([f'"""{what}"""', *body])


def _beta(config: RunConfig) -> PenaltyText:
    kl = "0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)"
    return PenaltyText(
        "kl_to_prior(z)",
        _function(
            "kl_to_prior(z)",
            "Return KL(N(mean, variance) || N(0, 1)), summed over the units, the mean over images.",
            ["mean, log_variance = z.chunk(2, dim=1)", f"return ({kl}).sum(1).mean()"],
        ),
    )


def _kl_sparsity(config: RunConfig) -> PenaltyText:
    activity = "h.mean(0)" if config.code_activation == "sigmoid" else "(h.mean(0) + 1) / 2"
    return PenaltyText(
        "kl_sparsity(h)",
        _function(
            f"kl_sparsity(h, wanted={config.sparsity_target!r})",
            "Return the KL divergence of the units' mean activations from the wanted one.",
            [
                f"mean = 1e-7 + (1 - 2e-7) * {activity}  # never wholly off or on",
                "off = (1 - wanted) * ((1 - wanted) / (1 - mean)).log()",
                "return (wanted * (wanted / mean).log() + off).sum()",
            ],
        ),
    )


def _contractive(config: RunConfig) -> PenaltyText:
    body = _chain_rule(config) if config.architecture == "dense" else _unit_by_unit(config)
    return PenaltyText(
        "contraction({seen})",
        _function(
            "contraction(x)",
            "Return the squared derivative of the codes by the pixels, the mean over images.",
            body,
        ),
    )


def _slope(config: RunConfig) -> list[str]:
    """Return lines that end with ``slope``, the code units' derivative by their sums ``z``."""
    if config.code == "variational":
        return [f"slope = torch.ones_like(z[:, :{config.code_size}])  # of the means"]
    lines = [f"h = {applied(config.code_activation, 'z')}"]
    factor = " * strongest(z)" if config.code == "k-sparse" else ""
    derivative = slope(config.code_activation, "h")
    return [*lines, f"slope = {f'({derivative})' if factor else derivative}{factor}  # (m, q)"]


def _chain_rule(config: RunConfig) -> list[str]:
    first, *later = encoder_weights(config)
    q = f"[:{config.code_size}]" if config.code == "variational" else ""
    values = [f"y{k} = {each}" for k, each in enumerate(hidden_values(config), start=1)]
    lines = [*values, f"z = {last_sums(config)}", *_slope(config)]
    if not later:
        return [*lines, f"return (slope.square() @ {first}{q}.square().sum(1)).mean()"]
    lines += [f"chain = slope[:, :, None] * {later[-1]}{q}  # (m, q, units below)"]
    for k in range(len(later), 0, -1):
        if config.hidden_activation != "identity":
            derivative = slope(config.hidden_activation, f"y{k}")
            lines += [f"chain = chain * ({derivative})[:, None]"]
        lines += [f"chain = chain @ {later[k - 2]}"] if k > 1 else []
    return [
        *lines,
        f"gram = {first} @ {first}.t()  # no derivative by a pixel is stored",
        "return ((chain @ gram) * chain).sum((1, 2)).mean()",
    ]


def _unit_by_unit(config: RunConfig) -> list[str]:
    smooth = {
        "plain": "encoder(x)",
        "k-sparse": "code(encoder(x))",
        "variational": "code(encoder(x))",
        "binary": applied(config.code_activation, "encoder(x)"),
    }[config.code]
    return [
        "x, total = x.detach().requires_grad_(), 0.0",
        f"for unit in ({smooth}).unbind(1):",
        "    (row,) = torch.autograd.grad(unit.sum(), x, create_graph=True)",
        "    total = total + row.square().sum(1)",
        "return total.mean()",
    ]


PENALTIES: dict[str, Callable[[RunConfig], PenaltyText]] = {
    "beta": _beta,
    "kl_sparsity": _kl_sparsity,
    "l1_sparsity": lambda config: PenaltyText("h.abs().sum(1).mean()"),
    "l2_sparsity": lambda config: PenaltyText("h.square().sum(1).mean()"),
    "contractive": _contractive,
    "weight_decay": lambda config: PenaltyText("sum(w.square().sum() for w in weights)"),
}
