"""The Compression page: codes of a few bits, PCA's, and picture formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st
import torch
from torch import Tensor

from aecore import compression, evaluation, format_curves
from aecore.compression import FORMATS
from aecore.datasets import Dataset, has_pictures
from aecore.figures_compression import Curve, error_against_bytes
from aecore.format_curves import Curves
from aecore.language import counted
from aecore.language import text as _
from aecore.own_images import OwnImages
from aecore.quantisation import code_range
from aecore.reconstruction import codes, one_of_each
from aecore.rounded_codes import (
    CodePoint,
    bits_of,
    code_points,
    decoder_bytes,
    pays_off_from,
    rounded,
    unrounded,
)
from aecore.training import as_pixels
from aecore.wording import rounded_count, sentences, short
from ui.pictures import Row, row
from ui.server import server
from ui.views.frame import (
    Frame,
    baseline,
    cached,
    class_of,
    greys,
    model,
    shared,
    specimen_images,
    test_labels,
)

BELOW = 0.1
"""Share of the best code's error down to which the formats are drawn."""
MOST_OWN = 10
"""Own images that are shown, and written among the others."""


def storable(frame: Frame) -> bool:
    """Tell whether a data set's inputs are pictures that formats for pictures can hold."""
    return has_pictures(frame.config.dataset, frame.config.data_options)


def format_curves_of(data: Dataset) -> Curves | None:
    """Return what picture formats make of the test images, or None until that is measured."""
    return _format_curves(data.fingerprint, data) or None


@st.cache_resource(max_entries=8, show_spinner=False, validate=bool)
def _format_curves(fingerprint: str, _data: Dataset) -> Curves:
    return format_curves.kept(server().environment.home, _data) or {}


# -- numbers -------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Coder:
    """What turns images into numbers and back: the network, or PCA with as many numbers.

    Attributes
    ----------
    name : str
    known_by : tuple
        What tells its codes from those of all others.
    encode, decode : callable
    """

    name: str
    known_by: tuple[str, int]
    encode: Callable[[Tensor], Tensor]
    decode: Callable[[Tensor], Tensor]


def _coders(frame: Frame, has_baseline: bool) -> list[_Coder]:
    network, known = model(frame), baseline(frame.data) if has_baseline else None
    coders = [_Coder("This network", frame.key, lambda x: codes(network, x), network.decode)]
    if known is not None:
        q = min(frame.config.code_size, frame.config.pixels)
        axes = known.components[:q]
        coders.append(
            _Coder(
                f"PCA {q}",
                (frame.data.fingerprint, q),
                lambda x: known.scores(x, q),
                lambda h: known.mean + h @ axes,
            )
        )
    return coders


def _points(frame: Frame, has_baseline: bool) -> dict[str, list[CodePoint]]:
    """Return what codes of the first 1,000 test images take, by the name of the coder."""
    return {coder.name: _points_of(coder, frame) for coder in _coders(frame, has_baseline)}


@shared(96, lambda coder, frame: (*coder.known_by, bits_of(frame.config.code)))
def _points_of(coder: _Coder, frame: Frame) -> list[CodePoint]:
    train, test = evaluation.live_probes(frame.config, frame.data)
    inner, outer = coder.encode(train.clean), coder.encode(test.clean)
    points = code_points(coder.decode, inner, outer, test.clean, bits_of(frame.config.code))
    return [*points, unrounded(coder.decode, outer, test.clean)]


@dataclass(frozen=True)
class Comparison:
    """Error against bytes as a chart and as a table, and the decoder's own size in words."""

    chart: go.Figure
    table: list[dict[str, Any]]
    summary: str


@cached(48)
def comparison(frame: Frame, bits: int, measured: bool, has_baseline: bool) -> Comparison:
    """Compare codes with formats; the flags tell results apart that know more.

    Parameters
    ----------
    frame : Frame
    bits : int
        Bits a unit that are marked and spoken of.
    measured : bool
        Whether the formats' curves are there, see `format_curves_of`.
    has_baseline : bool
    """
    points = _points(frame, has_baseline)
    formats = (format_curves_of(frame.data) or {}) if measured else {}
    chosen = next(p for p in points["This network"] if p.bits == bits)
    curves = [*_code_curves(points), *_format_lines(formats)]
    return Comparison(
        error_against_bytes(
            curves,
            at=chosen.size,
            floor=BELOW * min(p.mse for found in points.values() for p in found),
        ),
        _table(points, formats),
        _summary(frame, chosen, formats),
    )


def _code_curves(points: dict[str, list[CodePoint]]) -> list[Curve]:
    (name, own), *others = ((_(name), found) for name, found in points.items())
    *rounds, whole = own
    words = [_bits(p.bits) for p in rounds]
    errors = [p.mse for p in rounds]
    curves = [
        Curve(
            _("{name}, rounded code", name=name), "code", [p.size for p in rounds], errors, words
        ),
        Curve(_("the same, ideally packed"), "entropy", [p.entropy for p in rounds], errors, words),
        Curve(_("unrounded (float32)"), "float", [whole.size], [whole.mse], [_bits(32)]),
    ]
    for other, found in others:
        found = found[:-1]
        curves.append(
            Curve(
                _("{name}, rounded", name=other),
                "pca",
                [p.size for p in found],
                [p.mse for p in found],
                words,
            )
        )
    return curves


def _format_lines(formats: Curves) -> list[Curve]:
    return [
        Curve(
            _(FORMATS[name].label),
            name,
            [p.size for p in points],
            [p.mse for p in points],
            [_setting(name, p.quality) for p in points],
        )
        for name, points in formats.items()
    ]


def _table(points: dict[str, list[CodePoint]], formats: Curves) -> list[dict[str, Any]]:
    lines = [
        {
            "what": _(name),
            "setting": _bits(p.bits),
            "bytes": p.size,
            "MSE": p.mse,
            "packed": p.entropy if p.bits < 32 else None,
            "zlib": p.packed if p.bits < 32 else None,
        }
        for name, found in points.items()
        for p in found
    ]
    lines += [
        {
            "what": _(FORMATS[name].label),
            "setting": _setting(name, p.quality),
            "bytes": p.size,
            "MSE": p.mse,
            "packed": None,
            "zlib": None,
        }
        for name, found in formats.items()
        for p in found
    ]
    return lines


def _summary(frame: Frame, chosen: CodePoint, formats: Curves) -> str:
    q, decoder = frame.config.code_size, decoder_bytes(model(frame))
    said = [
        _(
            "A code of {numbers} of {bits} takes **{size} an image** (an ideal coder would "
            "need {entropy}), with an error of **{mse}** per pixel.",
            numbers=_numbers(q),
            bits=_bits(chosen.bits),
            size=_size(chosen.size),
            entropy=short(chosen.entropy),
            mse=short(chosen.mse),
        ),
        _(
            "The decoder itself has **{amount}** and is needed once, however many images "
            "there are.",
            amount=_amount(decoder),
        ),
    ]
    needed = {name: compression.size_at(points, chosen.mse) for name, points in formats.items()}
    able = {name: size for name, size in needed.items() if size is not None}
    if able:
        best = min(able, key=lambda name: able[name])
        label, size = FORMATS[best].label, able[best]
        images = pays_off_from(decoder, chosen.size, size)
        found = {"label": _(label), "size": short(size)}
        said.append(
            _(
                "For the same error {label}, the best of the formats, takes {size} bytes an image: "
                "code and decoder never pay off.",
                **found,
            )
            if images is None
            else _(
                "For the same error {label}, the best of the formats, takes {size} bytes an image: "
                "code and decoder together pay off from about **{images} images** on.",
                images=rounded_count(images),
                **found,
            )
        )
    return sentences(said)


def _setting(name: str, quality: int) -> str:
    return _(FORMATS[name].setting).format(quality)


def _bits(bits: int) -> str:
    return counted("{count} bit", "{count} bits", bits)


def _numbers(q: int) -> str:
    return counted("{count} number", "{count} numbers", q)


def _size(size: float) -> str:
    if size % 1:
        return _("{size} bytes", size=short(size))
    return counted("{count} byte", "{count} bytes", round(size))


def _amount(size: int) -> str:
    for unit, many in (("MB", 1e6), ("kB", 1e3)):
        if size >= many:
            return f"{short(size / many)} {unit}"
    return _("{size} bytes", size=size)


# -- pictures ------------------------------------------------------------------------


@cached(48)
def pictures(
    frame: Frame, bits: int, own: OwnImages, measured: bool, has_baseline: bool
) -> list[list[Row]]:
    """Return a test image of each class as it was and as codes and formats give it back.

    All take about as many bytes; own images, where there are any, come in a second strip.
    """
    points = _points(frame, has_baseline)
    size = next(p for p in points["This network"] if p.bits == bits).size
    own = replace(own, names=own.names[:MOST_OWN], pictures=own.pictures[:MOST_OWN])
    train, test = evaluation.live_probes(frame.config, frame.data)
    examples = one_of_each(test_labels(frame.data)[test.index], len(frame.data.classes))
    count = len(frame.data.test_images)
    mine = specimen_images(frame.data, range(count, count + len(own)), own)
    clean = torch.cat([test.clean[examples], mine])
    named = [class_of(frame.data, int(test.index[place])) for place in examples]
    n = frame.data.pixels
    whole = (
        counted("{count} byte", "{count} bytes", n)
        if storable(frame)
        else counted("{count} number", "{count} numbers", n)
    )
    versions = [(_("Original"), whole, clean)]
    for coder in _coders(frame, has_baseline):
        scale = code_range(coder.encode(train.clean).numpy())
        with torch.no_grad():
            back = coder.decode(rounded(coder.encode(clean), scale, bits))
        found = next(p for p in points[coder.name] if p.bits == bits)
        hint = _("{bits} a unit · {size}", bits=_bits(bits), size=_size(found.size))
        versions.append((_(coder.name), hint, back))
    formats = (format_curves_of(frame.data) or {}) if measured else {}
    for name, curve in formats.items():
        quality = compression.quality_at(curve, size)
        needed, decoded = _written(frame.data, name, quality, own)
        hint = f"{_setting(name, quality)} · {_size(needed)}"
        if needed > 1.5 * size:
            hint = _("{hint}, its smallest", hint=hint)
        shown = as_pixels(torch.cat([decoded[examples], decoded[len(test.index) :]]))
        versions.append((_(FORMATS[name].label), hint, shown))
    split = len(examples)
    strips = [[_row(frame.data, clean[:split], named, label, hint, back[:split])
               for label, hint, back in versions]]  # fmt: skip
    if len(own):
        strips.append(
            [_row(frame.data, clean[split:], list(own.names), label, hint, back[split:])
             for label, hint, back in versions]
        )  # fmt: skip
    return strips


def _row(
    data: Dataset, clean: Tensor, names: list[str], label: str, hint: str, back: Tensor
) -> Row:
    errors = (back - clean).square().mean(1).tolist()
    captions = names if label == _("Original") else [short(error) for error in errors]
    return row(label, hint, greys(back, data), captions)


@shared(32, lambda data, name, quality, own: (data.fingerprint, name, quality, own.fingerprint))
def _written(data: Dataset, name: str, quality: int, own: OwnImages) -> tuple[float, Tensor]:
    """Return bytes an image and what a format makes of test images and own ones, (m, n) bytes."""
    images = np.concatenate([format_curves.sample(data), own.fitted(data.shape)])
    size, decoded = compression.codec(images, name, quality)
    return size, torch.from_numpy(decoded).flatten(1)
