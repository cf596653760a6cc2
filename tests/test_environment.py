"""The environment variables: defaults, good values, nonsense."""

import os
import string
from pathlib import Path

import platformdirs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aecore import environment

NAMES = ("AE_HOME", "AE_DATA_DIR", "AE_WORKERS", "AE_STORE_MB", "AE_LESSONS", "AE_DASK_SCHEDULER")


def test_nothing_set_gives_the_defaults() -> None:
    found = environment.read({})
    assert found.home == platformdirs.user_cache_path("autoencoder-explorer")
    assert found.data_dirs == ()
    assert 1 <= found.workers <= 64
    assert found.store_mb == 4096
    assert found.notes == ()


def test_blank_means_not_set() -> None:
    assert environment.read(dict.fromkeys(NAMES, "  ")) == environment.read({})


def test_the_process_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AE_HOME", str(tmp_path))
    monkeypatch.setenv("AE_WORKERS", "3")
    found = environment.read()
    assert (found.home, found.workers) == (tmp_path, 3)


def test_home_need_not_exist_and_is_not_made(tmp_path: Path) -> None:
    home = tmp_path / "a" / "b"
    assert environment.read({"AE_HOME": str(home)}).home == home
    assert not home.parent.exists()


def test_home_expands_the_tilde(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert environment.read({"AE_HOME": "~/cache"}).home == tmp_path / "cache"


@pytest.mark.parametrize("inside", ["", "deeper/still"])
def test_home_that_is_or_lies_in_a_file_is_replaced(tmp_path: Path, inside: str) -> None:
    file = tmp_path / "file"
    file.touch()
    found = environment.read({"AE_HOME": str(file / inside)})
    assert found.home == environment.read({}).home
    (note,) = found.notes
    assert str(file) in note and "not a folder" in note and str(found.home) in note


@pytest.mark.parametrize("text", ["~nobody-of-this-name/x", "a\0b", "x" * 5000])
def test_home_that_cannot_be_a_path_is_replaced(text: str) -> None:
    found = environment.read({"AE_HOME": text})
    assert found.home == environment.read({}).home
    assert len(found.notes) == 1
    assert len(found.notes[0]) < 400


def test_data_dirs_keep_their_order_and_lose_what_is_missing(tmp_path: Path) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    first.mkdir()
    second.mkdir()
    entries = [str(second), str(tmp_path / "missing"), "", str(first), str(second)]
    found = environment.read({"AE_DATA_DIR": os.pathsep.join(entries)})
    assert found.data_dirs == (second, first)
    (note,) = found.notes
    assert "AE_DATA_DIR" in note and "missing" in note


@pytest.mark.parametrize("text", ["tcp://10.0.0.1:8786", " tls://host:1/ ", "tcp://[::1]:8786"])
def test_a_cluster_has_an_address(text: str) -> None:
    found = environment.read({"AE_DASK_SCHEDULER": text})
    assert (found.scheduler, found.notes) == (text.strip().rstrip("/"), ())


@pytest.mark.parametrize(
    "text",
    ["10.0.0.1:8786", "http://host:8786", "tcp://host", "tcp://:8786", "tcp://host:0",
     "tcp://host:99999", "tcp://host:8786/more", "tcp://[", "yes"],
)  # fmt: skip
def test_an_address_that_is_no_clusters_is_left_out(text: str) -> None:
    found = environment.read({"AE_DASK_SCHEDULER": text})
    assert found.scheduler == ""
    (note,) = found.notes
    assert "AE_DASK_SCHEDULER" in note and "this machine trains itself" in note


def test_lessons_of_a_teachers_own_are_a_folder_or_nothing(tmp_path: Path) -> None:
    assert environment.read({}).lessons is None
    found = environment.read({"AE_LESSONS": str(tmp_path)})
    assert (found.lessons, found.notes) == (tmp_path, ())
    found = environment.read({"AE_LESSONS": str(tmp_path / "missing")})
    assert found.lessons is None
    (note,) = found.notes
    assert "AE_LESSONS" in note and "missing" in note


@pytest.mark.parametrize(
    ("name", "text", "expected", "notes"),
    [
        ("AE_WORKERS", "1", 1, 0),
        ("AE_WORKERS", " 64 ", 64, 0),
        ("AE_WORKERS", "0", 1, 1),
        ("AE_WORKERS", "-3", 1, 1),
        ("AE_WORKERS", "65", 64, 1),
        ("AE_STORE_MB", "64", 64, 0),
        ("AE_STORE_MB", "10000000", 10_000_000, 0),
        ("AE_STORE_MB", "63", 64, 1),
        ("AE_STORE_MB", "99999999999", 10_000_000, 1),
        ("AE_STORE_MB", "4 GB", 4096, 1),
        ("AE_STORE_MB", "1e3", 4096, 1),
        ("AE_STORE_MB", "9" * 5000, 4096, 1),
    ],
)
def test_whole_numbers(name: str, text: str, expected: int, notes: int) -> None:
    found = environment.read({name: text})
    assert {"AE_WORKERS": found.workers, "AE_STORE_MB": found.store_mb}[name] == expected
    assert len(found.notes) == notes
    assert all(name in note and str(expected) in note for note in found.notes)


@given(st.dictionaries(st.sampled_from(NAMES), st.text(string.printable + "\0ä~")))
def test_whatever_is_set_gives_sensible_values(environ: dict[str, str]) -> None:
    found = environment.read(environ)
    assert found.home.is_absolute()
    assert all(folder.is_dir() for folder in found.data_dirs)
    assert 1 <= found.workers <= 64
    assert 64 <= found.store_mb <= 10_000_000
