"""Placing as MNIST was: MNIST's own digits come back, wherever and however large they stand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from aecore import datasets
from aecore.placing import (
    box,
    ink_window,
    inked,
    letterboxed,
    on_paper,
    placed,
    within,
)

SIDES = st.integers(1, 40)


@pytest.fixture(scope="module")
def mnist():
    if not datasets.available("mnist"):
        pytest.skip("MNIST is not on this machine")
    return datasets.load("mnist").test_images[:100]


def elsewhere(image, times, paper, method=Image.Resampling.NEAREST):
    """Enlarge an image and put it somewhere on a larger sheet."""
    height, width = image.shape
    large = np.asarray(Image.fromarray(image).resize((width * times, height * times), method))
    sheet = np.zeros(paper, np.uint8)
    top, left = int(image.sum()) % 90, int(image.sum()) % 70
    sheet[top : top + height * times, left : left + width * times] = large
    return sheet


def centre_of_mass(image):
    rows, columns = np.indices(image.shape)
    return (rows * image.astype(float)).sum() / image.sum(), (
        columns * image.astype(float)
    ).sum() / image.sum()


def difference(one, other):
    return np.abs(one.astype(float) - other).mean() / 255


def test_digits_of_mnist_come_back_from_large_sheets(mnist):
    back = [placed(elsewhere(image, 10, (400, 380)), (28, 28)) for image in mnist]
    mean_grey = mnist.mean() / 255  # 0.1: what a black image would be wrong by
    assert np.mean([difference(*pair) for pair in zip(back, mnist, strict=True)]) < mean_grey / 100
    smooth = [
        placed(elsewhere(image, 10, (400, 380), Image.Resampling.BICUBIC), (28, 28))
        for image in mnist
    ]
    assert np.mean([difference(*pair) for pair in zip(smooth, mnist, strict=True)]) < mean_grey / 3


def test_the_centre_of_mass_lies_where_mnist_has_it(mnist):
    for image in mnist:
        found = centre_of_mass(placed(elsewhere(image, 7, (300, 300)), (28, 28)))
        assert found == pytest.approx((14, 14), abs=0.5 + 1e-9)
        assert centre_of_mass(image) == pytest.approx((14, 14), abs=0.6)  # MNIST's own


def test_small_digits_fill_their_images_as_the_data_set_does():
    images = datasets.load("digits").test_images[:60]
    back = [placed(elsewhere(image, 10, (200, 190)), (8, 8)) for image in images]
    wrong = [difference(*pair) for pair in zip(back, images, strict=True)]
    assert np.median(wrong) == 0
    assert np.mean(wrong) < images.mean() / 255 / 5


def test_the_box_is_in_proportion():
    assert box((28, 28)) == (20, 20)
    assert box((56, 28)) == (40, 20)
    assert box((8, 8)) == (8, 8)


def test_proportions_are_kept():
    bar = np.zeros((200, 300), np.uint8)
    bar[50:150, 80:100] = 255  # five times as high as wide
    rows, columns = ink_window(placed(bar, (28, 28)))
    assert rows.stop - rows.start == 20
    assert columns.stop - columns.start == 4


def test_paper_becomes_black_and_the_darkest_ink_white():
    random = np.random.default_rng(0)
    photo = random.normal(60, 4, (120, 100)).clip(0, 255)
    photo[40:80, 45:55] = 180
    ink = inked(photo.astype(np.uint8))
    assert ink.max() == 255
    assert ink[:30].mean() < 1
    assert ink_window(ink) == (slice(40, 80), slice(45, 55))


@pytest.mark.parametrize("grey", [0, 77, 255])
def test_where_nothing_is_drawn_it_stays_black(grey):
    assert not placed(np.full((50, 40), grey, np.uint8), (28, 28)).any()


def test_writing_on_paper_is_told_from_light_on_dark(mnist):
    assert not any(on_paper(image) for image in mnist)
    assert all(on_paper(255 - image) for image in mnist)


def test_letterboxed_keeps_proportions_and_goes_on_with_the_border():
    sheet = np.full((40, 20), 200, np.uint8)
    sheet[10:30, 5:15] = 10
    found = letterboxed(sheet, (28, 28))
    assert (found[:, :7] == 200).all() and (found[:, 21:] == 200).all()
    assert found.min() == 10


@settings(max_examples=60)
@given(
    arrays(np.uint8, st.tuples(SIDES, SIDES)),
    st.tuples(st.integers(1, 30), st.integers(1, 30)),
)
def test_any_picture_takes_any_shape(picture, shape):
    for found in (placed(picture, shape), letterboxed(picture, shape)):
        assert found.shape == shape
        assert found.dtype == np.uint8
    assert max(within(picture, 10).shape) <= 10 or max(picture.shape) <= 10
