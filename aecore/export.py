"""What can be taken out of the app: a snapshot as an archive, a run's measurements as a table.

The archive needs nothing of this project: weights as safetensors, settings as JSON, the training
as a plain PyTorch script, and a text that says how to use them.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
import zipfile
from typing import Any

from aecore import datasets
from aecore.config import RunConfig
from aecore.datasets import DATASETS
from aecore.language import text as _
from aecore.runs import Run, RunError
from aecore.script import loading, renamed, script, stem
from aecore.wording import moment

__all__ = ["FORMAT", "archive", "archive_name", "measurements", "measurements_name"]

FORMAT = 1
"""Version of what is in an archive."""

_WEIGHTS, _SETTINGS, _SCRIPT, _README = (
    "model.safetensors",
    "settings.json",
    "script.py",
    "README.txt",
)
_MOMENT = ("step", "epoch")
"""What a measurement has beside what was measured."""
_DATE = (1980, 1, 1, 0, 0, 0)
"""Of all files in an archive, so that the same snapshot is the same bytes."""


def archive(run: Run, step: int) -> bytes:
    """Return a snapshot as a zip file: weights, settings, script, and how to use them.

    The same bytes whenever it is asked for, once the errors of the step are measured.

    Parameters
    ----------
    run : Run
    step : int
        One of ``run.steps()``.

    Raises
    ------
    RunError
        If there is no such snapshot, or it is damaged.
    """
    from safetensors.torch import save

    weights = run.weights(step)
    config = _as_trained(run.config, step)
    files = {
        _README: _readme(config, step).encode(),
        _SETTINGS: (json.dumps(_settings(run, step), indent=1) + "\n").encode(),
        _SCRIPT: script(config).encode(),
        _WEIGHTS: save(renamed(config, weights)),
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            file.writestr(entry, data)
    return content.getvalue()


def archive_name(config: RunConfig, step: int) -> str:
    """Return what an archive is called: ``autoencoder-mnist-784-16-784-epoch-30.zip``."""
    return f"{stem(config)}-{_moment(config, step).replace(' ', '-')}.zip"


def measurements(run: Run) -> str:
    """Return a run's measurements as CSV: a line for each, with step, epoch and errors.

    Losses, penalties and errors are means per pixel, of the images that live numbers are about.

    Raises
    ------
    RunError
        If there are none, as of a run that was removed.
    """
    rows = run.metrics()
    if not rows:
        raise RunError(_("Run {id} has no measurements.", id=run.id))
    names = list(dict.fromkeys(["step", "epoch", *(name for row in rows for name in row)]))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def measurements_name(config: RunConfig) -> str:
    """Return what the table of measurements is called."""
    return f"{stem(config)}-measurements.csv"


def _moment(config: RunConfig, step: int) -> str:
    return moment(step, config.steps_per_epoch, config.pretraining_span)


def _as_trained(config: RunConfig, step: int) -> RunConfig:
    """Return a run's settings with the epochs that a step is in, so that a script ends there."""
    epochs = math.ceil(step / config.steps_per_epoch) - config.pretraining_span
    return dataclasses.replace(config, epochs=max(1, epochs))


def _settings(run: Run, step: int) -> dict[str, Any]:
    """Return what is to be known of a snapshot as plain values."""
    config = _as_trained(run.config, step)
    recorded = json.loads((run.path / "config.json").read_bytes())
    whole = run.results.load(f"whole-{step}")
    measured = whole or next((row for row in run.metrics() if row["step"] == step), {})
    return {
        "format": FORMAT,
        "settings": config.as_dict(),
        "run": run.id,
        "step": step,
        "epoch": step / config.steps_per_epoch,
        "data": {
            "name": config.dataset,
            "label": DATASETS[config.dataset].label,
            "fingerprint": recorded["data"],
            "height": config.shape[0],
            "width": config.shape[1],
        },
        "errors": {name: value for name, value in measured.items() if name not in _MOMENT},
        "errors_are": "means per pixel "
        + ("of all images" if whole else "of up to 1,000 images of each split"),
    }


def _readme(config: RunConfig, step: int) -> str:
    """Return the text that says what is in an archive, and how to use it."""
    return f"""An autoencoder of {DATASETS[config.dataset].label}: {config.title()}
trained to {_moment(config, step)}; {config.parameters:,} weights and biases.

{_WEIGHTS}  the weights, by the names that they have in {_SCRIPT}
{_SETTINGS}      all settings, where training stood, and the errors measured
{_SCRIPT}          the training as plain PyTorch; a new run of it draws other numbers

To use the weights, run this beside them; it needs torch and safetensors. Images are rows of
{config.pixels} numbers, {_range(config)}.

{loading(config, _WEIGHTS)}"""


def _range(config: RunConfig) -> str:
    """Say what the numbers of an image are."""
    if datasets.unit_range(config.dataset, config.data_options):
        return "from 0 (black) to 1 (white)"
    return "prepared as the script does"
