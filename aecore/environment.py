"""The machine's settings: the environment variables that the app knows, read and checked.

No other module looks at the environment. A value that makes no sense never stops the app: the
nearest sensible one takes its place, and a note says so.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

__all__ = ["Environment", "read"]

APP_NAME = "autoencoder-explorer"
WORKERS = (1, 64)
STORE_MB = (64, 10_000_000)
DEFAULT_STORE_MB = 4096
SCHEMES = ("tcp", "tls")
"""How a cluster's scheduler is talked to."""


@dataclass(frozen=True)
class Environment:
    """What the machine's owner has set, or the defaults.

    Attributes
    ----------
    home
        Folder for everything that the app writes (``AE_HOME``). It need not exist yet.
    data_dirs
        Folders that are searched for data sets, in this order (``AE_DATA_DIR``).
    workers
        How many processes train at once, 1 to 64 (``AE_WORKERS``).
    store_mb
        Size that the recorded runs may take on disk, in megabytes (``AE_STORE_MB``).
    lessons
        Folder of a teacher's own lessons, or None (``AE_LESSONS``).
    controls
        What a teacher has decided for everybody, as an address says it (``AE_CONTROLS``).
    scheduler
        Address of the Dask cluster that trains, such as ``tcp://10.0.0.1:8786``
        (``AE_DASK_SCHEDULER``); empty where processes of this machine do.
    address
        What the app is called by others, such as ``https://explorer.example.edu``
        (``AE_ADDRESS``); empty where that is not said.
    notes
        One sentence for each value that made no sense and was replaced.
    """

    home: Path
    data_dirs: tuple[Path, ...]
    workers: int
    store_mb: int
    lessons: Path | None = None
    controls: str = ""
    address: str = ""
    scheduler: str = ""
    notes: tuple[str, ...] = ()


def read(environ: Mapping[str, str] | None = None) -> Environment:
    """Read and check the environment variables; never raises.

    Parameters
    ----------
    environ
        The variables; the process's own by default.

    Returns
    -------
    Environment
        Sensible values throughout, with a note for each one that was replaced.
    """
    environ = os.environ if environ is None else environ
    notes: list[str] = []
    return Environment(
        home=_home(environ.get("AE_HOME", ""), notes),
        data_dirs=_data_dirs(environ.get("AE_DATA_DIR", ""), notes),
        workers=_whole_number("AE_WORKERS", environ, _cores(), WORKERS, notes),
        store_mb=_whole_number("AE_STORE_MB", environ, DEFAULT_STORE_MB, STORE_MB, notes),
        lessons=_lessons(environ.get("AE_LESSONS", ""), notes),
        controls=environ.get("AE_CONTROLS", "").strip(),
        address=_address(environ.get("AE_ADDRESS", ""), notes),
        scheduler=_scheduler(environ.get("AE_DASK_SCHEDULER", ""), notes),
        notes=tuple(notes),
    )


def _home(text: str, notes: list[str]) -> Path:
    """Return the folder to write to."""
    default = platformdirs.user_cache_path(APP_NAME)
    if not text.strip():
        return default
    home = _path(text)
    if home is None:
        notes.append(f"AE_HOME is {_shown(text)}, which is not a folder's name: using {default}.")
        return default
    for place in (home, *home.parents):
        if os.path.isdir(place):
            return home
        if os.path.lexists(place):
            notes.append(
                f"AE_HOME is {_shown(text)}, but {place} is not a folder: using {default}."
            )
            return default
    return home


def _data_dirs(text: str, notes: list[str]) -> tuple[Path, ...]:
    """Return the folders to search for data, each once, those that are missing left out."""
    folders: dict[Path, None] = {}
    for entry in text.split(os.pathsep):
        if not entry.strip():
            continue
        folder = _path(entry)
        if folder is not None and os.path.isdir(folder):
            folders[folder] = None
        else:
            notes.append(f"AE_DATA_DIR names {_shown(entry)}, which is no folder here: ignored.")
    return tuple(folders)


def _lessons(text: str, notes: list[str]) -> Path | None:
    """Return the folder of a teacher's own lessons, or None where there is none."""
    if not text.strip():
        return None
    folder = _path(text)
    if folder is None or not os.path.isdir(folder):
        notes.append(f"AE_LESSONS names {_shown(text)}, which is no folder here: ignored.")
        return None
    return folder


def _whole_number(
    name: str,
    environ: Mapping[str, str],
    default: int,
    bounds: tuple[int, int],
    notes: list[str],
) -> int:
    """Return a variable's whole number, moved into its bounds."""
    text = environ.get(name, "")
    if not text.strip():
        return default
    low, high = bounds
    asked: int | None
    try:
        asked = int(text)
    except ValueError:
        asked = None
    used = default if asked is None else min(max(asked, low), high)
    if used != asked:
        notes.append(
            f"{name} is {_shown(text)}, expected a whole number from {low} to {high}: using {used}."
        )
    return used


def _address(text: str, notes: list[str]) -> str:
    """Return an address to put into links, without a slash at its end."""
    given = text.strip()
    if not given:
        return ""
    try:
        parts = urlsplit(given)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if good and given.isprintable() and not set(given) & set(" ?#<>\"'"):
        return given.rstrip("/")
    notes.append(
        f"AE_ADDRESS is {_shown(text)}, expected one such as https://explorer.example.edu: ignored."
    )
    return ""


def _scheduler(text: str, notes: list[str]) -> str:
    """Return the address of a cluster's scheduler."""
    given = text.strip()
    if not given:
        return ""
    try:
        parts = urlsplit(given)
        rest = parts.path.strip("/") + parts.query + parts.fragment
        if parts.scheme in SCHEMES and parts.hostname and parts.port and not rest:
            return f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        pass
    notes.append(
        f"AE_DASK_SCHEDULER is {_shown(text)}, expected one such as tcp://10.0.0.1:8786: "
        "this machine trains itself."
    )
    return ""


def _path(text: str) -> Path | None:
    """Return an absolute path with ``~`` expanded, or None where the text cannot be one."""
    try:
        path = Path(text.strip()).expanduser().absolute()
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return path
    except (OSError, RuntimeError, ValueError):
        return None
    return path


def _cores() -> int:
    """Return how many cores this process may use, within the bounds of AE_WORKERS."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return min(max(cores, WORKERS[0]), WORKERS[1])


def _shown(text: str) -> str:
    """Return a value in quotes, shortened to fit a sentence."""
    return repr(text if len(text) <= 80 else text[:77] + "...")
