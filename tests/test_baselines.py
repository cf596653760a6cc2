"""PCA and the mean image against scikit-learn and published numbers, and how they are kept."""

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from aecore import baselines, datasets
from aecore.baselines import Baseline
from aecore.evaluation import pixels
from aecore.training import as_pixels

TWO_PIXELS = torch.tensor([[0, 0], [255, 255], [255, 255], [0, 0]], dtype=torch.uint8)


@pytest.fixture(scope="module")
def digits() -> datasets.Dataset:
    return datasets.load("digits")


@pytest.fixture(scope="module")
def baseline(digits: datasets.Dataset) -> Baseline:
    return baselines.fit(pixels(digits.train_images))


@pytest.fixture(scope="module")
def train(digits: datasets.Dataset) -> np.ndarray:
    return digits.train_images.reshape(-1, 64) / 255.0


@pytest.fixture(scope="module")
def test_images(digits: datasets.Dataset) -> torch.Tensor:
    return as_pixels(pixels(digits.test_images))


@pytest.mark.parametrize("q", [1, 2, 8, 32])
def test_axes_span_the_same_space_as_scikit_learns(
    baseline: Baseline, train: np.ndarray, q: int
) -> None:
    oracle = PCA(q, svd_solver="full").fit(train).components_
    axes = baseline.components[:q].double().numpy()
    outside = oracle - oracle @ axes.T @ axes
    largest_sine = np.linalg.norm(outside, 2)  # of the principal angles
    assert largest_sine < 1e-5


@pytest.mark.parametrize("q", [1, 8, 16, 63])
def test_reconstruction_error_is_scikit_learns(
    baseline: Baseline, train: np.ndarray, test_images: torch.Tensor, q: int
) -> None:
    oracle = PCA(q, svd_solver="full").fit(train)
    images = test_images.double().numpy()
    expected = np.mean((oracle.inverse_transform(oracle.transform(images)) - images) ** 2)
    error = (baseline.reconstruct(test_images, q) - test_images).square().mean()
    assert float(error) == pytest.approx(expected, rel=1e-5)


def test_variances_are_scikit_learns_and_decrease(baseline: Baseline, train: np.ndarray) -> None:
    expected = PCA(svd_solver="full").fit(train).explained_variance_ * (1 - 1 / len(train))
    np.testing.assert_allclose(baseline.variances, expected, rtol=1e-5, atol=1e-9)
    assert (baseline.variances.diff() <= 0).all()


def test_what_the_first_axes_leave_over_is_the_training_error(
    baseline: Baseline, train: np.ndarray
) -> None:
    images = torch.from_numpy(train).float()
    error = (baseline.reconstruct(images, 10) - images).square().mean()
    assert float(error) == pytest.approx(float(baseline.variances[10:].sum()) / 64, rel=1e-4)


def test_a_case_by_hand() -> None:
    fitted = baselines.fit(TWO_PIXELS)
    half = 0.5**0.5
    torch.testing.assert_close(fitted.mean, torch.tensor([0.5, 0.5]))
    torch.testing.assert_close(fitted.components[0], torch.tensor([half, half]))
    torch.testing.assert_close(fitted.variances, torch.tensor([0.5, 0.0]))
    torch.testing.assert_close(fitted.scores(torch.ones(1, 2), 1), torch.tensor([[half]]))


def test_no_component_is_the_mean_image_and_too_many_are_all(
    baseline: Baseline, test_images: torch.Tensor
) -> None:
    assert torch.equal(baseline.reconstruct(test_images, 0), baseline.mean.expand_as(test_images))
    assert baseline.scores(test_images, 1000).shape == (360, 64)
    torch.testing.assert_close(
        baseline.reconstruct(test_images, 1000), test_images, atol=1e-5, rtol=0
    )


def test_axes_are_orthonormal_with_their_largest_entry_positive(baseline: Baseline) -> None:
    axes = baseline.components
    torch.testing.assert_close(axes @ axes.T, torch.eye(64), atol=1e-5, rtol=0)
    assert (axes.gather(1, axes.abs().argmax(1, keepdim=True)) > 0).all()


@settings(max_examples=25)
@given(st.integers(1, 600), st.integers(1, 12), st.integers(0, 2**31))
def test_any_images_come_back_whole_with_all_axes(count: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    images = torch.from_numpy(rng.integers(0, 256, (count, n), dtype=np.uint8))
    fitted = baselines.fit(images)
    torch.testing.assert_close(fitted.mean, as_pixels(images).mean(0))
    given_images = as_pixels(images)
    torch.testing.assert_close(fitted.reconstruct(given_images, n), given_images, atol=1e-5, rtol=0)


def test_sums_are_exact_in_the_worst_case() -> None:
    white = torch.full((10_001, 3), 255, dtype=torch.uint8)
    fitted = baselines.fit(white)
    assert torch.equal(fitted.mean, torch.ones(3))
    assert torch.equal(fitted.variances, torch.zeros(3))


@pytest.mark.parametrize("offset", [0.0, 300.0])
def test_floats_are_fitted_in_their_own_unit(offset: float) -> None:
    draw = np.random.default_rng(0)
    mixed = (draw.normal(size=(5_000, 6)) @ draw.normal(size=(6, 6)) + offset).astype(np.float32)
    fitted = baselines.fit(torch.from_numpy(mixed))
    oracle = PCA(svd_solver="full").fit(mixed.astype(np.float64))
    np.testing.assert_allclose(fitted.mean, oracle.mean_, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(
        fitted.variances, oracle.explained_variance_ * (1 - 1 / 5_000), rtol=1e-5
    )
    agreement = np.abs(np.sum(fitted.components.numpy() * oracle.components_, axis=1))
    np.testing.assert_allclose(agreement, 1, atol=1e-5)


def test_patches_below_0_are_compared_with_pca(tmp_path: Path) -> None:
    patches = datasets.load("patches")
    fitted = baselines.ensure(patches, tmp_path)
    images = pixels(patches.test_images)
    oracle = PCA(10, svd_solver="full").fit(patches.train_images.reshape(-1, 64))
    expected = oracle.inverse_transform(oracle.transform(images.numpy()))
    np.testing.assert_allclose(fitted.reconstruct(images, 10), expected, atol=1e-4)


@pytest.mark.parametrize("length", [2, 4, 64])
def test_one_hot_vectors_need_one_number_fewer_than_they_have(length: int, tmp_path: Path) -> None:
    data = datasets.load("one-hot", {"length": length})
    fitted = baselines.ensure(data, tmp_path)
    images = as_pixels(pixels(data.train_images))
    for q in (length - 1, length, length + 5):
        torch.testing.assert_close(fitted.reconstruct(images, q), images, atol=1e-5, rtol=0)
    torch.testing.assert_close(fitted.mean, torch.full((length,), 1 / length))
    expected = torch.tensor([1 / length] * (length - 1) + [0.0])
    torch.testing.assert_close(fitted.variances, expected, atol=1e-6, rtol=0)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_no_images_are_refused_whatever_they_are(dtype: torch.dtype) -> None:
    with pytest.raises(ValueError, match="at least one training image"):
        baselines.fit(torch.empty(0, 4, dtype=dtype))


def test_what_cannot_be_is_refused_in_a_sentence(baseline: Baseline) -> None:
    with pytest.raises(ValueError, match="at least one training image"):
        baselines.fit(torch.empty(0, 4, dtype=torch.uint8))
    with pytest.raises(ValueError, match="0 or more components, not -1"):
        baseline.reconstruct(torch.zeros(1, 64), -1)


# -- keeping -------------------------------------------------------------------------


def test_peek_never_fits_and_ensure_fits_once(
    digits: datasets.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "not" / "there"
    assert baselines.peek(digits, home) is None
    assert not home.exists()
    fitted = baselines.ensure(digits, home)
    assert (home / "baselines" / f"{digits.fingerprint}.safetensors").is_file()
    monkeypatch.setattr(baselines, "fit", _never)
    kept = baselines.ensure(digits, home)
    assert torch.equal(kept.components, fitted.components)
    assert baselines.peek(digits, home) is kept


def test_callers_at_the_same_time_fit_once(
    digits: datasets.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits: list[int] = []

    def counted(images: torch.Tensor) -> Baseline:
        fits.append(len(images))
        return fit(images)

    fit = baselines.fit
    monkeypatch.setattr(baselines, "fit", counted)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: baselines.ensure(digits, tmp_path), range(8)))
    assert len(fits) == 1
    assert all(torch.equal(one.components, found[0].components) for one in found)


@pytest.mark.parametrize("damage", [b"", b"nonsense", "short", "other"])
def test_a_damaged_file_is_set_aside_and_fitted_again(
    digits: datasets.Dataset,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    damage: bytes | str,
) -> None:
    fitted = baselines.ensure(digits, tmp_path)
    path = tmp_path / "baselines" / f"{digits.fingerprint}.safetensors"
    content = {"short": path.read_bytes()[:-1], "other": _saved(baselines.fit(TWO_PIXELS))}
    path.write_bytes(damage if isinstance(damage, bytes) else content[damage])
    with caplog.at_level(logging.WARNING):
        assert baselines.peek(digits, tmp_path) is None
    assert "damaged" in caplog.text
    assert path.with_name(f"{path.name}.damaged").exists()
    assert torch.equal(baselines.ensure(digits, tmp_path).components, fitted.components)
    assert baselines.peek(digits, tmp_path) is not None


def _never(images: torch.Tensor) -> Baseline:
    raise AssertionError("fitted although it was kept")


def _saved(baseline: Baseline) -> bytes:
    from safetensors.torch import save

    return save(dict(vars(baseline)))


def test_mnist_reaches_the_published_errors(
    mnist_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AE_DATA_DIR", str(mnist_dir.parent))
    data = datasets.load("mnist")
    fitted = baselines.fit(pixels(data.train_images))
    images = as_pixels(pixels(data.test_images))
    errors = {q: float((fitted.reconstruct(images, q) - images).square().mean()) for q in (0, 64)}
    assert errors[64] == pytest.approx(0.0090, abs=0.00005)
    assert errors[0] == pytest.approx(0.0674, abs=0.0001)
