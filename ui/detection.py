"""The Anomalies page: a threshold and what comes of it, and one image looked at closely."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.wording import short
from ui.closeups import numbers, panels

if TYPE_CHECKING:
    from ui.views.anomalies import Inspected
    from ui.views.ranking import Ranked

SHARES = (0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0)
"""Shares of the test images that a threshold may leave above it, from low to high thresholds."""


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
