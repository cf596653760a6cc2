"""What networks can be trained on, and what of it this machine has, told without importing torch.

The last word is torch's, in the process that trains: `ready`.
"""

from __future__ import annotations

import ctypes
import os
import platform
import re
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from filelock import FileLock


@dataclass(frozen=True)
class Device:
    """One thing that a network can be trained on."""

    name: str
    label: str
    help: str


DEVICES: dict[str, Device] = {
    entry.name: entry
    for entry in (
        Device(
            "auto",
            "Automatic",
            "The graphics card where there is one that can be used, else the processor.",
        ),
        Device(
            "cpu",
            "Processor (CPU)",
            "Every machine has one. Each of its cores trains a network at a time.",
        ),
        Device(
            "cuda",
            "Graphics card (GPU)",
            "A card by NVIDIA, and a PyTorch that is made for it. Runs take turns on it.",
        ),
    )
}
"""By their names for torch, but for the first, which stands for one of the others."""


def resolved(name: str) -> str:
    """Return the device that a name stands for on this machine."""
    return best() if name == "auto" else name


def best() -> str:
    """Return the device that training takes where none was chosen."""
    return "cuda" if gpu() else "cpu"


@lru_cache(maxsize=1)
def gpu() -> bool:
    """Tell whether this machine has a GPU that the installed torch can be expected to use."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "all").split(",")[0].strip()
    return visible not in ("", "-1") and 0 < _made_for() <= _driven()


def _made_for() -> int:
    """Return the version of CUDA, without what is behind the dot, that torch is made for; or 0."""
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        return 0
    try:
        text = Path(spec.origin).with_name("version.py").read_text("utf-8")
    except OSError:
        return 0
    found = re.search(r"^cuda\b[^=\n]*= '(\d+)\.", text, re.MULTILINE)
    return int(found[1]) if found else 0


def _driven() -> int:
    """Return the newest version of CUDA that the machine's driver can do; 0 without a GPU."""
    try:
        nvml = ctypes.CDLL("nvml.dll" if os.name == "nt" else "libnvidia-ml.so.1")
        if nvml.nvmlInit_v2():  # each function returns 0 when it worked
            return 0
        count, version = ctypes.c_uint(), ctypes.c_int()
        failed = nvml.nvmlDeviceGetCount_v2(ctypes.byref(count))
        failed = failed or nvml.nvmlSystemGetCudaDriverVersion_v2(ctypes.byref(version))
        nvml.nvmlShutdown()
    except (OSError, AttributeError):  # no library of this name, or a very old one
        return 0
    return 0 if failed or not count.value else version.value // 1000  # 12020 is 12.2


def ready(name: str) -> bool:
    """Tell whether this process can train on a device, and make it compute the same bits always."""
    if name == "cpu":
        return True
    import torch

    if not torch.cuda.is_available():
        return False
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.fp32_precision = "ieee"  # convolutions would round to 10 bits else
    return True


def turn(name: str, folder: Path) -> AbstractContextManager[object]:
    """Return the right to train on a device for a while, to be entered.

    A machine's GPU is one process's at a time; processors are shared by their cores.

    Parameters
    ----------
    name : str
    folder : Path
        Where the processes that share the device can see each other's lock.

    Raises
    ------
    filelock.Timeout
        If another process has the GPU.
    """
    if name == "cpu":
        return nullcontext()
    return FileLock(folder / f"{name}-{platform.node()}.lock").acquire(timeout=0)
