"""What does not go together: said in one way everywhere, and mended by the smallest change."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aecore.choosing import nearest, strict
from aecore.config import FIELDS, ConfigError, RunConfig, applied, defaults
from aecore.conflicts import conflicts, remarks
from aecore.datasets import DATASETS, outlier_sources
from aecore.fields import as_text
from tests.drawn import configs, free

TRAINABLE = [name for name, spec in DATASETS.items() if spec.trainable]
RBMS = {"hidden": (9,), "pretraining": "rbms"}
CENTRED = {"dataset": "patches", "kl_sparsity": 0.0, "code": "plain", "code_activation": "sigmoid"}

CASES = [
    # data
    (
        {"dataset": "patches", "patch_source": "digits", "size": 9},
        "A patch can be 2 to 8 pixels wide, as wide as the images it is cut from, not 9.",
        {"size": 8},
    ),
    (
        {"dataset": "patches", "patch_source": "mnist", "size": 30},
        "A patch can be 2 to 28 pixels wide, as wide as the images it is cut from, not 30.",
        {"size": 28},
    ),
    (
        {"dataset": "mnist", "outliers": 0.01, "outlier_source": "mnist"},
        "Outliers among MNIST can be",
        {"outlier_source": "fashion-mnist"},
    ),
    (
        {"dataset": "mnist", "outliers": 0.1, "outlier_source": "fashion-mnist-sample"},
        "at most 0.015: Fashion-MNIST sample has 900 test images",
        {"outliers": 0.015},
    ),
    (
        {"dataset": "digits", "batch_size": 1438},
        "Batch size cannot be more than the 1,437 training images.",
        {"batch_size": 1437},
    ),
    (
        {"dataset": "mnist", "subset": 100, "batch_size": 101},
        "Batch size cannot be more than the 100 training images.",
        {"batch_size": 100},
    ),
    ({"dataset": "one-hot", "length": 8, "batch_size": 9}, "than the 8", {"batch_size": 8}),
    # outputs
    (
        {"output_activation": "identity"},
        "BCE needs outputs between 0 and 1, and an Identity output can leave them.",
        {"output_activation": "sigmoid"},
    ),
    (
        {"output_activation": "relu"},
        "BCE needs outputs between 0 and 1, and a ReLU output can leave them.",
        {"output_activation": "sigmoid"},
    ),
    (
        {"output_activation": "softmax"},
        "Softmax outputs add up to 1, as the inputs of One-hot vectors do and images of Digits do",
        {"output_activation": "sigmoid"},
    ),
    ({**CENTRED, "loss": "bce"}, "BCE needs pixels between 0 and 1", {"loss": "mse"}),
    (
        {**CENTRED, "output_activation": "sigmoid"},
        "These patches go below 0, where a Sigmoid output cannot follow.",
        {"output_activation": "identity"},
    ),
    # code
    (
        {"code": "variational", "code_activation": "sigmoid"},
        "A variational code needs Identity code units, not Sigmoid.",
        {"code_activation": "identity"},
    ),
    (
        {"code": "binary", "code_activation": "tanh"},
        "A binary code needs Sigmoid code units, not Tanh.",
        {"code_activation": "sigmoid"},
    ),
    (
        {"code": "k-sparse", "active": 17, "bottleneck": 16},
        "Active units k can be 1 to 16, the size of the code, not 17.",
        {"active": 16},
    ),
    (
        {"code": "k-sparse", "active": 40, "architecture": "feature-maps", "channels": (2,)},
        "Active units k can be 1 to 32, the size of the code, not 40.",
        {"active": 32},
    ),
    (
        {"kl_sparsity": 3.0, "code_activation": "relu"},
        "ReLU units have no highest value.",
        {"code_activation": "sigmoid"},
    ),
    # pretraining
    (
        {**RBMS, "hidden_activation": "relu"},
        "RBMs are made of Sigmoid hidden units, not ReLU.",
        {"hidden_activation": "sigmoid"},
    ),
    (
        {**RBMS, "hidden_activation": "sigmoid", "code_activation": "tanh"},
        "The code of stacked RBMs can be Sigmoid or Identity, not Tanh.",
        {"code_activation": "sigmoid"},
    ),
    (
        {**CENTRED, **RBMS, "hidden_activation": "sigmoid"},
        "RBMs need pixels between 0 and 1, and these patches go below 0.",
        {"pretraining": "autoencoders"},
    ),
    # noise
    (
        {"noise": "masking", "noise_level": 1.5},
        "The level of Masking noise is at most 1, not 1.5.",
        {"noise_level": 1.0},
    ),
    (
        {"noise": "downsampling", "noise_level": 1.0},
        "The level of Downsampling noise is at most 0.95, not 1.",
        {"noise_level": 0.95},
    ),
    (
        {**CENTRED, "noise": "gaussian", "clip": True},
        "clipping to 0 to 1 would spoil them.",
        {"clip": False},
    ),
    # memory
    (
        {"dataset": "mnist", "hidden": (2048, 1024), "bottleneck": 16},
        "is too large to record",
        {"hidden": (1024, 512)},
    ),
    (
        {"dataset": "mnist", "architecture": "convolutional", "channels": (128,),
         "bottleneck": 128},
        "is too large to record",
        {"channels": (64,)},
    ),
]  # fmt: skip

RANGES = [
    ({"sparsity_target": 1.5}, "ρ must be between 0.001 and 0.999, not “1.5”."),
    ({"sparsity_target": 0}, "ρ must be between 0.001 and 0.999, not “0”."),
    ({"code": "variational", "beta": -1}, "β must be between 0 and 1000, not “-1”."),
    ({"kl_sparsity": -3}, "KL sparsity β must be between 0 and 1000, not “-3”."),
    ({"contractive": -0.1}, "Contraction λ must be between 0 and 1000, not “-0.1”."),
    ({"weight_decay": "-1"}, "Weight decay λ must be between 0 and 10, not “-1”."),
    ({"noise": "gaussian", "noise_level": 2.5}, "Noise level must be between 0 and 2, not “2.5”."),
    ({"bottleneck": 2000}, "Bottleneck size must be between 1 and 1024, not “2000”."),
    ({"active": 0}, "Active units k must be between 1 and 1024, not “0”."),
    ({"dataset": "noise", "size": 100}, "Height and width must be between 2 and 32, not “100”."),
    ({"dataset": "one-hot", "length": 1}, "Length must be between 2 and 64, not “1”."),
    ({"channels": (300,)}, "each of 1 to 128 units, not “(300,)”."),
    ({"channels": ()}, "Channels must be at least 1, such as 16 or 128-64."),
    ({"outliers": 0.7}, "Outliers inside must be between 0 and 0.5, not “0.7”."),
]


def refusal(build, *arguments, **more):
    with pytest.raises(ConfigError) as caught:
        build(*arguments, **more)
    return str(caught.value)


@pytest.mark.parametrize(("given", "sentence", "repair"), CASES)
def test_a_conflict_is_refused_or_mended_in_the_same_words(given, sentence, repair):
    dataset = given.get("dataset", "digits")
    said, _, suggested = refusal(strict, given, dataset).partition(" The nearest that can: ")
    assert sentence in said
    if suggested:
        name = suggested.partition(" ")[0]
        assert suggested == f"{name} {as_text(repair[name])}."
    config, notes = nearest(given, dataset)
    assert len(notes) == 1
    label = FIELDS[next(iter(repair))].label
    assert notes[0].startswith(f"{said} {label} is now ")
    assert refusal(RunConfig, **defaults(dataset) | given) == said
    for name, value in (given | repair).items():
        assert getattr(config, name) == value
    assert strict(given | repair, dataset) == config


@pytest.mark.parametrize(("given", "sentence"), RANGES)
def test_a_value_out_of_its_range_is_refused_or_mended_in_the_same_words(given, sentence):
    dataset = given.get("dataset", "digits")
    said, _, suggested = refusal(strict, given, dataset).partition(" The nearest that can: ")
    assert sentence in said
    assert not suggested or suggested.endswith(".")
    assert nearest(given, dataset)[1][0].startswith(f"{said} ")
    assert refusal(RunConfig, **defaults(dataset) | given) == said


@settings(max_examples=400)
@given(free(), st.sampled_from(TRAINABLE))
def test_every_repair_settles_what_it_is_for(values, dataset):
    dataset = values.get("dataset", dataset)
    settings = applied(defaults(dataset) | values)
    for sentence, repair in conflicts(settings):
        assert sentence[0].isupper() and sentence[-1] == "." and sentence.isprintable()
        assert repair.keys() <= FIELDS.keys()
        assert any(settings[name] != value for name, value in repair.items())
        left = [other for other, _ in conflicts(applied(settings | repair))]
        assert sentence not in left
    config, _ = nearest(values, dataset)
    assert [*conflicts(config.as_dict())] == []
    if config.outliers:
        assert config.outlier_source in outlier_sources(config.dataset)


@settings(max_examples=200)
@given(configs(dataset=st.sampled_from(TRAINABLE)))
def test_remarks_are_sentences_that_are_made_once(config):
    said = [*remarks(config.as_dict())]
    assert all(text[0].isupper() and text[-1] == "." and text.isprintable() for text in said)
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("settings", "remark"),
    [
        ({"architecture": "convolutional"}, "Convolutions take"),
        ({"contractive": 0.1, "tied": True}, "only weight decay of the encoder"),
        ({"contractive": 0.1, "code_activation": "sigmoid"}, "Without tied weights"),
        (
            {"contractive": 0.1, "hidden": (9,), "tied": True},
            "The contraction of a deep network takes",
        ),
        ({"contractive": 0.1, "architecture": "feature-maps"}, "one backward pass"),
        ({"l1_sparsity": 0.1, "unit_columns": False}, "can cheat now"),
        ({"code_activation": "relu"}, "ReLU code units can die"),
        ({"code": "variational", "tied": True}, "those of the mean"),
    ],
)
def test_what_should_be_known_is_said(settings, remark):
    assert any(remark in text for text in remarks(RunConfig(**settings).as_dict()))
    assert not any(remark in text for text in remarks(RunConfig().as_dict()))


def test_nothing_is_remarked_on_a_plain_network():
    assert [*remarks(RunConfig().as_dict())] == []
    sound = RunConfig(contractive=0.1, code_activation="sigmoid", tied=True)
    assert [*remarks(sound.as_dict())] == []
