"""Binary codes, their table and its precision, against strings of bits and counting one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aecore import hashing
from aecore.hashing import HashTable, bits, hamming, lookup_precision, precision_at

WIDTHS = [1, 7, 8, 30, 63, 64]


def draw(count, width, seed=0):
    """Return codes of 0 and 1."""
    return np.random.default_rng(seed).integers(0, 2, (count, width)).astype(np.float32)


def words(*values):
    return np.array(values, np.uint64)


def apart(queries, codes):
    """Count differing units one by one, (M, N)."""
    return (queries[:, None] != codes[None]).sum(axis=2)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_word_is_the_code_read_backwards_in_binary(width):
    codes = np.concatenate([draw(20, width), np.ones((1, width)), np.zeros((1, width))])
    expected = [int("".join(str(int(bit)) for bit in code[::-1]), 2) for code in codes]
    packed = bits(codes)
    assert packed.dtype == np.uint64
    assert packed.tolist() == expected


def test_probabilities_become_bits_above_a_half():
    assert bits([[0.2, 0.5, 0.51, 1.0]]).tolist() == [0b1100]


@pytest.mark.parametrize("width", WIDTHS)
def test_hamming_distance_counts_differing_units(width):
    codes, queries = draw(30, width), draw(9, width, seed=1)
    distances = hamming(bits(queries), bits(codes))
    assert distances.shape == (9, 30)
    np.testing.assert_array_equal(distances, apart(queries, codes))


@pytest.mark.parametrize("width", [1, 3, 6, 64])
@pytest.mark.parametrize("radius", [0, 1, 2])
def test_look_up_finds_all_within_the_radius_nearest_first(width, radius):
    radius = min(radius, width)
    codes = draw(60, width)
    queries = np.concatenate([draw(10, width, seed=1), codes[:5]])
    queries[-1, 0] = 1 - queries[-1, 0]
    table = HashTable(bits(codes), width)
    for word, distances in zip(bits(queries), apart(queries, codes), strict=True):
        order = distances.argsort(kind="stable")
        expected = order[distances[order] <= radius]
        np.testing.assert_array_equal(table.lookup(word, radius), expected)


def test_a_table_is_as_long_as_its_images_and_knows_each_ones_key():
    given_words = words(5, 2, 5, 0, 2, 5)
    table = HashTable(given_words, 3)
    assert len(table) == 6
    assert table.keys.tolist() == [0, 2, 5]
    np.testing.assert_array_equal(table.keys[table.key_of()], given_words)


def test_masks_are_all_words_with_few_bits_each_once():
    table = HashTable(words(0), 5)
    masks = table.masks(3)
    assert len(masks) == len(set(masks.tolist())) == 1 + 5 + 10 + 10
    counts = np.bitwise_count(masks)
    assert (np.diff(counts.astype(int)) >= 0).all() and counts.max() == 3
    assert sorted(table.masks(5).tolist()) == list(range(32))


@settings(max_examples=40)
@given(st.integers(1, 30), st.integers(1, 5), st.data())
def test_precision_is_the_mean_over_all_orders_of_equals(count, width, data):
    codes, queries = draw(count, width, seed=count), draw(4, width, seed=99)
    rng = np.random.default_rng(count)
    labels, wanted = rng.integers(0, 3, count), rng.integers(0, 3, 4)
    taken = data.draw(st.integers(1, count))
    expected, best, worst = [], [], []
    for distances, label in zip(apart(queries, codes), wanted, strict=True):
        same = labels == label
        sure = distances < np.sort(distances)[taken - 1]
        edge = distances == np.sort(distances)[taken - 1]
        rest = taken - sure.sum()
        expected.append((same[sure].sum() + rest * same[edge].mean()) / taken)
        best.append(same[np.lexsort((~same, distances))[:taken]].mean())
        worst.append(same[np.lexsort((same, distances))[:taken]].mean())
    result = precision_at(bits(queries), wanted, bits(codes), labels, taken)
    assert result == pytest.approx(np.mean(expected))
    assert np.mean(worst) - 1e-9 <= result <= np.mean(best) + 1e-9


def test_precision_of_all_images_is_the_classes_share():
    labels = np.array([0] * 30 + [1] * 10)
    packed = bits(draw(40, 8))
    assert precision_at(packed[:5], [0] * 5, packed, labels, 40) == pytest.approx(0.75)
    assert precision_at(packed[:5], [7] * 5, packed, labels, 40) == 0


@pytest.mark.parametrize("radius", [0, 1, 3])
@pytest.mark.parametrize("at_a_time", [1, 50, 10**6])
def test_look_up_precision_is_that_of_single_look_ups(monkeypatch, radius, at_a_time):
    monkeypatch.setattr(hashing, "WORDS_AT_A_TIME", at_a_time)
    rng = np.random.default_rng(0)
    codes, queries = draw(50, 9), draw(30, 9, seed=1)
    labels, wanted = rng.integers(0, 3, 50), rng.integers(0, 4, 30)  # class 3 is not in the table
    table = HashTable(bits(codes), 9)
    found = [table.lookup(word, radius) for word in bits(queries)]
    shares = [
        (labels[images] == label).mean()
        for images, label in zip(found, wanted, strict=True)
        if len(images)
    ]
    result = lookup_precision(bits(queries), wanted, table, labels, radius)
    assert result.precision == pytest.approx(np.mean(shares))
    assert result.answered == pytest.approx(len(shares) / 30)
    assert result.found == pytest.approx(np.mean([len(images) for images in found]))


def test_where_nothing_is_found_there_is_no_precision():
    table = HashTable(words(0, 0), 8)
    result = lookup_precision(words(255, 254), [0, 0], table, [0, 0], 2)
    assert (result.precision, result.answered, result.found) == (None, 0, 0)


def test_labels_may_be_words():
    table = HashTable(words(0, 1), 1)
    result = lookup_precision(words(0, 1), ["shoe", "boot"], table, ["shoe", "digit"], 0)
    assert (result.precision, result.answered, result.found) == (0.5, 1, 1)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: bits(draw(2, 65)), "units of a binary code must be 1 to 64, not 65"),
        (lambda: bits([[-1.0, 1.0]]), "these go from -1 to 1"),
        (lambda: bits([[np.nan]]), "must be finite"),
        (lambda: hamming([1, 2], words(3)), "packed into one word each"),
        (lambda: HashTable(words(4), 2), "more than the 2 bits"),
        (lambda: HashTable(words(), 2), "packed into one word each"),
        (lambda: HashTable(words(4), 0), "bits must be 1 to 64, not 0"),
        (lambda: HashTable(words(4), 5).lookup(4, -1), "must be 0 to 5, not -1"),
        (lambda: HashTable(words(4), 64).lookup(4, 10), "choose a smaller radius"),
        (lambda: precision_at(words(1), [0], words(1, 2), [0, 1], 3), "must be 1 to 2, not 3"),
        (lambda: precision_at(words(1), [0, 1], words(1, 2), [0, 1], 1), "needs one label"),
        (lambda: lookup_precision(words(1), [0], HashTable(words(1), 1), [], 0), "needs one label"),
    ],
)
def test_what_makes_no_sense_is_said(call, expected):
    with pytest.raises(ValueError, match=expected):
        call()
