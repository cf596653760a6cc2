"""Slices of training: any cut gives the same recording, and what ends one is said."""

import math
import shutil

import pytest
import torch

from aecore import slices
from aecore.config import RunConfig
from aecore.datasets import load
from aecore.evaluation import measure_whole
from aecore.models import load_weights
from aecore.results import Results
from aecore.runs import Run, RunError, RunStore
from aecore.schedule import kept_steps, measured_up_to
from aecore.slices import advance, final_weights, whole_result
from aecore.workers import Outcome

TINY = RunConfig(
    bottleneck=3, hidden=(8,), batch_size=360, epochs=3, noise="masking", tied=True,
    weight_decay=1e-3,
)  # fmt: skip
EXPLODING = RunConfig(
    bottleneck=3, loss="mse", output_activation="identity", learning_rate=10.0, epochs=300,
    batch_size=32, hidden=(64, 64, 64, 64), hidden_activation="identity",
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("one_thread")


def go(root, config, seconds=math.inf):
    return advance(str(root), config.as_dict(), seconds)


def opened(root, config):
    data = load(config.dataset, config.data_options)
    return RunStore(root).open(config, data.fingerprint)


def with_epochs(config, epochs):
    return RunConfig(**config.as_dict() | {"epochs": epochs})


def recording(run):
    tensors = run.checkpoint()[1]
    return (
        {step: run._snapshot(step).read_bytes() for step in run.steps()},
        {name: value.numpy().tobytes() for name, value in tensors.items()},
        run.metrics(),
        {path.name: path.read_bytes() for path in (run.path / "results").glob("*")},
    )


def test_a_slice_reaches_its_target_and_stops_there(tmp_path):
    assert go(tmp_path, TINY) == Outcome(12, done=True)
    run = opened(tmp_path, TINY)
    assert run.progress().step == 12
    assert run.progress().seconds > 0
    assert run.progress().images_per_second > 0
    assert run.done(3)
    assert not run.done(4)
    assert run.steps() == kept_steps(TINY, 12) == measured_up_to(TINY, 12)
    assert [row["step"] for row in run.metrics()] == run.steps()
    assert [row["epoch"] for row in run.metrics()] == [step / 4 for step in run.steps()]


def test_the_end_is_measured_on_the_whole_splits(tmp_path):
    go(tmp_path, TINY)
    run = opened(tmp_path, TINY)
    model = load_weights(TINY, run.weights(12))
    assert run.results.load("whole-12") == measure_whole(TINY, model, load("digits"))


KINDS = {
    "stacked": {"hidden": (8, 6), "pretraining": "autoencoders", "pretraining_epochs": 1},
    "rbms": {
        "hidden": (8,), "pretraining": "rbms", "pretraining_epochs": 1,
        "hidden_activation": "sigmoid",
    },
    "variational": {"code": "variational", "hidden": (8,), "noise": "block"},
    "binary": {"code": "binary", "code_activation": "sigmoid"},
    "sparse": {"l1_sparsity": 0.1, "kl_sparsity": 1.0, "code_activation": "sigmoid"},
    "feature maps": {"architecture": "feature-maps", "channels": (3, 2), "contractive": 0.01},
    "fewer images": {"subset": 700, "noise": "gaussian", "clip": True, "clean_epochs": 1},
    "one-hot": {"dataset": "one-hot", "length": 5, "batch_size": 2, "output_activation": "softmax"},
    "noise": {"dataset": "noise", "size": 3, "batch_size": 5000, "distribution": "gaussian"},
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_any_kind_is_recorded_alike_in_slices_and_trained_again_alike(tmp_path, kind):
    config = RunConfig(**{"bottleneck": 3, "batch_size": 360, "epochs": 2} | KINDS[kind])
    assert go(tmp_path / "whole", config) == Outcome(config.target_step, done=True)
    while not go(tmp_path / "sliced", config, 1e-9).done:
        continue
    whole, sliced = (opened(tmp_path / name, config) for name in ("whole", "sliced"))
    assert recording(sliced) == recording(whole)
    span = config.pretraining_span
    assert [row["epoch"] for row in whole.metrics()][-1] == span + 2
    # thinned out: the weights of the end come from a second training
    before = final_weights(whole)
    whole._snapshot(config.target_step).unlink()
    again = final_weights(whole)
    assert before.keys() == again.keys()
    assert all(torch.equal(before[name], again[name]) for name in before)
    assert config.target_step not in whole.steps()


def test_the_weights_of_the_end_cannot_come_from_an_explosion(tmp_path):
    go(tmp_path, EXPLODING)
    with pytest.raises(RunError, match="lower learning rate"):
        final_weights(opened(tmp_path, EXPLODING))


def test_a_finished_run_is_not_trained_further(tmp_path):
    go(tmp_path, TINY)
    before = recording(opened(tmp_path, TINY))
    assert go(tmp_path, TINY) == Outcome(12, done=True)
    assert go(tmp_path, with_epochs(TINY, 1)) == Outcome(12, done=True)
    assert recording(opened(tmp_path, TINY)) == before


def test_the_shortest_slices_make_the_same_recording(tmp_path):
    go(tmp_path / "whole", TINY)
    steps = []
    while not steps or steps[-1] < 12:
        steps.append(go(tmp_path / "sliced", TINY, 1e-9).step)
    assert steps == list(range(1, 13))  # even the shortest moves on
    whole, sliced = (opened(tmp_path / name, TINY) for name in ("whole", "sliced"))
    assert recording(sliced) == recording(whole)


def test_more_epochs_extend_the_same_recording(tmp_path):
    go(tmp_path / "whole", with_epochs(TINY, 5))
    for epochs in (2, 3, 5):
        assert go(tmp_path / "longer", with_epochs(TINY, epochs)).done
    whole, longer = (recording(opened(tmp_path / name, TINY)) for name in ("whole", "longer"))
    assert longer[:3] == whole[:3]
    assert longer[3].keys() == {"whole-8.json", "whole-12.json", "whole-20.json"}
    assert longer[3]["whole-20.json"] == whole[3]["whole-20.json"]


class Killed(BaseException):
    """Ends a slice where it stands, as a kill would."""


@pytest.mark.parametrize(
    "where",
    [
        (Run, "save_snapshot"),
        (Run, "add_metrics"),
        (Run, "thin"),
        (Results, "save"),
        (Run, "save_checkpoint"),
    ],
    ids=lambda where: where[1],
)
@pytest.mark.parametrize("after", [False, True])
def test_a_slice_killed_anywhere_costs_nothing_but_itself(tmp_path, monkeypatch, where, after):
    go(tmp_path / "whole", TINY)
    go(tmp_path / "killed", TINY, 1e-9)
    go(tmp_path / "killed", TINY, 1e-9)
    kind, name = where
    method = getattr(kind, name)

    def fatal(run, *arguments):
        if after:
            method(run, *arguments)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(kind, name, fatal)
        with pytest.raises(Killed):
            go(tmp_path / "killed", TINY)
    assert go(tmp_path / "killed", TINY).done
    whole, killed = (opened(tmp_path / name, TINY) for name in ("whole", "killed"))
    assert recording(killed) == recording(whole)


def test_a_loss_that_explodes_ends_the_run_in_words(tmp_path):
    outcome = go(tmp_path, EXPLODING)
    assert not outcome.done
    assert "no longer a finite number" in outcome.failure
    assert "lower learning rate than 10" in outcome.failure
    assert f"at step {outcome.step:,}" in outcome.failure
    run = opened(tmp_path, EXPLODING)
    assert run.failure() == outcome.failure
    assert outcome.step not in run.steps()
    assert all(math.isfinite(v) for row in run.metrics() for v in row.values())
    again = go(tmp_path, EXPLODING)
    assert again.failure == outcome.failure
    with pytest.raises(RunError, match="lower learning rate"):
        whole_result(run)


def test_an_explosion_does_not_depend_on_the_slices(tmp_path):
    outcome = go(tmp_path / "whole", EXPLODING)
    sliced = Outcome()
    while not sliced.failure:
        assert sliced.step <= outcome.step
        sliced = go(tmp_path / "sliced", EXPLODING, 0.01)
    assert sliced == outcome


def test_a_run_that_somebody_else_trains_is_busy(tmp_path):
    run = opened(tmp_path, TINY)
    with run.lock():
        assert go(tmp_path, TINY) == Outcome(busy=True)
    assert run.steps() == []
    assert go(tmp_path, TINY).done


def test_a_run_removed_meanwhile_is_made_again(tmp_path):
    go(tmp_path, TINY, 1e-9)
    shutil.rmtree(opened(tmp_path, TINY).path)
    assert go(tmp_path, TINY).done


def test_a_whole_result_is_recorded_taken_from_the_snapshot_or_trained_again(tmp_path, monkeypatch):
    config = with_epochs(TINY, 2)
    go(tmp_path, TINY)
    run = RunStore(tmp_path).open(config, load("digits").fingerprint)
    run.config = config
    from_snapshot = whole_result(run)
    assert run.results.load("whole-8") == from_snapshot
    run.results.path("whole-8").unlink()
    run._snapshot(8).unlink()  # as a longer run thins it out
    before = recording(run)[:3]
    assert whole_result(run) == from_snapshot
    assert recording(run)[:3] == before
    monkeypatch.setattr(slices, "measure_whole", None)  # from now on it is only read
    assert whole_result(run) == from_snapshot


def test_snapshots_are_thinned_alike_however_a_run_was_sliced(tmp_path, monkeypatch):
    monkeypatch.setattr("aecore.config.MOST_SNAPSHOTS", 12)
    config = with_epochs(RunConfig(bottleneck=2, batch_size=720), 40)  # 2 steps an epoch
    go(tmp_path / "whole", config)
    while not go(tmp_path / "sliced", config, 0.02).done:
        continue
    whole, sliced = (opened(tmp_path / name, config) for name in ("whole", "sliced"))
    assert whole.steps() == sliced.steps() == kept_steps(config, 80)
    assert len(whole.steps()) <= 12
    assert [row["step"] for row in sliced.metrics()] == measured_up_to(config, 80)
    assert recording(whole) == recording(sliced)
