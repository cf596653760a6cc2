"""The network in a script, by the names of `aecore.architectures.ARCHITECTURES`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod

from aecore import codes
from aecore.architectures import KERNEL, map_shapes
from aecore.config import RunConfig
from aecore.script.activations import applied, row
from aecore.script.text import indented, sequential


@dataclass(frozen=True)
class Network:
    """Encoder and decoder of a script.

    Attributes
    ----------
    text : str
        What makes ``encoder`` and ``decoder``, which map images to sums and codes to logits.
    parameters : str
        Expression of the list of all parameters.
    columns : str
        Expression of the decoder's weights from the code.
    across : str
        The dimensions of `columns` that belong to one code unit.
    names : dict
        Parameter of `aecore.models` -> parameter here, as its module's ``state_dict`` has it.
    loading : tuple of str
        Lines that fill encoder and decoder with ``weights`` of those names.
    """

    text: str
    parameters: str
    columns: str
    across: str
    names: dict[str, str]
    loading: tuple[str, ...] = (
        'nn.ModuleDict({"encoder": encoder, "decoder": decoder}).load_state_dict(weights)',
    )


@dataclass(frozen=True)
class _Layer:
    """Modules that belong together, with the names of the first one's parameters in a model."""

    modules: Sequence[str]
    weight: str = ""
    bias: str = ""


def network(config: RunConfig) -> Network:
    """Return the text of a network."""
    return _NETWORKS[config.architecture](config)


def encoder_weights(config: RunConfig) -> list[str]:
    """Return the expressions of a dense encoder's matrices, from the image on."""
    return [f"{place}.weight" for place in _places("encoder", _dense_encoder(config)) if place]


def hidden_values(config: RunConfig) -> list[str]:
    """Return the expressions of a dense encoder's hidden values, each of the one below."""
    places = [place for place in _places("encoder", _dense_encoder(config)) if place]
    below = ["x", *(f"y{k}" for k in range(1, len(places)))]
    return [
        applied(config.hidden_activation, f"{place}({y})")
        for place, y in zip(places[:-1], below, strict=False)
    ]


def last_sums(config: RunConfig) -> str:
    """Return the expression of a dense encoder's sums, of its last hidden values."""
    places = [place for place in _places("encoder", _dense_encoder(config)) if place]
    return f"{places[-1]}({f'y{len(places) - 1}' if config.hidden else 'x'})"


# -- what all have in common ---------------------------------------------------------


def _places(name: str, layers: Sequence[_Layer]) -> list[str]:
    """Return each layer's first module as it is reached; empty where it has no parameters."""
    alone = sum(len(layer.modules) for layer in layers) == 1
    places, at = [], 0
    for layer in layers:
        places.append((name if alone else f"{name}[{at}]") if layer.weight else "")
        at += len(layer.modules)
    return places


def _names(name: str, layers: Sequence[_Layer]) -> dict[str, str]:
    found: dict[str, str] = {}
    for layer, place in zip(layers, _places(name, layers), strict=True):
        if place:
            module = place.replace("[", ".").replace("]", "")
            found |= {layer.weight: f"{module}.weight", layer.bias: f"{module}.bias"}
    return found


def _chain(name: str, layers: Sequence[_Layer]) -> str:
    return sequential(name, [layer.modules for layer in layers])


def _code_activation(config: RunConfig) -> str:
    """Return what closes the encoder: codes that are more than an activation come after it."""
    return config.code_activation if config.code == "plain" else "identity"


def _outputs(config: RunConfig) -> int:
    return codes.CODES[config.code].outputs


# -- dense ---------------------------------------------------------------------------


def _dense_encoder(config: RunConfig) -> list[_Layer]:
    sizes = config.layer_sizes
    wide = [*sizes[1:-1], sizes[-1] * _outputs(config)]
    kinds = [config.hidden_activation] * len(config.hidden) + [_code_activation(config)]
    return [
        _Layer(row(f"nn.Linear({a}, {b})", kind), f"encoder_weights.{k}", f"encoder_biases.{k}")
        for k, (a, b, kind) in enumerate(zip(sizes, wide, kinds, strict=False))
    ]


def _dense_decoder(config: RunConfig) -> list[_Layer]:
    kinds = [config.hidden_activation] * len(config.hidden) + ["identity"]
    pairs = pairwise(config.layer_sizes[::-1])
    return [
        _Layer(row(f"nn.Linear({a}, {b})", kind), f"decoder_weights.{k}", f"decoder_biases.{k}")
        for k, ((a, b), kind) in enumerate(zip(pairs, kinds, strict=True))
    ]


def _dense(config: RunConfig) -> Network:
    if config.tied:
        return _tied(config)
    down, up = _dense_encoder(config), _dense_decoder(config)
    return Network(
        f"{_chain('encoder', down)}\n{_chain('decoder', up)}",
        "[*encoder.parameters(), *decoder.parameters()]",
        f"{_places('decoder', up)[0]}.weight",
        "0",
        _names("encoder", down) | _names("decoder", up),
    )


def decoder_biases(config: RunConfig) -> list[str]:
    """Return the expressions of a tied decoder's biases, from the code on."""
    if not config.hidden:
        return ["decoder_bias"]
    return [f"decoder_biases[{k}]" for k in range(len(config.hidden) + 1)]


def _tied(config: RunConfig) -> Network:
    down, q = _dense_encoder(config), config.code_size
    *others, last = encoder_weights(config)
    last = f"{last}[:{q}]" if _outputs(config) > 1 else last
    biases = decoder_biases(config)
    sums = [
        f"F.linear(h, {weight}.t(), {bias})"
        for weight, bias in zip([last, *reversed(others)], biases, strict=True)
    ]
    body = ['"""Map codes to logits by the encoder\'s weights, transposed."""']
    body += [f"h = {applied(config.hidden_activation, each)}" for each in sums[:-1]]
    body += [f"return {sums[-1]}"]
    up = config.layer_sizes[-2::-1]
    if config.hidden:
        units = ", ".join(map(str, up))
        made = f"decoder_biases = [torch.zeros(n, requires_grad=True) for n in ({units})]"
        every = "*decoder_biases"
        filled = f'decoder_biases = [weights[f"decoder_biases.{{k}}"] for k in range({len(up)})]'
    else:
        made = f"decoder_bias = torch.zeros({up[0]}, requires_grad=True)"
        every, filled = "decoder_bias", 'decoder_bias = weights["decoder_bias"]'
    places = [bias.replace("[", ".").replace("]", "") for bias in biases]
    return Network(
        f"{_chain('encoder', down)}\n{made}\n\n\ndef decoder(h):\n{indented(body)}",
        f"[*encoder.parameters(), {every}]",
        last,
        "1",
        _names("encoder", down) | {f"decoder_biases.{k}": p for k, p in enumerate(places)},
        (
            'own = {k[8:]: w for k, w in weights.items() if k.startswith("encoder.")}',
            "encoder.load_state_dict(own)",
            filled,
        ),
    )


# -- convolutions --------------------------------------------------------------------


def _downward(config: RunConfig, last_activation: str, last_outputs: int) -> list[_Layer]:
    maps = map_shapes(config.as_dict(), config.shape)
    pairs = list(pairwise(m[0] for m in maps))
    layers = [_Layer([f"nn.Unflatten(1, {maps[0]})"])]
    for k, (a, b) in enumerate(pairs):
        last = k == len(pairs) - 1
        layer = f"nn.Conv2d({a}, {b * last_outputs if last else b}, {KERNEL}, stride=2, padding=1)"
        modules = row(layer, last_activation if last else config.hidden_activation)
        layers.append(_Layer(modules, f"encoder_kernels.{k}", f"encoder_biases.{k}"))
    return [*layers, _Layer(["nn.Flatten()"])]


def _upward(config: RunConfig) -> list[_Layer]:
    maps = map_shapes(config.as_dict(), config.shape)[::-1]
    layers = [_Layer([f"nn.Unflatten(1, {maps[0]})"])]
    for k, (small, large) in enumerate(pairwise(maps)):
        more = tuple(b - (2 * a - 1) for a, b in zip(small[1:], large[1:], strict=True))
        counts = f"{small[0]}, {large[0]}, {KERNEL}"
        layer = f"nn.ConvTranspose2d({counts}, stride=2, padding=1, output_padding={more})"
        kind = "identity" if k == len(maps) - 2 else config.hidden_activation
        layers.append(_Layer(row(layer, kind), f"decoder_kernels.{k}", f"decoder_biases.{k}"))
    return [*layers, _Layer(["nn.Flatten()"])]


def _convolutional(config: RunConfig) -> Network:
    flat, q = prod(map_shapes(config.as_dict(), config.shape)[-1]), config.code_size
    to_code = row(f"nn.Linear({flat}, {q * _outputs(config)})", _code_activation(config))
    from_code = row(f"nn.Linear({q}, {flat})", config.hidden_activation)
    down = [
        *_downward(config, config.hidden_activation, 1),
        _Layer(to_code, "to_code_weight", "to_code_bias"),
    ]
    up = [_Layer(from_code, "from_code_weight", "from_code_bias"), *_upward(config)]
    return _both(down, up, "0")


def _feature_maps(config: RunConfig) -> Network:
    down = _downward(config, _code_activation(config), _outputs(config))
    return _both(down, _upward(config), "(1, 2, 3)")


def _both(down: list[_Layer], up: list[_Layer], across: str) -> Network:
    first = next(place for place in _places("decoder", up) if place)
    return Network(
        f"{_chain('encoder', down)}\n{_chain('decoder', up)}",
        "[*encoder.parameters(), *decoder.parameters()]",
        f"{first}.weight",
        across,
        _names("encoder", down) | _names("decoder", up),
    )


_NETWORKS: dict[str, Callable[[RunConfig], Network]] = {
    "dense": _dense,
    "convolutional": _convolutional,
    "feature-maps": _feature_maps,
}
