"""Sweeps that are offered: which settings can vary, over which values, and those ready to start."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from aecore import sweeping
from aecore.choosing import nearest
from aecore.config import FIELDS, RunConfig, defaults
from aecore.language import marked
from aecore.sweeping import Axis, Sweep, grid

MOST_USUAL = 6
"""Values that a setting begins with."""

_USUAL: dict[str, tuple[Any, ...]] = {
    "bottleneck": (2, 4, 8, 16, 32, 64),
    "noise_level": (0.1, 0.2, 0.3, 0.5, 0.7, 1.0),
    "learning_rate": (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2),
    "seed": (0, 1, 2),
}
"""Values to begin with, where they are not spread evenly over those suggested."""


def possible(base: RunConfig) -> list[str]:
    """Return the settings that can vary and have an effect beside the others."""
    mine = base.as_dict()
    return [name for name in sweeping.VARIABLE if FIELDS[name].applies(mine)]


@lru_cache(maxsize=256)
def suggested(name: str, base: RunConfig) -> tuple[Any, ...]:
    """Return values of a setting worth trying that go together with the others.

    Parameters
    ----------
    name : str
        One of `aecore.sweeping.VARIABLE`.
    base : RunConfig
    """
    field = FIELDS[name]
    whole = int if field.kind == "int" else float
    candidates: Sequence[Any] = (
        field.offered or tuple(map(whole, field.stops)) or tuple(field.choices) or (False, True)
    )
    fits = grid(Sweep((Axis(name, tuple(candidates)),)), base)
    return tuple(fits.sweep.values(place)[name] for place in fits.cells)


def usual(name: str, base: RunConfig) -> Axis:
    """Return a setting with the values that its sweep begins with."""
    found = suggested(name, base)
    chosen = [value for value in _USUAL.get(name, ()) if value in found]
    if len(chosen) < 2:
        most = min(len(found), MOST_USUAL)
        chosen = [found[round(k * (len(found) - 1) / max(1, most - 1))] for k in range(most)]
    return Axis(name, tuple(chosen or [getattr(base, name)]))


@dataclass(frozen=True)
class Preset:
    """A sweep that is offered by name.

    Attributes
    ----------
    label, help : str
    names : tuple of str
        The settings, with their usual values.
    changes : callable
        ``base -> settings by name`` that it needs beside.
    """

    label: str
    help: str
    names: tuple[str, ...]
    changes: Callable[[RunConfig], Mapping[str, Any]] = lambda base: {}

    def settings(self, base: RunConfig) -> RunConfig:
        """Return the other settings that it is looked at with."""
        wanted = self.changes(base)
        return nearest(wanted, base.dataset, base.as_dict())[0] if wanted else base

    def sweep(self, base: RunConfig) -> Sweep:
        """Return the sweep itself."""
        changed = self.settings(base)
        return Sweep(tuple(usual(name, changed) for name in self.names))


def _some_noise(base: RunConfig) -> Mapping[str, Any]:
    return {"noise": "gaussian"} if base.noise == "none" else {}


def _a_bottleneck(base: RunConfig) -> Mapping[str, Any]:
    has_one = FIELDS["bottleneck"].applies(base.as_dict())
    return {} if has_one else {"architecture": defaults(base.dataset)["architecture"]}


PRESETS: dict[str, Preset] = {
    "bottleneck": Preset(
        marked("Bottleneck"),
        marked("The error against the size of the code, and PCA with as many numbers."),
        ("bottleneck",),
        _a_bottleneck,
    ),
    "noise": Preset(
        marked("Noise level"),
        marked("The error against the noise in training; Gaussian noise where there is none yet."),
        ("noise_level",),
        _some_noise,
    ),
    "loss": Preset(
        marked("Loss × bottleneck"),
        marked("Both losses for each size of the code."),
        ("loss", "bottleneck"),
        _a_bottleneck,
    ),
    "learning_rate": Preset(
        marked("Learning rate"),
        marked("Too small, and training is slow; too large, and it explodes."),
        ("learning_rate",),
    ),
    "seed": Preset(
        marked("Bottleneck × seed"),
        marked("How much of the error is chance: three random starts for each size of the code."),
        ("bottleneck", "seed"),
        _a_bottleneck,
    ),
}
"""Sweeps that are offered, the usual one first."""
