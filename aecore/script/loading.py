"""A recorded network in plain PyTorch: weights under a script's own names, and how to load them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from aecore.config import RunConfig
from aecore.script.activations import applied
from aecore.script.codes import CODES
from aecore.script.network import network
from aecore.script.text import assemble, imports

if TYPE_CHECKING:
    from torch import Tensor


def renamed(config: RunConfig, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return a snapshot's weights under the names that they have in the script.

    Parameters
    ----------
    config : RunConfig
    weights : mapping
        As `aecore.runs.Run.weights` returns them.
    """
    names = network(config).names
    return {names[name]: weight for name, weight in weights.items()}


def loading(config: RunConfig, file: str) -> str:
    """Return Python code that makes the network and fills it with the weights of a file.

    Parameters
    ----------
    config : RunConfig
    file : str
        Name of a safetensors file with the weights as `renamed` returns them.
    """
    net, code = network(config), CODES[config.code](config)
    reconstruct = f'''
def reconstruct(x):
    """Return what the network makes of images, (m, {config.pixels}) like the images themselves."""
    return {applied(config.output_activation, f"decoder({code.read.format('x')})")}
'''
    body = assemble(
        [
            net.text,
            "\n".join([f'weights = load_file("{file}")', *net.loading]),
            *(text for text in code.functions if "def draw(" not in text),
            reconstruct,
        ]
    )
    return f"{imports(body)}\n{body}"
