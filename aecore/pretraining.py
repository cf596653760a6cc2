"""Greedy layer-wise pretraining: each layer learns on what the layer below gives, by name.

Layer k connects the values of layer k − 1 (the image, for k = 0) with its own; the decoder's
mirrored layer is its way back. All layers but the one that learns are frozen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import linear

from aecore.activations import Activation
from aecore.config import RunConfig
from aecore.models import Dense
from aecore.objectives import LOSSES
from aecore.randomness import normal, uniform


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer and its way back, while the others are frozen.

    Attributes
    ----------
    weight, bias : Parameter
        Of the encoder, (units, below) and (units,).
    back_weight : Tensor
        Of the decoder, (below, units); with tied weights the transpose of ``weight``.
    back_bias : Parameter
        Of the decoder, (below,).
    activation, below : Activation
        Of the layer itself, and of what it gives back.
    loss : str
        What its reconstruction of the layer below is judged by.
    """

    weight: Tensor
    bias: Tensor
    back_weight: Tensor
    back_bias: Tensor
    activation: Activation
    below: Activation
    loss: str


def layer_of(model: Dense, k: int) -> Layer:
    """Return layer k of a network, from 0, with its mirrored one."""
    last = len(model.encoder_weights) - 1
    return Layer(
        weight=model.encoder_weights[k],
        bias=model.encoder_biases[k],
        back_weight=model.decoder_matrices()[last - k],
        back_bias=model.decoder_biases[last - k],
        activation=model.code_activation if k == last else model.hidden,
        below=model.hidden if k else model.output,
        loss="mse" if k else model.config.loss,
    )


@dataclass(frozen=True)
class Pretraining:
    """One way to pretrain a layer.

    Attributes
    ----------
    gradients : callable
        ``(layer, values that go in (m, below), values to give back (m, below), generator)``:
        leaves gradients at the layer's parameters.
    mirrored : bool
        Whether the way back is the transpose of the way there while the layer learns.
    """

    name: str
    gradients: Callable[[Layer, Tensor, Tensor, torch.Generator], None]
    mirrored: bool


def _autoencoder(layer: Layer, seen: Tensor, wanted: Tensor, source: torch.Generator) -> None:
    """Reconstruct the layer below from this one (Bengio et al. 2007)."""
    h = layer.activation.apply(linear(seen, layer.weight, layer.bias))
    logits = linear(h, layer.back_weight, layer.back_bias)  # (m, below)
    with torch.no_grad():
        gradient = LOSSES[layer.loss].gradient(logits, wanted, layer.below)
    logits.backward(gradient)


@torch.no_grad()
def _rbm(layer: Layer, seen: Tensor, wanted: Tensor, source: torch.Generator) -> None:
    """One step of contrastive divergence (Hinton & Salakhutdinov 2006).

    Hidden units are binary, or Gaussian of variance 1 where the code is linear. The gradient
    is minus the difference of the statistics, ``⟨v hᵀ⟩_data − ⟨v hᵀ⟩_reconstruction``.
    """
    mean = layer.activation.apply(linear(seen, layer.weight, layer.bias))  # (m, units)
    if layer.activation.name == "sigmoid":
        state = uniform(mean, source).lt_(mean)  # 0 or 1
    else:
        state = mean + normal(mean, source)
    visible = linear(state, layer.weight.t(), layer.back_bias).sigmoid()  # (m, below)
    again = layer.activation.apply(linear(visible, layer.weight, layer.bias))
    m = len(seen)
    layer.weight.grad = (again.t() @ visible - mean.t() @ seen) / m
    layer.bias.grad = (again - mean).mean(0)
    layer.back_bias.grad = (visible - seen).mean(0)


PRETRAININGS: dict[str, Pretraining] = {
    entry.name: entry
    for entry in (
        Pretraining("autoencoders", _autoencoder, mirrored=False),
        Pretraining("rbms", _rbm, mirrored=True),
    )
}


def pretrain(
    config: RunConfig,
    model: Dense,
    k: int,
    seen: Tensor,
    clean: Tensor,
    source: torch.Generator,
    update: Callable[[], None],
) -> None:
    """Make one step of pretraining of layer k.

    Parameters
    ----------
    config : RunConfig
    model : Dense
        Changed in place, layer k only.
    k : int
        From 0.
    seen, clean : Tensor, shape (m, n)
        Images as they go in, and as they should come out.
    source : torch.Generator
    update : callable
        Applies the gradients that it finds; parameters without one stay.
    """
    entry, layer = PRETRAININGS[config.pretraining], layer_of(model, k)
    with torch.no_grad():
        below = model.hidden_layers(seen)[k]
        wanted = below if seen is clean else model.hidden_layers(clean)[k]
    entry.gradients(layer, below, wanted, source)
    update()
    if entry.mirrored and not config.tied:
        with torch.no_grad():
            layer.back_weight.copy_(layer.weight.t())
