"""A Plotly figure from plain dicts, ready to be sent: nothing in it is checked or taken apart."""

from __future__ import annotations

from base64 import b64encode
from functools import cached_property
from typing import Any

import numpy as np
import plotly.graph_objects as go

_NAMES = {
    "float32": "f4", "float64": "f8", "int8": "i1", "int16": "i2", "int32": "i4",
    "uint8": "u1", "uint16": "u2", "uint32": "u4",
}  # fmt: skip
"""What plotly.js calls the types of numbers that it takes as bytes."""


class Figure(go.Figure):
    """A figure of which graph objects are made only where somebody asks for its parts.

    Making them takes longer than all else that is done for a chart, and showing it needs none.

    Parameters
    ----------
    spec : dict
        ``data`` and ``layout`` as plotly.js takes them; numbers may be arrays.
    """

    def __init__(self, spec: dict[str, Any]) -> None:
        self.__dict__["_spec"] = spec

    def __getattr__(self, name: str) -> Any:
        """Make the graph objects, and return what was asked for."""
        if self._whole or name.startswith("__"):
            raise AttributeError(name)
        self.__dict__["_whole"] = True
        super().__init__(self._spec, _validate=False)
        return getattr(self, name)

    _whole = False
    """Whether the graph objects are there; from then on they are the figure."""

    def to_dict(self) -> dict[str, Any]:
        """Return the figure as it is sent; made once, and not to be changed."""
        found: dict[str, Any] = super().to_dict() if self._whole else self._sent
        return found

    @cached_property
    def _sent(self) -> dict[str, Any]:
        sent: dict[str, Any] = _sendable(self._spec)
        return sent


def _sendable(part: Any) -> Any:
    """Return part of a figure with its arrays as bytes, or as lists where they are no numbers."""
    if isinstance(part, dict):
        return {name: _sendable(value) for name, value in part.items()}
    if isinstance(part, (list, tuple)) and part and isinstance(part[0], (dict, np.ndarray)):
        return [_sendable(entry) for entry in part]
    if not isinstance(part, np.ndarray):
        return part
    if part.dtype == np.int64 and abs(part).max(initial=0) < 2**31:
        part = part.astype(np.int32)
    if part.dtype.name not in _NAMES:
        return part.tolist()
    packed = {"dtype": _NAMES[part.dtype.name], "bdata": b64encode(part.tobytes()).decode()}
    return packed if part.ndim == 1 else {**packed, "shape": ", ".join(map(str, part.shape))}
