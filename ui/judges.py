"""Which networks judge how odd an image is: choosing an ensemble, and having it trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.agreement import COMBINATIONS
from aecore.ensembles import ENSEMBLES, Ensemble
from aecore.language import counted
from aecore.language import text as _
from aecore.wording import sentences
from ui import choices, groups
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
        **choices.widget("networks", list(offered)),
        format_func=lambda name: _(offered[name].label),
        width=170,
    )
    ensemble = offered.get(chosen, ENSEMBLES["one"])
    how = next(iter(COMBINATIONS))
    if ensemble.name != "one":
        how = st.selectbox(
            **choices.widget("together", list(COMBINATIONS), default=how),
            format_func=lambda name: _(name.capitalize()),
            width=170,
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
        _("Train {count} networks", count=len(configs)),
        sentences(
            [
                _(ensemble.help),
                counted(
                    "They are trained with the settings at hand for {count} epoch each; until "
                    "then this network judges alone.",
                    "They are trained with the settings at hand for {count} epochs each; until "
                    "then this network judges alone.",
                    frame.config.epochs,
                ),
            ]
        ),
    )
    if not runs:
        return [frame]
    return [newest_frame(run, newest_until(run.steps(), frame.step), frame.data) for run in runs]


def member_name(frame: Frame, ensemble: Ensemble) -> str:
    """Return what tells a member of an ensemble from the others."""
    config = frame.config
    return (
        _("seed {seed}", seed=config.seed)
        if ensemble.same_units
        else _("code of {size}", size=config.code_size)
    )
