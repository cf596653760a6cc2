"""Quantised codes, against rounding errors, whole bits and entropies by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aecore.quantisation import code_range, code_size, dequantise, quantise


def draw(count, q=5, seed=0):
    scales = np.geomspace(0.01, 100, q)
    return (np.random.default_rng(seed).normal(size=(count, q)) * scales + 3).astype(np.float32)


@pytest.mark.parametrize("levels", [2, 10, 16, 255, 256])
def test_rounding_is_off_by_half_a_step_at_most(levels):
    codes = draw(300)
    scale = code_range(codes)
    quantised = quantise(codes, scale, levels)
    assert quantised.dtype == np.uint8
    assert quantised.min(axis=0).tolist() == [0] * 5
    assert quantised.max(axis=0).tolist() == [levels - 1] * 5
    steps = (codes.max(axis=0) - codes.min(axis=0)) / (levels - 1)
    wrong = np.abs(dequantise(quantised, scale, levels) - codes)
    assert (wrong <= steps / 2 * 1.001 + 1e-5).all()


@settings(max_examples=40)
@given(st.integers(2, 256), st.integers(0, 1000))
def test_levels_come_back_as_they_are(levels, seed):
    scale = code_range(draw(20, seed=seed))
    quantised = np.random.default_rng(seed).integers(0, levels, (30, 5)).astype(np.uint8)
    codes = dequantise(quantised, scale, levels)
    np.testing.assert_array_equal(quantise(codes, scale, levels), quantised)


def test_a_case_by_hand():
    scale = code_range([[0.0, -1.0], [3.0, 1.0]])
    quantised = quantise([[1.4, 1.0], [1.6, -0.1]], scale, 4)
    assert quantised.tolist() == [[1, 3], [2, 1]]
    np.testing.assert_allclose(dequantise(quantised, scale, 4), [[1, 1], [2, -1 / 3]], rtol=1e-6)


def test_the_range_is_the_training_codes_and_others_are_clipped():
    scale = code_range([[0.0], [1.0]])
    assert quantise([[-5.0], [7.0], [1e38]], scale).ravel().tolist() == [0, 255, 255]


def test_units_that_do_not_vary_keep_their_value():
    scale = code_range(np.full((4, 2), 2.5))
    quantised = quantise([[2.5, 9.0]], scale)
    assert quantised.tolist() == [[0, 0]]
    assert dequantise(quantised, scale).tolist() == [[2.5, 2.5]]


def test_the_widest_range_stays_finite():
    scale = code_range([[-3e38], [3e38]])
    quantised = quantise([[-3e38], [0.0], [3e38]], scale, 3)
    assert quantised.ravel().tolist() == [0, 1, 2]
    np.testing.assert_allclose(dequantise(quantised, scale, 3)[[0, 2], 0], [-3e38, 3e38], rtol=1e-6)


@pytest.mark.parametrize(("levels", "expected"), [(256, 8), (16, 4), (9, 4), (2, 1)])
def test_the_raw_size_is_whole_bits_a_unit(levels, expected):
    assert code_size(np.zeros((10, 8), np.uint8), levels).raw == expected


def test_entropy_is_that_of_each_unit():
    even = np.arange(256, dtype=np.uint8)
    half = (even % 2).astype(np.uint8)
    size = code_size(np.stack([even, half, 0 * even], axis=1))
    assert size.entropy == pytest.approx((8 + 1 + 0) / 8)
    assert size.raw == 3
    assert size.packed < 3


def test_zlib_cannot_pack_noise_and_packs_zeros():
    noise = np.random.default_rng(0).integers(0, 256, (500, 8)).astype(np.uint8)
    assert 8 <= code_size(noise).packed < 8.1
    assert code_size(0 * noise).packed < 0.1


SCALE = code_range(draw(4))


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: quantise(draw(3), SCALE, 1), "levels must be 2 to 256, not 1"),
        (lambda: quantise(draw(3), SCALE, 257), "levels must be 2 to 256, not 257"),
        (lambda: quantise(draw(3, 4), SCALE), "not 4 and 5"),
        (lambda: quantise(draw(3) * np.nan, SCALE), "must be finite"),
        (lambda: code_range(draw(3) * np.nan), "must be finite"),
        (lambda: dequantise(np.full((1, 5), 9, np.uint8), SCALE, 9), "the last is 8, not 9"),
        (lambda: dequantise(np.zeros((1, 4), np.uint8), SCALE), "not 4 and 5"),
        (lambda: code_size(np.zeros((0, 4), np.uint8)), "table of levels"),
    ],
)
def test_what_makes_no_sense_is_said(call, expected):
    with pytest.raises(ValueError, match=expected):
        call()
