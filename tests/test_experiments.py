"""The experiments as data: that each can be done, is judged, and says where it comes from."""

import inspect
import re
from dataclasses import replace

import pytest

from aecore.config import RunConfig
from aecore.datasets import DATASETS
from aecore.experiments.analyses import ANALYSES
from aecore.experiments.claims import Claim, Rising, Within
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
def test_what_the_usual_budget_leaves_out_is_said_and_nothing_else(experiment):
    different = experiment.configs("full", 0) != experiment.configs("usual", 0)
    assert bool(experiment.shortened("usual")) is different
    assert experiment.shortened("full") == ""


@each
@pytest.mark.parametrize("budget", ["quick", "usual"])
def test_only_what_is_shorter_is_called_shorter(experiment, budget):
    less, more = experiment.configs(budget, 0), experiment.configs("full", 0)

    def is_shorter(name):
        return any(getattr(less[run], name) != getattr(more[run], name) for run in less)

    said = experiment.shortened(budget)
    for words, name in (
        ("training images", "train_size"),
        (r"(?<!clean )epochs? instead", "epochs"),
        ("clean epochs? instead", "clean_epochs"),
        ("of pretraining", "pretraining_epochs"),
        ("batch size", "batch_size"),
    ):
        assert bool(re.search(words, said)) is is_shorter(name)


@each
@pytest.mark.parametrize("budget", BUDGETS)
def test_images_are_as_many_as_claims_say(experiment, budget):
    sizes = [config.train_size for config in experiment.configs(budget, 0).values()]
    for claim in experiment.claims:
        if "60,000 training images" in claim.what:
            assert {*sizes} == {60_000}
        if "10,000 training images" in claim.what:
            assert min(sizes) >= 10_000


@each
def test_budgets_of_single_runs_are_of_runs_that_there_are(experiment):
    assert {*experiment.quick_runs, *experiment.full_runs} <= {*experiment.runs}


@each
def test_a_stricter_tolerance_is_of_the_same_values_and_has_its_reason(experiment):
    for claim, full in zip(experiment.claims, experiment.judged("full"), strict=True):
        assert full.agrees.keys == claim.agrees.keys
        assert bool(claim.full) is bool(claim.full_why)
        if claim.full:
            assert experiment.shortened("usual")
            assert (full.agrees, full.why) == (claim.full, claim.full_why)
            assert full.agrees.low >= claim.agrees.low and full.agrees.high <= claim.agrees.high
    assert experiment.judged("usual") == experiment.judged("quick") == experiment.claims


@pytest.mark.parametrize("budget", BUDGETS)
def test_ways_of_training_are_compared_after_as_many_epochs(budget):
    configs = EXPERIMENTS["E26"].configs(budget, 0).values()
    assert len({config.pretraining_span + config.epochs for config in configs}) == 1


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
def test_what_is_put_in_order_is_done_with_three_seeds(experiment):
    for claim in experiment.claims:
        better = re.search(r"\b(better|best)\b", claim.published)
        if isinstance(claim.agrees, Rising) or better or "the spread over" in claim.why:
            assert experiment.seeds >= 3


@each
@pytest.mark.parametrize("budget", BUDGETS)
def test_losses_on_the_way_are_measured_where_the_run_gets_there(experiment, budget):
    configs = experiment.configs(budget, 0)
    for s in experiment.steps:
        if s.analysis != "loss_after":
            continue
        config = configs[s.arguments["run"]]
        step = config.last_step(config.clean_epochs + s.arguments["epochs"])
        assert (step in measured_up_to(config, config.target_step)) is (step <= config.target_step)
        assert budget != "full" or step == config.target_step or s.arguments["epochs"] == 1


def test_what_only_the_full_budget_measures_says_so():
    experiment = EXPERIMENTS["E15"]
    for budget, wanted in (("usual", 2), ("full", 4)):
        measured = 0
        for claim in experiment.claims:
            run, _, epochs = claim.agrees.key.partition(" after ")
            config = experiment.configs(budget, 0)[run]
            reached = config.clean_epochs + int(epochs) <= config.epochs
            assert reached or "measured with --full" in claim.what
            measured += reached
        assert measured == wanted


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
    experiment = tiny(dataset="mnist", epochs=3, seed=5, batch_size=32)
    quick, usual = (experiment.configs(budget, 2)["net"] for budget in ("quick", "usual"))
    assert (usual.epochs, usual.batch_size, usual.seed) == (3, 32, 7)
    assert (quick.epochs, quick.batch_size, quick.seed) == (15, 64, 7)
    assert experiment.shortened("usual") == ""
    assert experiment.shortened("quick") == (
        "10,000 of 60,000 training images, 15 epochs instead of 3, batch size 64 instead of 32"
    )


def two(**more):
    runs = {
        "a": {"dataset": "mnist", "subset": 12_000, "epochs": 3},
        "b": {"dataset": "mnist", "epochs": 1, "noise": "gaussian", "clean_epochs": 0},
    }
    return Experiment(
        "E0", "T", "Q?", "S", runs, (step("errors"),), (),
        full={"subset": 0, "epochs": 9}, full_runs={"b": {"epochs": 4, "clean_epochs": 2}},
        quick={"epochs": 1}, quick_runs={"a": {"subset": 6000}}, **more,
    )  # fmt: skip


def test_settings_of_single_runs_lie_over_those_of_all():
    full, quick = two().configs("full", 0), two().configs("quick", 0)
    assert (full["a"].subset, full["a"].epochs) == (0, 9)
    assert (full["b"].subset, full["b"].epochs, full["b"].clean_epochs) == (0, 4, 2)
    assert (quick["a"].subset, quick["a"].epochs) == (6000, 1)
    assert (quick["b"].subset, quick["b"].epochs) == (0, 1)


def test_what_is_shorter_is_said_of_the_runs_that_it_is_so_for():
    assert two().shortened("usual") == (
        "12,000 of 60,000 training images (a), 0 clean epochs instead of 2 (b), "
        "3 epochs instead of 9 (a), 1 epoch instead of 4 (b)"
    )
    assert two().shortened("quick") == (
        "6,000 of 60,000 training images (a), 0 clean epochs instead of 2 (b), "
        "1 epoch instead of 9 (a), 1 epoch instead of 4 (b)"
    )


def test_conditions_are_said_for_every_budget():
    short, other, both = two(), tiny(dataset="digits", epochs=3), two(different="Adam.")
    other = replace(other, different="Adam.", quick={})
    assert short.conditions("usual") == [f"usual budget: {short.shortened('usual')}."]
    assert short.conditions("quick") == [f"quick: {short.shortened('quick')}."]
    assert short.conditions("full") == ["full: as published, as far as the source says."]
    assert other.conditions("usual") == ["unlike the source: Adam."]
    assert other.conditions("quick") == ["quick: nothing is shorter.", "unlike the source: Adam."]
    assert other.conditions("full") == ["unlike the source: Adam."]
    assert both.conditions("usual") == [*short.conditions("usual"), "unlike the source: Adam."]
    plain = replace(other, different="")
    assert plain.conditions("usual") == []
    assert plain.conditions("full") == ["full: as published, as far as the source says."]
