"""Shapes of networks and their parameters, as torch makes and counts them."""

from itertools import product
from math import prod

import pytest
import torch
from torch import nn

from aecore.architectures import ARCHITECTURES, KERNEL, halved, map_shapes
from aecore.codes import CODES
from aecore.config import RunConfig
from aecore.models import MODELS, build

SIZES = {
    "28x28": {"dataset": "mnist"},
    "8x8": {"dataset": "digits"},
    "1x4": {"dataset": "one-hot", "length": 4, "batch_size": 4},
    "1x9": {"dataset": "one-hot", "length": 9, "batch_size": 4},
    "7x7": {"dataset": "noise", "size": 7},
    "2x2": {"dataset": "noise", "size": 2},
}
NETWORKS = {
    "dense": [{}, {"tied": True}, {"hidden": (9, 6)}, {"hidden": (9, 6), "tied": True}],
    "convolutional": [{"channels": (4,)}, {"channels": (16, 8, 8)}],
    "feature-maps": [{"channels": (4,)}, {"channels": (16, 8, 8)}],
}
ALL = [
    {"architecture": name, "code": code, "bottleneck": 5, "active": 2, **more}
    | ({"code_activation": "sigmoid"} if code == "binary" else {})
    for name, cases in NETWORKS.items()
    for code, more in product(CODES, cases)
]


@pytest.mark.parametrize("size", SIZES)
def test_parameters_are_counted_as_torch_counts_them(size):
    for settings in ALL:
        config = RunConfig(**SIZES[size] | settings)
        count = sum(parameter.numel() for parameter in build(config).parameters())
        assert config.parameters == count, settings


@pytest.mark.parametrize("size", SIZES)
def test_images_to_codes_and_back_at_every_size(size):
    for settings in ALL:
        config = RunConfig(**SIZES[size] | settings)
        model = build(config)
        x = torch.rand(3, config.pixels)
        sums = model.sums(x)
        assert sums.shape == (3, CODES[config.code].outputs * config.code_size)
        assert model.encode(x).shape == (3, config.code_size)
        assert model(x).shape == (3, config.pixels)
        assert config.layer_sizes[0] == config.pixels


@pytest.mark.parametrize("shape", [(28, 28), (8, 8), (1, 4), (7, 7), (1, 1), (5, 2)])
def test_a_convolution_halves_as_torch_does(shape):
    convolution = nn.Conv2d(1, 1, KERNEL, stride=2, padding=1)
    assert convolution(torch.zeros(1, 1, *shape)).shape[2:] == halved(shape)


def test_feature_maps_of_the_keras_tutorial_are_128_numbers():
    config = RunConfig(dataset="mnist", architecture="feature-maps", channels=(16, 8, 8))
    maps = map_shapes(config.as_dict(), config.shape)
    assert maps == [(1, 28, 28), (16, 14, 14), (8, 7, 7), (8, 4, 4)]
    assert config.layer_sizes == (784, 16 * 14 * 14, 8 * 7 * 7, 128)
    assert config.code_size == 128
    assert config.title() == "convolutions 16–8–8, code of 8×4×4 · BCE"


def test_layers_and_titles_by_hand():
    dense = RunConfig(hidden=(30, 20), bottleneck=5)
    assert dense.layer_sizes == (64, 30, 20, 5)
    assert dense.title() == "64–30–20–5–20–30–64 · BCE"
    convolutional = RunConfig(architecture="convolutional", channels=(6, 3), bottleneck=5)
    assert convolutional.layer_sizes == (64, 6 * 4 * 4, 3 * 2 * 2, 5)
    assert convolutional.title() == "convolutions 6–3, code of 5 · BCE"
    # by hand: 3×3 kernels there and back, the dense layers between 12 maps' pixels and 5
    kernels = 2 * 9 * (1 * 6 + 6 * 3) + (6 + 3) + (6 + 1)
    assert convolutional.parameters == kernels + (12 * 5 + 5) + (5 * 12 + 12)


def test_every_architecture_is_built_and_explained():
    assert MODELS.keys() == ARCHITECTURES.keys() == NETWORKS.keys()
    for name, entry in ARCHITECTURES.items():
        assert entry.name == name
        assert entry.label
        assert entry.help.endswith(".")
        config = RunConfig(architecture=name)
        assert config.layer_sizes[0] == prod(config.shape)
