"""Every requirement is pinned, used and explained; everything that is used is required."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
OURS = {"aecore", "ui", "pages", "tests", "benchmarks", "fuzz", "app", "cluster"}
TOOLS = {"mypy", "pytest-timeout", "pytest-xdist", "ruff", "types-babel", "types-cachetools"}
"""Used by command or by configuration, never imported."""
TAKEN_BY = {"orjson": "plotly"}
"""Imported by one of ours where it is there, and by nothing here."""
OPTIONAL = {"atheris", "dask", "distributed"}
"""Imported where they are there, and in no file of requirements that everybody installs."""
ALONG = {
    "numba": "umap-learn", "pandas": "streamlit", "protobuf": "streamlit", "requests": "pooch",
    "scipy": "scikit-learn", "starlette": "streamlit", "threadpoolctl": "scikit-learn",
    "tqdm": "umap-learn", "uvicorn": "streamlit",
}  # fmt: skip
"""Imported here and required by one of ours, whose version decides on theirs."""


def pinned(file: str) -> dict[str, str]:
    lines = (ROOT / file).read_text("utf-8").splitlines()
    found = [line.split("#")[0].strip() for line in lines]
    found = [line for line in found if line and not line.startswith("-r ")]
    assert all(re.fullmatch(r"[a-zA-Z0-9._-]+==[0-9][0-9a-z.]*", line) for line in found), found
    return dict(line.split("==") for line in found)


RUNNING, TESTING = pinned("requirements.txt"), pinned("requirements-dev.txt")


def imported(*folders: str) -> set[str]:
    """Return the distributions that files import anywhere."""
    modules = set()
    for folder in folders:
        base = ROOT / folder
        files = [base] if base.is_file() else base.rglob("*.py")
        for path in files:
            if "node_modules" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    modules |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom):
                    modules.add(str(node.module).split(".")[0])
    modules -= OURS | set(sys.stdlib_module_names)
    known = packages_distributions()
    return {known.get(module, [module])[0].lower().replace("_", "-") for module in modules}


def test_what_running_imports_is_required() -> None:
    found = imported("aecore", "ui", "pages", "app.py") - OPTIONAL
    assert found - ALONG.keys() == RUNNING.keys() - TAKEN_BY.keys()
    assert {ALONG[name] for name in found & ALONG.keys()} <= RUNNING.keys()
    assert set(TAKEN_BY.values()) <= RUNNING.keys()


def test_what_testing_imports_is_required() -> None:
    found = imported("tests", "benchmarks", "fuzz") - OPTIONAL - ALONG.keys()
    assert found <= RUNNING.keys() | TESTING.keys()
    assert TESTING.keys() - TOOLS <= found
    assert not RUNNING.keys() & TESTING.keys()


def test_every_requirement_is_explained() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    explained = re.findall(r"^\| ([a-z0-9-]+) \| .+ \|$", readme, re.MULTILINE)
    assert RUNNING.keys() <= set(explained)
    testing = readme.partition("For testing: ")[2].partition("\n\n")[0]
    assert TESTING.keys() <= set(re.findall(r"[a-z0-9-]+", testing))
