"""What units answer to, in numbers and in sentences."""

import numpy as np
import pytest

from aecore.activations import UNIT_ACTIVATIONS
from aecore.codes import CODES
from aecore.unit_profiles import BEHAVIOURS, answers, class_means, describe

CLASSES = ("zero", "one", "two")


def said(values, labels, kind="relu", dead=False, **more):
    values, labels = np.array(values, np.float32), np.array(labels)
    return describe("Unit 4", values, labels, CLASSES, BEHAVIOURS[kind], dead=dead, **more)


def test_means_are_those_of_each_class_largest_first():
    random = np.random.default_rng(0)
    values, labels = random.normal(size=200).astype(np.float32), random.integers(-1, 6, 200)
    found = class_means(values, labels)
    expected = {k: values[labels == k].astype(np.float64).mean() for k in range(6)}
    assert dict(zip(found.labels, found.means, strict=True)) == pytest.approx(expected)
    assert list(found.means) == sorted(found.means, reverse=True)


def test_every_kind_of_unit_has_its_words():
    assert set(UNIT_ACTIVATIONS) <= set(BEHAVIOURS)
    assert {"k-sparse", "binary"} <= set(CODES) & set(BEHAVIOURS)
    for behaviour in BEHAVIOURS.values():
        assert "{share}" in behaviour.often and behaviour.often.endswith(".")
        assert behaviour.dead.endswith(".") and behaviour.dead[0].islower()


def test_a_relu_unit():
    assert said([0, 2, 0, 0.5], [0, 1, 0, 2]) == (
        "Unit 4 answers most to class **one** (mean 2.00) and least to class **zero** (0). "
        "It is silent (0) on 50 % of the images."
    )


def test_a_unit_with_two_directions_says_so():
    words = said([-3, 2, 0.5], [0, 1, 2], "identity", things="vectors")
    assert "most positive for class **one** (mean 2.00)" in words
    assert "most negative for class **zero** (−3.00)" in words
    assert words.endswith("It is positive on 67 % of the vectors.")


def test_a_unit_that_is_negative_throughout():
    words = said([-3, -2, -0.5], [0, 1, 2], "identity")
    assert "least negative for class **two**" in words and "none of the images" in words


def test_a_dead_unit_says_why():
    for kind, behaviour in BEHAVIOURS.items():
        words = said([0, 0], [0, 1], kind, dead=True)
        assert words.startswith("**Unit 4 is dead**: ") and behaviour.dead in words


def test_without_classes_its_range_is_told():
    words = said([0.25, 2], [0, 0])
    assert words.startswith("Its values go from 0.250 to 2.00.")
    assert answers("Unit", class_means(np.ones(2), np.array([-1, -1])), (), two_sided=False) == ""


def test_classes_that_are_all_alike():
    assert "to all classes alike (mean 1.00)" in said([1, 1], [0, 1])
