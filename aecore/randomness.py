"""Random numbers without global state: each draw has its own seed, purpose and step.

A checkpoint therefore needs no generator state, and the same run draws the same
numbers whether it is trained in one go or in slices. All are drawn on the CPU, so that a seed
means the same numbers on every device.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor


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


def normal(like: Tensor, source: torch.Generator) -> Tensor:
    """Draw numbers from N(0, 1), of a tensor's shape, type and device."""
    drawn = like.new_empty(like.shape, device="cpu").normal_(generator=source)
    return drawn.to(like.device)


def uniform(like: Tensor, source: torch.Generator) -> Tensor:
    """Draw numbers that are evenly spread over 0 to 1, of a tensor's shape, type and device."""
    drawn = like.new_empty(like.shape, device="cpu").uniform_(generator=source)
    return drawn.to(like.device)
