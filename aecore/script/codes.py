"""The code in a script, by the names of `aecore.codes.CODES`: read out, and drawn in training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aecore.config import RunConfig
from aecore.script.activations import applied


@dataclass(frozen=True)
class CodeText:
    """How a script makes a code of the encoder's sums.

    Attributes
    ----------
    step : tuple of str
        Lines of a training step: from ``seen`` to the code ``h``.
    read, drawn : str
        Expression of the codes of images ``{}``: as they are read out, and as in training.
    functions : tuple of str
    """

    step: tuple[str, ...]
    read: str
    drawn: str
    functions: tuple[str, ...] = ()


def _plain(config: RunConfig) -> CodeText:
    return CodeText(("h = encoder({seen})",), "encoder({})", "encoder({})")


def _k_sparse(config: RunConfig) -> CodeText:
    strongest = f'''
def strongest(z):
    """Return 1 at the {config.active} largest sums of each image, and 0 elsewhere."""
    return torch.zeros_like(z).scatter(1, z.topk({config.active}, dim=1).indices, 1.0)
'''
    code = f'''
def code(z):
    """Return the codes: only the strongest units speak."""
    return {applied(config.code_activation, "z")} * strongest(z)
'''
    read = "code(encoder({}))"
    return CodeText(("h = code(encoder({seen}))",), read, read, (strongest, code))


_DRAWN_STEP = ("z = encoder({seen})", "h = draw(z)")


def _variational(config: RunConfig) -> CodeText:
    code = '''
def code(z):
    """Return the codes' means."""
    return z.chunk(2, dim=1)[0]
'''
    draw = '''
def draw(z):
    """Draw each code from a normal distribution of the encoder's mean and variance."""
    mean, log_variance = z.chunk(2, dim=1)
    return mean + (log_variance / 2).exp() * torch.randn_like(mean)
'''
    return CodeText(_DRAWN_STEP, "code(encoder({}))", "draw(encoder({}))", (code, draw))


def _binary(config: RunConfig) -> CodeText:
    code = '''
def code(z):
    """Return one bit a unit."""
    return (z > 0).float()
'''
    draw = f'''
def draw(z):
    """Return the codes of training: noise before the sigmoid pushes the units to 0 and 1."""
    return {applied(config.code_activation, f"z + {config.code_noise!r} * torch.randn_like(z)")}
'''
    return CodeText(_DRAWN_STEP, "code(encoder({}))", "draw(encoder({}))", (code, draw))


CODES: dict[str, Callable[[RunConfig], CodeText]] = {
    "plain": _plain,
    "k-sparse": _k_sparse,
    "variational": _variational,
    "binary": _binary,
}
