"""Arrays to pictures: levels, palettes, grids, PNG."""

import io

import numpy as np
import pytest
from PIL import Image

from aecore.images import DIVERGING, grey, png, signed, tile


def test_grey_levels():
    levels = grey(np.array([[[0.0, 0.5, 1.0, -3.0, 7.0, np.nan, np.inf, -np.inf]]]))
    assert levels.shape == (1, 1, 8, 3)
    assert levels[0, 0, :, 0].tolist() == [0, 128, 255, 0, 255, 0, 255, 0]
    assert (levels == levels[..., :1]).all()


def test_stored_images_come_out_as_they_went_in():
    stored = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    assert np.array_equal(grey((stored / 255).astype(np.float32))[..., 0], stored)


def test_signed_is_white_at_zero_blue_below_red_above():
    picture = signed(np.array([[[-2.0, 0.0, 2.0, 1.0]]]))[0, 0].astype(int)
    below, zero, above, half = picture
    assert zero.min() > 240
    assert below[2] > below[0] + 50
    assert above[0] > above[2] + 50
    assert above.tolist() == DIVERGING[-1].tolist()
    assert below.tolist() == DIVERGING[0].tolist()
    assert above[1] < half[1] < zero[1]


def test_signed_shares_one_scale_among_images():
    apart = np.array([[[1.0]], [[0.5]]])
    strong, weak = signed(apart)[:, 0, 0]
    assert strong.tolist() != weak.tolist()
    assert signed(apart[1:])[0, 0, 0].tolist() == strong.tolist()
    assert signed(apart, limit=0.5)[1, 0, 0].tolist() == strong.tolist()
    assert signed(apart, limit=0.5)[0, 0, 0].tolist() == strong.tolist()  # clipped


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_do_not_spoil_the_others(bad):
    picture = signed(np.array([[[bad, 1.0, -1.0]]], np.float32))
    assert picture.shape == (1, 1, 3, 3)
    if np.isnan(bad):
        assert picture[0, 0, 0].min() > 240
        assert picture[0, 0, 1].tolist() == DIVERGING[-1].tolist()


def test_nothing_at_all_is_white():
    assert signed(np.zeros((2, 3, 3))).min() > 240
    assert signed(np.zeros((0, 3, 3))).shape == (0, 3, 3, 3)


def test_tiles_lie_in_rows_with_transparent_gaps():
    pictures = np.stack([np.full((2, 3, 3), 50 * (k + 1), np.uint8) for k in range(3)])
    canvas = np.asarray(tile(pictures, columns=2))
    assert canvas.shape == (2 * 2 + 1, 2 * 3 + 1, 4)
    assert (canvas[:2, :3] == [50, 50, 50, 255]).all()
    assert (canvas[:2, 4:] == [100, 100, 100, 255]).all()
    assert (canvas[3:, :3] == [150, 150, 150, 255]).all()
    assert not canvas[2].any()
    assert not canvas[:, 3].any()
    assert not canvas[3:, 4:].any()  # no fourth picture


@pytest.mark.parametrize(("count", "columns", "size"), [(1, 10, (3, 3)), (5, 0, (3, 19))])
def test_grids_are_no_wider_than_needed(count, columns, size):
    pictures = np.zeros((count, 3, 3, 3), np.uint8)
    assert tile(pictures, columns).size == size
    assert tile(pictures[:0], columns).size == (3, 3)


VALUES = np.random.default_rng(0).uniform(-1, 1, (4, 28, 28))
COLOURS = np.random.default_rng(0).integers(0, 256, (4, 28, 28, 3)).astype(np.uint8)


@pytest.mark.parametrize(
    ("pictures", "mode"),
    [(grey(VALUES), "LA"), (signed(VALUES), "P"), (COLOURS, "RGBA"), (COLOURS[:0], "LA")],
)
def test_png_loses_nothing_and_takes_no_more_bytes_a_pixel_than_it_needs(pictures, mode):
    picture = tile(pictures, 2)
    content = png(picture)
    assert content.startswith(b"\x89PNG")
    again = Image.open(io.BytesIO(content))
    assert again.mode == mode
    assert np.array_equal(np.asarray(again.convert("RGBA")), np.asarray(picture))
    assert png(picture) == content


def test_vectors_are_framed_so_that_white_ends_are_seen():
    white = np.full((2, 1, 3, 3), 255, np.uint8)
    picture = np.asarray(tile(white, 2))  # (h, w, 4)
    frame = (128, 128, 128, 255)
    assert (picture[0, :26] == frame).all() and (picture[:, 0] == frame).all()
    assert (picture[1:9, 1:25] == 255).all()
    assert (picture[:, 26, 3] == 0).all()  # the gap to the next one
