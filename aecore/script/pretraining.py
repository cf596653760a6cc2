"""Layer-wise pretraining in a script, by the names of `aecore.settings.PRETRAININGS`."""

from __future__ import annotations

from collections.abc import Callable

from aecore.config import RunConfig
from aecore.script.activations import MODULES, applied
from aecore.script.network import Network, decoder_biases
from aecore.script.text import indented


def pretraining(config: RunConfig, net: Network) -> list[str]:
    """Return the loop that pretrains one layer after the other, where the settings have one."""
    if config.pretraining == "none":
        return []
    header = (
        "# Before that, each layer learns alone, on what the layers below give it\n"
        f"stages = [  # what is below it, the layer, {_WAYS[config.tied]}\n{_stages(config)}\n]\n"
        "for k, (below, layer, back) in enumerate(stages, start=1):\n"
        f"    for epoch in range(1, {config.pretraining_epochs + 1}):\n"
        f"        for batch in torch.randperm(len(train)).split({config.batch_size}):\n"
    )
    steps = _STEPS[config.pretraining](config)
    steps += ["normalise()"] if config.normalised else []
    return [header + indented(steps, 3) + '\n    print(f"layer {k} is pretrained")']


_WAYS = {False: "the way back", True: "the bias of the way back"}


def _stride(config: RunConfig) -> int:
    """Return how many modules a hidden layer has in a chain."""
    return 2 if config.hidden_activation in MODULES else 1


def _stages(config: RunConfig) -> str:
    """Return the layers one a line: those below, the layer itself, its way back."""
    count, stride = len(config.hidden) + 1, _stride(config)
    lines = []
    for k in range(count):
        start, end = k * stride, (k + 1) * stride
        there = f"encoder[{start}:{end}]" if k < count - 1 else f"encoder[{start}:]"
        below = f"encoder[:{start}]"
        lines.append(f"({below}, {there}, {_back(config, k)}),")
    return indented(lines)


def _back(config: RunConfig, k: int) -> str:
    """Return the expression of what leads back from layer k to the one below."""
    count, stride = len(config.hidden) + 1, _stride(config)
    if config.tied:
        return decoder_biases(config)[count - 1 - k]
    start = (count - 1 - k) * stride
    return f"decoder[{start}:{start + stride}]" if k else f"decoder[{start}:]"


def _seen(config: RunConfig) -> str:
    spoiled = config.corruption and not config.clean_epochs
    return "spoil(x)" if spoiled else "x"


def _autoencoders(config: RunConfig) -> list[str]:
    tied = "F.linear(layer(seen), layer[0].weight.t(), back)"
    loss = 'F.mse_loss(again, wanted, reduction="sum") / len(x)'
    lines = [
        "x = train[batch]",
        "with torch.no_grad():",
        f"    seen, wanted = below({_seen(config)}), below(x)",
        f"again = {tied if config.tied else 'back(layer(seen))'}",
        "if k == 1:  # what comes back are the pixels' logits",
        "    loss = reconstruction_loss(again, wanted)",
        "else:",
    ]
    if config.tied:
        lines += [f"    again = {applied(config.hidden_activation, 'again')}"]
    return [
        *lines,
        f"    loss = {loss}",
        "optimiser.zero_grad()  # without a gradient, the other layers stay as they are",
        "loss.backward()",
        "optimiser.step()",
    ]


def _rbms(config: RunConfig) -> list[str]:
    weight = "layer[0].weight"
    bias = "back" if config.tied else "back[0].bias"
    binary = "torch.bernoulli(h)"
    drawn = binary
    if config.code_activation == "identity":
        drawn = f"h + torch.randn_like(h) if len(layer) == 1 else {binary}"
    lines = [
        "with torch.no_grad():  # contrastive divergence, one step",
        f"    v = below({_seen(config).replace('x', 'train[batch]')})",
        "    h = layer(v)",
        f"    drawn = {drawn}",
        f"    v_again = torch.sigmoid(F.linear(drawn, {weight}.t(), {bias}))",
        "    h_again = layer(v_again)",
        "optimiser.zero_grad()  # without a gradient, the other layers stay as they are",
        f"{weight}.grad = (h_again.t() @ v_again - h.t() @ v) / len(v)",
        "layer[0].bias.grad = (h_again - h).mean(0)",
        f"{bias}.grad = (v_again - v).mean(0)",
        "optimiser.step()",
    ]
    if not config.tied:
        lines += ["with torch.no_grad():", f"    back[0].weight.copy_({weight}.t())"]
    return lines


_STEPS: dict[str, Callable[[RunConfig], list[str]]] = {
    "autoencoders": _autoencoders,
    "rbms": _rbms,
}
