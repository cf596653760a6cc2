"""Choices of the Reconstructions page."""

from __future__ import annotations

from ui.page_choices import writing
from ui.page_choices.choice import Choice, Entries, described


def _ways_to_choose_images() -> Entries:
    from aecore.reconstruction import CHOICES

    return {**described(CHOICES), "own": ("Own", "those from the page Own images.")}


def _panels_of_reconstructions() -> Entries:
    return {
        "rows": ("Side by side", "this run, PCA and other runs on the same images."),
        "levels": ("Noise level", "one slider from clean to spoiled."),
        "matrix": ("Noise matrix", "noise in training against noise at test time."),
    }


RECONSTRUCTIONS = (
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
        write=writing.dashed,
    ),
    Choice(
        "level",
        "reconstructions",
        "Level",
        "How strong the noise on the images shown here is.",
        0.3,
        "slider",
        key="rec.level",
        write=writing.number,
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
