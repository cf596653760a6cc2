"""Subsets and outliers: how many, where from, and that the smaller lie within the larger."""

from pathlib import Path

import numpy as np
import pytest

from aecore import datasets
from aecore.datasets import DATASETS, DatasetError


def test_a_smaller_subset_lies_within_a_larger_one() -> None:
    small, large = (datasets.load("digits", {"subset": count}) for count in (100, 500))
    np.testing.assert_array_equal(small.train_images, large.train_images[:100])
    np.testing.assert_array_equal(small.train_labels, large.train_labels[:100])
    drawn = np.random.Generator(np.random.PCG64(0)).permutation(1437)[:500]
    whole = datasets.load("digits")
    np.testing.assert_array_equal(large.train_images, whole.train_images[drawn])
    np.testing.assert_array_equal(large.train_labels, whole.train_labels[drawn])
    assert large.test_images is whole.test_images


@pytest.fixture
def clothes(monkeypatch: pytest.MonkeyPatch, shared_data: Path) -> dict[str, object]:
    """Options that take outliers from the sample of Fashion-MNIST."""
    monkeypatch.setenv("AE_DATA_DIR", str(shared_data))
    return {"outlier_source": "fashion-mnist-sample"}


def test_outliers_replace_a_share_and_a_larger_share_has_them_too(clothes: dict) -> None:
    whole = datasets.load("digits")
    less, more = (datasets.load("digits", clothes | {"outliers": p}) for p in (0.05, 0.2))
    for data, share in ((less, 0.05), (more, 0.2)):
        assert data.outliers is not None and data.outliers.sum() == round(share * 1437)
        np.testing.assert_array_equal(data.train_labels == -1, data.outliers)
        own = ~data.outliers
        np.testing.assert_array_equal(data.train_images[own], whole.train_images[own])
        np.testing.assert_array_equal(data.train_labels[own], whole.train_labels[own])
        assert data.test_images is whole.test_images
        assert (
            (data.train_images[data.outliers] != whole.train_images[data.outliers])
            .any((1, 2))
            .all()
        )
    assert more.outliers[less.outliers].all()
    np.testing.assert_array_equal(
        more.train_images[less.outliers], less.train_images[less.outliers]
    )
    assert not less.outliers.flags.writeable
    assert len({whole.fingerprint, less.fingerprint, more.fingerprint}) == 3


def test_outliers_of_the_same_size_are_images_of_their_source(clothes: dict) -> None:
    options = clothes | {"subset": 2000, "outliers": 0.1}
    data = datasets.load("mnist", options)
    clean = datasets.load("mnist", {"subset": 2000})
    sample = datasets.load("fashion-mnist-sample").test_images
    known = {image.tobytes() for image in sample}
    found = {image.tobytes() for image in data.train_images[data.outliers]}
    assert len(found) == 200 and found <= known
    np.testing.assert_array_equal(
        data.train_images[~data.outliers], clean.train_images[~data.outliers]
    )
    assert datasets.needs("mnist", options) == ("mnist", "fashion-mnist-sample")
    assert datasets.needs("mnist", clothes) == ("mnist",)


def test_too_many_outliers_are_refused_with_the_numbers(clothes: dict) -> None:
    with pytest.raises(
        DatasetError,
        match=r"0\.05 of 60,000 training images is 3,000 outliers, but Fashion-MNIST sample has "
        r"only 900 images",
    ):
        datasets.load("mnist", clothes | {"outliers": 0.05})


def test_outliers_come_from_another_data_set() -> None:
    assert datasets.outlier_sources("digits") == ("mnist", "fashion-mnist", "fashion-mnist-sample")
    assert datasets.outlier_sources("fashion-mnist") == ("digits", "mnist")
    with pytest.raises(DatasetError, match=r"in Digits cannot come from 'digits': choose one of"):
        datasets.load("digits", {"outliers": 0.1, "outlier_source": "digits"})
    for name, spec in DATASETS.items():
        if "outlier_source" in spec.options:
            assert spec.options["outlier_source"] in datasets.outlier_sources(name)
