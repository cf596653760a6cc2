"""A linear classifier's templates: fitted, kept once, and opened again."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from aecore import templates
from aecore.datasets import load
from aecore.features import softmax_templates


def rows(images):
    return images.reshape(len(images), -1).astype(np.float32) / 255


@pytest.fixture(scope="module")
def digits():
    return load("digits")


@pytest.fixture(scope="module")
def fitted(digits):
    return templates.fit(digits)


def test_it_is_scikit_learns_classifier(digits, fitted):
    x, labels = rows(digits.train_images), digits.train_labels
    model = LogisticRegression(C=1 / (1e-3 * len(x)), max_iter=1000, tol=1e-6).fit(x, labels)
    expected = model.score(rows(digits.test_images), digits.test_labels)
    assert fitted.accuracy == pytest.approx(expected, abs=0.006)  # two of 360 images
    scores = fitted.scores(rows(digits.test_images))
    assert (scores.argmax(1) == digits.test_labels).mean() == pytest.approx(fitted.accuracy)
    ours = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    theirs = model.predict_proba(rows(digits.test_images))  # at the optimum, which ours is near
    assert np.abs(ours - theirs).mean() < 0.005


def test_templates_are_those_of_the_features(digits, fitted):
    expected = softmax_templates(rows(digits.train_images), digits.train_labels)
    np.testing.assert_array_equal(fitted.weights, expected)
    assert fitted.labels == tuple(range(10))
    assert (fitted.train, fitted.test) == (1437, 360)


def test_images_without_a_class_are_left_out(digits):
    labels = digits.train_labels.copy()
    labels[:1000] = -1
    few = templates.fit(replace(digits, train_labels=labels))
    assert few.train == 437 and few.labels == tuple(range(10))


def test_of_two_classes_each_has_a_template(digits):
    labels = (digits.train_labels > 4).astype(np.int64)
    two = templates.fit(replace(digits, train_labels=labels, test_labels=digits.test_labels > 4))
    np.testing.assert_allclose(two.weights[0], -two.weights[1], atol=1e-6)
    assert two.accuracy > 0.8


def test_a_single_class_is_refused_in_a_sentence(digits):
    with pytest.raises(ValueError, match="two classes"):
        templates.fit(replace(digits, train_labels=np.zeros_like(digits.train_labels)))


def test_they_are_found_once_and_kept_with_the_data(
    tmp_path: Path, digits, fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert templates.kept(tmp_path, digits.fingerprint) is None
    told = []
    templates.find(str(tmp_path), "digits", {}, lambda stage, share: told.append(stage))
    found = templates.kept(tmp_path, digits.fingerprint)
    assert found is not None and found.labels == fitted.labels
    np.testing.assert_array_equal(found.weights, fitted.weights)
    np.testing.assert_array_equal(found.biases, fitted.biases)
    assert (found.accuracy, found.train, found.test) == (fitted.accuracy, 1437, 360)
    assert told == ["Fitting to the training images"]
    monkeypatch.setattr(templates, "fit", None)
    templates.find(str(tmp_path), "digits", {}, lambda stage, share: told.append(stage))
    assert len(told) == 1


def test_half_of_a_result_is_no_result(tmp_path: Path, digits) -> None:
    templates.find(str(tmp_path), "digits", {}, lambda stage, share: None)
    next(tmp_path.rglob("*.json")).unlink()
    assert templates.kept(tmp_path, digits.fingerprint) is None
