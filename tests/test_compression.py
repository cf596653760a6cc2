"""Picture formats, against mosaics and files by hand."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from aecore import compression
from aecore.compression import (
    FORMATS,
    Point,
    codec,
    error_at,
    mean_squared_error,
    missing,
    mosaic,
    quality_at,
    size_at,
    split,
    sweep,
)
from aecore.datasets import load


@pytest.fixture(scope="module")
def digits():
    return load("digits").test_images[:200]


@given(st.integers(1, 40), st.integers(1, 4), st.integers(1, 4))
def test_a_mosaic_holds_all_images_and_little_else(count, h, w):
    images = np.random.default_rng(count).integers(1, 256, (count, h, w), dtype=np.uint8)
    picture = mosaic(images)
    np.testing.assert_array_equal(split(picture, count, h, w), images)
    assert (picture > 0).sum() == images.size
    rows, columns = picture.shape[0] // h, picture.shape[1] // w
    assert columns - 1 <= rows <= columns
    assert rows * columns - count < columns


def test_images_lie_in_rows():
    images = np.stack([np.full((2, 3), k, np.uint8) for k in (1, 2, 3)])
    assert mosaic(images).tolist() == [[1, 1, 1, 2, 2, 2]] * 2 + [[3, 3, 3, 0, 0, 0]] * 2


@pytest.mark.parametrize("name", FORMATS)
def test_a_codec_gives_images_back_and_counts_the_whole_file(name, digits):
    quality = FORMATS[name].qualities[-1]
    size, decoded = codec(digits, name, quality)
    assert decoded.shape == digits.shape and decoded.dtype == np.uint8
    assert mean_squared_error(digits, decoded) < 0.001
    assert 5 < size < 64
    again = codec(digits, name, quality)
    assert again[0] == size
    np.testing.assert_array_equal(again[1], decoded)


def test_jpeg_is_what_pillow_writes(digits):
    size, decoded = codec(digits, "jpeg", 50)
    picture = np.zeros((14 * 8, 15 * 8), np.uint8)
    for k, image in enumerate(digits):
        y, x = divmod(k, 15)
        picture[8 * y : 8 * y + 8, 8 * x : 8 * x + 8] = image
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=50, optimize=True)
    assert size == len(buffer.getvalue()) / 200
    read = np.asarray(Image.open(BytesIO(buffer.getvalue())))
    np.testing.assert_array_equal(decoded[16], read[8:16, 8:16])


@pytest.mark.parametrize("name", FORMATS)
def test_more_quality_takes_more_bytes_and_leaves_less_error(name, digits):
    told = []
    points = sweep(digits, name, progress=told.append)
    assert [point.quality for point in points] == list(FORMATS[name].qualities)
    sizes, errors = [p.size for p in points], [p.mse for p in points]
    assert sizes == sorted(sizes)
    assert errors[0] > 3 * errors[-1]
    assert (np.diff(errors) < 0.1 * np.array(errors[:-1])).all()  # nearly always falling
    assert told[-1] == 1 and len(told) == len(points)


def test_a_mosaic_shares_its_header(digits):
    assert codec(digits, "jpeg", 50)[0] < codec(digits[:1], "jpeg", 50)[0] / 4


def test_the_error_is_on_the_scale_of_pixels_from_0_to_1():
    black, white = np.zeros((2, 3, 3), np.uint8), np.full((2, 3, 3), 255, np.uint8)
    assert mean_squared_error(black, white) == mean_squared_error(white, black) == 1
    assert mean_squared_error(black, black + np.uint8(51)) == pytest.approx(0.04)


def test_a_sweep_ends_when_progress_raises(digits):
    def give_up(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(digits, "jpeg", [1, 2], give_up)


POINTS = [Point(2, 20.0, 0.02), Point(1, 10.0, 0.06), Point(3, 40.0, 0.01), Point(4, 40.0, 0.03)]


@pytest.mark.parametrize(
    ("size", "expected"),
    [(10, 0.06), (15, 0.04), (20, 0.02), (30, 0.015), (40, 0.01), (9.9, None), (40.1, None)],
)
def test_errors_between_qualities_lie_on_a_line_and_beyond_them_nowhere(size, expected):
    assert error_at(POINTS, size) == (None if expected is None else pytest.approx(expected))


def test_no_point_has_no_error():
    assert error_at([], 10) is None
    assert size_at([], 0.1) is None


@pytest.mark.parametrize(
    ("mse", "expected"),
    [(0.06, 10), (0.04, 15), (0.02, 20), (0.015, 30), (0.01, 40), (0.5, 10), (0.009, None)],
)
def test_sizes_for_an_error_lie_on_the_same_line(mse, expected):
    assert size_at(POINTS, mse) == (None if expected is None else pytest.approx(expected))


def test_a_larger_file_that_is_worse_is_no_use():
    points = [Point(1, 10.0, 0.05), Point(2, 20.0, 0.06), Point(3, 30.0, 0.01)]
    assert size_at(points, 0.05) == 10
    assert size_at(points, 0.03) == 20


@pytest.mark.parametrize("name", FORMATS)
def test_the_quality_for_a_size_comes_close_to_it(name, digits):
    points = sweep(digits, name)
    sizes = [point.size for point in points]
    for size in (sizes[2], (sizes[3] + sizes[4]) / 2, sizes[-2] * 0.9):
        found = codec(digits, name, quality_at(points, size))[0]
        assert found == pytest.approx(size, rel=0.15)
    assert quality_at(points, 0.1) == FORMATS[name].qualities[0]
    assert quality_at(points, 1e6) == FORMATS[name].qualities[-1]


# -- what makes no sense -------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
def test_a_pillow_without_a_format_is_said(name, digits, monkeypatch):
    assert missing(name) == ""
    monkeypatch.setattr(compression.features, "check", lambda feature: False)
    assert FORMATS[name].label in missing(name)
    for call in (lambda: codec(digits, name, 50), lambda: sweep(digits, name, [50])):
        with pytest.raises(ValueError, match="was built without"):
            call()


def test_too_large_pictures_are_refused(digits, monkeypatch):
    with pytest.raises(ValueError, match="at most 16,383 pixels a side"):
        codec(np.zeros((2, 1, 10_000), np.uint8), "webp", 50)
    monkeypatch.setattr(compression, "MOST_PIXELS", 1000)
    with pytest.raises(ValueError, match="at most 1,000 are written together"):
        codec(digits, "jpeg", 50)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: mosaic(np.zeros((0, 2, 2), np.uint8)), "Images must be uint8"),
        (lambda: mosaic(np.zeros((1, 2, 2))), "not float64"),
        (lambda: missing("gif"), "choose one of jpeg, jpeg2000, webp"),
        (lambda: codec(np.zeros((1, 2, 2), np.uint8), "gif", 1), "no format 'gif'"),
    ],
)
def test_what_makes_no_sense_is_said(call, expected):
    with pytest.raises(ValueError, match=expected):
        call()
