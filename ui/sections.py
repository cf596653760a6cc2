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
from aecore.scores import SCORES
from aecore.wording import short
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
        st.caption("No strangers are chosen.")
        return
    where = landed(found)
    left, right = st.columns(2, gap="medium")
    with left:
        heading("Where the strangers land", "rank if each were alone among the test images")
        gallery(where.tiles, "3.6rem")
    with right:
        st.dataframe(
            where.lines,
            hide_index=True,
            height="content" if len(where.lines) < 10 else 380,
            column_config={
                "stranger": st.column_config.TextColumn("Stranger"),
                "kind": st.column_config.TextColumn("Kind"),
                "rank": st.column_config.NumberColumn("Rank", format="localized"),
                "score": st.column_config.NumberColumn("Score", format="%.4g"),
            },
        )


def show_curves(judged: Judged) -> None:
    """Show the ROC curve, and precision against recall."""
    from ui.views.detection import curves, quality

    found = judged.found
    if not len(found.guests):
        st.caption("Choose strangers: the curves need to know which images are odd.")
        return
    area, precision = quality(found)
    roc, against = curves(found, judged.threshold)
    left, right = st.columns(2, gap="medium")
    with left:
        heading(f"ROC: AUC {short(area)}", "the chance that a stranger outscores a test image")
        chart(roc, "anomalies.roc")
    with right:
        heading(f"Average precision {short(precision)}", "precision against recall")
        chart(against, "anomalies.precision")


def show_ensemble(judged: Judged) -> None:
    """Show how far several networks agree, and how well each does alone."""
    from ui.views.detection import TOP, alike, each_alone

    found, names = judged.found, tuple(judged.members)
    if len(names) < 2:
        st.caption("Choose several networks above to see how far their rankings differ.")
        return
    left, right = st.columns(2, gap="medium")
    with left:
        heading("How alike the rankings are", "test images and strangers together")
        st.dataframe(
            alike(found, names),
            hide_index=True,
            column_config={
                "networks": st.column_config.TextColumn("Networks"),
                "correlation": st.column_config.NumberColumn("Rank correlation", format="%.3f"),
                "overlap": st.column_config.NumberColumn(f"Common in the top {TOP}"),
            },
        )
    with right:
        if len(found.guests):
            heading("Each alone, and all together", "strangers against test images")
            st.dataframe(
                each_alone(found, names),
                hide_index=True,
                column_config={
                    "network": st.column_config.TextColumn("Network"),
                    "auc": st.column_config.NumberColumn("AUC", format="%.4f"),
                    "precision": st.column_config.NumberColumn("Average precision", format="%.4f"),
                },
            )


def show_training_set(judged: Judged) -> None:
    """Show where outliers that were planted in the training set stand, or offer to plant some."""
    from ui.views.detection import planted_view

    frame, score = judged.found.frame, judged.found.score
    config = frame.config
    if frame.data.outliers is None or not frame.data.outliers.any():
        if "outliers" not in config.data_options:
            st.caption(f"Outliers cannot be planted among these {frame.data.spec.things}.")
            return
        st.markdown(
            "The training set is clean. Plant pictures of something else in it, train again, and "
            "see whether the network still finds them odd: a few stay odd, many are learned. The "
            "share is a setting of the run, *Outliers inside*."
        )
        planting = plantable(config)
        st.button(
            f"Plant {100 * planting['outliers']:g} % outliers",
            icon=":material/bug_report:",
            on_click=session.change,
            kwargs=planting,
            help=f"Test images of {DATASETS[planting['outlier_source']].label}.",
        )
        return
    planted = planted_view(frame, score, 24)
    count = int(frame.data.outliers.sum())
    text = (
        f"**{100 * config.outliers:g} %** of the training images are planted outliers: "
        f"{count:,} of {config.train_size:,}."
    )
    if planted is None:
        st.markdown(f"{text} None of them is among the images that are ranked here.")
        return
    st.markdown(
        f"{text} Of {planted.images:,} training images that are ranked here, "
        f"{planted.outliers:,} were planted: AUC **{short(planted.auc)}**, and "
        f"**{100 * planted.share:.0f} %** of the first {planted.outliers:,} are planted ones."
    )
    heading("Most anomalous training images", f"by {SCORES[score].label.lower()}; planted marked")
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
        st.caption("Choose strangers: detectors are compared by how well they find them.")
        return
    asked = guests(frame.data, (*strangers.choices(frame.config.dataset), OWN), judged.own)
    home, config = server().environment.home, frame.config
    outcomes = detectors.kept(home, frame.data.fingerprint, config.code_size, asked.fingerprint)
    training = min(detectors.MOST_TRAINING, config.train_size)
    if outcomes is None:
        ask_for(
            detector_job(frame, asked),
            "Compare",
            "PCA error, kNN distance and an isolation forest, all from scikit-learn and fitted to "
            f"{training:,} training images; this takes some seconds.",
        )
        return
    heading(
        "This network and the usual detectors",
        f"strangers against all test images; detectors fitted to {training:,} training images",
    )
    st.dataframe(
        comparison(found, list(judged.members.values()), outcomes, asked),
        hide_index=True,
        column_config={
            "detector": st.column_config.TextColumn("Detector"),
            "auc": st.column_config.NumberColumn("AUC", format="%.4f"),
            "precision": st.column_config.NumberColumn("Average precision", format="%.4f"),
            "fit": st.column_config.NumberColumn("Fit or train, s", format="%.2f"),
            "score": st.column_config.NumberColumn("Score, s", format="%.2f"),
        },
    )
    st.caption(
        " ".join(f"**{d.label}**: {d.help}" for d in detectors.DETECTORS.values())
        + " Times are for all test images, on one core of this machine."
    )


def detector_job(frame: Frame, asked: Guests) -> Job:
    """Return the job that fits all detectors and scores the test images and some more."""
    return Job(
        f"{frame.data.fingerprint}/detectors/{frame.config.code_size}/{asked.fingerprint}",
        "The usual detectors",
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
    "strangers": Section("Strangers", show_strangers, of_strangers=True),
    "curves": Section("ROC and precision", show_curves, of_strangers=True),
    "ensemble": Section("Several networks", show_ensemble),
    "training": Section("Training set", show_training_set),
    "detectors": Section("Other detectors", show_detectors, of_strangers=True),
}
"""The sections by name, in the order in which the page offers them."""
