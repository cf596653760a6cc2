"""Settings: what is refused, what is mended and said, and what makes another run."""

import json
import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aecore.choosing import nearest, strict
from aecore.config import FIELDS, ConfigError, RunConfig, defaults, from_dict
from aecore.conflicts import FEWEST_SNAPSHOTS, SNAPSHOT_BUDGET
from aecore.datasets import DATASETS
from aecore.objectives import PENALTIES
from tests.drawn import configs, free

TRAINABLE = [name for name, spec in DATASETS.items() if spec.trainable]

NASTY_TEXTS = st.sampled_from(
    [
        "../etc/passwd",
        "<script>alert(1)</script>",
        "'; DROP TABLE runs; --",
        "\x00",
        "\u202egnp.exe",
        "\ud800",
        "٣",
        "x" * 10_000,
        "9" * 10_000,
        "1" * 400,
        "-" * 500,
        "nan",
        "inf",
        "-inf",
        "1e999",
        "0x10",
        "1.5",
        "16.0",
        "128-64",
        "1-2-3-4-5-6",
        "none",
        "",
        "true",
    ]
)
NUMBERS = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([10**9, 10**400, -(10**400), 10**5000, math.nan, math.inf, -math.inf, -0.0]),
)
NONSENSE = st.one_of(
    NASTY_TEXTS,
    st.text(max_size=50),
    NUMBERS,
    st.none(),
    st.booleans(),
    st.binary(max_size=5),
    st.lists(st.one_of(NUMBERS, NASTY_TEXTS, st.none(), st.booleans()), max_size=6),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.floats().map(str),
)
NAMES = st.one_of(st.sampled_from([*FIELDS, "variant"]), st.text(max_size=20), NASTY_TEXTS)
ANY = configs(dataset=st.sampled_from(TRAINABLE))


def means(name, raw, value):
    """Tell whether a raw value says just what was made of it; written apart from the readers."""
    if isinstance(value, bool):
        words = ("true", "1", "yes", "on") if value else ("false", "0", "no", "off")
        return raw == value or (isinstance(raw, str) and raw.strip().lower() in words)
    if isinstance(value, (int, float)):
        if isinstance(raw, bool):
            return False
        try:
            return raw == value or float(raw) == value
        except (TypeError, ValueError, OverflowError):
            return False
    if isinstance(value, tuple):
        if isinstance(raw, str):
            text = raw.replace(",", "-").replace(" ", "").strip("-")
            raw = [] if text.lower() in ("", "none") else text.split("-")
            try:
                return value == tuple(int(part) for part in raw)
            except ValueError:
                return False
        if not isinstance(raw, list) or len(raw) != len(value):
            return False
        return all(means("", one, size) for one, size in zip(raw, value, strict=True))
    return isinstance(raw, str) and raw.strip().lower() == value


def has_effect(name, settings):
    return FIELDS[name].applies(settings)


def is_a_sentence(text):
    return text[:1].isupper() and text[-1] in ".?" and text.isprintable() and len(text) < 300


# -- mending -------------------------------------------------------------------------


@settings(max_examples=400)
@given(st.dictionaries(NAMES, NONSENSE, max_size=8), st.sampled_from(TRAINABLE))
def test_nonsense_is_mended_and_every_change_is_said(values, dataset):
    config, notes = nearest(values, dataset)
    assert isinstance(config, RunConfig)
    assert all(note.isprintable() and len(note) < 600 for note in notes)
    got = config.as_dict()
    for name, raw in values.items():
        if name == "variant":
            assert any("no variant" in note for note in notes)
        elif name not in FIELDS:
            assert any("no setting" in note for note in notes)
        elif not has_effect(name, got):
            assert got[name] == defaults(None)[name]
        elif not means(name, raw, got[name]):
            assert any(FIELDS[name].label in note for note in notes), (name, raw, got[name], notes)
    # what was mended is sound: it comes back as it is
    assert nearest(got, dataset) == (config, [])


@settings(max_examples=200)
@given(st.sampled_from([*FIELDS]), NONSENSE)
def test_settings_that_are_not_mended_are_refused_in_words(name, raw):
    refusal = ""
    try:
        config = from_dict({name: raw})
    except ConfigError as error:
        refusal = str(error)
    if refusal:
        assert is_a_sentence(refusal)
    elif has_effect(name, config.as_dict()):
        assert means(name, raw, getattr(config, name))
    else:
        assert getattr(config, name) == defaults(None)[name]


@settings(max_examples=400)
@given(free(), st.sampled_from(TRAINABLE))
def test_values_that_do_not_go_together_are_mended_or_refused_alike(values, dataset):
    config, notes = nearest(values, dataset)
    got = config.as_dict()
    for name, value in values.items():  # nothing changes that is not said
        wanted = FIELDS[name].stands_for(tuple(value) if isinstance(value, list) else value)
        if has_effect(name, got) and got[name] != wanted:
            assert any(FIELDS[name].label in note for note in notes), (name, value, got[name])
    if not notes:
        assert strict(values, dataset) == config
    else:
        with pytest.raises(ConfigError) as caught:
            strict(values, dataset)
        reason, _, nearest_that_can = str(caught.value).partition(" The nearest that can: ")
        assert notes[0].startswith(f"{reason} ")
        assert not nearest_that_can or nearest_that_can.endswith(".")
        assert is_a_sentence(str(caught.value))


def test_a_bottleneck_of_a_billion():
    config, notes = nearest({"bottleneck": "1000000000"}, "digits")
    assert config.bottleneck == 1024
    assert len(notes) == 1
    assert "between 1 and 1024" in notes[0]
    assert "1000000000" in notes[0]


@pytest.mark.parametrize(
    "raw", ["1" * 400, 10**400, 10**5000, -(10**5000)], ids=["text", "large", "larger", "negative"]
)
def test_numbers_too_large_for_a_float(raw):
    config, notes = nearest({"bottleneck": raw}, "digits")
    assert config.bottleneck in (1, 1024)
    assert len(notes) == 1
    with pytest.raises(ConfigError):
        RunConfig(bottleneck=raw)


def test_a_path_is_no_data_set():
    config, notes = nearest({"dataset": "../etc/passwd", "epochs": "3"}, "digits")
    assert (config.dataset, config.epochs) == ("digits", 3)
    assert len(notes) == 1
    assert "“../etc/passwd”" in notes[0]
    assert "now Digits" in notes[0]
    with pytest.raises(ConfigError, match="Data set can be"):
        RunConfig(dataset="../etc/passwd")


def test_a_misspelt_setting_is_recognised():
    _, notes = nearest({"bottelneck": 8}, "digits")
    assert "Did you mean bottleneck?" in notes[0]
    config, _ = nearest({"noise": "gausian"}, "digits")
    assert config.noise == "gaussian"


@pytest.mark.parametrize("raw", [[1.5], [True], [math.inf], [None], "1.5", 12, "a-b", [b"12"]])
def test_hidden_layers_that_are_no_whole_numbers(raw):
    with pytest.raises(ConfigError, match="whole numbers"):
        RunConfig(hidden=raw)
    config, notes = nearest({"hidden": raw}, "digits")
    assert config.hidden == ()
    assert len(notes) == 1


@pytest.mark.parametrize(
    ("raw", "sizes"), [("128-64", (128, 64)), ("128, 64", (128, 64)), ("none", ()), ([5], (5,))]
)
def test_hidden_layers_as_people_write_them(raw, sizes):
    assert nearest({"hidden": raw}, "digits")[0].hidden == sizes
    assert RunConfig(hidden=raw).hidden == sizes


# -- too large -----------------------------------------------------------------------


def test_a_network_too_large_to_record():
    giant = {"dataset": "mnist", "hidden": (2048,) * 4, "bottleneck": 1024}
    with pytest.raises(ConfigError, match="too large to record") as caught:
        RunConfig(**giant)
    assert is_a_sentence(str(caught.value))
    sizes = (784, *giant["hidden"], 1024)
    count = 2 * sum(a * b for a, b in pairwise(sizes))
    count += sum(sizes[1:]) + sum(sizes[:-1])
    assert f"{count:,}" in str(caught.value)
    config, notes = nearest(giant, "mnist")
    assert 4 * config.parameters * FEWEST_SNAPSHOTS <= SNAPSHOT_BUDGET
    assert config.bottleneck == 1024
    assert any("too large" in note for note in notes)


def test_the_largest_of_everything_still_opens():
    values = {name: 10**9 for name, field in FIELDS.items() if field.kind in ("int", "float")}
    values |= {"hidden": [10**9] * 9, "noise": "masking", "output_activation": "identity"}
    for dataset in TRAINABLE:
        config, _ = nearest(values, dataset)
        assert config.noise_level == 1.0
        assert config.batch_size == min(8192, config.train_size)


# -- there and back ------------------------------------------------------------------


@settings(max_examples=200)
@given(ANY)
def test_json_there_and_back(config):
    assert from_dict(json.loads(config.to_json())) == config


@settings(max_examples=200)
@given(ANY)
def test_the_address_bar_there_and_back(config):
    query = config.to_query()
    assert all(isinstance(value, str) for value in query.values())
    again, notes = nearest(query, "digits")
    assert notes == []
    assert again == config
    assert again.run_id("data") == config.run_id("data")
    assert again.to_query() == query
    assert strict(query, "digits") == config


def test_the_address_bar_of_defaults_is_short():
    for dataset in TRAINABLE:
        assert RunConfig(**defaults(dataset)).to_query() == {"dataset": dataset}


def test_refusals():
    for values in ({"bottleneck": 0}, {"seed": -1}, {"loss": None}, {"tied": "perhaps"}, {"x": 1}):
        with pytest.raises(ConfigError) as caught:
            from_dict(values)
        assert is_a_sentence(str(caught.value))


# -- identity ------------------------------------------------------------------------


def run_id(**changes):
    return RunConfig(**changes).run_id("data")


def test_what_makes_another_run():
    assert run_id(epochs=3) == run_id(epochs=500)
    assert run_id(noise="none", noise_level=0.1) == run_id(noise="none", noise_level=0.9)
    assert run_id(noise="masking", noise_level=0.1) != run_id(noise="masking", noise_level=0.9)
    assert run_id(hidden_activation="tanh") == run_id(hidden_activation="relu")
    deep = {"hidden": (12,)}
    assert run_id(**deep, hidden_activation="tanh") != run_id(**deep, hidden_activation="relu")
    assert run_id(seed=1) != run_id(seed=2)
    assert run_id(weight_decay=-0.0) == run_id(weight_decay=0.0)
    noisy = {"noise": "gaussian"}
    assert run_id(**noisy, noise_level=-0.0) == run_id(**noisy, noise_level=0.0)


PATCHES = defaults("patches")
SIGMOID = {"code_activation": "sigmoid"}
CHANGES = {
    "dataset": ({}, "mnist"),
    "patch_source": (PATCHES, "digits"),
    "size": (PATCHES, 6),
    "mean_removal": (PATCHES | {"whitening": True}, False),
    "whitening": (PATCHES, True),
    "distribution": ({"dataset": "noise"}, "gaussian"),
    "length": ({"dataset": "one-hot", "batch_size": 4}, 8),
    "subset": ({}, 500),
    "outliers": ({}, 0.1),
    "outlier_source": ({"outliers": 0.1}, "mnist"),
    "architecture": ({}, "convolutional"),
    "bottleneck": ({}, 17),
    "hidden": ({}, (9,)),
    "channels": ({"architecture": "convolutional"}, (4,)),
    "hidden_activation": ({"hidden": (12,)}, "tanh"),
    "code": ({}, "k-sparse"),
    "active": ({"code": "k-sparse"}, 3),
    "code_noise": ({"code": "binary", **SIGMOID}, 1.0),
    "code_activation": ({}, "tanh"),
    "output_activation": ({"loss": "mse"}, "identity"),
    "tied": ({}, True),
    "loss": ({}, "mse"),
    "beta": ({"code": "variational"}, 2.0),
    "kl_sparsity": (SIGMOID, 3.0),
    "sparsity_target": ({"kl_sparsity": 3.0, **SIGMOID}, 0.1),
    "l1_sparsity": ({}, 0.1),
    "l2_sparsity": ({}, 0.1),
    "unit_columns": ({"l1_sparsity": 0.3}, False),
    "contractive": ({}, 0.1),
    "weight_decay": ({}, 0.01),
    "noise": ({}, "masking"),
    "noise_level": ({"noise": "masking"}, 0.4),
    "clip": ({"noise": "gaussian"}, True),
    "clean_epochs": ({"noise": "masking"}, 2),
    "pretraining": ({"hidden": (12,)}, "autoencoders"),
    "pretraining_epochs": ({"hidden": (12,), "pretraining": "autoencoders"}, 2),
    "learning_rate": ({}, 0.002),
    "batch_size": ({}, 255),
    "seed": ({}, 1),
    "device": ({}, "cuda"),
}
"""For each setting: others that it has an effect beside, and another value of it."""


def test_every_setting_that_changes_the_result_changes_the_run():
    assert {*CHANGES} | {"epochs"} == {*FIELDS}
    changed = [run_id(**beside | {name: value}) for name, (beside, value) in CHANGES.items()]
    assert len({run_id(), *changed}) == len(changed) + 1
    for name, (beside, value) in CHANGES.items():
        assert run_id(**beside) != run_id(**beside | {name: value}), name


def test_a_setting_without_effect_has_its_default_and_changes_nothing():
    for name, (beside, value) in CHANGES.items():
        if not has_effect(name, defaults(None)):
            idle = RunConfig(**{name: value})
            assert idle == RunConfig(), name
            config, notes = nearest({name: value}, "digits")
            assert config == nearest({}, "digits")[0]
            sentence = f"{FIELDS[name].label} has no effect here: it needs {FIELDS[name].needs}."
            assert FIELDS[name].needs and notes == [f"{sentence} It was ignored."]
            with pytest.raises(ConfigError, match="has no effect here"):
                strict({name: value}, "digits")
            # what stands from before is left without a word
            assert nearest({}, "digits", {name: value}) == (config, [])
            assert getattr(RunConfig(**beside | {name: value}), name) == value
    # one decides on another, which decides on a third
    values = {"code": "k-sparse", "active": 4, "kl_sparsity": 3.0, "sparsity_target": 0.2}
    assert RunConfig(**values) == RunConfig(code="k-sparse", active=4)


def test_recordings_of_earlier_versions_keep_their_ids():
    # as commit 981d3e7 computed them
    assert RunConfig().run_id("x") == "a74ced6869992368"
    noisy = {"noise": "gaussian", "noise_level": 0.5, "weight_decay": 1e-4}
    assert RunConfig(dataset="mnist", bottleneck=8, **noisy).run_id("x") == "4cbd64f42851c88c"


def test_the_data_and_the_id():
    config = RunConfig()
    assert config.run_id("a") != config.run_id("b")
    assert config.run_id("a") == RunConfig().run_id("a")
    assert len(config.run_id("a")) == 16
    assert set(config.run_id("a")) <= set("0123456789abcdef")


# -- what is derived, and what is shown ----------------------------------------------


def test_derived_numbers():
    config = RunConfig(dataset="mnist", hidden=(128, 64), bottleneck=16, epochs=3, batch_size=256)
    assert config.pixels == 784
    assert config.layer_sizes == (784, 128, 64, 16)
    assert config.steps_per_epoch == 235  # 60,000 / 256 rounded up
    assert config.target_step == 705
    assert config.title() == "784–128–64–16–64–128–784 · BCE"
    noisy = RunConfig(noise="gaussian", tied=True, weight_decay=1e-4)
    assert noisy.title() == "64–16–64 · BCE · σ 0.3 · tied · λ 0.0001"
    kinds = {
        "64–16–64 · k-sparse · k 4 · BCE": {"code": "k-sparse", "active": 4},
        "64–2–64 · variational · MSE · β 4": {
            "code": "variational", "bottleneck": 2, "beta": 4.0, "loss": "mse",
        },
        "64–16–64 · BCE · KL β 3 · contraction λ 0.1": {
            "kl_sparsity": 3.0, "contractive": 0.1, "code_activation": "sigmoid",
        },
        "64–9–16–9–64 · BCE · pretrained as RBMs": {
            "hidden": (9,), "pretraining": "rbms", "hidden_activation": "sigmoid",
        },
    }  # fmt: skip
    for title, values in kinds.items():
        assert RunConfig(**values).title() == title


@settings(max_examples=200)
@given(ANY)
def test_every_title_names_what_is_penalised(config):
    assert config.title().isprintable()
    for name, coefficient in config.penalties.items():
        assert name in PENALTIES
        assert f" {coefficient:g}" in config.title()
    assert config.normalised == (
        config.unit_columns and bool({"l1_sparsity", "l2_sparsity"} & config.penalties.keys())
    )


@settings(max_examples=100)
@given(ANY)
def test_snapshots_stay_within_their_budget(config):
    assert config.most_snapshots >= FEWEST_SNAPSHOTS
    assert 4 * config.parameters * config.most_snapshots <= SNAPSHOT_BUDGET


def test_data_sets_have_defaults_that_go_together():
    for dataset in TRAINABLE:
        assert nearest({}, dataset) == (RunConfig(**defaults(dataset)), [])


def test_every_setting_is_explained():
    usual = defaults(None)
    for name, field in FIELDS.items():
        assert field.label
        assert field.help.endswith(".")
        assert field.group
        assert field.kind in ("int", "float", "bool", "choice", "sizes")
        if field.kind == "choice":
            assert usual[name] in field.choices
            assert all(field.choices.values())
        if field.kind in ("int", "float"):
            assert field.low <= usual[name] <= field.high
            assert all(field.low <= stop <= field.high for stop in field.stops)
            assert list(field.stops) == sorted(set(field.stops))
