"""The store of runs: whatever stands where a run's files belong."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from aecore.config import RunConfig
from aecore.runs import RunError, RunStore
from fuzz.entry import Entry, for_people

CONFIG = RunConfig("digits")
DATA = "0" * 16
FILES = (
    "config.json", "metrics.jsonl", "checkpoint.safetensors", "failed.json",
    "snapshots/000000020.safetensors", "results/whole-20.json", "results/a.safetensors",
)  # fmt: skip


def seeds() -> Iterator[bytes]:
    """Yield a good file of each kind; the first byte says which it is."""
    progress = {"progress": json.dumps({"step": 20, "seconds": 1.5, "images_per_second": 9.0})}
    tensors = {"array": np.zeros((2, 3), np.float32)}
    config = {"config": json.loads(CONFIG.to_json()), "data": DATA}
    good = (
        json.dumps(config).encode(), b'{"step": 20, "epoch": 1, "test_mse": 0.1}\n' * 2,
        save(tensors, metadata=progress), b'{"step": 20, "reason": "It diverged."}',
        save(tensors), b'{"test_mse": 0.1}', save(tensors),
    )  # fmt: skip
    for k, content in enumerate(good):
        yield bytes([k]) + content


def check(content: bytes) -> None:
    """Put content where one of a run's files belongs, and do all that is done with a run."""
    if not content:
        return
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder, "store"))
        run = store.open(CONFIG, DATA)
        (run.path / FILES[content[0] % len(FILES)]).write_bytes(content[1:])
        store = RunStore(store.root)
        assert len(list(store.runs())) <= 1
        run = store.open(CONFIG, DATA)
        assert [found.id for found in store.runs()] == [run.id]
        for_people([why] if (why := run.failure()) else [])
        run.progress()
        run.checkpoint()
        run.metrics()
        run.results.load("whole-20")
        run.results.array("a")
        for step in run.steps():
            try:
                run.weights(step)
            except RunError as error:
                for_people([str(error)])
        run.thin(20)
        store.prune(0)
        assert {path.name for path in Path(folder).iterdir()} == {"store"}


ENTRY = Entry(seeds, check)
