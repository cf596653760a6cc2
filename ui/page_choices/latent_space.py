"""Choices of the Latent space page."""

from __future__ import annotations

from aecore.projections import PROJECTIONS
from ui.page_choices import writing
from ui.page_choices.choice import Choice, Entries


def _panels_of_latent_space() -> Entries:
    from ui.panels import PANELS

    return {name: (panel.title, panel.help) for name, panel in PANELS.items()}


_KNOBS = tuple(
    Choice(
        f"{projection.name}_{knob.name}",
        "latent_space",
        knob.label,
        knob.help,
        knob.default,
        "buttons" if isinstance(knob.default, str) else "slider",
        key=f"latent.knob.{projection.name}.{knob.name}",
        write=str if isinstance(knob.default, str) else writing.number,
    )
    for projection in PROJECTIONS.values()
    for knob in projection.knobs
)

LATENT_SPACE = (
    Choice(
        "layout",
        "latent_space",
        "Layout",
        "Code dimensions and PCA are drawn at once. UMAP and t-SNE keep neighbours "
        "together, take a while, and are kept with the run.",
        "pca",
        key="latent.method",
    ),
    Choice(
        "dimensions",
        "latent_space",
        "View",
        "A flat map, or points in space to be turned.",
        2,
        key="latent.dimensions",
    ),
    Choice(
        "points",
        "latent_space",
        "Test images",
        "How many test images are laid out.",
        control="slider",
        key="latent.count",
    ),
    *(
        Choice(
            name.lower(),
            "latent_space",
            f"{name}: code",
            "Which number of the code is drawn along this axis.",
            control="box",
            key=f"latent.axis.{k}",
            write=writing.counted_from_one,
        )
        for k, name in enumerate(("Across", "Up", "Deep"))
    ),
    *_KNOBS,
    Choice(
        "layout_seed",
        "latent_space",
        "Seed",
        "Fixes the random start: another seed gives another picture of the same codes; "
        "what all of them show is no accident.",
        control="number",
        key="latent.seed",
    ),
    Choice(
        "picked",
        "latent_space",
        "Picked images",
        "Test images that are picked on the map, by their numbers, the last one last.",
        (),
        "several",
        key="latent.map",
    ),
    Choice(
        "through",
        "latent_space",
        "Through",
        "What is not drawn of a code is held at that of the image picked last, or "
        "of the mean code, when a place is decoded. Without a pick it is the mean code.",
        "picked",
        key="latent.cut",
    ),
    Choice(
        "explore",
        "latent_space",
        "Explore",
        "What to try with the codes; most of it begins at the images picked on the map.",
        "walk",
        key="latent.panel",
        entries=_panels_of_latent_space,
    ),
    Choice(
        "pair",
        "latent_space",
        "Other pair",
        "Between which two images the walk goes: each press takes others at random.",
        0,
        "whole number",
        key="latent.walk.turn",
    ),
    Choice(
        "moved_unit",
        "latent_space",
        "Code unit",
        "Which number of the code moves; all the others stay as they are.",
        None,
        "box",
        key="latent.sweep",
        write=writing.unit,
    ),
    Choice(
        "grid",
        "latent_space",
        "Places in each direction",
        "How fine the grid is; the range stays the same.",
        15,
        key="latent.grid.side",
    ),
    Choice(
        "output",
        "latent_space",
        "Output",
        "The decoder gives the mean of a distribution, which looks smooth; pixels can be drawn "
        "from it.",
        False,
        key="latent.samples.output",
        write=writing.output,
    ),
    Choice(
        "samples",
        "latent_space",
        "Draw again",
        "Which random codes are drawn: each press draws others, the same for everybody who draws "
        "as often.",
        0,
        "whole number",
        key="latent.samples.turn",
    ),
    Choice(
        "judged",
        "latent_space",
        "Images",
        "Training images that classifiers are fitted on, and test images they are scored "
        "on. All of them take a minute or two.",
        0,
        key="quality.amount",
        write=writing.amount,
    ),
)
