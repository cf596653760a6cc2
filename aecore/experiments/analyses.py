"""The analyses that experiments are made of, by name.

Each takes a laboratory and arguments, and returns values named ``"<run> <what>"``; units and
splits are said where the values are used.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import TypeAlias

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from aecore import evaluation, figures, images
from aecore.activity import unit_activity
from aecore.agreement import combine
from aecore.anomalies import reconstruction_errors
from aecore.compression import FORMATS, error_at, sweep
from aecore.corruption import Noise
from aecore.detection import auc, average_precision
from aecore.diagnostics import principal_angles
from aecore.experiments.described import as_name
from aecore.experiments.laboratory import Found, Laboratory, Subject
from aecore.features import adjusted_rand, cluster, linear_probe
from aecore.filters import encoder_filters
from aecore.hashing import HashTable, bits, lookup_precision, precision_at
from aecore.neighbours import knn_accuracy
from aecore.objectives import LOSSES, kl_to_prior
from aecore.quantisation import code_range, dequantise, quantise
from aecore.randomness import generator
from aecore.reconstruction import one_of_each
from aecore.rounded_codes import decoder_bytes
from aecore.strangers import STRANGERS
from aecore.strangers import images as strange_images
from aecore.training import as_pixels

Analysis: TypeAlias = Callable[..., Found]

NEIGHBOURS = 7
SHOWN = 10


def _subjects(lab: Laboratory, runs: Sequence[str] = ()) -> list[Subject]:
    return [lab[name] for name in runs or lab.names()]


def _picture(rows: Sequence[np.ndarray], columns: int) -> Image.Image:
    """Tile RGB pictures (k, h, w, 3) of equal size, three times as large."""
    tiled = images.tile(np.concatenate(rows), columns)
    size = tiled.width * 3, tiled.height * 3
    return tiled.resize(size, Image.Resampling.NEAREST)


def _greys(subject: Subject, rows: Tensor) -> np.ndarray:
    return images.grey(subject.data.shown(rows.numpy().reshape(-1, *subject.data.shape)))


# -- reconstructions -----------------------------------------------------------------


def errors(lab: Laboratory, runs: Sequence[str] = ()) -> Found:
    """Measure test errors: of each run, of PCA of its code size on the same input, of the mean.

    Values: ``<run> MSE``, ``<run> clean MSE``, ``<run> loss`` (a pixel), ``<run> squared error``
    (an image), ``<run> PCA MSE``, ``<run> PCA squared error``, ``<run> mean image MSE``,
    ``<run> noisy MSE`` (of the input itself).
    """
    found = Found()
    for s in _subjects(lab, runs):
        n, known, q = s.config.pixels, s.baseline, min(s.config.code_size, s.config.pixels)
        sums = np.zeros(3)
        probes = evaluation.probes(
            evaluation.pixels(s.data.test_images), "test", s.config.corruption, s.config.seed
        )
        for probe in probes:
            others = known.reconstruct(probe.noisy, q), known.mean, probe.noisy
            sums += [float((x - probe.clean).square().mean(1).sum()) for x in others]
        pca, mean, noisy = (sums / len(s.data.test_images)).tolist()
        found.values |= {
            f"{s.name} MSE": s.whole["test_mse"],
            f"{s.name} clean MSE": s.whole["test_mse_clean"],
            f"{s.name} loss": s.whole["test_loss"],
            f"{s.name} squared error": s.whole["test_mse"] * n,
            f"{s.name} PCA MSE": pca,
            f"{s.name} PCA squared error": pca * n,
            f"{s.name} mean image MSE": mean,
            f"{s.name} noisy MSE": noisy,
            f"{s.name} share of the mean image's": s.whole["test_mse"] / mean,
        }
    return found


@torch.no_grad()
def rows(lab: Laboratory, runs: Sequence[str] = ()) -> Found:
    """Draw the same test images in rows: as they are, as they go in, and as they come out."""
    chosen = _subjects(lab, runs)
    first = chosen[0]
    places = one_of_each(first.test_labels, len(first.data.classes), SHOWN)
    clean = first.test[places]
    drawn = [_greys(first, clean)]
    for s in chosen:
        seen = clean
        if s.config.corruption:
            seen = s.config.corruption(clean, generator(s.config.seed, "look"))
            drawn.append(_greys(s, seen))
        drawn.append(_greys(s, s.model(seen)))
    return Found({}, {"rows": _picture(drawn, len(places))})


def curves(lab: Laboratory) -> Found:
    """Draw the test error of every run as it was trained."""
    lines = {s.name: s.rows() for s in _subjects(lab)}
    epochs = sorted({row["epoch"] for rows in lines.values() for row in rows if row["epoch"] > 0})
    series = {
        name: np.interp(
            epochs,
            [row["epoch"] for row in rows],
            [row["test_mse"] for row in rows],
            right=math.nan,  # a shorter run ends where it ends
        ).tolist()
        for name, rows in lines.items()
    }
    last = epochs[-1] if epochs else 1.0
    chart = figures.curves(
        epochs, series, {}, title="test MSE per pixel", last_epoch=last, height=480
    )
    return Found({}, {"curves": chart})


def readable(lab: Laboratory, runs: Sequence[str] = (), count: int = 2000) -> Found:
    """Measure on which share of the test images the reconstruction still reads as its class.

    The reader is 7-NN on the pixels of 10,000 training images. Values: ``<run> readable``,
    ``originals readable``.
    """
    found = Found()
    for s in _subjects(lab, runs):
        train, labels = s.train[:10_000], s.train_labels[:10_000]
        test, wanted = s.test[:count], s.test_labels[:count]
        with torch.no_grad():
            seen = s.model(test)
        for name, shown in ((s.name, seen), ("originals", test)):
            if f"{name} readable" not in found.values:
                found.values[f"{name} readable"] = knn_accuracy(
                    train, labels, shown, wanted, NEIGHBOURS
                )
    return found


def loss_after(lab: Laboratory, run: str, epochs: int) -> Found:
    """Read the loss after so many epochs, counted from where the run's noise begins.

    Value: ``<run> after <epochs>``, mean per pixel of the 1,000 live test images.
    """
    s = lab[run]
    step = s.config.last_step(s.config.clean_epochs + epochs)
    loss = next((row["test_loss"] for row in s.rows() if row["step"] == step), None)
    return Found({} if loss is None else {f"{run} after {epochs}": loss})


def smallest_code(lab: Laboratory, allowed: float) -> Found:
    """Find the smallest code of the runs whose test error is allowed, and that of PCA.

    Values: ``smallest q``, ``smallest PCA q``.
    """
    found = Found()
    subjects = sorted(_subjects(lab), key=lambda s: s.config.code_size)
    sizes, network = [], []
    for s in subjects:
        sizes.append(s.config.code_size)
        network.append(s.whole["test_mse"])
    first = subjects[0]
    enough = [q for q, error in zip(sizes, network, strict=True) if error <= allowed]
    found.values["smallest q"] = float(min(enough, default=math.inf))
    pca = [
        float((first.baseline.reconstruct(first.test, q) - first.test).square().mean())
        for q in sizes
    ]
    for q in range(1, first.config.pixels + 1):
        if float((first.baseline.reconstruct(first.test, q) - first.test).square().mean()) <= (
            allowed
        ):
            found.values["smallest PCA q"] = float(q)
            break
    chart = figures.curves(
        [float(q) for q in sizes], {"Network": network, "PCA": pca}, {"Allowed": allowed},
        title="test MSE per pixel", last_epoch=float(sizes[-1]), height=420,
    )  # fmt: skip
    chart.layout.xaxis.title.text = "bottleneck size q"
    found.figures["sweep"] = chart
    return found


# -- codes as features ---------------------------------------------------------------


def knn(lab: Laboratory, runs: Sequence[str] = (), pixels: bool = True) -> Found:
    """Measure 7-NN accuracy on codes and on pixels, test images among training images.

    Values: ``<run> 7-NN``, ``<run> seconds``, and the same for ``pixels``.
    """
    found = Found()
    chosen = _subjects(lab, runs)
    spaces = [(s.name, s, s.train_codes, s.test_codes) for s in chosen]
    if pixels:
        spaces.append(("pixels", chosen[0], chosen[0].train, chosen[0].test))
    for name, s, train, test in spaces:
        lab.say(f"7-NN on {name}")
        began = time.perf_counter()
        found.values[f"{name} 7-NN"] = knn_accuracy(
            train, s.train_labels, test, s.test_labels, NEIGHBOURS
        )
        found.values[f"{name} seconds"] = time.perf_counter() - began
    return found


def probe(lab: Laboratory, runs: Sequence[str] = (), count: int = 10_000) -> Found:
    """Measure a linear classifier on the codes, fitted on ``count`` training images.

    Value: ``<run> probe``, accuracy on the test images.
    """
    return Found(
        {
            f"{s.name} probe": linear_probe(
                s.train_codes[:count], s.train_labels[:count], s.test_codes, s.test_labels
            )
            for s in _subjects(lab, runs)
        }
    )


def clusters(lab: Laboratory, run: str, k: int = 10) -> Found:
    """Measure k-means on codes and on pixels of the test images.

    Values: ``codes ARI``, ``codes seconds`` and the same for ``pixels``.
    """
    s, found = lab[run], Found()
    for name, space in (("codes", s.test_codes), ("pixels", s.test)):
        began = time.perf_counter()
        assigned = cluster(space, k, lab.seed)
        found.values[f"{name} seconds"] = time.perf_counter() - began
        found.values[f"{name} ARI"] = adjusted_rand(assigned, s.test_labels)
    return found


def sparsity(lab: Laboratory, runs: Sequence[str] = ()) -> Found:
    """Measure how sparse codes are, 0 (all units alike) to 1 (one unit speaks), test images.

    Value: ``<run> sparsity`` (Hoyer 2004: ``(√q − ‖h‖₁ / ‖h‖₂) / (√q − 1)``), mean.
    """
    found = Found()
    for s in _subjects(lab, runs):
        h, root = s.test_codes, math.sqrt(s.config.code_size)
        if root == 1:
            continue  # a single unit is neither sparse nor not
        ratio = h.abs().sum(1) / h.norm(dim=1).clamp(min=1e-12)
        each = ((root - ratio) / (root - 1)).clamp(max=1)  # silent codes are sparse too
        found.values[f"{s.name} sparsity"] = float(each.mean())
    return found


def hashing(lab: Laboratory, run: str, radius: int = 2, count: int = 100) -> Found:
    """Look test images up among the training images by their bits.

    Values: ``same class`` among the nearest ``count`` by Hamming distance, ``chance``,
    ``found within <radius>`` (share of queries), ``images found`` (mean a query) and
    ``same class in the table`` (of what is found).
    """
    s = lab[run]
    queries = min(1000, len(s.test_codes))
    table, asked = bits(s.train_codes), bits(s.test_codes[:queries])
    known, labels = s.data.train_labels, s.data.test_labels[:queries]
    looked_up = lookup_precision(asked, labels, HashTable(table, s.config.code_size), known, radius)
    return Found(
        {
            "same class": precision_at(asked, labels, table, known, count),
            "chance": float(np.mean([(known == label).mean() for label in labels])),
            f"found within {radius}": looked_up.answered,
            "images found": looked_up.found,
            "same class in the table": looked_up.precision or 0.0,
        }
    )


# -- filters and codes ---------------------------------------------------------------


def units(lab: Laboratory, runs: Sequence[str] = (), most: int = 100) -> Found:
    """Measure first-layer filters, and draw them.

    Values: ``<run> area`` (median over the live units of the share of the image that a filter
    covers: the participation ratio of its squared weights), ``<run> roughness`` (median of the
    squared difference of neighbouring weights over the mean square, 2 for pure noise),
    ``<run> elongation`` (median of length over width, 1 for a round spot), ``<run> dead`` (share
    of units).
    """
    found = Found()
    for s in _subjects(lab, runs):
        weights = encoder_filters(s.model)
        activity = unit_activity(s.model, s.test[:1000])
        alive = weights[~activity.dead] if not bool(activity.dead.all()) else weights
        square = alive.square()
        share = square.sum(1).square() / square.square().sum(1).clamp(min=1e-30) / alive.shape[1]
        maps = alive.view(-1, *s.model.filter_shape)
        across, down = (
            maps.diff(dim=2).square().mean((1, 2)),
            maps.diff(dim=1).square().mean((1, 2)),
        )
        rough = (across + down) / 2 / maps.square().mean((1, 2)).clamp(min=1e-30)
        found.values |= {
            f"{s.name} area": float(share.median()),
            f"{s.name} elongation": float(_elongation(maps.square()).median()),
            f"{s.name} roughness": float(rough.median()),
            f"{s.name} dead": float(activity.dead.float().mean()),
        }
        shown = alive[:most].view(-1, *s.model.filter_shape)
        scaled = shown / shown.abs().amax((1, 2), keepdim=True).clamp(min=1e-12)
        found.figures[f"filters-{as_name(s.name)}"] = _picture(
            [images.signed(scaled.numpy(), 1.0)], round(math.sqrt(len(shown)))
        )
    return found


def _elongation(mass: Tensor) -> Tensor:
    """Return length over width of each of some masses (k, h, w), (k,).

    These are the square roots of the two moments about the centre of mass.
    """
    h, w = mass.shape[1:]
    total = mass.sum((1, 2)).clamp(min=1e-30)
    y, x = torch.arange(h)[:, None].float(), torch.arange(w)[None].float()
    cy, cx = (((mass * at).sum((1, 2)) / total)[:, None, None] for at in (y, x))
    yy = (mass * (y - cy).square()).sum((1, 2)) / total
    xx = (mass * (x - cx).square()).sum((1, 2)) / total
    xy = (mass * (y - cy) * (x - cx)).sum((1, 2)) / total
    spread = ((yy - xx).square() / 4 + xy.square()).sqrt()
    middle = (yy + xx) / 2
    return ((middle + spread) / (middle - spread).clamp(min=1e-12)).sqrt()


def sensitivity(lab: Laboratory, runs: Sequence[str] = (), count: int = 1000) -> Found:
    """Measure how far codes move with their images: ``<run> ‖J‖``, mean over test images."""
    found = Found()
    for s in _subjects(lab, runs):
        with torch.no_grad():
            squares = s.model.jacobian(s.test[:count])
        found.values[f"{s.name} ‖J‖"] = float(squares.clamp(min=0).sqrt().mean())
    return found


def subspace(lab: Laboratory, run: str) -> Found:
    """Compare a linear network with PCA of as many components, test images.

    Values: ``largest angle`` (degrees), ``MSE over PCA's``.
    """
    s = lab[run]
    pca = (s.baseline.reconstruct(s.test, s.config.code_size) - s.test).square().mean()
    return Found(
        {
            "largest angle": float(principal_angles(s.model, s.baseline).max()),
            "MSE over PCA's": s.whole["test_mse"] / float(pca),
        }
    )


@torch.no_grad()
def corners(lab: Laboratory, run: str) -> Found:
    """Look at the codes of one-hot inputs.

    Values: ``distance to corner`` (largest distance of a code to the nearest corner, as the
    largest coordinate), ``right output`` (smallest output at the right place), ``corners used``.
    """
    s = lab[run]
    h = s.model.encode(s.test)
    outputs = s.model.decode(h)
    rounded = h.round().clamp(0, 1)
    return Found(
        {
            "distance to corner": float((h - rounded).abs().max()),
            "right output": float(outputs.diagonal().min()),
            "corners used": float(len(rounded.unique(dim=0))),
        }
    )


@torch.no_grad()
def nats(lab: Laboratory, run: str, split: str = "train", side: int = 15) -> Found:
    """Measure a variational network's objective, and draw what a grid of codes decodes to.

    Values: ``reconstruction``, ``KL`` and ``together``, nats an image.
    """
    s = lab[run]
    stored = s.data.train_images if split == "train" else s.data.test_images
    reconstruction = divergence = 0.0
    for p in evaluation.probes(evaluation.pixels(stored), split, Noise("none"), s.config.seed):
        through = s.model.run(p.clean, generator(s.config.seed, "nats", p.number))
        loss = LOSSES[s.config.loss].value(through.logits, p.clean, s.model.output)
        reconstruction += float(loss.sum())
        divergence += float(kl_to_prior(through.sums).sum())
    found = Found(
        {
            "reconstruction": reconstruction / len(stored),
            "KL": divergence / len(stored),
            "together": (reconstruction + divergence) / len(stored),
        }
    )
    if s.config.code_size == 2:
        at = torch.special.ndtri(torch.linspace(0.03, 0.97, side))
        up, across = torch.meshgrid(at.flip(0), at, indexing="ij")
        decoded = s.model.decode(torch.stack([across.flatten(), up.flatten()], 1))
        found.figures["grid"] = _picture([_greys(s, decoded)], side)
    drawn = torch.randn(SHOWN**2, s.config.code_size, generator=generator(lab.seed, "prior"))
    found.figures["samples"] = _picture([_greys(s, s.model.decode(drawn))], SHOWN)
    return found


# -- anomalies -----------------------------------------------------------------------


def shoes(lab: Laboratory, run: str) -> Found:
    """Rank strangers among the test images by reconstruction error.

    Values: ``shoe RE``, ``shoe rank``, ``hardest digit RE``, ``second over first``, and where
    clothing is at hand ``<kind> first`` (share of its images before every digit) for each kind
    of shoe. Draws ``shoe``: the shoe, an empty image and the hardest digit above what came back.
    """
    s, found = lab[run], Found()
    own = reconstruction_errors(s.model, s.test)
    shoe, pixels = _strange(s, "shoe")[1:]
    shown = torch.cat([pixels, torch.zeros_like(pixels), s.test[own.argmax()][None]])
    with torch.inference_mode():
        found.figures["shoe"] = _picture([_greys(s, shown), _greys(s, s.model(shown))], len(shown))
    hardest = float(own.max())
    found.values |= {
        "shoe RE": float(shoe[0]),
        "hardest digit RE": hardest,
        "shoe rank": float((own >= shoe[0]).sum()) + 1,
        "second over first": hardest / float(shoe[0]),
    }
    clothing = next(
        (k for k in ("fashion-mnist", "fashion-mnist-sample") if STRANGERS[k].available()), None
    )
    if clothing is not None:
        labels, error, _pictures = _strange(s, clothing, 900)
        for kind in ("Ankle boot", "Sneaker", "Sandal"):
            mine = torch.tensor([label.startswith(kind) for label in labels])
            found.values[f"{kind.lower()}s first"] = float((error[mine] > hardest).float().mean())
    return found


def _strange(s: Subject, kind: str, count: int = 1) -> tuple[list[str], Tensor, Tensor]:
    """Return labels, reconstruction errors and pixels of strangers."""
    strange = strange_images(kind, s.data.shape, count)
    pictures = as_pixels(evaluation.pixels(np.ascontiguousarray(strange.images)))
    return list(strange.labels), reconstruction_errors(s.model, pictures), pictures


def stability(lab: Laboratory, top: int = 100) -> Found:
    """Compare which test images several networks find hardest.

    Values: ``single agreement`` (mean share of the ``top`` hardest that two networks have in
    common), ``mean agreement`` and ``maximum agreement`` (the same for two halves of the
    networks, each combined).
    """
    found = [reconstruction_errors(s.model, s.test).numpy() for s in _subjects(lab)]

    def common(a: np.ndarray, b: np.ndarray) -> float:
        first, second = (set(np.argsort(-e, kind="stable")[:top].tolist()) for e in (a, b))
        return len(first & second) / top

    one, two = found[: len(found) // 2], found[len(found) // 2 :]
    pairs = [common(a, b) for a, b in combinations(found, 2)]
    together = {
        f"{how} agreement": common(combine(one, how), combine(two, how))
        for how in ("mean", "maximum")
    }
    return Found({"single agreement": sum(pairs) / len(pairs), **together})


def too_easy(lab: Laboratory, run: str) -> Found:
    """Score images that are simple and no digits: a blank one, and single strokes.

    Values: ``blank RE``, ``stroke RE``, ``median digit RE``, and ``digits above the blank`` and
    ``digits above the stroke`` (share of the test images whose RE is larger).
    """
    s = lab[run]
    height, width = s.data.shape
    stroke = torch.zeros(height, width)
    stroke[height // 4 : -height // 4, width // 2] = 1.0
    simple = torch.stack([torch.zeros(height, width), stroke]).flatten(1)
    blank, line = reconstruction_errors(s.model, simple).tolist()
    own = reconstruction_errors(s.model, s.test)
    return Found(
        {
            "blank RE": blank,
            "stroke RE": line,
            "median digit RE": float(own.median()),
            "digits above the blank": float((own > blank).float().mean()),
            "digits above the stroke": float((own > line).float().mean()),
        }
    )


def contamination(lab: Laboratory, runs: Sequence[str] = ()) -> Found:
    """Rank the training images themselves, and see where the outliers among them land.

    Values: ``<run> AUC``, ``<run> average precision``, ``<run> outlier over digit`` (mean RE of
    the outliers over that of the digits).
    """
    found = Found()
    for s in _subjects(lab, runs):
        if s.data.outliers is None or not s.data.outliers.any():
            continue
        scores = reconstruction_errors(s.model, s.train).numpy()
        truth = s.data.outliers
        found.values |= {
            f"{s.name} AUC": auc(scores, truth),
            f"{s.name} average precision": average_precision(scores, truth),
            f"{s.name} outlier over digit": float(scores[truth].mean() / scores[~truth].mean()),
        }
    return found


# -- compression ---------------------------------------------------------------------


@torch.no_grad()
def compression(lab: Laboratory, runs: Sequence[str] = (), count: int = 1000) -> Found:
    """Compare codes of one byte a number with image codecs at as many bytes an image.

    Values, on ``count`` test images: ``<run> bytes``, ``<run> MSE``, ``<run> JPEG MSE``,
    ``<run> JPEG 2000 MSE``, ``<run> WebP MSE`` (a mosaic of all images, divided by their
    number), ``<run> decoder bytes``.
    """
    found = Found()
    first = _subjects(lab, runs)[0]
    stored = first.data.test_images[:count]
    curves = {FORMATS[name].label: sweep(stored, name) for name in FORMATS}
    for s in _subjects(lab, runs):
        clean = s.test[:count]
        q = s.config.code_size
        scale = code_range(s.train_codes)
        rounded = torch.from_numpy(dequantise(quantise(s.test_codes[:count], scale), scale))
        mse = float((s.model.decode(rounded) - clean).square().mean())
        found.values |= {f"{s.name} bytes": float(q), f"{s.name} MSE": mse}
        found.values[f"{s.name} decoder bytes"] = float(decoder_bytes(s.model))
        for name, curve in curves.items():
            other = error_at(curve, float(q))
            if other is not None:
                found.values[f"{s.name} {name} MSE"] = other
    return found


ANALYSES: dict[str, Analysis] = {
    function.__name__: function
    for function in (
        errors,
        rows,
        curves,
        readable,
        loss_after,
        smallest_code,
        knn,
        probe,
        clusters,
        sparsity,
        hashing,
        units,
        sensitivity,
        subspace,
        corners,
        nats,
        shoes,
        stability,
        too_easy,
        contamination,
        compression,
    )
}
