"""Patches: where they are cut, that they are centred, and whitening against its formula."""

from pathlib import Path

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.datasets import load_sample_images

from aecore import datasets, patches
from aecore.catalogue import DATASETS
from aecore.idx import DatasetError
from aecore.patches import ZCA_EPSILON
from aecore.published import read_photos
from aecore.splits import unlabelled

PLAIN = {"mean_removal": False}


def rows(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype(np.float64)


def covariance(images: np.ndarray) -> np.ndarray:
    return np.cov(rows(images).T, bias=True)


def test_the_photographs_are_scikit_learns() -> None:
    photos = read_photos()
    assert photos.shape == (2, 427, 640) and photos.dtype == np.uint8
    for grey, coloured in zip(photos, load_sample_images().images, strict=True):
        luma = coloured @ [0.299, 0.587, 0.114]  # ITU-R 601, which Pillow uses
        assert np.abs(grey - luma).max() <= 1


@pytest.mark.parametrize("size", [2, 8, 12, 32])
def test_no_pixel_of_a_photograph_is_in_both_splits(size: int) -> None:
    columns = patches.photo_columns(640, size)
    train, test = ({left + k for left in lefts for k in range(size)} for lefts in columns)
    assert train and test and not train & test
    assert max(train | test) < 640
    assert len(test) > 0.25 * 640 and len(train) > 0.5 * 640


def test_patches_are_where_they_may_be() -> None:
    data = datasets.load("patches", PLAIN)
    windows = sliding_window_view(read_photos(), (8, 8), axis=(1, 2))
    for images, lefts in zip(
        (data.train_images, data.test_images), patches.photo_columns(640, 8), strict=True
    ):
        allowed = {patch.tobytes() for patch in windows[:, :, lefts].reshape(-1, 8, 8)}
        assert all(patch.tobytes() in allowed for patch in images[:300])


def test_patches_of_a_data_set_are_parts_of_its_images() -> None:
    digits = datasets.load("digits")
    data = datasets.load("patches", PLAIN | {"patch_source": "digits", "size": 5})
    for images, source in (
        (data.train_images, digits.train_images),
        (data.test_images, digits.test_images),
    ):
        windows = sliding_window_view(source, (5, 5), axis=(1, 2)).reshape(-1, 5, 5)
        allowed = {window.tobytes() for window in windows}
        assert all(patch.tobytes() in allowed for patch in images)
        assert len({patch.tobytes() for patch in images}) > 0.6 * len(images)


@pytest.mark.parametrize(
    ("source", "least"),
    [
        ("photos", patches.LEAST_SPREAD_IN_PHOTOS),
        ("digits", patches.LEAST_SPREAD_IN_IMAGES),
        ("mnist", patches.LEAST_SPREAD_IN_IMAGES),
    ],
)
def test_as_many_as_promised_and_none_is_blank(
    source: str, least: float, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AE_DATA_DIR", str(shared_data))
    for size in (2, 8):
        data = datasets.load("patches", PLAIN | {"patch_source": source, "size": size})
        assert data.train_images.shape == (10_000, size, size)
        assert data.test_images.shape == (2_000, size, size)
        for images in (data.train_images, data.test_images):
            assert images.std((1, 2)).min() >= least * 255
    assert data.classes == ("patch",) and not data.train_labels.any()


def test_patches_are_drawn_alike_every_time() -> None:
    first = datasets.load("patches", {"whitening": True})
    datasets.forget("patches")
    again = datasets.load("patches", {"whitening": True})
    assert again is not first and again.fingerprint == first.fingerprint
    np.testing.assert_array_equal(again.test_images, first.test_images)


def test_every_choice_has_a_fingerprint_of_its_own() -> None:
    options = [
        {"mean_removal": mean, "whitening": white, "size": size}
        for mean in (False, True)
        for white in (False, True)
        for size in (8, 9)
    ]
    assert len({datasets.load("patches", each).fingerprint for each in options}) == 8


def test_the_fingerprint_of_whitened_patches_is_that_of_what_was_whitened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last bits of a decomposition depend on the machine and on the number of threads."""
    first = datasets.load("patches", {"whitening": True}).fingerprint
    zca = patches.zca

    def shaken(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mean, transform = zca(images)
        return mean, transform * (1 + 1e-6)

    monkeypatch.setattr(patches, "zca", shaken)
    datasets.forget("patches")
    assert datasets.load("patches", {"whitening": True}).fingerprint == first
    datasets.forget("patches")


@pytest.mark.parametrize("whitening", [False, True])
def test_the_mean_of_each_patch_is_removed(whitening: bool) -> None:
    data = datasets.load("patches", {"whitening": whitening})
    for images in (data.train_images, data.test_images):
        assert np.abs(images.mean((1, 2), dtype=np.float64)).max() < 1e-6


def test_removing_the_mean_changes_nothing_else() -> None:
    cut, centred = datasets.load("patches", PLAIN), datasets.load("patches")
    grey = cut.test_images / 255
    expected = grey - grey.mean((1, 2), keepdims=True)
    np.testing.assert_allclose(centred.test_images, expected, atol=1e-7)


@pytest.mark.parametrize("mean_removal", [False, True])
@pytest.mark.parametrize("source", ["photos", "digits"])
def test_whitening_turns_each_variance_into_its_share(source: str, mean_removal: bool) -> None:
    options = {"patch_source": source, "size": 8, "mean_removal": mean_removal}
    plain, white = (datasets.load("patches", options | {"whitening": w}) for w in (False, True))
    scale = 255 if plain.train_images.dtype == np.uint8 else 1
    variances = np.linalg.eigvalsh(covariance(plain.train_images / scale)).clip(min=0)
    found = np.linalg.eigvalsh(covariance(white.train_images))
    np.testing.assert_allclose(found, np.sort(variances / (variances + ZCA_EPSILON)), atol=1e-3)
    np.testing.assert_allclose(rows(white.train_images).mean(0), 0, atol=1e-5)


def test_whitened_patches_of_photographs_have_nearly_the_identity_for_a_covariance() -> None:
    data = datasets.load("patches", {"whitening": True, "mean_removal": False})
    found = np.linalg.eigvalsh(covariance(data.train_images))
    assert found.min() > 0.9 and found.max() < 1.001
    np.testing.assert_allclose(covariance(data.train_images), np.eye(64), atol=0.05)
    # what the training patches fitted does much the same to the others
    assert 0.3 < np.diag(covariance(data.test_images)).mean() < 2


def test_whitening_is_the_symmetric_one() -> None:
    draw = np.random.default_rng(0)
    images = draw.normal(size=(500, 3, 3)).astype(np.float32)
    mean, transform = patches.zca(images)
    np.testing.assert_allclose(mean, rows(images).mean(0))
    np.testing.assert_allclose(transform, transform.T, atol=1e-12)
    inverse_square = np.linalg.inv(transform @ transform)
    np.testing.assert_allclose(inverse_square, covariance(images) + ZCA_EPSILON * np.eye(9))


def test_the_largest_patch_is_the_smallest_side() -> None:
    assert datasets.largest_patch({}) == 32 == datasets.largest_patch({"patch_source": "photos"})
    assert datasets.largest_patch({"patch_source": "digits", "length": 4}) == 8
    assert datasets.largest_patch({"patch_source": "mnist"}) == 28
    with pytest.raises(DatasetError, match="cannot be cut from 'noise': choose one of photos"):
        datasets.largest_patch({"patch_source": "noise"})
    assert {name for name in patches.SOURCES if name != "photos"} == {
        name for name, spec in DATASETS.items() if spec.trainable and not spec.recipe
    }
    for name, label in patches.SOURCES.items():
        assert name == "photos" or label == DATASETS[name].label


def test_blank_images_are_refused() -> None:
    blank = unlabelled(np.zeros((3, 9, 9), np.uint8), np.zeros((3, 9, 9), np.uint8))
    with pytest.raises(DatasetError, match="too blank to cut patches from"):
        patches.cut_from_images(blank, 4, "Blanks")
