"""What is kept as files: how much of it, and what goes first."""

import os

import numpy as np

from aecore import results
from aecore.results import Results, of_dataset


def test_arrays_written_longest_ago_make_room_with_their_values(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "MOST_ARRAYS", 3)
    kept = Results(tmp_path)
    kept.save("whole-12", {"test_mse": 0.5})
    for k in range(5):
        name = f"layout-distance0.{k}"
        kept.save(name, {"k": k})
        kept.save_array(name, np.full(2, k))
        os.utime(tmp_path / f"{name}.safetensors", (k, k))
    assert [kept.array(f"layout-distance0.{k}") is None for k in range(5)] == 2 * [True] + 3 * [
        False
    ]
    assert [kept.load(f"layout-distance0.{k}") for k in (1, 2)] == [None, {"k": 2}]
    assert kept.load("whole-12") == {"test_mse": 0.5}


def test_a_data_set_has_one_folder_of_results(tmp_path):
    of_dataset(tmp_path, "abc").save("formats", {"jpeg": [1, 2]})
    assert of_dataset(tmp_path, "abc").load("formats") == {"jpeg": [1, 2]}
    assert of_dataset(tmp_path, "def").load("formats") is None
