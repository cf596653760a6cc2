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


@pytest.mark.parametrize("path", sorted((ROOT / "pages").glob("*.py")), ids=lambda p: p.stem)
def test_a_page_does_nothing_in_worker_processes_and_draws_the_frame_first(path):
    """Each may be ``__main__``, which spawned processes import, and the first to be opened."""
    docstring, *body = ast.parse(path.read_text("utf-8")).body
    assert isinstance(docstring, ast.Expr)
    (guard,) = body
    assert ast.unparse(guard).startswith("if __name__ == '__main__':")
    frame = ["from ui.shell import shell", "shell()"]
    assert [ast.unparse(line) for line in guard.body[:2]] == frame


LAYERS = (
    {"adam", "figure", "language", "memory", "plain_files", "randomness"},
    {
        *("activations", "architectures", "checks", "codes", "corruption", "devices"),
        "environment",
        *(
            "fields",
            "idx",
            "images",
            "measurements",
            "objectives",
            "principal",
            "progress",
        ),
        *("results", "splits", "variants", "wording"),
    },
    {
        *("download", "figures", "measures", "noise_matrix", "projections", "published"),
        "resizing",
        "sharing",
        *("synthetic", "unit_profiles"),
    },
    {
        *("dataset", "figures_activity", "figures_comparison", "figures_compression"),
        *("figures_detection", "figures_sweep", "patches"),
        *("placing", "selection"),
    },
    {"catalogue", "own_images"},
    {"datasets", "uploads"},
    {"conflicts", "settings", "strangers", "templates"},
    {"config"},
    {"autoencoder", "choosing", "differences", "schedule", "script"},
    {"convolutional", "dense", "ensembles", "limits", "pins", "sweeping"},
    {"sweep_offers"},
    {"classroom", "models"},
    {
        *("activity", "anomalies", "control_texts", "control_words", "planes", "pretraining"),
        "reconstruction",
        "rounded_codes",
        *("runs", "sampling"),
    },
    {
        *("activation_maximisation", "estimate", "export", "filters", "lattices", "scores"),
        "training",
    },
    {"evaluation"},
    {"baselines", "detectors", "format_curves", "layouts"},
    {"baseline_errors", "code_quality", "diagnostics"},
    {"slices"},
    {"analysis", "workers"},
    {"distant"},
    {"analyst", "cluster", "engine"},
    {"experiments"},
    {"guide", "lessons"},
    {"commands"},
)
"""What is built on what, the lowest first: none imports one of its own layer or above."""

LAZY = {"slices": {"workers"}, "workers": {"slices"}}
"""A slice's outcome is a worker's word; the worker imports slices once it has a process."""

LEAVES = (
    *("agreement", "compression", "detection", "features", "hashing", "neighbours"),
    *("quantisation", "retrieval", "trustworthiness", "walks"),
)


def library_imports(path, own=""):
    """Return the library's modules that a file imports anywhere, except for its types alone."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            node.body = []
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return {name.split(".")[1] for name in found if name.startswith("aecore.")} - {own}


def not_below(module):
    """Return the modules that one must not import: its own layer, and those above."""
    place = next(k for k, layer in enumerate(LAYERS) if module in layer)
    return {name for layer in LAYERS[place:] for name in layer} - LAZY.get(module, set())


def test_each_module_has_one_place():
    placed = [*(name for layer in LAYERS for name in layer), *LEAVES]
    there = {p.relative_to(ROOT / "aecore").parts[0].removesuffix(".py") for p in LIBRARY}
    assert sorted(placed) == sorted(there - {"__init__", "__main__"})


@pytest.mark.parametrize("module", sorted({name for layer in LAYERS for name in layer}))
def test_arrows_inside_the_library_point_one_way(module):
    path = ROOT / "aecore" / module
    files = sorted(path.glob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    assert files
    for file in files:
        assert not library_imports(file, own=module) & not_below(module), file.name


@pytest.mark.parametrize("module", LEAVES)
def test_what_is_looked_at_afterwards_needs_no_network(module):
    assert library_imports(ROOT / "aecore" / f"{module}.py") <= {"checks", "language"}


@pytest.mark.parametrize(
    "path",
    [p for p in LIBRARY if p.parent.name not in ("experiments", "guide", "lessons", "commands")],
    ids=lambda p: p.stem,
)  # fmt: skip
def test_only_commands_guide_and_lessons_know_of_experiments(path):
    assert not library_imports(path) & {"experiments", "lessons"}


def test_training_knows_no_files_and_no_processes():
    used = packages(ROOT / "aecore" / "training.py")
    assert not used & {"os", "pathlib", "multiprocessing", "concurrent", "safetensors", "filelock"}


@pytest.mark.parametrize("path", LIBRARY, ids=lambda p: p.stem)
def test_nothing_in_the_library_unpickles_files(path):
    text = path.read_text("utf-8")
    assert "torch.load(" not in text
    assert "allow_pickle=True" not in text
    if path.stem != "analysis":  # jobs travel pickled through a pipe of ours, never through a file
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


def test_the_command_line_and_the_list_of_experiments_are_imported_without_torch():
    code = "import aecore.__main__, aecore.experiments.registry"
    assert not loaded_by(code) & {"torch", "streamlit", "sklearn", "scipy", "plotly", "umap"}


def test_workers_import_no_streamlit():
    found = loaded_by("import aecore.slices, aecore.baselines, aecore.workers")
    assert "torch" in found
    assert "streamlit" not in found
