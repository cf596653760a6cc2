"""The command line: results, refusals, exit statuses; mostly in this process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from aecore import datasets, slices
from aecore.__main__ import main
from aecore.choosing import strict
from aecore.config import FIELDS, ConfigError
from aecore.datasets import DATASETS, DatasetError
from aecore.experiments.registry import EXPERIMENTS
from aecore.runs import Progress, Run, RunStore
from aecore.variants import VARIANTS

ROOT = Path(__file__).resolve().parents[1]
BRIEF = ("train", "--dataset", "digits", "--bottleneck", "4", "--epochs", "2")
EXPLODING = (
    *("train", "--dataset", "digits", "--epochs", "2", "--hidden", "512-512-512"),
    *("--output-activation", "identity", "--loss", "mse", "--learning-rate", "10"),
)

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def same_threads() -> Iterator[None]:
    """Give torch back the threads that it had: training sets them to one."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def home() -> Path:
    return Path(os.environ["AE_HOME"])


def run_main(capsys: Captured, *argv: str) -> tuple[int, str, str]:
    """Return exit status, standard output and standard error of a command."""
    status = main(argv)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def train_json(capsys: Captured, *argv: str) -> dict[str, Any]:
    status, out, _ = run_main(capsys, *argv, "--json")
    assert status == 0
    return dict(json.loads(out.splitlines()[-1]))


def only_run(home: Path) -> Run:
    (run,) = RunStore(home / "runs").runs()
    return run


def start(*argv: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "aecore", *argv],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# -- help and refusals ---------------------------------------------------------------


@pytest.mark.parametrize("argv", [(), ("--help",), ("data",), ("runs",), ("train", "--help")])
def test_help_is_shown_where_nothing_is_asked(capsys: Captured, argv: tuple[str, ...]) -> None:
    status, out, err = run_main(capsys, *argv)
    assert (status, err) == (0, "")
    assert out.startswith("usage: python -m aecore")


def test_help_explains_every_setting(capsys: Captured) -> None:
    _, out, _ = run_main(capsys, "train", "--help")
    text, whole = " ".join(out.split()), "".join(out.split())  # long names are broken at hyphens
    for name, field in FIELDS.items():
        assert "--" + name.replace("_", "-") in text
        assert field.help in text
        assert all(choice in whole for choice in field.choices)
    assert "From 1 to 1024. Default: 16; digits: 8; " in text
    assert "--batch_size" not in text
    assert "--variant NAME" in text
    assert ",".join(VARIANTS) in whole


@pytest.mark.parametrize("name", [name for name in FIELDS if FIELDS[name].kind != "bool"])
def test_every_setting_is_an_option_in_both_spellings(capsys: Captured, name: str) -> None:
    for option in ("--" + name, "--" + name.replace("_", "-")):
        status, out, err = run_main(capsys, "train", option, "nonsense")
        assert (status, out) == (2, "")
        assert err.startswith(FIELDS[name].label)
        assert "“nonsense”" in err
        assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (
            "--bottleneck 1000000000",
            "Bottleneck size must be between 1 and 1024, not “1000000000”.",
        ),
        ("--learning-rate nan", "Learning rate must be a number, not “nan”."),
        (
            "--dataset ../../etc/passwd",
            "Data set can be digits, mnist, fashion-mnist, patches, one-hot or noise, not "
            "“../../etc/passwd”.",
        ),
        (
            "--output-activation relu",
            "BCE needs outputs between 0 and 1, and a ReLU output can leave them."
            " The nearest that can: output_activation sigmoid.",
        ),
        (
            "--output-activation identity",
            "BCE needs outputs between 0 and 1, and an Identity output can leave them."
            " The nearest that can: output_activation sigmoid.",
        ),
        (
            "--kl-sparsity 1 --code-activation relu",
            "KL sparsity needs code units between an off and an on, Sigmoid or Tanh, and ReLU "
            "units have no highest value. The nearest that can: code_activation sigmoid.",
        ),
        (
            "--dataset digits --pretraining rbms",
            "Pretraining has no effect here: it needs hidden layers, the dense architecture and a "
            "plain code.",
        ),
        (
            "--dataset digits --subset 5000",
            "Training images can be 0, which is all, to 1,437, not 5,000.",
        ),
        (
            "--variant k-sparse --active 20 --bottleneck 8",
            "Active units k can be 1 to 8, the size of the code, not 20.",
        ),
        (
            "--dataset patches --patch-source mnist --size 29",
            "A patch can be 2 to 28 pixels wide, as wide as the images it is cut from, not 29.",
        ),
        (
            "--variant sparse --sparsity-target 0",
            "Wanted mean activation ρ must be between 0.001 and 0.999, not “0”.",
        ),
        (
            "--variant sparse --sparsity-target 1",
            "Wanted mean activation ρ must be between 0.001 and 0.999, not “1”.",
        ),
        (
            "--variant variational --beta -1",
            "Weight of the prior β must be between 0 and 1000, not “-1”.",
        ),
        (
            "--variant sprse",
            f"There is no variant “sprse”: it can be {', '.join(VARIANTS)}.",
        ),
        ("--botleneck 8", "There is no option “--botleneck”; did you mean --bottleneck?"),
        ("--bottle 8", "There is no option “--bottle”; did you mean --bottleneck?"),
        (
            "8",
            "There is nothing to do with “8”; see python -m aecore train --help.",
        ),
        (
            "--seed",
            "Argument --seed: expected one argument; see python -m aecore train --help.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(
    capsys: Captured, home: Path, argv: str, sentence: str
) -> None:
    assert run_main(capsys, "train", *argv.split()) == (2, "", sentence + "\n")
    assert not home.exists()


def test_refusals_are_the_sentences_of_the_settings(capsys: Captured) -> None:
    given = {"dataset": "digits", "kl_sparsity": 1, "code_activation": "relu"}
    with pytest.raises(ConfigError) as refused:
        strict(given, "digits")
    argv = [part for name, value in given.items() for part in (f"--{name}", str(value))]
    assert run_main(capsys, "train", *argv)[2] == f"{refused.value}\n"


@pytest.mark.parametrize(
    "argv",
    [
        "tarin",
        "data fetch nothing",
        "data path ..",
        "runs show zz",
        "runs show 0123456789abcdef",
        "runs show ../..",
        "runs remove",
        "runs prune --max-mb x",
        "runs prune --max-mb -1",
        "reproduce E0",
        "reproduce E11 E30",
        "reproduce ../..",
        "reproduce E11 --quick --full",
    ],
)
def test_unknown_commands_names_and_ids_are_refused(capsys: Captured, argv: str) -> None:
    status, out, err = run_main(capsys, *argv.split())
    assert (status, out) == (2, "")
    assert err.count("\n") == 1


def test_a_wrong_environment_is_refused(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("AE_WORKERS", "many")
    status, out, err = run_main(capsys, *BRIEF)
    assert (status, out) == (2, "")
    assert "AE_WORKERS is 'many'" in err
    assert not home.exists()
    assert main(["--help"]) == 0


def test_a_home_that_cannot_be_written_is_one_sentence(capsys: Captured, home: Path) -> None:
    home.mkdir()
    (home / "runs").write_text("a file")
    status, out, err = run_main(capsys, *BRIEF)
    assert (status, out) == (1, "")
    assert str(home / "runs") in err
    assert err.splitlines()[-1].endswith("AE_HOME names the folder to write to.")


# -- train ---------------------------------------------------------------------------


def test_json_holds_what_the_recording_holds(capsys: Captured, home: Path) -> None:
    reached = train_json(capsys, *BRIEF)
    run = only_run(home)
    assert reached["run"] == run.id
    assert reached["dataset"] == "digits"
    assert reached["settings"] == {"bottleneck": 4, "epochs": 2}
    assert (reached["epochs"], reached["steps"]) == (2, 90)
    assert reached["parameters"] == 2 * 64 * 4 + 64 + 4
    assert reached["seconds"] == run.progress().seconds > 0
    assert reached["images_per_second"] == pytest.approx(2 * 1437 / reached["seconds"])
    assert reached["test_mse_clean"] == reached["test_mse"]


def test_errors_are_those_of_the_snapshot(capsys: Captured, home: Path) -> None:
    """Recompute both splits in double precision from the recorded weights."""
    reached = train_json(capsys, *BRIEF)
    weights = load_file(only_run(home).path / "snapshots" / "000000090.safetensors")
    w, b, v, c = (
        weights[f"{side}_{kind}.0"].astype(float)
        for side in ("encoder", "decoder")
        for kind in ("weights", "biases")
    )
    data = datasets.load("digits")
    for split, images in (("train", data.train_images), ("test", data.test_images)):
        x = images.reshape(len(images), -1) / 255
        y = 1 / (1 + np.exp(-((x @ w.T + b) @ v.T + c)))
        loss = -(x * np.log(y) + (1 - x) * np.log(1 - y))
        assert reached[f"{split}_mse"] == pytest.approx(((y - x) ** 2).mean(), rel=1e-5)
        assert reached[f"{split}_loss"] == pytest.approx(loss.mean(), rel=1e-5)


def test_a_table_is_printed_for_people(capsys: Captured) -> None:
    status, out, err = run_main(capsys, *BRIEF, "--noise", "gaussian", "--tied")
    assert status == 0
    assert out.startswith("2 epochs, 90 steps, 324 parameters; ")
    assert [line.split("  ")[0] for line in out.splitlines()[1:]] == [
        "mean per pixel",
        "loss",
        "MSE",
        "MSE, clean input",
    ]
    assert "epoch 2.00 of 2 · test MSE 0." in err


def test_a_trained_run_is_not_trained_again(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = train_json(capsys, *BRIEF)
    monkeypatch.setattr(slices, "advance", None)
    status, out, err = run_main(capsys, *BRIEF, "--json")
    assert status == 0
    assert json.loads(out) == first
    assert "It was trained before, and is not trained again." in err


def test_more_epochs_extend_the_run_and_fewer_look_back(capsys: Captured, home: Path) -> None:
    two = train_json(capsys, *BRIEF)
    three = train_json(capsys, *BRIEF, "--epochs", "3")
    assert three["run"] == two["run"]
    assert (three["steps"], three["trained_epochs"]) == (135, 3)
    assert three["test_mse"] < two["test_mse"]
    again = train_json(capsys, *BRIEF)
    assert (again["test_mse"], again["trained_epochs"]) == (two["test_mse"], 3)

    run = only_run(home)  # as if a long run had thinned it out
    run.results.path("whole-90").unlink()
    (run.path / "snapshots" / "000000090.safetensors").unlink()
    status, out, err = run_main(capsys, *BRIEF, "--json")
    assert status == 0
    assert json.loads(out) == again
    assert "goes on to epoch 3: epoch 2 is computed again" in err


def test_an_interrupted_run_is_continued_to_the_same_bits(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = train_json(capsys, *BRIEF)
    monkeypatch.setenv("AE_HOME", str(tmp_path / "other"))
    calls = iter(range(9))

    def interrupted(root: str, settings: dict[str, Any], seconds: float) -> Any:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return advance(root, settings, 1e-6)

    advance = slices.advance
    with monkeypatch.context() as patch:
        patch.setattr(slices, "advance", interrupted)
        status, out, err = run_main(capsys, *BRIEF)
    assert (status, out) == (130, "")
    assert err.endswith("Stopped at step 2; the same command continues.\n")
    assert train_json(capsys, *BRIEF)["test_loss"] == whole["test_loss"]


def test_a_run_that_explodes_is_one_sentence(capsys: Captured) -> None:
    for _ in range(2):
        status, out, err = run_main(capsys, *EXPLODING)
        assert (status, out) == (1, "")
        assert err.splitlines()[-1].endswith("Try a lower learning rate than 10.")


def test_a_run_trained_elsewhere_is_waited_for(capsys: Captured, home: Path) -> None:
    config = strict({"dataset": "digits", "bottleneck": 4, "epochs": 2}, "digits")
    run = RunStore(home / "runs").open(config, datasets.load("digits").fingerprint)
    held = threading.Event()

    def hold() -> None:
        with run.lock():
            held.set()
            time.sleep(0.6)

    other = threading.Thread(target=hold)
    other.start()
    held.wait()
    status, _, err = run_main(capsys, *BRIEF)
    other.join()
    assert status == 0
    assert err.count("Another process is training this run: waiting for it.") == 1


def test_a_terminal_shows_one_line_that_changes(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    status, _, err = run_main(capsys, *BRIEF)
    assert status == 0
    first, last, _ = err.split("\n")
    assert first.startswith("Run ")
    assert last.startswith("\repoch 2.00 of 2 · ")


def test_default_data_set_is_the_one_a_bare_address_opens(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "default_name", lambda: "digits")
    assert train_json(capsys, "train", "--epochs", "1")["dataset"] == "digits"


def test_training_on_absent_data_says_how_to_get_it(capsys: Captured, home: Path) -> None:
    status, out, err = run_main(capsys, "train", "--dataset", "fashion-mnist")
    assert (status, out) == (1, "")
    assert err.endswith("python -m aecore data fetch fashion-mnist\n")
    assert not home.exists()


def test_a_kind_stands_for_its_settings(capsys: Captured, home: Path) -> None:
    brief = ("train", "--dataset", "digits", "--epochs", "1")
    reached = train_json(capsys, *brief, "--variant", "sparse")
    assert reached["settings"] == {"epochs": 1, **VARIANTS["sparse"].settings}
    assert reached["kl_sparsity"] > 0
    assert only_run(home).config.variant == "sparse"
    spelt_out = [
        part
        for name, value in VARIANTS["sparse"].settings.items()
        for part in (f"--{name}", str(value))
    ]
    assert train_json(capsys, *brief, *spelt_out)["run"] == reached["run"]
    smaller = train_json(capsys, *brief, "--bottleneck", "4", "--variant", "sparse")
    assert smaller["settings"]["bottleneck"] == 4  # whichever comes first


# -- reproduce -----------------------------------------------------------------------


def test_experiments_are_listed_with_what_they_need(capsys: Captured, home: Path) -> None:
    status, out, err = run_main(capsys, "reproduce")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert [line.split()[0] for line in lines[1 : len(EXPERIMENTS) + 1]] == list(EXPERIMENTS)
    by_id = {line.split()[0]: line for line in lines[1 : len(EXPERIMENTS) + 1]}
    assert by_id["E4"].endswith("needs fashion-mnist")
    assert "needs" not in by_id["E11"]
    assert all(EXPERIMENTS[id].title in line for id, line in by_id.items())
    status, out, _ = run_main(capsys, "reproduce", "--json")
    assert status == 0
    listed = {row["experiment"]: row for row in json.loads(out)}
    assert list(listed) == list(EXPERIMENTS)
    assert (listed["E4"]["needs"], listed["E11"]["needs"]) == ("fashion-mnist", None)
    assert not home.exists()


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        ("E111", "There is no experiment “E111”: they are E1 to E29. Did you mean E11?"),
        ("shoe", "There is no experiment “shoe”: they are E1 to E29."),
        ("E11 --quick --full", "--quick and --full are opposites: give one of them."),
        ("--qick", "There is no option “--qick”; did you mean --quick?"),
    ],
)
def test_experiments_that_make_no_sense_are_refused(
    capsys: Captured, home: Path, argv: str, sentence: str
) -> None:
    assert run_main(capsys, "reproduce", *argv.split()) == (2, "", sentence + "\n")
    assert not home.exists()


def test_an_experiment_without_its_data_is_no_error(capsys: Captured) -> None:
    status, out, err = run_main(capsys, "reproduce", "E4")
    assert (status, err) == (0, "")
    assert out.splitlines()[:2] == [
        "E4  k-NN on codes, Fashion-MNIST  (Michelucci 2022)",
        "    not run: needs fashion-mnist (python -m aecore data fetch fashion-mnist)",
    ]
    _, out, _ = run_main(capsys, "reproduce", "E4", "--json")
    (report,) = json.loads(out)
    assert report["not_run"].startswith("not run: needs fashion-mnist")
    assert report["claims"] == []


def test_an_experiment_is_done_from_end_to_end(capsys: Captured) -> None:
    program = start("reproduce", "e11", "E11", "--quick", "--json")
    out, err = program.communicate(timeout=120)
    assert program.returncode == 0
    assert "Traceback" not in err
    (report,) = json.loads(out.splitlines()[-1])
    assert (report["experiment"], report["budget"], report["not_run"]) == ("E11", "quick", "")
    verdicts = {claim["what"]: claim["verdict"] for claim in report["claims"]}
    assert [*verdicts] == [claim.what for claim in EXPERIMENTS["E11"].claims]
    assert {*verdicts.values()} <= {"agrees", "differs"}
    assert all(claim["published"] and claim["measured"] for claim in report["claims"])

    program = start("reproduce", "E11", "--quick")  # nothing is done again
    out, err = program.communicate(timeout=120)
    assert program.returncode == 0
    assert out.startswith("E11  A code of two bits: 4-2-4  (Teaching article)\n")
    assert "runs: 0 trained, 1 there before" in out
    assert "published 0.87" in out
    for words in verdicts.values():
        assert f"{words.upper()}  " in out


# -- data ----------------------------------------------------------------------------


def test_data_list_says_where_each_set_is(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path))
    (tmp_path / "mnist").mkdir()
    for file in DATASETS["mnist"].needed:
        (tmp_path / "mnist" / file).touch()
    status, out, _ = run_main(capsys, "data", "list")
    assert status == 0
    lines = {line.split()[0]: line for line in out.splitlines()[1:]}
    assert list(lines) == list(DATASETS)
    assert lines["digits"].endswith("comes with the app")
    assert "60,000  10,000  28 x 28" in lines["mnist"]
    assert lines["mnist"].endswith(str(tmp_path / "mnist"))
    assert lines["fashion-mnist"].endswith("not here: python -m aecore data fetch fashion-mnist")
    assert lines["fashion-mnist-sample"].endswith("of a folder named in AE_DATA_DIR")
    assert run_main(capsys, "data", "path", "mnist") == (0, f"{tmp_path / 'mnist'}\n", "")


def test_data_path_is_where_downloads_go(capsys: Captured, home: Path) -> None:
    assert run_main(capsys, "data", "path") == (0, f"{home / 'data'}\n", "")
    for name in ("mnist", "digits"):
        status, out, err = run_main(capsys, "data", "path", name)
        assert (status, out) == (1, "")
        assert "has no folder" in err


def test_data_fetch_shows_progress_and_the_folder(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fetch(name: str, progress: datasets.Progress) -> Path:
        for file in ("a.gz", "b.gz"):
            progress(2**19, 2**20, file)
            progress(2**20, 2**20, file)
        return tmp_path / name

    monkeypatch.setattr(datasets, "fetch", fetch)
    status, out, err = run_main(capsys, "data", "fetch", "mnist")
    assert (status, out) == (0, f"{tmp_path / 'mnist'}\n")
    assert err.splitlines() == ["a.gz: 0.5 of 1.0 MB", "b.gz: 0.5 of 1.0 MB", "MNIST is here:"]


def test_data_fetch_that_fails_is_one_sentence(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(name: str, progress: datasets.Progress) -> Path:
        raise DatasetError("Could not download it.")

    monkeypatch.setattr(datasets, "fetch", fetch)
    assert run_main(capsys, "data", "fetch", "mnist") == (1, "", "Could not download it.\n")


# -- runs ----------------------------------------------------------------------------


def recorded(home: Path, seed: int, age_s: float = 0, mse: float | None = None) -> Run:
    """Make a recording without training, last used some time ago."""
    config = strict({"seed": seed, "epochs": 2}, "digits")
    run = RunStore(home / "runs").open(config, datasets.load("digits").fingerprint)
    run.save_checkpoint(Progress(90, 3.0, 1000.0), {"x": torch.zeros(1000)})
    run.add_metrics({"step": 90, "epoch": 2, "test_mse": 0.5})
    if mse is not None:
        run.results.save(
            "whole-90", {f"{s}_{k}": mse for s in ("train", "test") for k in ("loss", "mse")}
        )
    used = time.time() - age_s
    os.utime(run.path / "config.json", (used, used))
    return run


def test_runs_are_listed_last_used_first(capsys: Captured, home: Path) -> None:
    old, new = recorded(home, 1, 9000, mse=0.0213), recorded(home, 2)
    status, out, _ = run_main(capsys, "runs", "list")
    assert status == 0
    _, first, second, note = out.splitlines()
    assert first.startswith(f"{new.id}  digits    64–8–64 · BCE       2    0.500*  ")
    assert second.startswith(f"{old.id}  digits    64–8–64 · BCE       2    0.0213  ")
    assert note.startswith("* on 1,000 test images")

    _, out, _ = run_main(capsys, "runs", "list", "--json")
    rows = json.loads(out)
    assert [(row["run"], row["test_mse"], row["whole"]) for row in rows] == [
        (new.id, 0.5, False),
        (old.id, 0.0213, True),
    ]
    assert rows[0]["bytes"] == new.size()
    assert rows[0]["epochs"] == 2


def test_an_empty_store_is_no_error(capsys: Captured, home: Path) -> None:
    assert run_main(capsys, "runs", "list", "--json") == (0, "[]\n", "")
    status, out, err = run_main(capsys, "runs", "list")
    assert (status, out) == (0, "")
    assert "There are no runs yet" in err
    assert not home.exists()


def test_a_run_is_shown_by_the_beginning_of_its_id(capsys: Captured, home: Path) -> None:
    run = recorded(home, 7, mse=0.0213)
    run.fail(90, "The loss is no longer a finite number.")
    status, out, _ = run_main(capsys, "runs", "show", run.id[:6])
    assert status == 0
    assert out.startswith(f"{run.id}: digits, 64–8–64 · BCE\n2 epochs, 90 steps, ")
    assert "The loss is no longer a finite number.\nSettings: dataset digits, seed 7\n" in out
    _, out, _ = run_main(capsys, "runs", "show", run.id, "--json")
    shown = json.loads(out)
    assert (shown["settings"]["seed"], shown["seconds"], shown["train_mse"]) == (7, 3.0, 0.0213)


def test_removing_is_all_or_nothing(capsys: Captured, home: Path) -> None:
    one, two, three = (recorded(home, seed) for seed in range(3))
    assert run_main(capsys, "runs", "remove", one.id, "0000")[0] == 2
    assert one.path.exists()
    status, out, _ = run_main(capsys, "runs", "remove", one.id, two.id, one.id)
    assert status == 0
    assert [line.split()[1] for line in out.splitlines()] == [one.id + ":", two.id + ":"]
    assert only_run(home).id == three.id


def test_pruning_says_what_went_and_spares_what_is_in_use(capsys: Captured, home: Path) -> None:
    old, new = recorded(home, 1, 9000), recorded(home, 2)
    assert run_main(capsys, "runs", "prune")[1].startswith("2 runs of 0.0 MB are left; 4,096 MB")
    status, out, err = run_main(capsys, "runs", "prune", "--max-mb", "0")
    assert status == 0
    assert out.splitlines() == [
        f"Removed {old.id}: 0.0 MB.",
        "1 runs of 0.0 MB are left; 0 MB may be.",
    ]
    assert err == "Runs used within the last 5 minutes stay.\n"
    assert only_run(home).id == new.id


# -- as a program --------------------------------------------------------------------


def test_the_last_line_of_the_program_is_json(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = start(*BRIEF, "--json")
    out, err = program.communicate(timeout=60)
    assert program.returncode == 0
    assert "Traceback" not in err
    reached = json.loads(out.splitlines()[-1])
    monkeypatch.setenv("AE_HOME", str(tmp_path / "other"))
    here = train_json(capsys, *BRIEF)
    times = ("seconds", "images_per_second")
    assert {k: v for k, v in reached.items() if k not in times} == {
        k: v for k, v in here.items() if k not in times
    }


def test_ctrl_c_stops_the_program_with_a_sentence(home: Path) -> None:
    program = start("train", "--dataset", "digits", "--epochs", "1000", "--bottleneck", "64")
    assert program.stderr is not None
    next(line for line in program.stderr if line.startswith("epoch"))
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=60)
    assert (program.returncode, out) == (130, "")
    assert "Stopped at epoch" in err
    assert err.endswith("; the same command continues.\n")
    assert "Traceback" not in err
    assert only_run(home).progress().step > 0


def test_a_refusal_and_a_deaf_reader_leave_no_traceback(home: Path) -> None:
    program = start("train", "--bottleneck", "nan")
    assert "Traceback" not in program.communicate(timeout=60)[1]
    assert program.returncode == 2
    recorded(home, 1)
    program = start("runs", "list")
    assert program.stdout is not None
    assert program.stderr is not None
    program.stdout.close()
    assert program.stderr.read() == ""
    assert program.wait(timeout=60) == 1
    program.stderr.close()


@pytest.mark.parametrize("argv", [["--help"], ["train", "--help"], ["data", "list"], ["reproduce"]])
def test_quick_commands_do_not_import_torch(argv: list[str]) -> None:
    code = f"import sys; from aecore.__main__ import main; main({argv}); assert 'torch' not in "
    subprocess.run(
        [sys.executable, "-c", code + "sys.modules"], cwd=ROOT, check=True, stdout=subprocess.PIPE
    )
