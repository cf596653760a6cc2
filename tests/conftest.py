"""Fixtures that every test shares: a clean environment, and the real data where it is at hand."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# an example may be slow where the machine has other things to do
settings.register_profile("ours", deadline=None)
settings.load_profile("ours")

# tests that are run in the background ignore it, and so would the programs that they start
signal.signal(signal.SIGINT, signal.default_int_handler)

MNIST_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def _data_folders() -> list[Path]:
    """Return the folders that may hold real data, taken before any test changes the environment."""
    given = os.environ.get("AE_DATA_DIR", "").split(os.pathsep)
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return [Path(folder).expanduser().absolute() for folder in given if folder] or [beside]


DATA_FOLDERS = _data_folders()


@pytest.fixture(autouse=True)
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test an empty AE_HOME and no AE_DATA_DIR, and undo its change of ``__main__``.

    Streamlit puts there what it runs, and processes that are spawned later would run it again.
    """
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setenv("AE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("AE_DATA_DIR", raising=False)


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Train as the workers do: another number of threads may round differently, and is slower."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder that holds mnist/ and fashion-mnist-sample/."""
    for folder in DATA_FOLDERS:
        if (folder / "mnist").is_dir() and (folder / "fashion-mnist-sample").is_dir():
            return folder
    return _absent("mnist/ and fashion-mnist-sample/")


@pytest.fixture(scope="session")
def mnist_dir() -> Path:
    """Return the folder that holds the four MNIST files."""
    for folder in DATA_FOLDERS:
        if all((folder / "mnist" / name).is_file() for name in MNIST_FILES):
            return folder / "mnist"
    return _absent("the four MNIST files")


def _absent(what: str) -> Path:
    """Skip the test for want of data, or fail where continuous integration must have it."""
    places = ", ".join(map(str, DATA_FOLDERS))
    reason = f"needs {what}, not found in {places}: set AE_DATA_DIR to the folder above them"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
