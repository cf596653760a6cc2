"""``data``: which data sets are here, where, and how to get the others."""

from __future__ import annotations

from argparse import Namespace

from aecore import datasets
from aecore.commands.console import MB, StatusLine, UsageError, print_table, say
from aecore.datasets import DATASETS, DatasetError, DatasetSpec


def list_all(arguments: Namespace) -> int:
    """Print every data set, and where it is."""
    rows = [["name", "data set", "training", "test", "pixels", "where"]]
    for name, spec in DATASETS.items():
        height, width = spec.shape
        counts = [f"{spec.train_size:,}", f"{spec.test_size:,}"]
        rows.append([name, spec.label, *counts, f"{height} x {width}", _whereabouts(spec)])
    print_table(rows, "<<>>><")
    return 0


def _whereabouts(spec: DatasetSpec) -> str:
    if spec.recipe:
        return "made by the app"
    if not spec.splits:
        return "comes with the app"
    if folder := datasets.location(spec.name):
        return str(folder)
    if spec.mirrors:
        return f"not here: python -m aecore data fetch {spec.name}"
    return f"not here: belongs into a subfolder {spec.name} of a folder named in AE_DATA_DIR"


def fetch(arguments: Namespace) -> int:
    """Download a data set, and print the folder that it is in."""
    name, status = _known(arguments.name), StatusLine()

    def progress(done: int, total: int, file: str) -> None:
        size = f" of {total / MB:.1f}" if total else ""
        status.show(f"{file}: {done / MB:.1f}{size} MB", file)

    try:
        folder = datasets.fetch(name, progress)
    finally:
        status.close()
    say(f"{DATASETS[name].label} is here:")
    print(folder)
    return 0


def show_path(arguments: Namespace) -> int:
    """Print the folder of a data set, or the one that downloads go to."""
    if arguments.name is None:
        print(datasets.download_folder("mnist").parent)
        return 0
    spec = DATASETS[_known(arguments.name)]
    folder = datasets.location(spec.name)
    if folder is None:
        raise DatasetError(f"{spec.label} has no folder: {_whereabouts(spec)}")
    print(folder)
    return 0


def _known(name: str) -> str:
    """Return a data set's name, or refuse it."""
    try:
        datasets.available(name)
    except DatasetError as error:
        raise UsageError(error) from None
    return name
