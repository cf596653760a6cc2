"""``python -m fuzz [name ...] --seconds N``: each harness in a process of its own."""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fuzz import NAMES

MEMORY_MB, SLOW_S = 1500, 10
"""What counts as a find: more memory than this, or longer over one content."""


def main() -> int:
    """Run the harnesses that were named, or all, and return how many found something."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(NAMES))
    parser.add_argument("--seconds", type=int, default=60, help="for each (default: 60)")
    chosen = parser.parse_args()
    if chosen.names != ["bombs"] and (unknown := set(chosen.names) - {*NAMES}):
        parser.error(f"there is no harness {unknown.pop()}: {', '.join(NAMES)}, or bombs alone")
    if chosen.names == ["bombs"]:
        return _bombs()
    if importlib.util.find_spec("atheris") is None:
        parser.error("atheris is not installed: pip install atheris")
    return sum(_run(name, chosen.seconds) != 0 for name in chosen.names or NAMES)


def _bombs() -> int:
    """Have every bomb read apart, as the app does, and say how long each took."""
    from aecore.uploads import UploadError
    from aecore.uploads.apart import Reader
    from fuzz.bombs import BOMBS

    with Reader() as reader:
        for name, make in BOMBS.items():
            content, began = make(), time.perf_counter()
            try:
                found = reader.read("bomb", content, turn_over=True, most=10_000)
                told = f"{len(found.pictures)} pictures"
            except UploadError as error:
                told = str(error)
            seconds = time.perf_counter() - began
            size = f"{len(content) / 1e6:5.1f} MB"
            sys.stdout.write(f"{name:26} {size} {seconds:6.2f} s  {told[:90]}\n")
    return 0


def _run(name: str, seconds: int) -> int:
    """Run one harness; what it found is kept in a folder that is named."""
    with tempfile.TemporaryDirectory(prefix=f"fuzz-{name}-corpus-") as corpus:
        finds = Path(tempfile.mkdtemp(prefix=f"fuzz-{name}-"))
        command = [
            sys.executable, "-m", "fuzz.one", name, corpus, f"-max_total_time={seconds}",
            f"-rss_limit_mb={MEMORY_MB}", f"-timeout={SLOW_S}", f"-artifact_prefix={finds}/",
            "-max_len=60000", "-print_final_stats=1", "-verbosity=0",
        ]  # fmt: skip
        code = subprocess.run(command, check=False).returncode
        found = sorted(finds.iterdir())
        sys.stdout.write(f"{name}: {'nothing found' if not code else f'found {found}'}\n")
        if not found:
            finds.rmdir()
        return code


if __name__ == "__main__":
    sys.exit(main())
