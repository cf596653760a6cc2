"""Asking the analyst for what takes long: offering it, showing how far it is, cancelling it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import streamlit as st

from aecore.language import text as _
from aecore.wording import duration, moment
from ui import session
from ui.live import lasting_steps, newest_until
from ui.places import unplaced
from ui.server import server

if TYPE_CHECKING:
    from ui.views.frame import Frame

_ASKED = "jobs asked for"
"""Keys of the jobs that this session asked for and has not seen the end of."""


@dataclass(frozen=True)
class Job:
    """Something to be computed by the analysis process.

    Attributes
    ----------
    key : str
        The same for all who want the same.
    title : str
        What it is, for the progress bar: "UMAP of 1,000 test images".
    function : callable
        Of a module of aecore; called with the arguments and ``progress``, it keeps its result
        with the run. See `aecore.analyst.Analyst.submit`.
    arguments : mapping
        Plain values.
    """

    key: str
    title: str
    function: Callable[..., object]
    arguments: Mapping[str, Any] = field(default_factory=dict)


def waiting() -> bool:
    """Tell whether anything that this session asked for is still to come; for `ui.live.live`."""
    asked = _asked()
    for key in list(asked):
        if not _under_way(key):
            asked.discard(key)
    return bool(asked)


def lasting_step(frame: Frame) -> int:
    """Return the step to compute slow things for: one whose snapshot will not be thinned out."""
    return newest_until(lasting_steps(frame.config, frame.step), frame.step)


def of_snapshot(
    frame: Frame, name: str, title: str, function: Callable[..., object], **arguments: Any
) -> Job:
    """Return a job about a snapshot, with the arguments that all such functions take.

    They are ``root`` and ``settings``, by which the run is found, and ``step``.

    Parameters
    ----------
    frame : Frame
    name : str
        What is computed with which choices; part of the key.
    title : str
        For the progress bar.
    function : callable
        ``(root, settings, step, **arguments, progress)``.
    **arguments
        Plain values.
    """
    step = lasting_step(frame)
    place = {"root": str(server().engine.store.root), "settings": frame.config.as_dict()}
    when = moment(step, frame.config.steps_per_epoch, frame.config.pretraining_span)
    return Job(
        f"{frame.run.id}/{step}/{name}",
        _("{title}, {when}", title=title, when=when),
        function,
        {**place, "step": step, **arguments},
    )


def see_to(job: Job) -> None:
    """Have something computed that nobody needs to ask for, and show the progress of it.

    Whoever cancels it is offered it again.

    Parameters
    ----------
    job : Job
        What comes of it is missing.
    """
    state = server().analyst.state(job.key)
    if job.key not in _asked() and (state is None or state.status in ("queued", "running")):
        _asked().add(job.key)
        server().analyst.submit(job.key, job.function, asker=session.holder(), **job.arguments)
        st.rerun()
    if job.key in _asked() and state is not None and state.status == "done":
        return  # just now: what came of it is there the next time
    ask_for(job, _("Compute it"), _("{title}: computed once, and kept.", title=job.title))


def ask_for(job: Job, button: str, why: str, frame: Frame | None = None) -> None:
    """Offer to compute something, or show the progress of it and a way to cancel.

    Parameters
    ----------
    job : Job
    button : str
        What the button says.
    why : str
        A sentence or two about what will be computed, shown before it is asked for.
    frame : Frame, optional
        The snapshot that the job is about; it is held while the job runs.
    """
    analyst = server().analyst
    state = analyst.state(job.key)
    if job.key in _asked() and state is not None and state.status in ("queued", "running"):
        text = f"{_stage(state.stage) or _('Starting')} · {duration(state.elapsed_s)}"
        if state.status == "queued":
            text = _("Getting ready")
        if state.ahead:
            text = _("Waiting, {count} before this one", count=state.ahead)
        st.progress(state.fraction or 0.0, text=_("{title}. {stage}", title=job.title, stage=text))
        if st.button(_("Cancel"), icon=":material/close:", key=f"cancel.{job.key}"):
            analyst.cancel(job.key, session.holder())
            _asked().discard(job.key)
            st.rerun()
        return
    if state is not None and state.status == "failed":
        st.error(unplaced(_(state.message)), icon=":material/error:")
    st.info(why, icon=":material/hourglass_top:")
    if st.button(button, type="primary", key=f"ask.{job.key}"):
        _asked().add(job.key)
        if frame is not None:
            step = lasting_step(frame)
            # followed snapshots move on: this one is held while something is computed for it
            if step != frame.step or server().engine.holders(frame.run.id):
                session.look_at(step)
        analyst.submit(job.key, job.function, asker=session.holder(), **job.arguments)
        st.rerun()


def _stage(said: str) -> str:
    """Return what the analyst says that it does, which is English there: ``Codes: preparing``."""
    return ": ".join(_(part) for part in said.split(": "))


def _under_way(key: str) -> bool:
    state = server().analyst.state(key)
    return state is not None and state.status in ("queued", "running")


def _asked() -> set[str]:
    asked: set[str] = st.session_state.setdefault(_ASKED, set())
    return asked
