"""A run as a plain PyTorch script of its own: what the settings come to, and nothing else.

It is put together from small pieces, one for every choice, each emitted only where the settings
need it. Its draws are its own, so its errors agree with the run's within the spread of seeds.
"""

from __future__ import annotations

import re
from textwrap import wrap

from aecore import datasets
from aecore.architectures import ARCHITECTURES
from aecore.config import RunConfig
from aecore.datasets import DATASETS
from aecore.script.codes import CODES
from aecore.script.corruption import corruption
from aecore.script.images import images
from aecore.script.loading import loading, renamed
from aecore.script.network import network
from aecore.script.objective import PENALTIES, reconstruction_loss
from aecore.script.pretraining import pretraining
from aecore.script.text import WIDTH, assemble, imports, section
from aecore.script.training import evaluation, start, training

__all__ = ["file_name", "loading", "renamed", "script", "stem"]


def script(config: RunConfig) -> str:
    """Return a Python script that trains the network of some settings and prints its errors.

    It needs torch and numpy, and scikit-learn where the images come from there.

    Parameters
    ----------
    config : RunConfig
        The script trains for its number of epochs.

    Returns
    -------
    str
        The source.
    """
    net, code = network(config), CODES[config.code](config)
    parts = [
        f"torch.manual_seed({config.seed})",
        *section("The images, one a row", images(config)),
        *section("What is done to them before the network sees them", corruption(config)),
        *section("The network", [net.text, *code.functions]),
        *section("What it minimises", [reconstruction_loss(config), *_penalties(config)]),
        *start(config, net),
        *pretraining(config, net),
        *training(config, code),
        *evaluation(config, code),
    ]
    body = assemble(parts)
    return f"{_heading(config)}\n{imports(body)}\n{body}"


def _penalties(config: RunConfig) -> list[str]:
    functions = (PENALTIES[name](config).function for name in config.penalties)
    return [text for text in functions if text]


def _heading(config: RunConfig) -> str:
    """Return the docstring: which network on which images, and where those are read from."""
    spec = DATASETS[config.dataset]
    title = f"An autoencoder of {spec.label} in plain PyTorch: {config.title()}."
    lines = wrap(f'"""{title}', WIDTH)
    needed = datasets.needs(config.dataset, config.data_options)
    for argument, name in zip(("first", "second"), needed, strict=False):
        files = [f"{file}.gz" for file in DATASETS[name].needed if "images" in file]
        label = f"the folder of {DATASETS[name].label} with {' and '.join(files)}"
        text = f"Its {argument} argument is {label}."
        lines += ["", *wrap(text, WIDTH, break_on_hyphens=False)]
    if len(lines) == 1 and len(lines[0]) + 3 <= WIDTH:
        return f'{lines[0]}"""\n'
    return "\n".join([*lines, '"""', ""])


def file_name(config: RunConfig) -> str:
    """Return what the script is called on disk."""
    return f"{stem(config)}.py"


def stem(config: RunConfig) -> str:
    """Return how the names of a run's files begin: ``autoencoder-mnist-784-16-784``."""
    kind = [] if config.variant == "plain" else [config.variant]
    layers = ARCHITECTURES[config.architecture].title(config.as_dict(), config.shape)
    words = re.findall(r"[a-z0-9]+", layers.lower().replace("×", "x"))
    return "-".join(["autoencoder", config.dataset, *kind, *words])
