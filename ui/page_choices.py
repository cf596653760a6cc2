"""What can be chosen on pages beside the settings: one entry for each control.

The widgets, links, saved sessions and the guide all take names, labels, sentences and defaults
from here. How a choice is begun with and remembered is in `ui.choices`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aecore.measures import MEASURES, SWEPT
from aecore.projections import PROJECTIONS

Entries = Mapping[Any, tuple[str, str]]
"""Label and sentence of help of each option."""

LAST_LAYER = -1
"""As `aecore.activity.LAST`, which needs torch."""


def _nothing_more() -> Entries:
    return {}


@dataclass(frozen=True)
class Choice:
    """One thing that can be chosen on a page and is no setting.

    Attributes
    ----------
    name : str
        As in a link; no other choice, setting or parameter of an address has it.
    page : str
        The address of the page; none for what belongs to all pages.
    label, help : str
        What it is called, and a sentence on what it does; English.
    default : object
        What is chosen to begin with; None where that depends on the settings.
    control : str
        How it is drawn and read, a key of `ui.choices.CONTROLS`.
    key : str
        What the key of its widget begins with.
    write : callable
        Returns the text of an option, as in a link.
    entries : callable
        Returns what is to be said of each option. Called when it is drawn: some know torch.
    """

    name: str
    page: str
    label: str
    help: str
    default: Any = None
    control: str = "buttons"
    key: str = ""
    write: Callable[[Any], str] = str
    entries: Callable[[], Entries] = _nothing_more


# -- options as texts ----------------------------------------------------------------


def _counted_from_one(place: int) -> str:
    return str(place + 1)


def _number(value: float) -> str:
    return f"{value:g}"


def _percent(share: float) -> str:
    return f"{100 * share:g}"


def _layer(place: int) -> str:
    return "last" if place == LAST_LAYER else str(place + 1)


def _unit(place: int | None) -> str:
    return "all" if place is None else str(place + 1)


def _epoch(epoch: float | None) -> str:
    return "newest" if epoch is None else f"{epoch:g}"


def _output(drawn: bool) -> str:
    return "drawn" if drawn else "mean"


def _number_or_none(value: float | None) -> str:
    return _number(value) if value else "none"


def _dashed(name: str) -> str:
    return name.replace(" ", "-")


def _amount(place: int) -> str:
    return "all" if place else "some"


# -- what is said of options ---------------------------------------------------------


def _described(registry: Mapping[str, Any]) -> Entries:
    return {name: (entry.label, entry.help) for name, entry in registry.items()}


def _ways_to_choose_images() -> Entries:
    from aecore.reconstruction import CHOICES

    return {**_described(CHOICES), "own": ("Own", "those from the page Own images.")}


def _panels_of_reconstructions() -> Entries:
    return {
        "rows": ("Side by side", "this run, PCA and other runs on the same images."),
        "levels": ("Noise level", "one slider from clean to spoiled."),
        "matrix": ("Noise matrix", "noise in training against noise at test time."),
    }


def _comparisons() -> Entries:
    from ui.comparisons import COMPARISONS

    return {name: (entry.label, entry.hint) for name, entry in COMPARISONS.items()}


def _compared_images() -> Entries:
    from ui.comparisons.rows import IMAGES

    return IMAGES


def _swept_measures() -> Entries:
    return _described({name: MEASURES[name] for name in SWEPT})


def _panels_of_latent_space() -> Entries:
    from ui.panels import PANELS

    return {name: (panel.title, panel.help) for name, panel in PANELS.items()}


def _kinds_of_filters() -> Entries:
    from ui.views.filters import FILTER_KINDS
    from ui.views.templates import HELP, LABEL

    return {**_described(FILTER_KINDS), "templates": (LABEL, HELP)}


def _limits() -> Entries:
    from aecore.activation_maximisation import LIMITS

    return _described(LIMITS)


def _scores() -> Entries:
    from aecore.scores import SCORES

    return _described(SCORES)


# -- the choices ---------------------------------------------------------------------

_RECONSTRUCTIONS = (
    Choice(
        "show",
        "reconstructions",
        "Show",
        "What to look at below the choice of images.",
        "rows",
        key="rec.panel",
        entries=_panels_of_reconstructions,
    ),
    Choice(
        "images",
        "reconstructions",
        "Images",
        "Which test images are shown.",
        "random",
        key="rec.how",
        entries=_ways_to_choose_images,
    ),
    Choice(
        "class",
        "reconstructions",
        "Class",
        "Show test images of one class only.",
        "all",
        "box",
        key="rec.class",
    ),
    Choice(
        "count",
        "reconstructions",
        "How many",
        "How many images to show, ten in a row.",
        10,
        "slider",
        key="rec.count",
    ),
    Choice(
        "draw",
        "reconstructions",
        "Draw again",
        "Which random images are shown: each press draws others.",
        0,
        "whole number",
        key="rec.seed",
    ),
    Choice(
        "test_noise",
        "reconstructions",
        "Test noise",
        "Noise on the images shown here, apart from the noise in training.",
        "as in training",
        "box",
        key="rec.noise",
        write=_dashed,
    ),
    Choice(
        "level",
        "reconstructions",
        "Level",
        "How strong the noise on the images shown here is.",
        0.3,
        "slider",
        key="rec.level",
        write=_number,
    ),
    Choice(
        "error_rows",
        "reconstructions",
        "All error rows",
        "Show for PCA and other runs, too, where each pixel is wrong.",
        False,
        "switch",
        key="rec.errors",
    ),
    Choice(
        "beside",
        "reconstructions",
        "Other runs",
        "Runs on the same data, also of others, by what differs from the settings here.",
        (),
        "several",
        key="rec.others",
    ),
    Choice(
        "swept_noise",
        "reconstructions",
        "Noise",
        "What is done to the test images; it may be another noise than that in training.",
        control="box",
        key="rec.kind",
    ),
)

_KNOBS = tuple(
    Choice(
        f"{projection.name}_{knob.name}",
        "latent_space",
        knob.label,
        knob.help,
        knob.default,
        "buttons" if isinstance(knob.default, str) else "slider",
        key=f"latent.knob.{projection.name}.{knob.name}",
        write=str if isinstance(knob.default, str) else _number,
    )
    for projection in PROJECTIONS.values()
    for knob in projection.knobs
)

_LATENT_SPACE = (
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
            write=_counted_from_one,
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
        write=_unit,
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
        write=_output,
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
        write=_amount,
    ),
)

_FILTERS = (
    Choice(
        "filters",
        "filters",
        "Show",
        "Which pictures of units are shown.",
        "raw",
        key="filters.kind",
        entries=_kinds_of_filters,
    ),
    Choice(
        "layer",
        "filters",
        "Layer",
        "Whose units are shown. Only the first layer's weights are pictures; what the "
        "units of deeper layers look for is searched for: choose Most activating input.",
        control="box",
        key="filters.layer",
        write=_layer,
    ),
    Choice(
        "pixels",
        "filters",
        "Pixels",
        "What inputs are searched among.",
        "pixels",
        key="filters.limits",
        entries=_limits,
    ),
    Choice(
        "smooth",
        "filters",
        "Smooth",
        "Search among smooth pictures: easier to read, although the unit answers a "
        "little less to them.",
        True,
        "switch",
        key="filters.smooth",
    ),
    Choice(
        "order", "filters", "Order", "Which units come first.", "number", "box", key="filters.order"
    ),
    Choice(
        "units",
        "filters",
        "At most",
        "How many units to show. Inputs of deeper layers are searched for at most 64.",
        64,
        "slider",
        key="filters.most",
    ),
    Choice(
        "unit",
        "filters",
        "Picked unit",
        "The unit that is looked at closely.",
        control="whole number",
        key="filters.unit",
        write=_counted_from_one,
    ),
    Choice(
        "template",
        "filters",
        "Picked class",
        "The class whose template is looked at closely.",
        control="whole number",
        key="filters.template",
    ),
)

_ANOMALIES = (
    Choice(
        "score",
        "anomalies",
        "Score",
        "By what images are ranked.",
        "mean",
        key="anomalies.score",
        entries=_scores,
    ),
    Choice(
        "networks",
        "anomalies",
        "Networks",
        "Several networks judge together: other random starts, or other bottleneck sizes.",
        "one",
        "box",
        key="anomalies.networks",
    ),
    Choice(
        "together",
        "anomalies",
        "Together",
        "How the scores of several networks become one. Where sizes differ, each "
        "network’s scores are divided by their mean first.",
        "mean",
        "box",
        key="anomalies.together",
    ),
    Choice(
        "strangers",
        "anomalies",
        "Strangers among the test images",
        "Images that do not belong: the network has never seen their like.",
        control="pills",
        key="anomalies.strangers",
    ),
    Choice(
        "end",
        "anomalies",
        "Show first",
        "The least anomalous are those that the network finds easiest; a stranger "
        "among them is an anomaly that is too easy.",
        "most",
        key="anomalies.end",
    ),
    Choice(
        "ranked",
        "anomalies",
        "Images",
        "How many images to show.",
        24,
        "slider",
        key="anomalies.most",
    ),
    Choice(
        "image",
        "anomalies",
        "Picked image",
        "The image that is looked at closely, by its number.",
        control="whole number",
        key="anomalies.gallery",
    ),
    Choice(
        "threshold",
        "anomalies",
        "Threshold: test images above it",
        "What scores higher is called an anomaly. The test images count as ordinary, so "
        "that those above the threshold are false alarms; 1 % of them to begin with.",
        0.01,
        "slider",
        key="anomalies.share",
        write=_percent,
    ),
    Choice(
        "section",
        "anomalies",
        "More about this ranking",
        "What else there is to know about the ranking.",
        key="anomalies.section",
    ),
)

_OTHERS = (
    Choice(
        "compared",
        "compare",
        "Compare",
        "What is shown of the pinned runs.",
        ("rows", "curves", "settings", "measures"),
        "pills",
        key="compare.sections",
        entries=_comparisons,
    ),
    Choice(
        "epoch",
        "compare",
        "Epoch",
        "All runs are looked at after as many epochs; a run that is not so far, or has no snapshot "
        "of that epoch, at the last one before. At the right end: the newest of each.",
        None,
        "slider",
        key="compare.epoch",
        write=_epoch,
    ),
    Choice(
        "compared_images",
        "compare",
        "Images",
        "Which test images go through the networks.",
        "classes",
        "box",
        key="compare.images",
        entries=_compared_images,
    ),
    Choice(
        "compared_noise",
        "compare",
        "Noise on the input",
        "What is done to the images before the networks see them.",
        "each",
        "box",
        key="compare.noise",
        write=_dashed,
    ),
    Choice(
        "error_maps",
        "compare",
        "Error maps",
        "Show for each run where its pixels are wrong: red too bright, blue too dark.",
        False,
        "switch",
        key="compare.maps",
    ),
    Choice(
        "pca_rows",
        "compare",
        "PCA",
        "Show what PCA makes of the images with as many numbers as each code has.",
        False,
        "switch",
        key="compare.pca",
    ),
    Choice(
        "measure",
        "sweep",
        "Measure",
        "By which number the runs are compared.",
        "test_mse",
        key="sweep.measure",
        entries=_swept_measures,
    ),
    Choice(
        "allowed",
        "sweep",
        "Allowed error",
        "Draws a line, and finds the smallest value whose runs stay under it.",
        None,
        "amount",
        key="sweep.allowed",
        write=_number_or_none,
    ),
    Choice(
        "picture",
        "sweep",
        "Picture",
        "Which test image each run reconstructs in the table.",
        0,
        "box",
        key="sweep.picture",
    ),
    Choice(
        "bits",
        "compression",
        "Bits a code unit",
        "Every number of a code is rounded to one of 2 to the power of so many levels "
        "between its smallest and largest value over 1,000 training images.",
        4,
        key="compression.bits",
    ),
    Choice(
        "turn_over",
        "own_images",
        "Turn over what is dark on light",
        "Writing on paper is dark on light; the data sets are light on dark. "
        "It applies to the files that you bring next.",
        True,
        "switch",
        key="own.turn_over",
    ),
    Choice(
        "topic",
        "guide",
        "Section",
        "What is explained. A search looks through all sections.",
        "pages",
        key="guide.topic",
    ),
    Choice(
        "charts",
        "",
        "Charts are saved as",
        "A camera over every chart saves it as a picture. SVG stays sharp at any size.",
        "png",
        key="picture format",
    ),
)

CHOICES: dict[str, Choice] = {
    choice.name: choice
    for choice in (*_RECONSTRUCTIONS, *_LATENT_SPACE, *_FILTERS, *_ANOMALIES, *_OTHERS)
}
"""The choices by name, in the order in which their pages draw them."""
