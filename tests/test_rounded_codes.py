"""Codes as compressed images, against rounding and counting by hand."""

import numpy as np
import pytest
import torch

from aecore.choosing import nearest
from aecore.config import RunConfig
from aecore.models import build, initialise
from aecore.quantisation import code_range
from aecore.rounded_codes import (
    BITS,
    bits_of,
    code_points,
    decoder_bytes,
    pays_off_from,
    rounded,
    unrounded,
)


@pytest.fixture(scope="module")
def coded():
    network = initialise(RunConfig(dataset="digits", bottleneck=6))
    x = torch.rand(80, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        return network, x, network.encode(x)


def test_rounding_is_to_the_nearest_of_the_levels(coded):
    _, _, codes = coded
    levels = np.linspace(codes.numpy().min(0), codes.numpy().max(0), 8)  # (8, q)
    distances = np.abs(codes.numpy()[:, None] - levels)
    expected = np.take_along_axis(levels, distances.argmin(1), axis=0)
    found = rounded(codes, code_range(codes.numpy()), 3)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_points_have_the_error_of_what_is_decoded_and_whole_bits(coded):
    network, x, codes = coded
    points = code_points(network.decode, codes, codes, x)
    assert [point.bits for point in points] == list(BITS)
    for point in points:
        with torch.no_grad():
            back = network.decode(rounded(codes, code_range(codes.numpy()), point.bits))
        assert point.mse == pytest.approx(float(((back - x) ** 2).mean()))
        assert point.size == 6 * point.bits / 8
        assert 0 < point.entropy <= point.size


def test_many_bits_come_close_to_the_unrounded_code(coded):
    network, x, codes = coded
    whole = unrounded(network.decode, codes, x)
    assert (whole.bits, whole.size) == (32, 24)
    assert whole.mse == pytest.approx(float(((network(x).detach() - x) ** 2).mean()))
    coarse, *_, fine = code_points(network.decode, codes, codes, x)
    assert abs(fine.mse - whole.mse) < abs(coarse.mse - whole.mse) / 10


def test_codes_of_bits_lose_nothing(coded):
    network, x, codes = coded
    binary = (codes > 0).float()
    (point,) = code_points(network.decode, binary, binary, x, bits_of("binary"))
    assert point.size == 6 / 8
    assert point.mse == pytest.approx(unrounded(network.decode, binary, x).mse)
    assert bits_of("plain") == bits_of("variational") == BITS


KINDS = {
    "plain": {},
    "tied": {"tied": "true", "hidden": "20"},
    "tied variational": {"tied": "true", "variant": "variational"},
    "convolutional": {"variant": "convolutional"},
    "maps": {"architecture": "feature-maps"},
    "binary": {"variant": "binary"},
}


@pytest.mark.parametrize("name", KINDS)
def test_the_decoder_is_what_decoding_depends_on(name):
    config, _ = nearest({"dataset": "digits", **KINDS[name]}, "digits")
    network = build(config)
    with torch.no_grad():  # no weight is 0, so that everything that is used has a slope
        for parameter in network.parameters():
            parameter.uniform_(0.01, 0.02, generator=torch.Generator().manual_seed(1))
    codes = torch.rand(3, config.code_size, generator=torch.Generator().manual_seed(2))
    parameters = list(network.parameters())
    slopes = torch.autograd.grad(network.decode(codes).sum(), parameters, allow_unused=True)
    used = sum(int((slope != 0).sum()) for slope in slopes if slope is not None)
    assert decoder_bytes(network) == 4 * (used + 2 * config.code_size)


@pytest.mark.parametrize(
    ("decoder", "size", "other", "expected"),
    [(1000, 10, 20, 101), (1001, 10, 20, 101), (1000, 10, 10, None), (1000, 10, 5, None)],
)
def test_codes_pay_off_with_the_first_image_that_makes_them_smaller(decoder, size, other, expected):
    found = pays_off_from(decoder, size, other)
    assert found == expected
    if found is not None:
        assert decoder + found * size < found * other
        assert decoder + (found - 1) * size >= (found - 1) * other
