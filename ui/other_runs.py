"""Choosing other runs of the store, on the same data, to be looked at beside the session's own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from aecore import language
from aecore.config import RunConfig
from aecore.differences import differences
from aecore.language import counted
from aecore.language import text as _
from aecore.runs import Run, RunError, RunStore
from aecore.wording import moment
from ui import choices
from ui.server import server

if TYPE_CHECKING:
    from aecore.datasets import Dataset
    from ui.views.frame import Frame

MOST_CHOSEN = 5
MOST_OFFERED = 60
LISTED_S = 5.0
"""Seconds for which a listing of the store serves everybody."""


@dataclass
class _Offer:
    """What a session was offered beside one run; labels stay as they are while it is looked at.

    A label that changed under a choice that was made would undo it.
    """

    base: str = ""
    turn: int = 0
    labels: dict[str, str] = field(default_factory=dict)
    chosen: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


def choose_runs(frame: Frame, key: str, most: int = MOST_CHOSEN) -> list[Run]:
    """Draw a choice of other runs on the same data, and return those that were chosen.

    Parameters
    ----------
    frame : Frame
        The session's own; the others are named by what differs from its settings.
    key : str
        Stable; the choice stays with it, also when settings change.
    most : int
        How many can be chosen.
    """
    return choose_beside(frame.config, frame.data.fingerprint, key, most)


def choose_beside(
    config: RunConfig,
    fingerprint: str,
    key: str,
    most: int,
    *,
    beside: Collection[str] = (),
) -> list[Run]:
    """Draw a choice of runs on the same data as settings; return those that were chosen.

    Parameters
    ----------
    config : RunConfig
        The session's settings, whether or not there is a run of them.
    fingerprint : str
        The data's.
    key, most
        As for `choose_runs`.
    beside : collection of str
        Ids of runs that are not offered, either.
    """
    offer: _Offer = st.session_state.setdefault(f"{key}.offer", _Offer())
    own = config.run_id(fingerprint)
    base = f"{own} {language.current()}"
    if offer.base != base:
        offer.base, offer.turn, offer.labels = base, offer.turn + 1, {}
    runs = {
        run.id: run
        for run in _listed(server().engine.store.root, config.dataset, fingerprint)
        if run.id != own and run.id not in beside
    }
    for run_id, run in runs.items():
        if run_id not in offer.labels:
            offer.labels[run_id] = f"{label(run, config)} · {reached(run)}"
    for run_id in offer.chosen:
        if run_id not in runs and run_id != own:
            offer.gone.append(offer.labels.get(run_id, _("a run")))
    present = [run_id for run_id in offer.chosen if run_id in runs][:most]
    with st.container(key=f"{key}.other-runs"):
        chosen = st.multiselect(
            _("Other runs"),
            list(runs),
            default=present,
            max_selections=most,
            select_all=False,
            format_func=lambda run_id: offer.labels[run_id],
            placeholder=_("Choose by settings")
            if runs
            else _("There is no other run on this data yet"),
            disabled=not runs,
            key=f"{key}.{offer.turn}",
            help=_(
                "Runs on the same data, also of others, by what differs from the settings here."
            ),
        )
    if chosen != present:
        offer.gone = []
    offer.chosen = chosen
    _say_gone(offer.gone)
    return [runs[run_id] for run_id in chosen]


def choose_frames(frame: Frame, name: str) -> list[tuple[str, Frame]]:
    """Draw a choice of other runs; return the newest snapshot of each, with what it is called.

    Parameters
    ----------
    frame : Frame
        As for `choose_runs`.
    name : str
        The choice's, a key of `ui.choices.CHOICES`.
    """
    at_hand = others(server().engine.store, frame.run, frame.data.fingerprint)
    begun = choices.first(name, [run.id for run in at_hand], ())
    key = choices.key(name)
    st.session_state.setdefault(f"{key}.offer", _Offer(chosen=[*begun]))
    runs = choose_runs(frame, key)
    choices.hold(name, [run.id for run in runs])
    named = [(label(seen.run, frame.config), seen) for seen in frames_of(runs, frame)]
    return [(name[:1].upper() + name[1:], seen) for name, seen in named]


def frames_of(runs: Sequence[Run], frame: Frame) -> list[Frame]:
    """Return the newest snapshot of each run; those that vanished meanwhile are left out.

    Parameters
    ----------
    runs : sequence of Run
    frame : Frame
        The session's own, whose data they are looked at with.
    """
    from ui.views.frame import newest_frame

    found, gone = [], []
    for run in runs:
        try:
            found.append(newest_frame(run, max(run.steps(), default=0), frame.data))
        except RunError:
            gone.append(label(run, frame.config))
    _say_gone(gone)
    return found


def frame_at(run: Run, epochs: int, data: Dataset) -> Frame | None:
    """Return a run's snapshot after so many epochs, or the last before; None where it vanished."""
    from ui.views.frame import newest_frame

    try:
        return newest_frame(run, run.config.last_step(epochs), data)
    except RunError:
        _say_gone([run.config.title()])
        return None


def label(run: Run, base: RunConfig) -> str:
    """Return a run's name beside another: what differs in its settings."""
    return differences(run.config, base) or _("the same settings")


def reached(run: Run) -> str:
    """Return how far a run is trained, for people: ``epoch 10``."""
    config = run.config
    step = max(run.steps(), default=0)
    return moment(step, config.steps_per_epoch, config.pretraining_span)


def others(store: RunStore, own: Run, fingerprint: str) -> list[Run]:
    """Return the runs on the same data beside one's own, the most recently used first.

    Parameters
    ----------
    store : RunStore
    own : Run
    fingerprint : str
        The data's.
    """
    found = _listed(store.root, own.config.dataset, fingerprint)
    return [run for run in found if run.id != own.id]


@st.cache_resource(ttl=LISTED_S, max_entries=32, show_spinner=False)
def _listed(root: Path, dataset: str, fingerprint: str) -> list[Run]:
    """Return the runs on some data of which there is something to look at."""
    runs = [
        run
        for run in RunStore(root).runs()
        if run.config.dataset == dataset and run.config.run_id(fingerprint) == run.id
    ]
    recent = sorted(runs, key=Run.used_at, reverse=True)[: MOST_OFFERED + 1]
    return [run for run in recent if run.steps()]


def _say_gone(labels: Sequence[str]) -> None:
    if labels:
        words = counted(
            "A run was removed meanwhile, and left out here: {names}.",
            "{count} runs were removed meanwhile, and left out here: {names}.",
            len(labels),
            names=_("; ").join(labels),
        )
        st.caption(f":material/info: {words}")
