"""Nearest neighbours, against distances one by one, counting, and scikit-learn's classifier."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier

from aecore import neighbours
from aecore.neighbours import knn_accuracy, knn_predict, nearest, same_class_share


def draw(count, width=5, seed=0):
    return np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32)


def classes(count, seed=0):
    return np.random.default_rng(seed).integers(0, 4, count)


def all_distances(codes, queries):
    return np.linalg.norm(queries[:, None].astype(float) - codes[None], axis=2)


def few_places(count):
    """Return codes in three places, so that most distances are 0 or equal."""
    return np.random.default_rng(1).integers(0, 3, (count, 1)).astype(np.float32)


@pytest.mark.parametrize("k", [1, 3, 50])
def test_the_nearest_are_those_of_all_distances(k):
    codes, queries = draw(50), draw(20, seed=1)
    expected = all_distances(codes, queries)
    indices, distances = nearest(codes, queries, k)
    np.testing.assert_array_equal(indices, expected.argsort(axis=1)[:, :k])
    np.testing.assert_allclose(distances, np.sort(expected, axis=1)[:, :k], rtol=1e-5)
    assert indices.dtype == np.int64 and distances.dtype == np.float32


def test_equally_distant_codes_come_in_their_order():
    indices, distances = nearest([[1], [0], [1], [1]], [[1], [0]], 4)
    assert indices.tolist() == [[0, 2, 3, 1], [1, 0, 2, 3]]
    assert distances.tolist() == [[0, 0, 0, 1], [0, 1, 1, 1]]


@pytest.mark.parametrize("scale", [1e-15, 1e15])
def test_tiny_and_huge_codes_have_neighbours_too(scale):
    codes, queries = draw(50), draw(20, seed=1)
    scaled = nearest(codes * np.float32(scale), queries * np.float32(scale), 3)[0]
    np.testing.assert_array_equal(scaled, nearest(codes, queries, 3)[0])


def test_codes_far_from_zero_keep_their_neighbours():
    codes, queries = draw(50) + 1000, draw(20, seed=1) + 1000
    expected = all_distances(codes, queries).argsort(axis=1)[:, :3]
    np.testing.assert_array_equal(nearest(codes, queries, 3)[0], expected)


def test_pixels_may_be_whole_numbers():
    pixels = np.random.default_rng(0).integers(0, 256, (30, 784), dtype=np.uint8)
    indices, distances = nearest(pixels, pixels[:4], 1)
    assert indices[:, 0].tolist() == [0, 1, 2, 3]
    assert not distances.any()


@pytest.mark.parametrize("k", [1, 7])
def test_predictions_are_scikit_learns_where_no_vote_is_tied(k):
    train, test, labels = draw(300), draw(80, seed=1), classes(300)
    oracle = KNeighborsClassifier(k).fit(train, labels)
    votes = np.sort(oracle.predict_proba(test), axis=1)
    clear = votes[:, -1] > votes[:, -2]
    assert clear.sum() > 40
    np.testing.assert_array_equal(
        knn_predict(train, labels, test, k)[clear], oracle.predict(test)[clear]
    )


def test_a_tied_vote_goes_to_the_class_of_the_nearest():
    train, labels = [[0.0], [1.0], [2.0], [3.0], [9.0]], [5, 2, 2, 5, 1]
    assert knn_predict(train, labels, [[-1.0], [3.4]], 4).tolist() == [5, 5]
    assert knn_predict(train, labels, [[1.4]], 2).tolist() == [2]
    assert knn_predict(train, labels, [[8.0]], 3).tolist() == [1]


def test_labels_may_be_words():
    assert knn_predict([[0], [1]], ["shoe", "digit"], [[0.9]], 1).tolist() == ["digit"]


def test_accuracy_is_the_share_that_is_right():
    train, labels = [[0.0], [10.0]], [0, 1]
    assert knn_accuracy(train, labels, [[1.0], [2.0], [9.0], [8.0]], [0, 0, 1, 0], 1) == 0.75


@settings(max_examples=30)
@given(st.integers(3, 25), st.data())
def test_shares_are_those_counted_one_by_one(count, data):
    k = data.draw(st.integers(1, count - 1))
    codes, labels = draw(count, seed=count), classes(count)
    apart = all_distances(codes, codes)
    np.fill_diagonal(apart, np.inf)
    expected = [(labels[row.argsort()[:k]] == labels[i]).mean() for i, row in enumerate(apart)]
    np.testing.assert_allclose(same_class_share(codes, labels, k), expected, rtol=1e-6)


def test_a_point_is_never_its_own_neighbour_even_among_its_doubles():
    codes = np.zeros((60, 2), np.float32)
    labels = np.arange(60)  # each its own class: only a point itself would be of it
    assert not same_class_share(codes, labels, 5).any()
    assert not same_class_share(few_places(60), labels, 30).any()


def test_chunks_leave_no_trace(monkeypatch):
    codes, queries, labels = draw(40), draw(23, seed=1), classes(40)
    whole = nearest(codes, queries, 3), same_class_share(codes, labels, 3)
    monkeypatch.setattr(neighbours, "CHUNK", 10)
    np.testing.assert_array_equal(nearest(codes, queries, 3)[0], whole[0][0])
    np.testing.assert_array_equal(same_class_share(codes, labels, 3), whole[1])
    assert knn_predict(codes, labels, queries).shape == (23,)


def test_progress_is_told_after_each_chunk(monkeypatch):
    monkeypatch.setattr(neighbours, "CHUNK", 10)
    told = []
    knn_accuracy(draw(40), classes(40), draw(25), classes(25), progress=told.append)
    assert told == [0.4, 0.8, 1.0]


def test_a_search_ends_when_progress_raises(monkeypatch):
    monkeypatch.setattr(neighbours, "CHUNK", 10)
    told = []

    def give_up(share):
        told.append(share)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nearest(draw(40), draw(40), 3, give_up)
    assert told == [0.25]


NAN = np.full((4, 2), np.nan)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: nearest(draw(4), draw(4), 0), "neighbours must be 1 to 4, not 0"),
        (lambda: nearest(draw(4), draw(4), 5), "neighbours must be 1 to 4, not 5"),
        (lambda: same_class_share(draw(4), classes(4), 4), "neighbours must be 1 to 3, not 4"),
        (lambda: same_class_share(draw(1), classes(1), 1), "two or more are needed"),
        (lambda: nearest(NAN, NAN, 1), "must be finite"),
        (lambda: nearest(draw(4), np.full((1, 5), 1e300), 1), "must be finite"),
        (lambda: nearest(draw(4), draw(4, 3), 1), "as many numbers an image, not 5 and 3"),
        (lambda: nearest(draw(4)[0], draw(4), 1), r"row for each image, not of shape \(5,\)"),
        (lambda: nearest(draw(0), draw(4), 1), r"not of shape \(0, 5\)"),
        (lambda: knn_predict(draw(4), classes(3), draw(2), 1), "4 images needs one label"),
        (
            lambda: knn_accuracy(draw(4), classes(4), draw(2), classes(3), 1),
            "2 images needs one label",
        ),
    ],
)
def test_what_makes_no_sense_is_said(call, expected):
    with pytest.raises(ValueError, match=expected):
        call()
