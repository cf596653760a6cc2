"""Activations as PyTorch spells them, by the names of `aecore.activations.ACTIVATIONS`."""

from __future__ import annotations

MODULES = {"relu": "nn.ReLU()", "sigmoid": "nn.Sigmoid()", "tanh": "nn.Tanh()"}
"""In a chain of modules, where the identity is left out."""

_CALLS = {
    "identity": "{}",
    "relu": "torch.relu({})",
    "sigmoid": "torch.sigmoid({})",
    "tanh": "torch.tanh({})",
    "softmax": "torch.softmax({}, dim=1)",
}
_SLOPES = {
    "identity": "torch.ones_like({0})",
    "relu": "({0} > 0).to({0}.dtype)",
    "sigmoid": "{0} * (1 - {0})",
    "tanh": "1 - {0}.square()",
}


def row(layer: str, activation: str) -> list[str]:
    """Return a layer's modules: itself, then what its units make of their sums."""
    return [layer, MODULES[activation]] if activation in MODULES else [layer]


def applied(activation: str, sums: str) -> str:
    """Return the expression of units' values, from that of their sums."""
    return _CALLS[activation].format(sums)


def slope(activation: str, values: str) -> str:
    """Return the expression of an activation's derivative, from the name of the values."""
    return _SLOPES[activation].format(values)
