"""A store in which somebody else has put links, pipes and foreign files: nothing outside moves."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from aecore.config import RunConfig
from aecore.datasets import load
from aecore.plain_files import MOST_TEXT
from aecore.results import of_dataset
from aecore.runs import Run, RunError, RunStore
from aecore.slices import advance

CONFIG = RunConfig("digits", epochs=1, bottleneck=4)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Return a folder beside the store, with files that must stay as they are."""
    folder = tmp_path / "outside"
    folder.mkdir()
    for name in ("000000001.safetensors", "a.json", "a.safetensors", "metrics.jsonl", "keep"):
        (folder / name).write_text("mine")
        os.utime(folder / name, (1, 1))
    return folder


def untouched(folder: Path) -> bool:
    found = {path.name: (path.read_text(), path.stat().st_mtime) for path in folder.iterdir()}
    return len(found) == 5 and set(found.values()) == {("mine", 1.0)}


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "home" / "runs")


def opened(store: RunStore) -> Run:
    return store.open(CONFIG, load("digits").fingerprint)


def replaced(path: Path, target: Path) -> None:
    """Put a link where a file or a folder is."""
    if path.is_dir() and not path.is_symlink():
        path.rename(path.with_name(f"{path.name}.before"))
    path.unlink(missing_ok=True)
    path.symlink_to(target)


LINKS = {
    "run": lambda run: run.path,
    "snapshots": lambda run: run.path / "snapshots",
    "results": lambda run: run.path / "results",
}
FILES = ("config.json", "metrics.jsonl", "checkpoint.safetensors", "failed.json", "lock")


def all_that_is_done(store: RunStore) -> None:
    """Train, look at, thin, prune and remove."""
    assert advance(str(store.root), CONFIG.as_dict(), 60).done
    run = opened(store)
    run.touch()
    assert run.progress().step == CONFIG.last_step(1)
    assert run.metrics() and not run.failure()
    assert set(run.weights(run.steps()[-1]))
    run.results.save_array("a", np.zeros(3))
    run.results.save("a", {"b": 1})
    run.thin(run.steps()[-1])
    for found in store.runs():
        os.utime(found.path / "config.json", (5, 5))
    assert store.prune(0) == [run.id]
    assert not run.path.exists()


@pytest.mark.parametrize("where", LINKS)
def test_folders_that_are_links_are_set_aside(where: str, store: RunStore, outside: Path) -> None:
    replaced(LINKS[where](opened(store)), outside)
    all_that_is_done(store)
    assert untouched(outside)


def test_files_that_are_links_are_set_aside(store: RunStore, outside: Path) -> None:
    run = opened(store)
    for name in FILES:
        replaced(run.path / name, outside / "keep")
    (run.path / "snapshots" / "000000001.safetensors").symlink_to(outside / "keep")
    all_that_is_done(store)
    assert untouched(outside)


def test_results_of_a_data_set_are_not_kept_elsewhere(tmp_path: Path, outside: Path) -> None:
    home = tmp_path / "home"
    (home / "datasets").mkdir(parents=True)
    (home / "datasets" / "abc").symlink_to(outside)
    found = of_dataset(home, "abc")
    found.save("a", {"b": 1})
    for k in range(3):
        found.save_array(f"array {k}", np.zeros(2))
    assert found.load("a") == {"b": 1}
    assert untouched(outside)


def test_what_is_left_of_removals_is_no_way_outside(store: RunStore, outside: Path) -> None:
    run = opened(store)
    (store.root / ".x.removed").symlink_to(outside)
    (store.root / ("f" * 16)).symlink_to(outside)
    (run.path / "snapshots" / "deep").symlink_to(outside)
    assert [found.id for found in store.runs()] == [run.id]
    store.prune(0)
    store.remove(run)
    assert untouched(outside)


STRANGE: dict[str, Callable[[Path], object]] = {
    "pipe": os.mkfifo,
    "deep": lambda path: path.write_bytes(b"[" * 100_000),
    "enormous": lambda path: (path.touch(), os.truncate(path, MOST_TEXT + 1)),
    "folder": Path.mkdir,
    "null": lambda path: path.write_bytes(b"null"),
    "numbers": lambda path: path.write_bytes(b'{"step": 1, "test_mse": "<b>", "reason": 7}'),
}


@pytest.mark.parametrize("kind", STRANGE)
@pytest.mark.parametrize("name", ["metrics.jsonl", "failed.json", "results/a.json", "config.json"])
def test_foreign_files_are_left_out_and_stop_nothing(name: str, kind: str, store: RunStore) -> None:
    run = opened(store)
    (run.path / name).unlink(missing_ok=True)
    STRANGE[kind](run.path / name)
    list(store.runs())
    run.progress()
    assert run.metrics() == []
    assert run.failure() in ("", "7")
    assert run.results.load("a") in (
        None,
        json.loads('{"step": 1, "test_mse": "<b>", "reason": 7}'),
    )


@pytest.mark.parametrize("name", ["checkpoint.safetensors", "snapshots/000000001.safetensors"])
def test_tensors_are_read_from_plain_files_alone(name: str, store: RunStore) -> None:
    run = opened(store)
    os.mkfifo(run.path / name)
    assert run.progress().step == 0
    assert run.checkpoint() is None
    if run.steps():
        with pytest.raises(RunError):
            run.weights(1)
