"""Kinds of autoencoders: chosen by name, recognised by their settings, and left without a trace."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aecore.choosing import nearest, strict, variant_settings
from aecore.config import FIELDS, RunConfig, defaults
from aecore.datasets import DATASETS
from aecore.models import build
from aecore.variants import SWITCHES, TOUCHED, VARIANTS, variant
from tests.drawn import configs

TRAINABLE = [name for name, spec in DATASETS.items() if spec.trainable]


@pytest.mark.parametrize("dataset", TRAINABLE)
@pytest.mark.parametrize("name", VARIANTS)
def test_a_chosen_kind_is_recognised_and_needs_no_repair(name, dataset):
    config, notes = nearest({"variant": name}, dataset)
    assert notes == []
    assert config.variant == name
    assert strict({"variant": name.upper()}, dataset) == config
    assert RunConfig(**defaults(dataset) | variant_settings(name, dataset)) == config


@pytest.mark.parametrize("dataset", TRAINABLE)
def test_changing_from_kind_to_kind_leaves_nothing_behind(dataset):
    for first, second in itertools.permutations(VARIANTS, 2):
        before, _ = nearest({"variant": first}, dataset)
        after, _ = nearest(before.as_dict() | variant_settings(second, dataset), dataset)
        assert after == nearest({"variant": second}, dataset)[0], (first, second)


def test_what_is_given_beside_a_kind_wins():
    config, notes = nearest({"variant": "k-sparse", "active": "7", "bottleneck": 100}, "digits")
    assert (config.variant, config.active, config.bottleneck, notes) == ("k-sparse", 7, 100, [])


def test_a_kind_that_there_is_not_is_said():
    config, notes = nearest({"variant": "quantum"}, "digits")
    assert config == nearest({}, "digits")[0]
    assert len(notes) == 1
    assert "no variant “quantum”" in notes[0]
    assert all(name in notes[0] for name in VARIANTS)


@settings(max_examples=200)
@given(configs(dataset=st.sampled_from(TRAINABLE)))
def test_every_run_is_of_the_first_kind_that_matches(config):
    values = config.as_dict()
    assert config.variant == variant(values).name
    matching = [name for name, kind in VARIANTS.items() if kind.matches(values)]
    assert matching[0] == "plain"  # simple ones first, and everything is at least plain
    assert matching[-1] == config.variant
    switched_on = [name for name in SWITCHES if values[name] != defaults(None)[name]]
    assert switched_on or config.variant in ("plain", "linear")


def test_kinds_by_hand():
    cases = {
        "plain": {},
        "tied": {"tied": True},
        "deep": {"hidden": (9,), "tied": True},
        "linear": {"loss": "mse", "output_activation": "identity", "tied": True},
        "denoising": {"noise": "block", "hidden": (9,)},
        "sparse": {"l2_sparsity": 0.1, "noise": "masking"},
        "contractive": {"contractive": 0.1, "l1_sparsity": 0.1},
        "stacked": {"hidden": (9,), "pretraining": "autoencoders", "contractive": 0.1},
        "convolutional": {"architecture": "feature-maps"},
        "variational": {"code": "variational", "architecture": "convolutional"},
    }
    for name, given_settings in cases.items():
        assert RunConfig(**given_settings).variant == name
    bent = {"loss": "mse", "output_activation": "identity", "hidden": (9,)}
    assert RunConfig(**bent).variant == "deep"
    assert RunConfig(**bent, hidden_activation="identity").variant == "linear"


def test_every_kind_is_explained_and_made_of_settings():
    for name, kind in VARIANTS.items():
        assert kind.name == name
        assert kind.label
        assert kind.help.endswith(".")
        assert {*kind.settings} <= {*TOUCHED} <= {*FIELDS}
        assert {*kind.controls} <= {*FIELDS}
        config = RunConfig(**kind.settings)
        # a kind's own controls have an effect where it is chosen
        idle = [each for each in kind.controls if not FIELDS[each].applies(config.as_dict())]
        assert set(idle) <= {"unit_columns"}, name
        assert build(config)
    assert {*SWITCHES} <= {*FIELDS}
