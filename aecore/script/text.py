"""Setting the pieces of a script: spacing, indentation, lists of modules."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH = 100

_IMPORTS = {
    "gzip.": "import gzip",
    "sys.": "import sys",
    "Path(": "from pathlib import Path",
    "np.": "import numpy as np",
    "torch.": "import torch",
    "load_file(": "from safetensors.torch import load_file",
    "load_digits(": "from sklearn.datasets import load_digits",
    "load_sample_images(": "from sklearn.datasets import load_sample_images",
    "nn.": "from torch import nn",
    "F.": "from torch.nn import functional as F",
}
"""What a script imports if it has these letters in it."""
_STANDARD = ("import gzip", "import sys", "from pathlib import Path")


def assemble(blocks: Sequence[str]) -> str:
    """Join blocks with one empty line between them, two around functions."""
    text, before = "", ""
    for block in (each.strip("\n") for each in blocks):
        gap = "\n\n\n" if _is_function(before) or _is_function(block) else "\n\n"
        text += (gap if before else "") + block
        before = block.split("\n\n\n")[-1]
    return text + "\n"


def _is_function(block: str) -> bool:
    lines = [line for line in block.splitlines() if not line.startswith("#")]
    return bool(lines) and lines[0].startswith(("def ", "@"))


def section(title: str, blocks: Sequence[str]) -> list[str]:
    """Return blocks under a comment; nothing where there are none."""
    if not blocks:
        return []
    first, *others = blocks
    return [f"# {title}\n{first.strip()}", *others]


def indented(lines: Sequence[str], depth: int = 1) -> str:
    """Return lines as the body of ``depth`` statements."""
    return "\n".join("    " * depth + line for line in lines)


def sequential(name: str, rows: Sequence[Sequence[str]]) -> str:
    """Return the making of a chain of modules; a single one stands for itself."""
    modules = [module for row in rows for module in row]
    if len(modules) == 1:
        return f"{name} = {modules[0]}"
    line = f"{name} = nn.Sequential({', '.join(modules)})"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{name} = nn.Sequential(", *(f"    {', '.join(r)}," for r in rows), ")"])


def imports(body: str) -> str:
    """Return the import statements that a script needs."""
    needed = [line for letters, line in _IMPORTS.items() if letters in body]
    own = [line for line in needed if line in _STANDARD]
    others = [line for line in needed if line not in _STANDARD]
    return "\n".join([*own, "", *others] if own else others) + "\n"
