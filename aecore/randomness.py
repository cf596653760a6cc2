"""Random numbers without global state: each draw has its own seed, purpose and step.

A checkpoint therefore needs no generator state, and the same run draws the same
numbers whether it is trained in one go or in slices.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def generator(seed: int, purpose: str, step: int = 0) -> torch.Generator:
    """Return a fresh CPU generator for one draw.

    Parameters
    ----------
    seed : int
        The run's seed.
    purpose : str
        What is drawn, e.g. ``"order"`` or ``"noise"``; keeps streams apart.
    step : int
        Training step, epoch or chunk that the draw belongs to.
    """
    import torch

    digest = hashlib.blake2b(f"{seed}/{purpose}/{step}".encode(), digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "big") >> 1)
