"""Parts of a page of which one is shown at a time: one module a panel.

A panel's module has ``draw(frame, places, own)``, with places of images as for
`ui.views.frame.specimens`. `PANELS` are those that the Latent space page offers below its map;
their places are picked on it, the most recent last, and they are imported when chosen. The
Reconstructions page lists its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aecore.own_images import OwnImages
    from ui.views.frame import Frame

Draw = Callable[["Frame", tuple[int, ...], "OwnImages"], None]


@dataclass(frozen=True)
class Panel:
    """One thing to explore.

    Attributes
    ----------
    name : str
        Of its module in this package, and of the choice.
    title, help : str
        Its name for people, and one sentence about it.
    """

    name: str
    title: str
    help: str

    @property
    def draw(self) -> Draw:
        """What draws it."""
        found: Draw = import_module(f"{__name__}.{self.name}").draw
        return found


PANELS: dict[str, Panel] = {
    panel.name: panel
    for panel in (
        Panel("walk", "Walk", "From one image to another, straight through code space."),
        Panel("sweep", "Move a number", "One number of the code is moved, the others are held."),
        Panel("decoded_grid", "Decoded grid", "What the decoder makes of regular places."),
        Panel("samples", "Samples", "Codes drawn at random, decoded."),
        Panel("neighbours", "Neighbours", "The images nearest to one, by codes and by pixels."),
        Panel("quality", "Quality of the codes", "What classifiers and clusters find in them."),
    )
}
"""The panels by name, in the order in which the page offers them; the first needs no pick."""
