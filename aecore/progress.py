"""How what is slow tells how far it has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, float | None], None]
"""Told the stage in words, and the share of it that is done, 0 to 1 (None: unknown)."""
