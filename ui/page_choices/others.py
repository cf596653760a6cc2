"""Choices of the pages on which several runs are seen, and of all pages."""

from __future__ import annotations

from aecore.measures import MEASURES, SWEPT
from ui.page_choices import writing
from ui.page_choices.choice import Choice, Entries, described


def _comparisons() -> Entries:
    from ui.comparisons import COMPARISONS

    return {name: (entry.label, entry.hint) for name, entry in COMPARISONS.items()}


def _compared_images() -> Entries:
    from ui.comparisons.rows import IMAGES

    return IMAGES


def _swept_measures() -> Entries:
    return described({name: MEASURES[name] for name in SWEPT})


OTHERS = (
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
        write=writing.epoch,
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
        write=writing.dashed,
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
        write=writing.number_or_none,
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
