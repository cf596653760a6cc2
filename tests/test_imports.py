"""Who may import whom: pages, then ui, then the library; and what stays cheap to import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = sorted((ROOT / "aecore").rglob("*.py"))
SHARED = sorted((ROOT / "ui").rglob("*.py"))


def imported(path):
    """Return the modules that a file names in import statements, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def packages(path):
    return {name.split(".")[0] for name in imported(path)}


def test_there_is_something_to_check():
    assert len(LIBRARY) > 20
    assert SHARED


@pytest.mark.parametrize("path", LIBRARY, ids=lambda p: p.stem)
def test_the_library_knows_no_page(path):
    assert not packages(path) & {"streamlit", "ui", "pages", "app", "tests", "benchmarks"}


@pytest.mark.parametrize("path", SHARED, ids=lambda p: p.stem)
def test_what_pages_share_knows_no_page(path):
    assert not packages(path) & {"pages", "app", "tests", "benchmarks"}


def after(module):
    """Return the modules of the library that must not be imported by one, being built on it."""
    layers = [
        {"activations", "corruption", "datasets", "fields", "objectives", "randomness", "wording"},
        {"conflicts"},
        {"config"},
        {"models", "schedule"},
        {"training"},
        {"evaluation", "runs"},
        {"slices"},
        {"workers"},
        {"engine"},
    ]
    place = next(k for k, layer in enumerate(layers) if module in layer)
    return {f"aecore.{name}" for layer in layers[place + 1 :] for name in layer}


@pytest.mark.parametrize(
    "module",
    [
        "datasets",
        "fields",
        "conflicts",
        "config",
        "models",
        "schedule",
        "training",
        "evaluation",
        "runs",
    ],
)
def test_arrows_inside_the_library_point_one_way(module):
    assert not imported(ROOT / "aecore" / f"{module}.py") & after(module)


def test_training_knows_no_files_and_no_processes():
    used = packages(ROOT / "aecore" / "training.py")
    assert not used & {"os", "pathlib", "multiprocessing", "concurrent", "safetensors", "filelock"}


@pytest.mark.parametrize("path", LIBRARY, ids=lambda p: p.stem)
def test_nothing_in_the_library_unpickles_files(path):
    text = path.read_text("utf-8")
    assert "torch.load(" not in text
    assert "allow_pickle=True" not in text
    if path.stem != "analyst":  # jobs travel pickled through its own pipe, never through a file
        assert not packages(path) & {"pickle", "joblib", "shelve", "dill", "cloudpickle"}


def loaded_by(code):
    listing = "import sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; {listing}"],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return set(done.stdout.split())


def test_the_engine_is_imported_without_torch():
    code = "import aecore.config, aecore.datasets, aecore.engine, aecore.analyst"
    assert not loaded_by(code) & {"torch", "streamlit", "sklearn", "scipy", "plotly", "umap"}


def test_workers_import_no_streamlit():
    found = loaded_by("import aecore.slices, aecore.baselines, aecore.workers")
    assert "torch" in found
    assert "streamlit" not in found
