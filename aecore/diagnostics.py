"""What each kind of autoencoder is about, measured: one number a code unit, or one an image."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from aecore.baselines import Baseline
from aecore.config import RunConfig
from aecore.language import marked
from aecore.language import text as _
from aecore.models import Autoencoder
from aecore.objectives import LOSSES, kl_to_prior, mean_activation
from aecore.randomness import generator
from aecore.wording import short

CARRIES_NATS = 0.1
"""A variational code unit with less is switched off: its images all get the prior."""
FEW = 100
"""Images whose derivatives are taken: of deep networks and convolutions they cost much."""
DECIDED = 0.1
"""How near to 0 or 1 a unit has to be to count as a bit already."""


@dataclass(frozen=True, eq=False)
class Finding:
    """What a diagnostic found on some images.

    Attributes
    ----------
    values : ndarray, shape (k,)
        One a code unit, or one an image.
    summary : str
        It in a sentence; Markdown.
    line : float, optional
        What the values should come to.
    """

    values: npt.NDArray[np.float32]
    summary: str
    line: float | None = None


@dataclass(frozen=True)
class Diagnostic:
    """One thing to measure.

    Attributes
    ----------
    per : str
        What there is one value of: "unit" of the code, "image", "angle".
    axis : str
        Title of the axis of values, with unit.
    applies : callable
        ``config -> bool``.
    find : callable
        ``(model, images (m, n), baseline or None) -> Finding``, or None while the baseline
        is not known.
    formula : str
        LaTeX: one value, from m images.
    """

    name: str
    label: str
    help: str
    per: str
    axis: str
    applies: Callable[[RunConfig], bool]
    find: Callable[[Autoencoder, Tensor, Baseline | None], Finding | None]
    formula: str


def _numbers(values: Tensor) -> npt.NDArray[np.float32]:
    return values.detach().to(torch.float32).numpy()


def _mean_activation(model: Autoencoder, images: Tensor, known: Baseline | None) -> Finding:
    rho = mean_activation(model.encode(images), model.code_activation)
    wanted = model.config.sparsity_target
    return Finding(
        _numbers(rho),
        _(
            "Mean activation ρ̂ of all units **{mean}**, wanted ρ {wanted:g}; from {min} to {max}.",
            mean=short(float(rho.mean())),
            wanted=wanted,
            min=short(float(rho.min())),
            max=short(float(rho.max())),
        ),
        wanted,
    )


def _code_lengths(model: Autoencoder, images: Tensor, known: Baseline | None) -> Finding:
    sizes = model.encode(images).abs().mean(0)
    columns = model.from_code().flatten(0, -2).norm(dim=0)
    return Finding(
        _numbers(sizes),
        _(
            "Sum of |code| **{sum}** an image; the decoder's columns are {mean} long on average.",
            sum=short(float(sizes.sum())),
            mean=short(float(columns.mean())),
        ),
    )


def _use(model: Autoencoder, images: Tensor, known: Baseline | None) -> Finding:
    share = (model.encode(images) != 0).float().mean(0)
    never = int((share == 0).sum())
    return Finding(
        _numbers(share),
        _(
            "Every image uses at most {active} of {count:,} units; never used: **{never:,}**.",
            active=model.config.active,
            count=len(share),
            never=never,
        ),
    )


def _information(model: Autoencoder, images: Tensor, known: Baseline | None) -> Finding:
    through = model.run(images, generator(model.config.seed, "diagnostic"))
    nats = kl_to_prior(through.sums).mean(0)  # (q,)
    loss = LOSSES[model.config.loss]
    reconstruction = float(loss.value(through.logits, images, model.output).mean())
    unit = _("nats") if loss.name == "bce" else _("summed squared error")
    return Finding(
        _numbers(nats),
        _(
            "Per image: reconstruction **{reconstruction}** {unit}, KL **{kl}** nats. "
            "{carrying} of {count} units carry more than {least:g} nats.",
            reconstruction=short(reconstruction),
            unit=unit,
            kl=short(float(nats.sum())),
            carrying=int((nats > CARRIES_NATS).sum()),
            count=len(nats),
            least=CARRIES_NATS,
        ),
    )


def _sensitivity(model: Autoencoder, images: Tensor, known: Baseline | None) -> Finding:
    squares = torch.cat([model.jacobian(part) for part in model.few_enough(images[:FEW])])
    lengths = squares.clamp(min=0).sqrt()
    return Finding(
        _numbers(lengths),
        _(
            "Mean ‖J‖ **{mean}** over {count} images: how far the code moves for each unit "
            "that the image moves.",
            mean=short(float(lengths.mean())),
            count=len(lengths),
        ),
    )


def principal_angles(model: Autoencoder, known: Baseline) -> npt.NDArray[np.float64]:
    """Return the angles between a linear decoder's subspace and that of PCA, in degrees.

    Parameters
    ----------
    model : Autoencoder
        Of q code units; only the directions in which its decoder can move are looked at.
    known : Baseline

    Returns
    -------
    ndarray, shape (min(q, n),)
        Increasing; 0 is the same direction, 90 one that PCA does not have.

    References
    ----------
    Björck & Golub 1973: cosines are exact for large angles, sines for small ones.
    """
    q = model.config.code_size
    with torch.no_grad():
        origin = model.logits(torch.zeros(1, q))
        columns = (model.logits(torch.eye(q)) - origin).double().T  # (n, q)
        mine = torch.linalg.qr(columns).Q[:, : known.components.shape[1]]
        axes = known.components[: mine.shape[1]].double()  # (q, n)
        overlap = axes @ mine
        cosines = torch.linalg.svdvals(overlap).clamp(max=1)  # decreasing
        sines = torch.linalg.svdvals(mine - axes.T @ overlap).clamp(max=1).flip(0)  # increasing
        angles = torch.where(cosines.square() > 0.5, sines.asin(), cosines.acos())
    found: npt.NDArray[np.float64] = angles.rad2deg().numpy()
    return found


def _angles(model: Autoencoder, images: Tensor, known: Baseline | None) -> Finding | None:
    if known is None:
        return None
    angles = principal_angles(model, known)
    return Finding(
        angles.astype(np.float32),
        _(
            "The largest angle to the subspace of PCA is **{largest}°**; all 0° would be the "
            "same subspace.",
            largest=short(float(angles.max())),
        ),
    )


def _bits(model: Autoencoder, images: Tensor, known: Baseline | None) -> Finding:
    h = model.sums(images).sigmoid()
    decided = ((h < DECIDED) | (h > 1 - DECIDED)).float().mean()
    share = (h > 0.5).float().mean(0)
    return Finding(
        _numbers(share),
        _(
            "**{decided:.0%}** of the units' values are within {near:g} of 0 or 1 "
            "before they are rounded to bits; a bit that is 1 for half of the images tells "
            "most.",
            decided=float(decided),
            near=DECIDED,
        ),
        0.5,
    )


def _kinds(*names: str) -> Callable[[RunConfig], bool]:
    return lambda config: any(name in config.penalties for name in names)


DIAGNOSTICS: dict[str, Diagnostic] = {
    entry.name: entry
    for entry in (
        Diagnostic(
            "mean-activation",
            "Mean activation",
            "How much each code unit speaks on average: 0 never, 1 always.",
            marked("unit"),
            marked("mean activation ρ̂"),
            _kinds("kl_sparsity"),
            _mean_activation,
            r"\hat{\rho}_j = \frac{1}{m} \sum_{i=1}^{m} h_j(x_i)",
        ),
        Diagnostic(
            "code-lengths",
            "Size of the code",
            "How large each code unit's value is on average, whatever its sign.",
            "unit",
            marked("mean |code|"),
            _kinds("l1_sparsity", "l2_sparsity"),
            _code_lengths,
            r"\frac{1}{m} \sum_{i=1}^{m} |h_j(x_i)|",
        ),
        Diagnostic(
            "use",
            "Use of the units",
            "On which share of the images each code unit is among the k strongest.",
            "unit",
            marked("share of images"),
            lambda config: config.code == "k-sparse",
            _use,
            r"\frac{1}{m} \sum_{i=1}^{m} [h_j(x_i) \ne 0]",
        ),
        Diagnostic(
            "information",
            "Information in the code",
            "KL divergence of each code unit from the prior: near 0, it carries nothing.",
            "unit",
            marked("KL, nats"),
            lambda config: config.code == "variational",
            _information,
            r"\frac{1}{m} \sum_{i=1}^{m} \tfrac{1}{2}\bigl(\mu_{ij}^2 + \sigma_{ij}^2 - 1"
            r" - \log \sigma_{ij}^2\bigr)",
        ),
        Diagnostic(
            "sensitivity",
            "Sensitivity of the code",
            "Frobenius norm of the code's derivative by the image, for each image.",
            marked("image"),
            "‖J‖",
            _kinds("contractive"),
            _sensitivity,
            r"\lVert J \rVert = \sqrt{\sum_{j,i} \left(\frac{\partial h_j}{\partial x_i}\right)^2}",
        ),
        Diagnostic(
            "principal-angles",
            "Angles to PCA",
            "Principal angles between what the decoder can draw and what PCA can.",
            marked("angle"),
            marked("angle, degrees"),
            lambda config: config.variant == "linear",
            _angles,
            r"\cos \theta_k = s_k(Q^{\top} V)",
        ),
        Diagnostic(
            "bits",
            "Bits",
            "On which share of the images each bit of the code is 1.",
            "unit",
            marked("share of ones"),
            lambda config: config.code == "binary",
            _bits,
            r"\frac{1}{m} \sum_{i=1}^{m} b_j(x_i)",
        ),
    )
}


@torch.no_grad()
def diagnose(
    model: Autoencoder, images: Tensor, known: Baseline | None
) -> list[tuple[Diagnostic, Finding]]:
    """Return what there is to know of a network of its kind.

    Parameters
    ----------
    model : Autoencoder
    images : Tensor, shape (m, n)
        Without noise.
    known : Baseline or None
        Of the same data; findings that need it are left out without.
    """
    found = [
        (entry, entry.find(model, images, known))
        for entry in DIAGNOSTICS.values()
        if entry.applies(model.config)
    ]
    return [
        (entry, finding)
        for entry, finding in found
        if finding is not None and math.isfinite(float(np.abs(finding.values).sum()))
    ]
