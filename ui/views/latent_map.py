"""The latent map's data: points, pictures and decoder as blocks for the browser, and its words.

Moving the pointer over the map decodes in the browser. What is sent for that depends on the
decoder: a dense one is sent itself, its first matrix multiplied with the two directions of the
map (9 kB for 784–16–784), which is exact however far somebody zooms in. Of a convolutional or
a very large one a grid of decoded places is sent, between which the browser blends.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from aecore import planes
from aecore.compression import mosaic
from aecore.datasets import Dataset
from aecore.figures import CLASS_COLOURS, still_range
from aecore.images import png
from aecore.language import counted
from aecore.language import text as _
from aecore.layouts import Layout
from aecore.own_images import OwnImages
from aecore.planes import Plane
from aecore.reconstruction import codes, decoded, reconstruct
from aecore.wording import plain, sentences
from ui.components import pack
from ui.pictures import Row, row
from ui.views.frame import (
    Frame,
    cached,
    class_names,
    first_places,
    greys,
    model,
    rows_of,
    shared,
    specimen_images,
    specimens,
    test_images,
)
from ui.views.latent import laid_out, latent_codes

NAME = "latent"
"""How the names of all blocks begin."""
MOST_BYTES = {False: 4_000_000, True: 500_000}
"""Largest decoder that is sent as it is: at rest, and at each snapshot while training."""
GRID = {False: 40, True: 16}
"""Places in each direction of a decoded grid: at rest, and at each snapshot while training."""


# -- what stays ------------------------------------------------------------------------


@shared(6, lambda data, count: (data.fingerprint, count))
def atlas(data: Dataset, count: int) -> bytes:
    """Return the pictures of the first test images in the fixed order, places and classes."""
    places = first_places(data, count)
    pixels = _levels(test_images(data, places).numpy(), data)
    return pack(
        {"name": f"{NAME}/atlas", "total": len(data.test_images), **_sheet(pixels)},
        png=_png(pixels),
        places=places.numpy().astype(np.int32),
        labels=data.test_labels[places.numpy()].astype(np.int32),
    )


@shared(12, lambda data, own: (data.fingerprint, own.fingerprint))
def own_atlas(data: Dataset, own: OwnImages) -> bytes:
    """Return the pictures and names of own images."""
    places = [len(data.test_images) + k for k in range(len(own))]
    pixels = _levels(specimen_images(data, places, own).numpy(), data)
    return pack(
        {"name": f"{NAME}/own", "names": own.names, **_sheet(pixels)}, png=_png(pixels)
    )  # fmt: skip


def _levels(rows: npt.NDArray[Any], data: Dataset) -> npt.NDArray[np.uint8]:
    """Return images (k, n) as they are shown, (k, h, w), 0 to 255."""
    shown = data.shown(np.nan_to_num(rows)).reshape(-1, *data.shape)
    levels: npt.NDArray[np.uint8] = (shown * 255).round().astype(np.uint8)
    return levels


def _sheet(pixels: npt.NDArray[np.uint8]) -> dict[str, Any]:
    count, height, width = pixels.shape
    columns = mosaic(pixels).shape[1] // width if count else 1
    return {"count": count, "shape": [height, width], "columns": columns}


def _png(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    sheet = mosaic(pixels) if len(pixels) else np.zeros((1, 1), np.uint8)
    return np.frombuffer(png(Image.fromarray(sheet)), np.uint8)


# -- what changes with each snapshot -----------------------------------------------------


def specimen_codes(frame: Frame, places: tuple[int, ...], own: OwnImages) -> npt.NDArray[Any]:
    """Return the codes of images by place as for `specimens`, (k, q)."""
    return codes(model(frame), specimen_images(frame.data, places, own)).numpy()


@cached(32)
def all_points(frame: Frame, layout: Layout, own: OwnImages, has_baseline: bool) -> np.ndarray:
    """Return the points of test images and, where they can be placed, own ones behind, (m, 2)."""
    laid = laid_out(frame, layout)
    assert laid is not None
    if laid.directions is None or not len(own):
        return laid.points
    count = len(frame.data.test_images)
    found = specimen_codes(frame, tuple(range(count, count + len(own))), own)
    return np.vstack([laid.points, (found - laid.centre) @ laid.directions.T]).astype(np.float32)


@cached(32)
def points(frame: Frame, layout: Layout, own: OwnImages, has_baseline: bool) -> bytes:
    """Return the points of all images, and the names of the axes."""
    laid = laid_out(frame, layout)
    assert laid is not None
    header = {
        "name": f"{NAME}/points", "layout": layout.name + str(layout.axes),
        "images": len(laid.points), "key": frame.data.fingerprint, "axes": laid.axes,
    }  # fmt: skip
    return pack(header, points=all_points(frame, layout, own, has_baseline))


def box(frame: Frame, layout: Layout, own: OwnImages, has_baseline: bool) -> planes.Box:
    """Return the ends of both axes: round ones that rarely move, or those of the points."""
    found = all_points(frame, layout, own, has_baseline)
    ends = []
    for values in found.T:
        low, high = (values.min(), values.max()) if layout.slow else still_range(values)
        gap = 0.04 * max(float(high - low), 1e-6)  # points at the very end are seen whole
        ends.append((float(low) - gap, float(high) + gap))
    return ends[0], ends[1]


def plane(
    frame: Frame, layout: Layout, own: OwnImages, has_baseline: bool, held: int | None
) -> Plane | None:
    """Return the plane that the map is; None where there is no way back to codes.

    Parameters
    ----------
    frame : Frame
    layout : Layout
    own : OwnImages
    has_baseline : bool
        Whether the data set's PCA is there, by which axes keep their signs.
    held : int or None
        Place of the image whose code the plane passes through; the mean code for None.
    """
    laid = laid_out(frame, layout)
    if laid is None or laid.centre is None or laid.directions is None:
        return None
    if held is None:
        code = latent_codes(frame, layout.count).mean(0, dtype=np.float64)
    else:
        code = specimen_codes(frame, (held,), own)[0]
    return Plane.of_layout(laid.centre, laid.directions).through(code)


@cached(32)
def decoder(
    frame: Frame, layout: Layout, own: OwnImages, has_baseline: bool, held: int | None, moving: bool
) -> bytes:
    """Return what the browser needs to decode a place, or the image at it; see the top.

    Parameters
    ----------
    frame, layout, own, has_baseline, held
        As for `plane`.
    moving : bool
        Whether another snapshot is expected in a second: less is sent then.
    """
    network, data = model(frame), frame.data
    flat = plane(frame, layout, own, has_baseline, held)
    header: dict[str, Any] = {"name": f"{NAME}/decoder", "span": data.span}
    if _sent_itself(frame, layout, moving):
        whole = flat or Plane.whole(frame.config.code_size)
        layers = planes.layers(network, whole) or []
        arrays = {f"weight{k}": layer.weight for k, layer in enumerate(layers)}
        arrays |= {f"bias{k}": layer.bias for k, layer in enumerate(layers)}
        header["activations"] = [layer.activation for layer in layers]
        if flat is None:
            arrays["codes"] = latent_codes(frame, layout.count)
        return pack({**header, "kind": "codes" if flat is None else "layers"}, **arrays)
    if flat is None:
        known = torch.from_numpy(latent_codes(frame, layout.count))
        pictures = _levels(decoded(network, known).numpy(), data).reshape(-1, data.pixels)
        return pack({**header, "kind": "pictures"}, pictures=pictures)
    ends, n = box(frame, layout, own, has_baseline), GRID[moving]
    places = planes.grid(network, flat, ends, n).numpy().reshape(n * n, -1)
    grid = _levels(places, data).reshape(n, n, -1)
    return pack({**header, "kind": "grid", "box": ends}, grid=grid)


def _sent_itself(frame: Frame, layout: Layout, moving: bool) -> bool:
    """Tell whether the browser gets the decoder, and all codes where it needs them."""
    q = frame.config.code_size
    size = planes.size(model(frame), q if layout.slow else 2)
    codes_size = 4 * q * layout.count if layout.slow else 0
    return size is not None and size + codes_size <= MOST_BYTES[moving]


# -- words -----------------------------------------------------------------------------


def about(
    frame: Frame, layout: Layout, own: OwnImages, has_baseline: bool, picked: tuple[int, ...]
) -> bytes:
    """Return what the map is of: its range, the classes, the titles of its pictures."""
    data = frame.data
    things = _(data.spec.things)
    second = _("Its reconstruction") if layout.slow else _("Decoded from this place")
    header = {
        "name": f"{NAME}/about",
        "layout": layout.name + str(layout.axes),
        "box": box(frame, layout, own, has_baseline),
        "equal": layout.slow,
        "placeless": layout.slow,
        "classes": class_names(data),
        "texts": _map_texts(),
        "colours": CLASS_COLOURS,
        "ink": data.span[0] == 0 and data.shape[0] > 1,
        "shape": data.shape,
        "titles": [_("Nearest image"), second],
        "missing": _("no image near") if layout.slow else _("outside of the decoded grid"),
        "label": _(
            "Map of {count:,} test {things}. Arrow keys go from point to point, Enter "
            "picks, Escape lets go, plus and minus zoom.",
            count=layout.count,
            things=things,
        ),
        "picked": picked,
    }
    return pack(header)


def _map_texts() -> dict[str, str]:
    """Return all that the map says by itself; places in braces are filled in by the browser."""
    return {
        "search": _("Class or #number"),
        "find": _("Find a class or an image number"),
        "marks": _(
            "Marks all images of a class, or the image with a number (#12). Enter goes there."
        ),
        "found": _("{found} found"),
        "none": _("none on this map"),
        "pictures": _("Pictures"),
        "picturesHelp": _("Draw images instead of dots; zoom in to see more of them."),
        "select": _("Select"),
        "selectHelp": _(
            "Draw a rectangle around points; with a mouse, dragging with Shift does the same."
        ),
        "out": _("Zoom out (key −)"),
        "in": _("Zoom in (key +)"),
        "fit": _("Fit"),
        "fitHelp": _("Show all (key 0, or a double click)"),
        "classes": _("Classes"),
        "all": _("Show all"),
        "chip": _("{number} on the map. Click hides or shows them, Shift-click shows them alone."),
        "outlier": _("outlier"),
        "own": _("own images"),
        "picked": _("{name} picked"),
        "letGo": _("{name} let go"),
        "at": _("at {place}"),
        "yours": _("{name} · your own"),
        "image": _("{name} · test image {number}"),
        "nobody": _("no image near"),
        "nobodyLabel": _("No image near the pointer"),
    }


def where_it_decodes(frame: Frame, layout: Layout, held: int | None, own: OwnImages) -> str:
    """Return in words what a place of the map is for the decoder, and what is held."""
    q = frame.config.code_size
    if layout.slow:
        words = _(
            "There is no way back from a place on this map to a code, so the second picture is "
            "the reconstruction of the image under the pointer."
        )
        return sentences([words, _("Own images are not laid out here.") if len(own) else ""])
    if held is None:
        through = _("the mean code of these images")
    else:
        (image,) = specimens(frame.data, [held], own)
        through = (
            _("the code of “{name}”", name=plain(image.name))
            if image.own
            else _("the code of test image {place:,} ({name})", place=held, name=image.name)
        )
    if q == 1:
        words = _("A code is one number, so the map is a line: up and down mean nothing.")
    elif layout.method == "codes" and set(layout.axes) >= set(range(q)):
        words = _("The map is all of code space: each place is a code, which is decoded.")
    elif layout.method == "codes":
        shown = len(set(layout.axes))
        words = counted(
            "A place gives {shown} of the {all} numbers of a code; the other one is held at "
            "{through}.",
            "A place gives {shown} of the {all} numbers of a code; the other {count} are held at "
            "{through}.",
            q - shown,
            shown=shown,
            all=q,
            through=through,
        )
    elif q == 2:
        words = _("The map is all of code space, turned: each place is a code, which is decoded.")
    else:
        words = _(
            "The map is a flat cut through the {count} dimensions of code space, at "
            "{through}. Most points lie before or behind it: what is decoded there is not "
            "their reconstruction.",
            count=q,
            through=through,
        )
    return sentences([words, _untouched(frame.config.code)])


def _untouched(code: str) -> str:
    """Return what is left out of a kind of code where a place is decoded."""
    if code == "k-sparse":
        return _("A place is decoded as it stands; its smaller values are not set to 0.")
    if code == "binary":
        return _("A place is decoded as it stands, without rounding to bits.")
    return ""


def how_it_decodes(frame: Frame, layout: Layout, moving: bool) -> str:
    """Return in words what was sent to decode in the browser."""
    if _sent_itself(frame, layout, moving):
        return _(
            "The browser has the decoder itself and works it out for every place, however far "
            "you zoom in."
        )
    if layout.slow:
        return _("The reconstructions were sent along with the points.")
    n = GRID[moving]
    return _(
        "This decoder is too much for a browser: {count} × {count} places were decoded "
        "for it, and it blends between them.",
        count=n,
    )


def can_be_held(frame: Frame, layout: Layout) -> bool:
    """Tell whether the map is a cut through code space that could lie elsewhere."""
    shown = len(set(layout.axes)) if layout.method == "codes" else 2
    return not layout.slow and frame.config.code_size > shown


def picked_rows(frame: Frame, places: tuple[int, ...], own: OwnImages) -> list[list[Row]]:
    """Return originals and reconstructions of images by place, ten in a row."""
    rows = []
    for start in range(0, len(places), 10):
        part = places[start : start + 10]
        clean = specimen_images(frame.data, part, own)
        seen = reconstruct(model(frame), clean, clean)
        names = [image.name for image in specimens(frame.data, part, own)]
        original = row(
            _("Original"), _("class or name of each"), greys(seen.original, frame.data), names
        )
        rows.append([original, *rows_of(seen, frame.data, noisy=False)[1:]])
    return rows
