"""The explorer's own browser code: each component is a script and a style sheet in assets/.

A component gets its data as one block of bytes, a JSON header and the arrays behind it: no
array is turned into text, and Streamlit does not send a block again that a browser has.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

FOLDER = Path(__file__).parents[1] / "assets" / "components"

_ALIGNED = 8
"""Arrays begin at multiples of so many bytes, as typed arrays in a browser must."""
_TYPES = {"uint8", "int32", "uint32", "float32", "float64"}


@st.cache_resource(show_spinner=False)
def component(name: str) -> Any:
    """Return what mounts a component, by the name of its script.

    Parameters
    ----------
    name : str
        ``assets/components/<name>.js`` has ``export default function (component)``; it may use
        the functions of ``common.js``, and those of its own scripts in a folder of its name.
        A style sheet ``<name>.css`` beside it is optional.
    """
    style = FOLDER / f"{name}.css"
    parts = [FOLDER / "common.js", *sorted((FOLDER / name).glob("*.js")), FOLDER / f"{name}.js"]
    return st.components.v2.component(
        f"ae_{name}",
        js="\n".join(part.read_text("utf-8") for part in parts),
        css=style.read_text("utf-8") if style.exists() else None,
    )


def pack(header: Mapping[str, Any], **arrays: npt.NDArray[Any]) -> bytes:
    """Return a header and arrays as one block, which `unpack` of common.js opens.

    Parameters
    ----------
    header : mapping
        Plain values.
    **arrays
        Of uint8, int32, uint32, float32 or float64; in the browser each is an object
        ``{values, shape}`` beside the header's own entries.

    Returns
    -------
    bytes
        Four bytes with the length of the header, the header as JSON, then the arrays.
    """
    places: dict[str, Any] = {}
    blocks, size = [], 0
    for name, array in arrays.items():
        if str(array.dtype) not in _TYPES:
            raise TypeError(f"{name} is of {array.dtype}: expected one of {', '.join(_TYPES)}.")
        content = np.ascontiguousarray(array).tobytes()
        places[name] = {"type": str(array.dtype), "shape": array.shape, "at": size}
        padding = -len(content) % _ALIGNED
        blocks += [content, b"\0" * padding]
        size += len(content) + padding
    text = json.dumps({"header": dict(header), "arrays": places}).encode()
    text += b" " * (-(4 + len(text)) % _ALIGNED)
    return b"".join([len(text).to_bytes(4, "little"), text, *blocks])
