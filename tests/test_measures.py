"""All that is measured of a run is explained, and nothing else."""

import pytest

from aecore.choosing import nearest
from aecore.datasets import load
from aecore.evaluation import measure, measure_whole
from aecore.measures import MEASURES
from aecore.models import build
from aecore.objectives import PENALTIES

KINDS = {
    "plain": {},
    "variational": {"variant": "variational"},
    "denoising": {"noise": "gaussian"},
    "penalised": {
        "kl_sparsity": 0.1, "l1_sparsity": 0.1, "l2_sparsity": 0.1, "weight_decay": 0.1,
        "code_activation": "sigmoid",
    },
    "contractive": {"contractive": 0.1, "code_activation": "sigmoid"},
    "squared": {"loss": "mse", "bottleneck": "3"},
    "one-hot": {"dataset": "one-hot"},
}  # fmt: skip


def measured(values):
    config, notes = nearest(values, "digits")
    assert not notes
    data = load(config.dataset, config.data_options)
    model = build(config)
    found = measure(config, model, data)
    assert set(measure_whole(config, model, data)) == set(found)
    return set(found)


def test_every_number_that_evaluation_returns_is_explained():
    found = {name for values in KINDS.values() for name in measured(values)}
    assert found <= set(MEASURES)
    # and these kinds have all penalties and errors that there are
    of_splits = {f"{s}_{e}" for s in ("train", "test") for e in ("loss", "mse", "mse_clean")}
    assert found == of_splits | set(PENALTIES)


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_says_what_it_is_in_a_sentence(name):
    measure = MEASURES[name]
    assert measure.name == name
    assert measure.label[0].isupper()
    assert len(measure.short) <= 24
    assert measure.help.endswith(".")
    assert len(measure.help) > 40
    assert measure.split in ("train", "test", "")
    assert measure.better in ("low", "high", "")
    assert measure.formula.count("{") == measure.formula.count("}")


def test_no_two_measures_are_called_the_same():
    for names in ([m.label for m in MEASURES.values()], [m.short for m in MEASURES.values()]):
        assert len(set(names)) == len(names)
