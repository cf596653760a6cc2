"""The Reconstructions page: chosen images, what goes in and what comes out."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from aecore.corruption import Noise
from aecore.reconstruction import choose, reconstruct, spoil
from aecore.wording import short
from ui.pictures import Row, row
from ui.views.frame import (
    Frame,
    baseline,
    cached,
    greys,
    model,
    rows_of,
    test_errors,
    test_images,
    test_labels,
)


@dataclass(frozen=True)
class Strips:
    """Chosen images in rows of ten, and what they come to in words."""

    summary: str
    strips: list[list[Row]]


@cached(48)
def chosen_strips(
    frame: Frame, how: str, label: int | None, count: int, seed: int, noise: Noise, pca: bool
) -> Strips:
    """Return chosen test images with what network and PCA make of them."""
    data, config = frame.data, frame.config
    places = choose(how, test_errors(frame), test_labels(data), label, count, seed)
    clean = test_images(data, places)
    noisy = spoil(clean, places, noise, config.seed)
    known = baseline(data) if pca else None
    q = min(config.code_size, config.pixels)
    hint = "same number of numbers" if q == config.code_size else "all components there are"
    strips, errors, pca_errors = [], [], []
    for part in torch.arange(len(places)).split(10):
        seen = reconstruct(model(frame), clean[part], noisy[part])
        rows = rows_of(seen, data, noisy=bool(noise))
        errors.append(seen.errors)
        if known is not None:
            other = reconstruct(lambda x: known.reconstruct(x, q), clean[part], noisy[part])
            pictures = greys(other.reconstructed, data)
            captions = [short(float(e)) for e in other.errors]
            rows.append(
                row(
                    f"PCA {q}",
                    hint,
                    pictures,
                    captions,
                )
            )
            pca_errors.append(other.errors)
        strips.append(rows)
    if not strips:
        return Strips("There is no such test image.", [])
    summary = (
        f"Reconstruction error of these {len(places)} test images: "
        f"**{short(float(torch.cat(errors).mean()))}** a pixel"
    )
    if pca_errors:
        summary += f", PCA with {q} components **{short(float(torch.cat(pca_errors).mean()))}**"
    summary += (
        f". Whole test split, clean input: {short(float(test_errors(frame).mean()))}."
        " The number under each picture is its own mean squared error per pixel."
    )
    return Strips(summary, strips)
