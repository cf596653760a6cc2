"""The Anomalies page: a threshold and what comes of it, and one image looked at closely."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.language import text as _
from aecore.wording import short
from ui import choices
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
        **choices.widget("threshold", SHARES), format_func=lambda share: f"{100 * share:g} %"
    )
    return threshold_above(found.test, share)


def show_verdict(found: Ranked, threshold: float) -> None:
    """Show what comes of a threshold."""
    from ui.views.detection import verdict

    judged = verdict(found, threshold)
    if judged is None:
        above = int((found.test > threshold).sum())
        st.caption(
            _(
                "Threshold {threshold}: {above:,} of {count:,} test {things} score higher.",
                threshold=short(threshold),
                above=above,
                count=len(found.test),
                things=_(found.frame.data.spec.things),
            )
        )
        return
    numbers(
        [
            (_("precision"), short(judged.precision)),
            (_("recall"), short(judged.recall)),
            ("F1", short(judged.f1)),
            (_("false alarms"), f"{judged.alarms:,}"),
        ]
    )
    st.caption(
        _(
            "Threshold {threshold}: {found:,} of {strangers:,} strangers and {alarms:,} of "
            "{tested:,} test images score higher.",
            threshold=short(threshold),
            found=judged.found,
            strangers=len(found.guests),
            alarms=judged.alarms,
            tested=len(found.test),
        )
    )


def show_inspected(seen: Inspected) -> None:
    """Show one image, its reconstruction and its errors, and what the scores say of it."""
    original, rebuilt, errors = seen.pictures
    panels(
        [
            (original, _("original"), _("{title}, as it is", title=seen.title)),
            (
                rebuilt,
                _("reconstruction"),
                _("{title}, as this network rebuilds it", title=seen.title),
            ),
            (errors, _("error"), _("Per-pixel error: red too bright, blue too dark")),
        ],
        outline=seen.patch,
    )
    st.caption(
        _(
            "Error map: red too bright, blue too dark, full colour at ±{span:.3g}. MSE per "
            "pixel {error}, in the outlined worst patch {patch_error}.",
            span=seen.span,
            error=short(seen.error),
            patch_error=short(seen.patch_error),
        )
    )
    numbers(
        [
            (_("{score}, rank {rank}", score=line.score, rank=line.rank), line.value)
            for line in seen.lines
        ]
    )
