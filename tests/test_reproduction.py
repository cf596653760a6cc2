"""Doing an experiment: trained once, measured once, gone on with after an interruption."""

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
import torch

from aecore.engine import Engine
from aecore.experiments import measuring
from aecore.experiments.analyses import ANALYSES
from aecore.experiments.claims import Claim, Rising, Within
from aecore.experiments.experiment import Experiment, step
from aecore.experiments.laboratory import Found
from aecore.experiments.reproduction import Reproduction
from aecore.workers import Processes
from tests.waiting import PATIENCE_S, wait_for

TINY = {"dataset": "digits", "bottleneck": 2, "subset": 200, "epochs": 1, "batch_size": 32}
EXPERIMENT = Experiment(
    id="E0",
    title="Tiny",
    question="Is it done?",
    source="Nowhere",
    runs={"one": TINY, "two": {**TINY, "tied": True}},
    steps=(step("errors"), step("rows")),
    claims=(
        Claim("error", "low", "MSE per pixel", Within("one MSE", 0, 0.5), "any"),
        Claim("order", "falls", "", Rising(("one MSE", "one mean image MSE", "none")), "any"),
    ),
    quick={"epochs": 2},
)
EXPLODING = {
    **TINY, "hidden": "512-512-512", "loss": "mse", "output_activation": "identity",
    "learning_rate": 10.0, "epochs": 20,
}  # fmt: skip

pytestmark = pytest.mark.usefixtures("one_thread")


def start(home):
    return Engine(
        home,
        Processes(1, lambda: ThreadPoolExecutor(1, initializer=partial(torch.set_num_threads, 1))),
        is_connected=lambda holder: holder.startswith("reproduce"),
    )


@pytest.fixture
def engine(tmp_path):
    engine = start(tmp_path / "home")
    yield engine
    engine.close()


@pytest.fixture
def done(monkeypatch):
    """Return the list that each analysis done is noted in, by name."""
    names = []

    def watched(name, analysis):
        def watching(lab, **arguments):
            names.append(name)
            return analysis(lab, **arguments)

        return watching

    for name, analysis in ANALYSES.items():
        monkeypatch.setitem(ANALYSES, name, watched(name, analysis))
    return names


def quietly(text, topic):
    pass


def do(engine, experiment=EXPERIMENT, budget="usual", figures=None, ahead=(), say=quietly):
    return Reproduction(engine, budget, say, figures).do(experiment, ahead)


def kept(engine):
    return sorted((engine.home / "reproduced").glob("*.json"))


def test_an_experiment_is_trained_measured_and_judged(engine, done):
    said = []
    report = do(engine, say=lambda text, topic: said.append(text))
    assert (report.trained, report.kept, report.skipped) == (2, 0, "")
    assert [verdict.word for verdict in report.verdicts] == ["agrees", "not measured"]
    (values,) = report.values
    assert report.verdicts[0].measured == {"one MSE": values["one MSE"]}
    assert done == ["errors", "rows"]
    assert said[-2:] == ["E0: errors", "E0: rows"]
    assert re.fullmatch(r"E0: 2 of 2 runs in training, \d+%", said[0])
    configs = EXPERIMENT.configs("usual", 0)
    for name, config in configs.items():
        run = engine.store.get(report.run_ids[name])
        assert run.config == config
        assert run.done(1)
        assert values[f"{name} MSE"] == run.results.load(f"whole-{config.target_step}")["test_mse"]


def test_what_was_done_is_not_done_again(engine, done, monkeypatch):
    first = do(engine)
    done.clear()
    monkeypatch.setattr(engine, "want", None)
    again = do(engine)
    assert (again.trained, again.kept, done) == (0, 2, [])
    assert again.values == first.values
    assert again.verdicts == first.verdicts
    assert again.run_ids == first.run_ids


def test_another_budget_is_measured_by_itself(engine, done):
    usual, quick = do(engine), do(engine, budget="quick")
    assert quick.run_ids == usual.run_ids  # only longer
    assert quick.values != usual.values
    assert quick.trained == 2
    done.clear()
    assert do(engine).values == usual.values
    assert do(engine, budget="quick").values == quick.values
    assert done == []


def test_the_full_budget_is_judged_by_its_own_tolerance(engine):
    wide, none = Within("one MSE", 0, 0.5), Within("one MSE", 0, 0)
    strict = Claim("error", "none", "", wide, "any", none, "0")
    experiment = replace(EXPERIMENT, claims=(strict,), full={"epochs": 2}, different="Tiny.")
    reports = [do(engine, experiment, budget) for budget in ("usual", "full")]
    assert [report.verdicts[0].word for report in reports] == ["agrees", "differs"]
    said = [report.as_dict() for report in reports]
    assert [each["claims"][0]["why"] for each in said] == ["any", "0"]
    assert [each["shortened"] for each in said] == ["1 epoch instead of 2", ""]
    assert [each["different"] for each in said] == ["Tiny."] * 2


def test_each_seed_is_another_run(engine):
    report = do(engine, replace(EXPERIMENT, runs={"one": TINY}, seeds=3))
    assert [*report.run_ids] == ["one, seed 0", "one, seed 1", "one, seed 2"]
    assert len({*report.run_ids.values()}) == 3
    errors = [values["one MSE"] for values in report.values]
    verdict = report.verdicts[0]
    assert verdict.measured["one MSE"] == pytest.approx(sum(errors) / 3)
    assert verdict.spread["one MSE"] == pytest.approx(max(errors) - min(errors))


def test_other_steps_and_other_data_at_hand_are_measured_again(
    engine, done, shared_data, monkeypatch
):
    shoes = replace(EXPERIMENT, runs={"one": TINY}, steps=(step("shoes", run="one"),), claims=())
    (alone,) = do(engine, shoes).values
    assert "sneakers first" not in alone
    monkeypatch.setenv("AE_DATA_DIR", str(shared_data))
    (beside,) = do(engine, shoes).values
    assert "sneakers first" in beside
    assert beside.items() > alone.items()
    do(engine, replace(shoes, steps=(*shoes.steps, step("errors"))))
    assert done == ["shoes", "shoes", "shoes", "errors"]
    assert len(kept(engine)) == 3


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b"3", b'{"one MSE": "x"}', b'{"one MSE": null}', b"\xff"]
)
def test_a_damaged_kept_file_is_measured_again(engine, done, content):
    first = do(engine)
    (path,) = kept(engine)
    path.write_bytes(content)
    done.clear()
    assert do(engine).values == first.values
    assert done == ["errors", "rows"]
    assert json.loads(path.read_bytes()) == first.values[0]


def test_figures_are_written_of_the_first_seed(engine, done, tmp_path):
    steps = (*EXPERIMENT.steps, step("smallest_code", allowed=0.05))
    folder = tmp_path / "not" / "yet"
    report = do(engine, replace(EXPERIMENT, steps=steps, seeds=2), figures=folder)
    assert {"E0-rows.png", "E0-sweep.html"} <= {path.name for path in folder.iterdir()}
    assert sorted(report.figures) == sorted(folder.iterdir())
    assert (folder / "E0-rows.png").read_bytes().startswith(b"\x89PNG")
    assert b"<html" in (folder / "E0-sweep.html").read_bytes()
    assert done.count("errors") == 2
    do(engine, replace(EXPERIMENT, steps=steps, seeds=2))
    assert done.count("errors") == 2  # what was measured for figures is kept, too


def test_figures_are_drawn_of_what_was_measured_before(engine, done, tmp_path):
    first = do(engine)
    report = do(engine, figures=tmp_path)
    assert done.count("rows") == 2
    assert report.trained == 0
    assert report.values == first.values
    assert tmp_path / "E0-rows.png" in report.figures


def test_absent_data_is_said_with_the_command_for_it(engine, done):
    experiment = replace(EXPERIMENT, runs={"one": {**TINY, "dataset": "fashion-mnist"}})
    report = do(engine, experiment)
    assert report.skipped == (
        "not run: needs fashion-mnist (python -m aecore data fetch fashion-mnist)"
    )
    assert (report.verdicts, report.values, done) == ([], [], [])
    assert report.as_dict()["not_run"] == report.skipped
    assert not [*engine.store.runs()]
    without_mirrors = {**TINY, "outliers": 0.1, "outlier_source": "fashion-mnist-sample"}
    report = do(engine, replace(EXPERIMENT, runs={"one": without_mirrors}))
    assert report.skipped == "not run: needs fashion-mnist-sample"


def test_an_interrupted_experiment_goes_on(tmp_path, done):
    longer = replace(EXPERIMENT, runs={"one": {**TINY, "epochs": 3000, "batch_size": 100}})
    interrupted = threading.Event()

    class Interruption(Exception):
        pass

    def say(text, topic):
        if not interrupted.is_set() and any(run.progress().step for run in engine.store.runs()):
            interrupted.set()
            raise Interruption

    engine = start(tmp_path / "home")
    with pytest.raises(Interruption):
        do(engine, longer, say=say)
    engine.close()
    (run,) = engine.store.runs()
    reached = run.progress().step
    assert 0 < reached < run.config.target_step
    assert done == []

    shorter = reached // run.config.steps_per_epoch + 2  # the same run, to a nearer end
    nearer = replace(EXPERIMENT, runs={"one": {**longer.runs["one"], "epochs": shorter}})
    engine = start(tmp_path / "home")
    report = do(engine, nearer)
    engine.close()
    assert report.run_ids == {"one": run.id}
    assert report.trained == 1
    assert run.progress().step == shorter * run.config.steps_per_epoch
    assert done == ["errors", "rows"]


@pytest.mark.parametrize("begun", [False, True], ids=["before its first step", "half-way"])
def test_a_dropped_lease_is_taken_again(engine, begun):
    """The engine forgets what nobody renews; the experiment goes on all the same."""
    dropped = threading.Event()

    def say(text, topic):
        for run in engine.store.runs() if not dropped.is_set() else ():
            if begun and not run.progress().step:
                continue
            dropped.set()
            engine.release(run.id, f"reproduce {run.id}")

    experiment = replace(EXPERIMENT, runs={"one": {**TINY, "epochs": 200, "batch_size": 20}})
    if not begun:  # keep the only worker busy, so that the run cannot begin
        gate = threading.Event()
        threading.Timer(0.6, gate.set).start()
        engine._pool.submit(gate.wait, PATIENCE_S)
    report = do(engine, experiment, say=say)
    assert dropped.is_set()
    assert report.verdicts[0].word != "not measured"


def test_a_run_that_explodes_names_its_experiment(engine, done):
    experiment = replace(EXPERIMENT, runs={"bad": EXPLODING})
    for _ in range(2):
        report = do(engine, experiment)
        assert re.match(r"E0, run [0-9a-f]{16}: .*lower learning rate than 10", report.failure)
        assert report.as_dict()["failure"] == report.failure and not report.verdicts
    assert done == []


def test_the_next_ones_train_while_one_is_analysed(engine, done, monkeypatch):
    other = replace(EXPERIMENT, id="E99", runs={"one": {**TINY, "seed": 9}})
    absent = replace(EXPERIMENT, id="E98", runs={"one": {**TINY, "dataset": "fashion-mnist"}})
    (config,) = other.configs("usual", 0).values()

    def analyse(lab):
        def trained():
            return [run for run in engine.store.runs() if run.config == config and run.done(1)]

        wait_for(trained, "the next experiment's run")
        return Found({"one MSE": 0.1})

    monkeypatch.setitem(ANALYSES, "errors", analyse)
    assert do(engine, ahead=(absent, other)).verdicts[0].word == "agrees"
    report = do(engine, replace(other, steps=(step("rows"),)))
    assert (report.trained, report.kept) == (0, 1)


def test_a_report_is_json(engine):
    report = do(engine)
    read = json.loads(json.dumps(report.as_dict()))
    assert (read["experiment"], read["budget"], read["not_run"]) == ("E0", "usual", "")
    first, second = read["claims"]
    assert first["measured"] == {"one MSE": report.values[0]["one MSE"]}
    assert (first["verdict"], first["tolerance"]) == ("agrees", "0 to 0.500 MSE per pixel")
    assert (second["verdict"], second["measured"]) == ("not measured", {})
    assert read["runs"] == report.run_ids
    assert read["seconds"] >= 0
    assert measuring.VERSION >= 1
