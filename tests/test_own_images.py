"""One's own images: hashed by content, fitted once, within bounds."""

import dataclasses

import numpy as np
import pytest

from aecore import own_images
from aecore.own_images import OwnImages
from aecore.placing import letterboxed, placed

SHAPE = (28, 28)


def blob(seed, side=40):
    picture = np.zeros((side, side), np.uint8)
    picture[5 + seed : 20 + seed, 8:14] = 250
    return picture


@pytest.fixture
def own():
    return OwnImages(("a", "b"), (blob(0), blob(3, 50)))


def test_equal_by_content(own):
    again = OwnImages(("a", "b"), (blob(0), blob(3, 50)))
    assert own == again and hash(own) == hash(again)
    for other in (
        own.renamed(0, "c"), own.turned_over(1), own.without(0), own.as_placed(False),
        own.with_more(["d"], [blob(1)]),
    ):  # fmt: skip
        assert other != own
        assert other.fingerprint != own.fingerprint


def test_fitting_is_the_same_whatever_was_fitted_before(own):
    def expected(mine):
        fit = placed if mine.normalised else letterboxed
        return np.stack([fit(picture, SHAPE) for picture in mine.pictures])

    own.fitted(SHAPE)
    changed = [
        own, own.with_more(["c"], [blob(5)]), own.without(0), own.of([1]), own.renamed(1, "z"),
        own.turned_over(0), own.as_placed(False), own.with_more(["c"], [blob(5)]).without(1),
        dataclasses.replace(own, names=own.names[:1], pictures=own.pictures[:1]),
    ]  # fmt: skip
    for mine in changed:
        np.testing.assert_array_equal(mine.fitted(SHAPE), expected(mine))
        assert len(mine.names) == len(mine) == len(mine.fitted((8, 8)))


def test_none_at_all():
    assert OwnImages().fitted((8, 8)).shape == (0, 8, 8)
    assert OwnImages(("a",), (blob(0),)).without(0) == OwnImages()


def test_only_new_ones_are_fitted(own, monkeypatch):
    calls = []
    monkeypatch.setattr(
        own_images, "placed", lambda picture, shape: calls.append(1) or placed(picture, shape)
    )
    own.fitted(SHAPE)
    own.fitted(SHAPE)
    own.with_more(["c"], [blob(5)]).fitted(SHAPE)
    own.without(0).fitted(SHAPE)
    assert len(calls) == 3
    own.turned_over(1).fitted(SHAPE)
    assert len(calls) == 4


def test_no_more_than_there_is_room_for(own, monkeypatch):
    monkeypatch.setattr(own_images, "MAX_IMAGES", 4)
    grown = own.with_more(list("cdef"), [blob(k) for k in range(4)])
    assert grown.names == ("a", "b", "c", "d")
    monkeypatch.setattr(own_images, "MAX_BYTES", own.nbytes + 2 * 1600)
    monkeypatch.setattr(own_images, "MAX_IMAGES", 100)
    assert len(own.with_more(list("cdef"), [blob(k) for k in range(4)])) == 4
