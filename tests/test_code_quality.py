"""What codes are worth: every measure against scikit-learn, and what is kept where."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from sklearn.neighbors import KNeighborsClassifier

from aecore.baselines import ensure
from aecore.code_quality import (
    MEASURES,
    QUICK,
    Amount,
    Split,
    amounts,
    has_classes,
    judge,
    kept,
    measured,
    spaces,
)
from aecore.config import RunConfig, defaults
from aecore.datasets import load
from aecore.evaluation import order, pixels
from aecore.features import cluster
from aecore.models import initialise
from aecore.runs import RunError, RunStore
from aecore.training import as_pixels

AMOUNT = Amount(600, 200)


def quiet(stage, fraction):
    pass


def recorded(root, **settings):
    """Return an untrained run of digits with its first snapshot."""
    config = RunConfig(**{**defaults("digits"), **settings})
    run = RunStore(root / "runs").open(config, load("digits").fingerprint)
    run.save_snapshot(0, initialise(config).state_dict())
    return run


def ask(run, home, amount=AMOUNT, step=0, progress=quiet):
    root = str(run.path.parent)
    judge(root, run.config.as_dict(), step, str(home), amount, progress)


def found(run, home, amount=AMOUNT):
    fingerprint = load("digits").fingerprint
    return {
        space.name: kept(run, home, fingerprint, 0, space, amount) for space in spaces(run.config)
    }


def split_of(describe):
    """Return features of digits as they should be, by numpy alone."""
    data, parts = load("digits"), []
    for split, stored, labels, count in (
        ("train", data.train_images, data.train_labels, AMOUNT.train),
        ("test", data.test_images, data.test_labels, AMOUNT.test),
    ):
        places = order(len(stored), split)[:count]
        parts += [describe(as_pixels(pixels(stored)[places])).numpy(), labels[places.numpy()]]
    return Split(*parts)


def test_codes_pixels_and_pca_are_judged_as_scikit_learn_judges_them(tmp_path: Path):
    run = recorded(tmp_path)
    reports = []
    ask(run, tmp_path, progress=lambda *report: reports.append(report))
    model = initialise(run.config).requires_grad_(False)
    baseline = ensure(load("digits"), tmp_path)
    width = run.config.code_size
    features = {
        "codes": split_of(model.encode),
        "pixels": split_of(lambda images: images),
        "pca": split_of(lambda images: baseline.scores(images, width)),
    }
    for name, values in found(run, tmp_path).items():
        split = features[name]
        oracle = KNeighborsClassifier(7).fit(split.train, split.labels)
        expected = oracle.score(split.test, split.test_labels)
        assert values["knn"] == pytest.approx(expected, abs=0.02)  # ties are broken otherwise
        groups = cluster(split.test, 10, run.config.seed)
        assert values["clusters"] == pytest.approx(adjusted_rand_score(split.test_labels, groups))
        far = np.linalg.norm(split.test[:, None] - split.test[None], axis=2)
        np.fill_diagonal(far, np.inf)
        near = np.argsort(far, axis=1)[:, :10]
        share = (split.test_labels[near] == split.test_labels[:, None]).mean()
        assert values["neighbours"] == pytest.approx(share, abs=0.01)
        assert 0.3 < values["probe"] <= 1
        assert all(values[f"{measure} seconds"] > 0 for measure in MEASURES)
    stages = {stage for stage, _ in reports}
    assert {"Codes: 7-NN", "Pixels: 7-NN", f"PCA {width}: k-means ARI"} <= stages


def test_pixels_and_pca_are_judged_once_for_all_runs_of_a_data_set(tmp_path: Path):
    first, second = recorded(tmp_path), recorded(tmp_path, loss="mse")
    ask(first, tmp_path)
    assert found(second, tmp_path)["codes"] is None
    before = found(second, tmp_path)["pixels"]
    stages = []
    ask(second, tmp_path, progress=lambda stage, share: stages.append(stage))
    assert not any("Pixels" in stage or "PCA" in stage for stage in stages)
    assert found(second, tmp_path)["pixels"] == before
    assert found(second, tmp_path)["codes"] is not None
    assert found(second, tmp_path, Amount(500, 200))["pixels"] is None


def test_what_was_measured_before_a_cancelling_stays(tmp_path: Path):
    run = recorded(tmp_path)

    def cancel(stage, fraction):
        if "Pixels" in stage:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask(run, tmp_path, progress=cancel)
    assert found(run, tmp_path)["codes"] is not None
    assert found(run, tmp_path)["pixels"] is None


def test_perfect_features_are_perfect_by_every_measure():
    labels = np.arange(60) % 3
    features = np.eye(3, dtype=np.float32)[labels]
    values = measured(Split(features, labels, features, labels), 0, "codes", quiet)
    assert [values[name] for name in MEASURES] == [1, 1, 1, 1]


def test_a_snapshot_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(RunError, match="no snapshot of step 7"):
        ask(recorded(tmp_path), tmp_path, step=7)


def test_codes_that_are_not_finite_are_refused(tmp_path: Path):
    run = recorded(tmp_path)
    weights = {name: value * np.nan for name, value in initialise(run.config).state_dict().items()}
    run.save_snapshot(5, weights)
    with pytest.raises(RunError, match="not finite"):
        ask(run, tmp_path, step=5)


def test_small_data_sets_are_taken_whole():
    assert amounts(load("digits")) == (Amount(1437, 360),)
    assert QUICK < (60_000, 10_000)


@pytest.mark.parametrize(
    ("name", "expected"), [("digits", True), ("noise", False), ("one-hot", False)]
)
def test_classes_are_needed_and_enough_images_of_them(name, expected):
    config = RunConfig(**defaults(name))
    assert has_classes(load(name, config.data_options)) is expected
