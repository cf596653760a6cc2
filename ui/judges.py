"""Which networks judge how odd an image is: choosing an ensemble, and having it trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.agreement import COMBINATIONS
from aecore.ensembles import ENSEMBLES, Ensemble
from ui import groups
from ui.live import newest_until

if TYPE_CHECKING:
    from ui.views.frame import Frame


def choose_ensemble(frame: Frame) -> tuple[Ensemble, str]:
    """Let choose the networks that judge, and how, a key of `aecore.agreement.COMBINATIONS`."""
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
