"""The experiments as data: that each can be done, is judged, and says where it comes from."""

import inspect
import re

import pytest

from aecore.config import RunConfig
from aecore.datasets import DATASETS
from aecore.experiments.analyses import ANALYSES
from aecore.experiments.claims import Claim, Within
from aecore.experiments.experiment import Experiment, step
from aecore.experiments.registry import EXPERIMENTS
from aecore.schedule import measured_up_to

BUDGETS = ("quick", "usual", "full")
each = pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=lambda e: e.id)

# what analyses come to: a value for each run, and values that are named the same for all
OF_EACH_RUN = {
    "errors": (
        *("MSE", "clean MSE", "loss", "squared error", "PCA MSE", "PCA squared error"),
        *("mean image MSE", "noisy MSE", "share of the mean image's"),
    ),
    "readable": ("readable",),
    "knn": ("7-NN", "seconds"),
    "probe": ("probe",),
    "sparsity": ("sparsity",),
    "units": ("area", "roughness", "elongation", "dead"),
    "sensitivity": ("‖J‖",),
    "contamination": ("AUC", "average precision", "outlier over digit"),
    "compression": ("bytes", "MSE", "decoder bytes", "JPEG MSE", "JPEG 2000 MSE", "WebP MSE"),
}
OF_ALL = {
    "readable": ("originals readable",),
    "knn": ("pixels 7-NN", "pixels seconds"),
    "smallest_code": ("smallest q", "smallest PCA q"),
    "clusters": ("codes ARI", "codes seconds", "pixels ARI", "pixels seconds"),
    "hashing": ("same class", "chance", "found within 2", "images found"),
    "subspace": ("largest angle", "MSE over PCA's"),
    "corners": ("distance to corner", "right output", "corners used"),
    "nats": ("reconstruction", "KL", "together"),
    "shoes": (
        *("shoe RE", "shoe rank", "hardest digit RE", "second over first"),
        *("ankle boots first", "sneakers first", "sandals first"),
    ),
    "stability": ("single agreement", "mean agreement", "maximum agreement"),
    "too_easy": ("blank RE", "stroke RE", "digits above the blank", "digits above the stroke"),
}


def produced(experiment):
    """Return the names of all values that an experiment's steps can come to."""
    names = set()
    for s in experiment.steps:
        runs = s.arguments.get("runs", tuple(experiment.runs))
        names |= {f"{run} {what}" for run in runs for what in OF_EACH_RUN.get(s.analysis, ())}
        names |= {*OF_ALL.get(s.analysis, ())}
        if s.analysis == "loss_after":
            names.add(f"{s.arguments['run']} after {s.arguments['epochs']}")
    return names


def test_there_are_exactly_these():
    assert [*EXPERIMENTS] == [f"E{number}" for number in range(1, 30)]


@each
def test_each_says_what_it_is_and_where_it_comes_from(experiment):
    assert experiment.title and experiment.source
    assert experiment.question.endswith("?")
    assert experiment.runs and experiment.steps and experiment.claims
    for claim in experiment.claims:
        assert claim.what and claim.published and claim.why


@each
@pytest.mark.parametrize("budget", BUDGETS)
def test_runs_are_valid_with_every_budget(experiment, budget):
    configs = experiment.configs(budget, 0)
    assert [*configs] == [*experiment.runs]
    assert all(isinstance(config, RunConfig) for config in configs.values())
    assert len({config.identity for config in configs.values()}) == len(configs)
    others = experiment.configs(budget, 1)
    for name, config in configs.items():
        assert others[name].seed == config.seed + 1
        assert DATASETS[config.dataset].trainable


@each
def test_quick_is_no_more_than_usual_and_full_no_less(experiment):
    def work(budget):
        configs = experiment.configs(budget, 0).values()
        return sum(
            (config.pretraining_span + config.epochs) * config.train_size for config in configs
        )

    assert work("quick") <= work("usual") <= work("full")


@each
def test_the_full_budget_is_another_only_where_the_usual_leaves_something_out(experiment):
    if experiment.configs("full", 0) != experiment.configs("usual", 0):
        assert experiment.budget


@each
def test_steps_can_be_done(experiment):
    for s in experiment.steps:
        inspect.signature(ANALYSES[s.analysis]).bind(object(), **s.arguments)
        runs = s.arguments.get("runs", ())
        named = [*runs, *([s.arguments["run"]] if "run" in s.arguments else [])]
        assert {*named} <= {*experiment.runs}


@each
def test_claims_are_about_what_steps_can_come_to(experiment):
    values = produced(experiment)
    for claim in experiment.claims:
        assert {*claim.agrees.keys} <= values


@each
def test_what_is_called_better_is_done_with_three_seeds(experiment):
    for claim in experiment.claims:
        if re.search(r"\b(better|best)\b", claim.published) or "the spread over" in claim.why:
            assert experiment.seeds >= 3


@each
@pytest.mark.parametrize("budget", BUDGETS)
def test_losses_on_the_way_that_are_judged_are_measured(experiment, budget):
    judged = {key for claim in experiment.claims for key in claim.agrees.keys}
    configs = experiment.configs(budget, 0)
    for s in experiment.steps:
        if s.analysis != "loss_after":
            continue
        run, epochs = s.arguments["run"], s.arguments["epochs"]
        config = configs[run]
        step = config.last_step(config.clean_epochs + epochs)
        if f"{run} after {epochs}" in judged:
            assert step in measured_up_to(config, config.target_step)


# -- data that may not be here -------------------------------------------------------


def tiny(**settings):
    claims = (Claim("what", "published", "", Within("a"), "why"),)
    return Experiment("E0", "T", "Q?", "S", {"net": settings}, (step("errors"),), claims)


def test_what_is_missing_is_named():
    assert EXPERIMENTS["E4"].missing() == "fashion-mnist"
    assert EXPERIMENTS["E1"].missing() == "mnist"
    assert EXPERIMENTS["E11"].missing() is None
    assert EXPERIMENTS["E10"].missing() is None
    assert tiny(dataset="digits", outliers=0.1).missing() == "fashion-mnist"


def test_what_is_here_is_not_missing(shared_data, monkeypatch):
    monkeypatch.setenv("AE_DATA_DIR", str(shared_data))
    assert EXPERIMENTS["E1"].missing() is None
    assert EXPERIMENTS["E25"].missing() is None


def test_of_several_data_sets_the_first_at_hand_is_taken(shared_data, monkeypatch):
    choice = ("fashion-mnist", "fashion-mnist-sample")
    experiment = tiny(dataset="digits", outliers=0.1, outlier_source=choice)
    assert experiment.configs("usual", 0)["net"].outlier_source == "fashion-mnist"
    assert experiment.missing() == "fashion-mnist"
    monkeypatch.setenv("AE_DATA_DIR", str(shared_data))
    at_hand = "fashion-mnist"
    if not (shared_data / at_hand).is_dir():
        at_hand = "fashion-mnist-sample"
    assert experiment.configs("usual", 0)["net"].outlier_source == at_hand
    assert experiment.missing() is None


def test_budgets_lie_over_the_settings_and_seeds_add():
    experiment = tiny(dataset="digits", epochs=3, seed=5, batch_size=32)
    quick, usual = (experiment.configs(budget, 2)["net"] for budget in ("quick", "usual"))
    assert (usual.epochs, usual.batch_size, usual.seed) == (3, 32, 7)
    assert (quick.epochs, quick.batch_size, quick.seed) == (15, 64, 7)
