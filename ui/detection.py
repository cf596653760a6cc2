"""The parts of the Anomalies page that are about how well odd images are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore import detectors, strangers
from aecore.detection import COMBINATIONS
from aecore.ensembles import ENSEMBLES, Ensemble
from aecore.scores import SCORES
from aecore.wording import short
from ui import groups, session
from ui.charts import chart
from ui.closeups import numbers, panels
from ui.jobs import Job, ask_for
from ui.live import newest_until
from ui.pictures import gallery, heading
from ui.server import server

if TYPE_CHECKING:
    from aecore.own_images import OwnImages
    from ui.views.anomalies import Guests, Inspected, Ranked
    from ui.views.frame import Frame

SHARES = (0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0)
"""Shares of the test images that a threshold may leave above it, from low to high thresholds."""

PLANTED = 0.02
"""Share of outliers that a button puts into the training set."""


# -- who judges ----------------------------------------------------------------------


def choose_ensemble(frame: Frame) -> tuple[Ensemble, str]:
    """Let choose the networks that judge, and how, a key of `aecore.detection.COMBINATIONS`."""
    offered = {
        name: ensemble
        for name, ensemble in ENSEMBLES.items()
        if name == "one" or len(ensemble.members(frame.config)) > 1
    }
    chosen = st.selectbox(
        "Networks",
        list(offered),
        format_func=lambda name: offered[name].label,
        key="anomalies.networks",
        persist_state="session",
        width=170,
        help="Several networks judge together: other random starts, or other bottleneck sizes.",
    )
    ensemble = offered.get(chosen, ENSEMBLES["one"])
    how = next(iter(COMBINATIONS))
    if ensemble.name != "one":
        how = st.selectbox(
            "Together",
            list(COMBINATIONS),
            format_func=str.capitalize,
            key="anomalies.together",
            persist_state="session",
            width=170,
            help="How the scores of several networks become one. Where sizes differ, each "
            "network’s scores are divided by their mean first.",
        )
    return ensemble, how


def trained_members(frame: Frame, ensemble: Ensemble) -> list[Frame]:
    """Return the networks of an ensemble; until they are trained, the one that is looked at."""
    from ui.views.frame import newest_frame

    configs = ensemble.members(frame.config)
    if len(configs) == 1:
        return [frame]
    runs = groups.group(
        "anomalies",
        configs,
        f"Train {len(configs)} networks",
        f"{ensemble.help} They are trained with the settings at hand for {frame.config.epochs} "
        "epochs each; until then this network judges alone.",
    )
    if not runs:
        return [frame]
    return [newest_frame(run, newest_until(run.steps(), frame.step), frame.data) for run in runs]


def member_name(frame: Frame, ensemble: Ensemble) -> str:
    """Return what tells a member of an ensemble from the others."""
    config = frame.config
    return f"seed {config.seed}" if ensemble.same_units else f"code of {config.code_size}"


# -- threshold -----------------------------------------------------------------------


def choose_threshold(found: Ranked) -> float:
    """Let choose a threshold by the share of the test images above it, and return it."""
    from aecore.detection import threshold_above

    share = st.select_slider(
        "Threshold: test images above it",
        SHARES,
        value=0.01,
        format_func=lambda share: f"{100 * share:g} %",
        key="anomalies.share",
        persist_state="session",
        help="What scores higher is called an anomaly. The test images count as ordinary, so "
        "that those above the threshold are false alarms; 1 % of them to begin with.",
    )
    return threshold_above(found.test, share)


def show_verdict(found: Ranked, threshold: float) -> None:
    """Show what comes of a threshold."""
    from ui.views.detection import verdict

    judged = verdict(found, threshold)
    if judged is None:
        above = int((found.test > threshold).sum())
        tested = f"{len(found.test):,} test {found.frame.data.spec.things}"
        st.caption(f"Threshold {short(threshold)}: {above:,} of {tested} score higher.")
        return
    numbers(
        [
            ("precision", short(judged.precision)),
            ("recall", short(judged.recall)),
            ("F1", short(judged.f1)),
            ("false alarms", f"{judged.alarms:,}"),
        ]
    )
    st.caption(
        f"Threshold {short(threshold)}: {judged.found:,} of {len(found.guests):,} strangers and "
        f"{judged.alarms:,} of {len(found.test):,} test images score higher."
    )


# -- one image -----------------------------------------------------------------------


def show_inspected(seen: Inspected) -> None:
    """Show one image, its reconstruction and its errors, and what the scores say of it."""
    original, rebuilt, errors = seen.pictures
    panels(
        [
            (original, "original", f"{seen.title}, as it is"),
            (rebuilt, "reconstruction", f"{seen.title}, as this network rebuilds it"),
            (errors, "error", "Per-pixel error: red too bright, blue too dark"),
        ],
        outline=seen.patch,
    )
    st.caption(
        f"Error map: red too bright, blue too dark, full colour at ±{seen.span:.3g}. MSE per pixel "
        f"{short(seen.error)}, in the outlined worst patch {short(seen.patch_error)}."
    )
    numbers([(f"{line.score}, rank {line.rank}", line.value) for line in seen.lines])


# -- more ----------------------------------------------------------------------------


def show_strangers(found: Ranked) -> None:
    """Show where each stranger lands."""
    from ui.views.anomalies import stranger_table

    if not len(found.guests):
        st.caption("No strangers are chosen.")
        return
    heading("Where the strangers land", "rank if each were alone among the test images")
    st.dataframe(
        stranger_table(found),
        hide_index=True,
        column_config={
            "picture": st.column_config.ImageColumn("", width=50),
            "stranger": st.column_config.TextColumn("Stranger", width="medium"),
            "rank": st.column_config.NumberColumn("Rank", format="localized", width=70),
            "error": st.column_config.NumberColumn("Score", format="%.4g", width=80),
        },
    )


def show_curves(found: Ranked, threshold: float) -> None:
    """Show the ROC curve, and precision against recall."""
    from ui.views.detection import curves, quality

    if not len(found.guests):
        st.caption("Choose strangers: the curves need to know which images are odd.")
        return
    area, precision = quality(found)
    roc, against = curves(found, threshold)
    left, right = st.columns(2, gap="medium")
    with left:
        heading(f"ROC: AUC {short(area)}", "the chance that a stranger outscores a test image")
        chart(roc, "anomalies.roc")
    with right:
        heading(f"Average precision {short(precision)}", "precision against recall")
        chart(against, "anomalies.precision")


def show_ensemble(found: Ranked, names: tuple[str, ...]) -> None:
    """Show how far several networks agree, and how well each does alone."""
    from ui.views.detection import TOP, agreement, each_alone

    if len(names) < 2:
        st.caption("Choose several networks above to see how far their rankings differ.")
        return
    left, right = st.columns(2, gap="medium")
    with left:
        heading("How alike the rankings are", "test images and strangers together")
        st.dataframe(
            agreement(found, names),
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


def show_training_set(frame: Frame, score: str) -> None:
    """Show where outliers that were planted in the training set stand, or offer to plant some."""
    from ui.views.detection import planted_view

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
        st.button(
            f"Plant {100 * PLANTED:g} % outliers",
            icon=":material/bug_report:",
            on_click=session.change,
            kwargs={"outliers": PLANTED},
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


def show_detectors(found: Ranked, members: list[Frame], own: OwnImages) -> None:
    """Show the usual detectors beside this network, or offer to compute them."""
    from ui.views import anomalies as views
    from ui.views.detection import comparison

    frame = found.frame
    if not len(found.guests):
        st.caption("Choose strangers: detectors are compared by how well they find them.")
        return
    asked = views.guests(frame.data, (*strangers.choices(frame.config.dataset), views.OWN), own)
    environment, config = server().environment, frame.config
    outcomes = detectors.kept(
        environment.home, frame.data.fingerprint, config.code_size, asked.fingerprint
    )
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
        comparison(found, members, outcomes, asked),
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
