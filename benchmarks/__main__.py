"""Run all benchmarks, each in a process of its own, and print one table."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

from aecore.datasets import available
from benchmarks.measurement import HEADER, Row
from benchmarks.server import ROOT

BENCHMARKS = (
    "training",
    "first_picture",
    "viewers",
    "pages_under_load",
    "beside_analysis",
    "page_switch",
    "startup",
    "anomaly_scores",
    "neighbours",
    "variants",
    "cluster",
    "soak",
)


def main() -> int:
    """Print the table; return 1 if a benchmark could not be run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("only", nargs="*", help=f"some of {', '.join(BENCHMARKS)}; all by default")
    asked = parser.parse_args()
    if unknown := set(asked.only) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    if not available("mnist"):
        parser.error("MNIST is needed: set AE_DATA_DIR, or python -m aecore data fetch mnist")
    print(HEADER, flush=True)
    results = [_run(name, asked.quick) for name in asked.only or BENCHMARKS]
    return 0 if all(results) else 1


def _run(name: str, quick: bool) -> bool:
    """Print a benchmark's rows; say whether it came to an end."""
    command = [sys.executable, "-m", f"benchmarks.{name}", "--json"] + ["--quick"] * quick
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        print(Row(name, "", f"could not be measured: {reason}", False), flush=True)
        return False
    for row in json.loads(done.stdout.splitlines()[-1]):
        print(Row(**row), flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
