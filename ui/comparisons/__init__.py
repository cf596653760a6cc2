"""Ways to compare several runs: a registry, for whichever page has runs side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aecore.language import marked
from ui.comparisons import curves, rows, side_by_side, tables
from ui.comparisons.subjects import Subject

__all__ = ["COMPARISONS", "Comparison", "Subject"]


@dataclass(frozen=True)
class Comparison:
    """One way to look at several snapshots.

    Attributes
    ----------
    label, hint : str
        What it is called, and what is to be seen there.
    draw : callable
        Takes the subjects, at least one, and a stable beginning for the keys of widgets.
    """

    label: str
    hint: str
    draw: Callable[[Sequence[Subject], str], None]


COMPARISONS: dict[str, Comparison] = {
    "rows": Comparison(
        marked("Reconstructions"),
        marked("The same test images through every network."),
        rows.draw,
    ),
    "curves": Comparison(
        marked("Curves"),
        marked("How test losses and errors fell, epoch by epoch."),
        curves.draw,
    ),
    "settings": Comparison(
        marked("Settings"),
        marked("Only the settings in which the runs differ."),
        tables.draw_settings,
    ),
    "measures": Comparison(
        marked("Measures"),
        marked("Losses, errors, sizes and times, each with its unit and the images it is of."),
        tables.draw_measures,
    ),
    "codes": Comparison(
        marked("Latent space"),
        marked("The codes of the same test images, coloured by class."),
        side_by_side.draw_codes,
    ),
    "filters": Comparison(
        marked("Filters"),
        marked("The weights from the pixels to first-layer units: red positive, blue negative."),
        side_by_side.draw_filters,
    ),
    "anomalies": Comparison(
        marked("Anomalies"),
        marked("The test images that each network reconstructs worst."),
        side_by_side.draw_anomalies,
    ),
}
"""The comparisons by name, in the order in which a page shows them."""
