"""Scores: patches against brute force, code distance against scikit-learn."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from aecore.config import RunConfig
from aecore.models import Autoencoder, initialise, load_weights
from aecore.scores import NEIGHBOURS, SCORES, Context, code_distance, patch_shape, worst_patch


def uniform(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def every_patch(errors: np.ndarray, patch: tuple[int, int]) -> np.ndarray:
    """Return the mean of each patch of one image, by its corner."""
    rows, columns = errors.shape[0] - patch[0] + 1, errors.shape[1] - patch[1] + 1
    return np.array(
        [
            [errors[r : r + patch[0], c : c + patch[1]].mean() for c in range(columns)]
            for r in range(rows)
        ]
    )


@given(
    st.integers(1, 9), st.integers(1, 9), st.integers(1, 9), st.integers(1, 9), st.integers(0, 99)
)
def test_the_worst_patch_is_that_of_brute_force(
    h: int, w: int, height: int, width: int, seed: int
) -> None:
    patch = min(h, height), min(w, width)
    errors = uniform(3, h, w, seed=seed)
    means, corners = worst_patch(errors, patch)
    for image, mean, (row, column) in zip(
        errors.double().numpy(), means, corners.tolist(), strict=True
    ):
        all_means = every_patch(image, patch)
        assert mean == pytest.approx(all_means.max(), rel=1e-4)
        assert all_means[row, column] == pytest.approx(all_means.max(), rel=1e-4)


def test_one_bad_spot_counts_for_the_patch_and_hardly_for_the_mean() -> None:
    errors = torch.zeros(1, 28, 28)
    errors[0, 10:17, 3:10] = 1
    means, corners = worst_patch(errors, patch_shape((28, 28)))
    assert means.tolist() == [1]
    assert corners.tolist() == [[10, 3]]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((28, 28), (7, 7)), ((8, 8), (2, 2)), ((1, 4), (1, 1)), ((3, 3), (1, 1))],
)
def test_patches_are_a_quarter_of_each_side(
    shape: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert patch_shape(shape) == expected


@pytest.mark.parametrize("scale", [1, 1000])
@pytest.mark.parametrize("offset", [0, 50])
def test_code_distance_is_scikit_learns(scale: float, offset: float) -> None:
    codes = scale * uniform(300, 6) + offset
    queries = scale * uniform(700, 6, seed=1) + offset
    search = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(codes.double().numpy())
    expected = search.kneighbors(queries.double().numpy())[0][:, -1]
    np.testing.assert_allclose(code_distance(codes, queries), expected, rtol=1e-3)


def test_a_code_among_the_others_does_not_count_for_itself() -> None:
    codes = uniform(60, 3)
    distances = code_distance(codes, codes, 4, within=True)
    expected = np.sort(np.linalg.norm(codes[:, None] - codes[None], axis=2), axis=1)[:, 4]
    np.testing.assert_allclose(distances, expected, rtol=1e-4)


def test_fewer_codes_than_neighbours_and_no_queries() -> None:
    codes = torch.tensor([[0.0, 0.0], [3.0, 4.0]])
    assert code_distance(codes, torch.zeros(1, 2)).tolist() == [5]
    assert code_distance(codes, torch.zeros(0, 2)).shape == (0,)


@pytest.fixture(scope="module")
def model() -> Autoencoder:
    config = RunConfig(dataset="digits", bottleneck=4)
    return load_weights(config, initialise(config).state_dict())


@pytest.mark.parametrize("name", SCORES)
def test_every_score_gives_each_image_its_own_number(name: str, model: Autoencoder) -> None:
    images = uniform(1100, 64)
    context = Context((8, 8), lambda: model.encode(images[:40]))
    scores = SCORES[name].compute(model, images, context)
    assert scores.shape == (1100,)
    assert scores.isfinite().all() and (scores >= 0).all()
    assert not scores.requires_grad
    some = SCORES[name].compute(model, images[[1050, 3]], context)
    torch.testing.assert_close(some, scores[[1050, 3]], rtol=1e-4, atol=1e-6)


def test_scores_are_what_they_are_called(model: Autoencoder) -> None:
    images = uniform(20, 64)
    context = Context((8, 8), lambda: model.encode(images))
    squares = (model(images) - images).square()
    mean = SCORES["mean"].compute(model, images, context)
    patch = SCORES["patch"].compute(model, images, context)
    torch.testing.assert_close(mean, squares.mean(1))
    assert patch[7] == pytest.approx(every_patch(squares[7].view(8, 8).numpy(), (2, 2)).max())
    assert (patch >= mean - 1e-6).all()


def test_the_codes_are_asked_for_only_where_they_are_needed(model: Autoencoder) -> None:
    def never() -> torch.Tensor:
        raise AssertionError

    for name in ("mean", "patch"):
        SCORES[name].compute(model, uniform(2, 64), Context((8, 8), never))


def test_every_score_has_words_for_a_page() -> None:
    for name, score in SCORES.items():
        assert score.name == name and score.label and score.unit and score.help.endswith(".")
