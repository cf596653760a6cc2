"""The sections below the ranking of the Anomalies page, of which one is shown: a registry."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from aecore import datasets, detectors, strangers
from aecore.config import RunConfig
from aecore.datasets import DATASETS
from aecore.language import marked
from aecore.language import text as _
from aecore.scores import SCORES
from aecore.wording import sentences, short
from ui import session
from ui.charts import chart
from ui.jobs import Job, ask_for
from ui.pictures import gallery, heading
from ui.server import server

if TYPE_CHECKING:
    from aecore.own_images import OwnImages
    from ui.views.frame import Frame
    from ui.views.ranking import Guests, Ranked

PLANTED = 0.02
"""Share of outliers that a button puts into the training set."""


@dataclass(frozen=True, eq=False)
class Judged:
    """A ranking, and what it came about by.

    Attributes
    ----------
    found : Ranked
    threshold : float
    members : dict of str to Frame
        The networks that judged, by what tells each from the others.
    own : OwnImages
    """

    found: Ranked
    threshold: float
    members: dict[str, Frame]
    own: OwnImages


def show_strangers(judged: Judged) -> None:
    """Show where each stranger lands."""
    from ui.views.anomalies import landed

    found = judged.found
    if not len(found.guests):
        st.caption(_("No strangers are chosen."))
        return
    where = landed(found)
    left, right = st.columns(2, gap="medium")
    with left:
        heading(_("Where the strangers land"), _("rank if each were alone among the test images"))
        gallery(where.tiles, "3.6rem")
    with right:
        st.dataframe(
            where.lines,
            hide_index=True,
            height="content" if len(where.lines) < 10 else 380,
            column_config={
                "stranger": st.column_config.TextColumn(_("Stranger")),
                "kind": st.column_config.TextColumn(_("Kind")),
                "rank": st.column_config.NumberColumn(_("Rank"), format="localized"),
                "score": st.column_config.NumberColumn(_("Score"), format="%.4g"),
            },
        )


def show_curves(judged: Judged) -> None:
    """Show the ROC curve, and precision against recall."""
    from ui.views.detection import curves, quality

    found = judged.found
    if not len(found.guests):
        st.caption(_("Choose strangers: the curves need to know which images are odd."))
        return
    area, precision = quality(found)
    roc, against = curves(found, judged.threshold)
    left, right = st.columns(2, gap="medium")
    with left:
        heading(
            _("ROC: AUC {area}", area=short(area)),
            _("the chance that a stranger outscores a test image"),
        )
        chart(roc, "anomalies.roc")
    with right:
        heading(
            _("Average precision {precision}", precision=short(precision)),
            _("precision against recall"),
        )
        chart(against, "anomalies.precision")


def show_ensemble(judged: Judged) -> None:
    """Show how far several networks agree, and how well each does alone."""
    from ui.views.detection import TOP, alike, each_alone

    found, names = judged.found, tuple(judged.members)
    if len(names) < 2:
        st.caption(_("Choose several networks above to see how far their rankings differ."))
        return
    left, right = st.columns(2, gap="medium")
    with left:
        heading(_("How alike the rankings are"), _("test images and strangers together"))
        st.dataframe(
            alike(found, names),
            hide_index=True,
            column_config={
                "networks": st.column_config.TextColumn(_("Networks")),
                "correlation": st.column_config.NumberColumn(_("Rank correlation"), format="%.3f"),
                "overlap": st.column_config.NumberColumn(_("Common in the top {top}", top=TOP)),
            },
        )
    with right:
        if len(found.guests):
            heading(_("Each alone, and all together"), _("strangers against test images"))
            st.dataframe(
                each_alone(found, names),
                hide_index=True,
                column_config={
                    "network": st.column_config.TextColumn(_("Network")),
                    "auc": st.column_config.NumberColumn("AUC", format="%.4f"),
                    "precision": st.column_config.NumberColumn(
                        _("Average precision"), format="%.4f"
                    ),
                },
            )


def show_training_set(judged: Judged) -> None:
    """Show where outliers that were planted in the training set stand, or offer to plant some."""
    from ui.views.detection import planted_view

    frame, score = judged.found.frame, judged.found.score
    config = frame.config
    if frame.data.outliers is None or not frame.data.outliers.any():
        if "outliers" not in config.data_options:
            st.caption(
                _(
                    "Outliers cannot be planted among these {things}.",
                    things=_(frame.data.spec.things),
                )
            )
            return
        st.markdown(
            _(
                "The training set is clean. Plant pictures of something else in it, train again, "
                "and see whether the network still finds them odd: a few stay odd, many are "
                "learned. The share is a setting of the run, *Outliers inside*."
            )
        )
        planting = plantable(config)
        source = DATASETS[planting["outlier_source"]]
        st.button(
            _("Plant {share:g} % outliers", share=100 * planting["outliers"]),
            icon=":material/bug_report:",
            on_click=session.change,
            kwargs=planting,
            help=_("Test images of {label}.", label=_(source.label)),
        )
        return
    planted = planted_view(frame, score, 24)
    count = int(frame.data.outliers.sum())
    text = _(
        "**{share:g} %** of the training images are planted outliers: {count:,} of {all:,}.",
        share=100 * config.outliers,
        count=count,
        all=config.train_size,
    )
    if planted is None:
        none = _("None of them is among the images that are ranked here.")
        st.markdown(sentences([text, none]))
        return
    ranked = _(
        "Of {images:,} training images that are ranked here, {outliers:,} were planted: AUC "
        "**{auc}**, and **{share:.0f} %** of the first {outliers:,} are planted ones.",
        images=planted.images,
        outliers=planted.outliers,
        auc=short(planted.auc),
        share=100 * planted.share,
    )
    st.markdown(sentences([text, ranked]))
    heading(
        _("Most anomalous training images"),
        _("by {score}; planted marked", score=_(SCORES[score].label).lower()),
    )
    gallery(planted.tiles, "4.2rem")


def plantable(config: RunConfig) -> dict[str, Any]:
    """Return settings that plant outliers: the usual ones, or others that are on this machine."""
    usual = config.outlier_source
    sources = sorted(
        datasets.outlier_sources(config.dataset),
        key=lambda name: (name != usual, not name.startswith(usual)),
    )
    source = next(filter(datasets.available, sources), usual)
    most = DATASETS[source].test_size / config.train_size
    return {"outliers": min(PLANTED, math.floor(1000 * most) / 1000), "outlier_source": source}


def show_detectors(judged: Judged) -> None:
    """Show the usual detectors beside this network, or offer to compute them."""
    from ui.views.detection import comparison
    from ui.views.ranking import OWN, guests

    found, frame = judged.found, judged.found.frame
    if not len(found.guests):
        st.caption(_("Choose strangers: detectors are compared by how well they find them."))
        return
    asked = guests(frame.data, (*strangers.choices(frame.config.dataset), OWN), judged.own)
    home, config = server().environment.home, frame.config
    outcomes = detectors.kept(home, frame.data.fingerprint, config.code_size, asked.fingerprint)
    training = min(detectors.MOST_TRAINING, config.train_size)
    if outcomes is None:
        ask_for(
            detector_job(frame, asked),
            _("Compare"),
            _(
                "PCA error, kNN distance and an isolation forest, all from scikit-learn and "
                "fitted to {training:,} training images; this takes some seconds.",
                training=training,
            ),
        )
        return
    heading(
        _("This network and the usual detectors"),
        _(
            "strangers against all test images; detectors fitted to {training:,} training images",
            training=training,
        ),
    )
    st.dataframe(
        comparison(found, list(judged.members.values()), outcomes, asked),
        hide_index=True,
        column_config={
            "detector": st.column_config.TextColumn(_("Detector")),
            "auc": st.column_config.NumberColumn("AUC", format="%.4f"),
            "precision": st.column_config.NumberColumn(_("Average precision"), format="%.4f"),
            "fit": st.column_config.NumberColumn(_("Fit or train, s"), format="%.2f"),
            "score": st.column_config.NumberColumn(_("Score, s"), format="%.2f"),
        },
    )
    st.caption(
        sentences(
            [
                *(f"**{_(d.label)}**: {_(d.help)}" for d in detectors.DETECTORS.values()),
                _("Times are for all test images, on one core of this machine."),
            ]
        )
    )


def detector_job(frame: Frame, asked: Guests) -> Job:
    """Return the job that fits all detectors and scores the test images and some more."""
    return Job(
        f"{frame.data.fingerprint}/detectors/{frame.config.code_size}/{asked.fingerprint}",
        _("The usual detectors"),
        detectors.compare,
        {
            "home": str(server().environment.home),
            "settings": frame.config.as_dict(),
            "images": [asked.pictures],
            "others": asked.fingerprint,
        },
    )


@dataclass(frozen=True)
class Section:
    """One of the parts below the ranking.

    Attributes
    ----------
    label : str
    show : callable
    of_strangers : bool
        Whether there is something to show only where strangers can be put among the images.
    """

    label: str
    show: Callable[[Judged], None]
    of_strangers: bool = False


SECTIONS: dict[str, Section] = {
    "strangers": Section(marked("Strangers"), show_strangers, of_strangers=True),
    "curves": Section(marked("ROC and precision"), show_curves, of_strangers=True),
    "ensemble": Section(marked("Several networks"), show_ensemble),
    "training": Section(marked("Training set"), show_training_set),
    "detectors": Section(marked("Other detectors"), show_detectors, of_strangers=True),
}
"""The sections by name, in the order in which the page offers them."""
