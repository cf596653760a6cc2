"""Asking the analyst for a slow layout of codes, and showing how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.projections import project
from aecore.wording import duration, moment
from ui import session
from ui.live import lasting_steps, newest_until
from ui.server import server

if TYPE_CHECKING:
    from ui.views.frame import Frame

_JOB = "layout job"


def waiting() -> bool:
    """Tell whether the layout that this session asked for is still to come."""
    state = server().analyst.state(st.session_state.get(_JOB, ""))
    return state is not None and state.status in ("queued", "running")


def ask_for(frame: Frame, label: str, method: str, dimensions: int, count: int) -> None:
    """Offer to compute a layout of this snapshot, or show the progress of it."""
    analyst = server().analyst
    if method == "umap":  # it compiles at first, which can begin before it is asked for
        analyst.warm()
    seed = frame.config.seed
    # a snapshot between those that last is thinned out while its layout is computed
    step = newest_until(lasting_steps(frame.config, frame.step), frame.step)
    key = f"{frame.run.id}/{step}/{method}/{dimensions}/{count}/{seed}"
    state = analyst.state(key)
    when = moment(step, frame.config.steps_per_epoch, frame.config.pretraining_span)
    mine = st.session_state.get(_JOB) == key
    if mine and state is not None and state.status in ("queued", "running"):
        text = f"{state.stage or 'Starting'} · {duration(state.elapsed_s)}"
        if state.status == "queued":
            text = "Getting ready"
        if state.ahead:
            text = f"Waiting, {state.ahead} before this one"
        st.progress(state.fraction or 0.0, text=f"{label} of {count:,} test images, {when}. {text}")
        if st.button("Cancel", icon=":material/close:"):
            analyst.cancel(key, session.holder())
            st.session_state.pop(_JOB, None)
            st.rerun()
        return
    if state is not None and state.status == "failed":
        st.error(state.message, icon=":material/error:")
    st.info(
        f"{label} is computed on request, for one snapshot ({when}), beside training and without "
        "slowing it. The result is kept with the run.",
        icon=":material/scatter_plot:",
    )
    if st.button(f"Compute {label} of {count:,} test images", type="primary", key=f"ask.{method}"):
        st.session_state[_JOB] = key
        # followed snapshots move on: this one is held while its layout is computed
        if step != frame.step or server().engine.holders(frame.run.id):
            session.look_at(step)
        analyst.submit(
            key,
            project,
            asker=session.holder(),
            root=str(server().engine.store.root),
            settings=frame.config.as_dict(),
            step=step,
            method=method,
            dimensions=dimensions,
            count=count,
            seed=seed,
        )
        st.rerun()
