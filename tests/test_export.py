"""What is taken out of the app: archives of a snapshot, and tables of measurements."""

import csv
import io
import json
import math
import shutil
import zipfile

import pytest
import torch
from safetensors.torch import load, load_file

from aecore import datasets
from aecore.__main__ import main
from aecore.choosing import nearest
from aecore.config import from_dict
from aecore.export import FORMAT, archive, archive_name, measurements, measurements_name
from aecore.models import load_weights
from aecore.runs import RunError, RunStore, SnapshotGone
from aecore.script import script
from aecore.slices import advance

KINDS = {
    "plain": {},
    "deep and tied": {"hidden": "16-12", "tied": True},
    "convolutional": {"variant": "convolutional", "channels": "2-3"},
    "variational": {"variant": "variational", "hidden": "16"},
    "patches": {"dataset": "patches", "bottleneck": 10, "size": 4},
}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with a run of every kind, one epoch each."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    home = tmp_path_factory.mktemp("home")
    for settings in KINDS.values():
        config = nearest({"dataset": "digits", "epochs": 1} | settings, "digits")[0]
        advance(str(home / "runs"), config.as_dict(), math.inf)
    yield home
    torch.set_num_threads(before)


def run_of(home, kind):
    config = nearest({"dataset": "digits", "epochs": 1} | KINDS[kind], "digits")[0]
    data = datasets.load(config.dataset, config.data_options)
    run = RunStore(home / "runs").find(config, data.fingerprint)
    assert run is not None
    return run, data


def contents(packed):
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


def test_an_archive_holds_what_it_says(home):
    run, data = run_of(home, "plain")
    step = run.steps()[-1]
    files = contents(archive(run, step))
    assert [*files] == ["README.txt", "settings.json", "script.py", "model.safetensors"]
    readme = files["README.txt"].decode()
    assert all(name in readme for name in files if name != "README.txt")
    known = json.loads(files["settings.json"])
    assert known["format"] == FORMAT
    assert from_dict(known["settings"]) == run.config
    assert from_dict(known["settings"]).run_id(known["data"]["fingerprint"]) == run.id
    assert (known["run"], known["step"], known["epoch"]) == (run.id, step, 1.0)
    assert known["data"] | {"fingerprint": data.fingerprint, "name": "digits"} == known["data"]
    assert known["errors"] == run.results.load(f"whole-{step}")
    assert known["errors_are"] == "means per pixel of all images"
    assert files["script.py"].decode() == script(run.config)


def test_a_dense_network_is_reproduced_by_hand(home):
    run, _ = run_of(home, "plain")
    weights = load(contents(archive(run, run.steps()[-1]))["model.safetensors"])
    assert set(weights) == {
        f"{part}.{kind}" for part in ("encoder", "decoder") for kind in ("weight", "bias")
    }
    x = torch.rand(5, 64)
    code = x @ weights["encoder.weight"].t() + weights["encoder.bias"]
    logits = code @ weights["decoder.weight"].t() + weights["decoder.bias"]
    model = load_weights(run.config, run.weights(run.steps()[-1]))
    torch.testing.assert_close(1 / (1 + (-logits).exp()), model(x))


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_readme_says_reproduces_the_network(home, kind, tmp_path, monkeypatch):
    run, _ = run_of(home, kind)
    step = run.steps()[-1]
    for name, content in contents(archive(run, step)).items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    readme = (tmp_path / "README.txt").read_text("utf-8")
    assert "aecore" not in readme
    names = {}
    exec(readme[readme.index("import torch") :], names)
    model = load_weights(run.config, run.weights(step))
    x = torch.rand(3, run.config.pixels)
    with torch.no_grad():
        torch.testing.assert_close(names["reconstruct"](x), model(x))
    assert sum(w.numel() for w in load_file("model.safetensors").values()) == run.config.parameters


def test_the_same_snapshot_is_the_same_bytes(home):
    run, data = run_of(home, "deep and tied")
    step = run.steps()[3]
    again = RunStore(home / "runs").find(run.config, data.fingerprint)
    assert archive(run, step) == archive(again, step)
    assert archive(run, step) != archive(run, run.steps()[-1])


def test_a_snapshot_in_between_has_its_own_errors_and_epochs(home):
    run, _ = run_of(home, "plain")
    step = run.steps()[2]
    known = json.loads(contents(archive(run, step))["settings.json"])
    row = next(row for row in run.metrics() if row["step"] == step)
    assert known["errors"].items() <= row.items()
    assert "test_mse" in known["errors"] and "step" not in known["errors"]
    assert "up to 1,000" in known["errors_are"]
    assert known["settings"]["epochs"] == 1


def test_a_snapshot_that_is_not_there_is_refused(home):
    run, _ = run_of(home, "plain")
    with pytest.raises(SnapshotGone):
        archive(run, 10**6)


def test_measurements_are_a_line_each(home):
    run, _ = run_of(home, "variational")
    rows = list(csv.DictReader(io.StringIO(measurements(run))))
    assert [int(row["step"]) for row in rows] == [row["step"] for row in run.metrics()]
    assert float(rows[-1]["epoch"]) == 1.0
    for row, measured in zip(rows, run.metrics(), strict=True):
        assert {k: float(v) for k, v in row.items()} == measured
    assert "beta" in rows[0]


def test_of_a_run_that_was_removed_there_are_no_measurements(home, tmp_path):
    run, data = run_of(home, "plain")
    store = RunStore(tmp_path)
    shutil.copytree(run.path, store.root / run.path.name)
    copy = store.find(run.config, data.fingerprint)
    assert measurements(copy) == measurements(run)
    shutil.rmtree(copy.path)
    with pytest.raises(RunError, match="no measurements"):
        measurements(copy)


def test_files_have_names_that_speak(home):
    config = run_of(home, "plain")[0].config
    per_epoch = config.steps_per_epoch
    assert archive_name(config, 30 * per_epoch) == "autoencoder-digits-64-8-64-epoch-30.zip"
    assert archive_name(config, 2) == "autoencoder-digits-64-8-64-step-2.zip"
    assert measurements_name(config) == "autoencoder-digits-64-8-64-measurements.csv"


# -- the command ---------------------------------------------------------------------


def test_the_command_writes_model_and_script(home, tmp_path, monkeypatch, capsys):
    run, _ = run_of(home, "plain")
    monkeypatch.setenv("AE_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    assert main(["export", "model", run.id[:8]]) == 0
    assert main(["export", "script", run.id]) == 0
    assert main(["export", "model", run.id, "--step", "0", "--output", "first.zip"]) == 0
    written = capsys.readouterr().out.split()
    assert written == [
        "autoencoder-digits-64-8-64-epoch-1.zip", "autoencoder-digits-64-8-64.py", "first.zip",
    ]  # fmt: skip
    assert (tmp_path / written[0]).read_bytes() == archive(run, run.steps()[-1])
    assert (tmp_path / written[1]).read_text("utf-8") == script(run.config)
    assert (tmp_path / written[2]).read_bytes() == archive(run, 0)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["model", "ffff"], "There is no run"),
        (["model", "{run}", "--step", "3"], "no snapshot of step 3; the nearest is 2"),
        (["script", "{run}", "--step", "3"], "--step"),
        ([], "export"),
    ],
)
def test_the_command_refuses_with_a_sentence(home, arguments, sentence, monkeypatch, capsys):
    run, _ = run_of(home, "plain")
    monkeypatch.setenv("AE_HOME", str(home))
    assert main(["export", *(each.format(run=run.id) for each in arguments)]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
