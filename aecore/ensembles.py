"""Several networks instead of one: which others belong to a network's ensemble; a registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from aecore.choosing import nearest
from aecore.config import FIELDS, RunConfig


@dataclass(frozen=True)
class Ensemble:
    """One way to choose networks that judge together.

    Attributes
    ----------
    members : callable
        The settings of all, the given ones among them; only those where there are no others.
    same_units : bool
        Whether the members' reconstruction errors are of one size, and may be compared as
        they are.
    """

    name: str
    label: str
    help: str
    members: Callable[[RunConfig], tuple[RunConfig, ...]]
    same_units: bool = True


def _alone(config: RunConfig) -> tuple[RunConfig, ...]:
    return (config,)


def _seeds(count: int, config: RunConfig) -> tuple[RunConfig, ...]:
    settings = config.as_dict()
    first = min(config.seed, int(FIELDS["seed"].high or 0) - count + 1)
    return tuple(RunConfig(**settings | {"seed": first + k}) for k in range(count))


def _sizes(config: RunConfig) -> tuple[RunConfig, ...]:
    settings = config.as_dict()
    if not FIELDS["bottleneck"].applies(settings):
        return (config,)
    wanted = (config.bottleneck // 2, config.bottleneck, 2 * config.bottleneck)
    found = [nearest(settings | {"bottleneck": size}, config.dataset)[0] for size in wanted if size]
    unique = {member.identity: member for member in found}
    return tuple(unique.values())


ENSEMBLES: dict[str, Ensemble] = {
    ensemble.name: ensemble
    for ensemble in (
        Ensemble("one", "This network", "The network of the present settings alone.", _alone),
        Ensemble("seeds-3", "3 seeds", "Three random starts.", partial(_seeds, 3)),
        Ensemble("seeds-5", "5 seeds", "Five random starts.", partial(_seeds, 5)),
        Ensemble(
            "sizes",
            "3 sizes",
            "Half, the same and twice the bottleneck size.",
            _sizes,
            same_units=False,
        ),
    )
}
"""The ensembles by name, in the order in which a page offers them."""
