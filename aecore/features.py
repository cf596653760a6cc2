"""What codes are worth as features: a linear probe, k-means, and a softmax classifier's weights.

The same functions take pixels, so that codes and pixels can stand side by side.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from aecore.checks import Matrix, labels_of, matrix, same_width, within

TOLERANCE = 1e-3
"""L-BFGS ends where no slope of the mean cross-entropy is larger."""
PROBE_STEPS = 200
"""Its steps at most; codes of 16 numbers need about 20."""
TEMPLATE_STEPS = 100
TEMPLATE_DECAY = 1e-3
"""λ of λ/2 · ‖W‖², added to the mean cross-entropy: enough that pixels which are hardly ever
lit get weights near 0, at less than a point of accuracy."""
STARTS = 3
"""Random starts of k-means; the one with the smallest distances is kept."""


def linear_probe(
    train: npt.ArrayLike,
    labels: npt.ArrayLike,
    test: npt.ArrayLike,
    test_labels: npt.ArrayLike,
) -> float:
    """Return the test accuracy of a linear softmax classifier on standardised features.

    The fit is convex and begins at 0, so there is nothing to seed (multinomial logistic
    regression by scikit-learn's L-BFGS, C = 1).

    Parameters
    ----------
    train : array_like, shape (N, q)
        Codes or pixels, taken as float32.
    labels : array_like, shape (N,)
        Of two or more classes.
    test : array_like, shape (M, q)
    test_labels : array_like, shape (M,)

    Returns
    -------
    float
        Share of the test points that are classified rightly, 0 to 1.

    Raises
    ------
    ValueError
        If a number is not finite, widths or lengths differ, or there is only one class.

    References
    ----------
    Alain & Bengio 2016, *Understanding intermediate layers using linear classifier probes*.
    """
    features, asked = matrix(train, "Features"), matrix(test, "Features")
    same_width(features, asked)
    expected = labels_of(test_labels, len(asked))
    mean, spread = features.mean(axis=0, dtype=np.float64), features.std(axis=0, dtype=np.float64)
    spread[spread == 0] = 1  # a dead unit tells nothing, at any scale
    model = _softmax_classifier((features - mean) / spread, labels, PROBE_STEPS, 1.0)
    return float((model.predict((asked - mean) / spread) == expected).mean())


def softmax_templates(images: npt.ArrayLike, labels: npt.ArrayLike) -> Matrix:
    """Return the weights of a linear softmax classifier on pixels, one template a class.

    Each looks somewhat like its class: bright where a pixel speaks for it, negative where a
    pixel speaks against it.

    Parameters
    ----------
    images : array_like, shape (N, n)
        Pixels 0 to 1.
    labels : array_like, shape (N,)
        Of two or more classes.

    Returns
    -------
    ndarray, shape (classes, n), float32
        In the order of the sorted labels that occur; each pixel's weights add up to 0.

    Raises
    ------
    ValueError
        If a number is not finite, lengths differ, or there is only one class.
    """
    return softmax_weights(images, labels)[0]


def softmax_weights(
    images: npt.ArrayLike, labels: npt.ArrayLike
) -> tuple[Matrix, npt.NDArray[np.float32]]:
    """Return the templates of `softmax_templates`, and each class's bias.

    Returns
    -------
    templates : ndarray, shape (classes, n), float32
    biases : ndarray, shape (classes,), float32
        An image belongs to the class whose template times the image, plus its bias, is largest.
    """
    pixels = matrix(images, "Images")
    strength = 1 / (TEMPLATE_DECAY * len(pixels))  # scikit-learn adds losses up
    model = _softmax_classifier(pixels, labels, TEMPLATE_STEPS, strength)
    weights = np.column_stack([model.coef_, model.intercept_])
    if len(weights) == 1:  # of two classes it keeps the difference
        weights = np.concatenate([-weights / 2, weights / 2])
    weights = np.asarray(weights - weights.mean(axis=0), np.float32)
    return np.ascontiguousarray(weights[:, :-1]), weights[:, -1]


def _softmax_classifier(
    features: npt.NDArray[Any], labels: npt.ArrayLike, steps: int, strength: float
) -> Any:
    """Fit scikit-learn's classifier; it may stop before the very optimum."""
    known = labels_of(labels, len(features))
    if len(np.unique(known)) < 2:
        raise ValueError("A classifier needs images of at least two classes.")
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=steps, tol=TOLERANCE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(features.astype(np.float32, copy=False), known)


def cluster(codes: npt.ArrayLike, k: int = 10, seed: int = 0) -> npt.NDArray[np.int64]:
    """Put codes into k groups by k-means (Lloyd 1982, from k-means++ starts).

    Parameters
    ----------
    codes : array_like, shape (N, q)
        Codes or pixels, taken as float32.
    k : int
        1 to N.
    seed : int
        Fixes the starts.

    Returns
    -------
    ndarray, shape (N,), int64
        Group of each code, 0 to k - 1; some stay empty where fewer than k codes differ.

    Raises
    ------
    ValueError
        If k is out of range, or a number is not finite.
    """
    table = matrix(codes, "Codes")
    within(k, 1, len(table), "The number of groups")
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer than k codes differ
        groups = KMeans(k, n_init=STARTS, random_state=seed).fit_predict(table)
    return np.asarray(groups, np.int64)


def adjusted_rand(assignment: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """Return how well groups agree with classes, whatever the groups are called.

    Parameters
    ----------
    assignment, labels : array_like, shape (N,)

    Returns
    -------
    float
        1 if they are the same partition, about 0 by chance, seldom below.

    Raises
    ------
    ValueError
        If the lengths differ, or there is nothing to compare.

    References
    ----------
    Hubert & Arabie 1985, *Comparing partitions*.
    """
    groups = np.asarray(assignment)
    known = labels_of(labels, groups.size)
    if not groups.size:
        raise ValueError("Groups and classes can only be compared where there are images.")
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(known, groups))
