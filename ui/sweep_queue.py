"""The runs of a sweep: how long they will take, begun, followed, cancelled, and taken up again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from aecore import datasets, estimate
from aecore.datasets import DatasetError
from aecore.estimate import Pace
from aecore.language import counted
from aecore.language import text as _
from aecore.runs import Run, RunStore
from aecore.sweeping import Grid
from aecore.wording import about
from ui import choices, groups, session, sweep_cells, sweep_results, sweeps
from ui.downloads import offer_download
from ui.groups import Member
from ui.places import unplaced
from ui.refreshing import refreshing
from ui.server import server

MOST_NOTES = 3
MOST_ASKED = 100
"""Runs whose speed is asked for, the most recently used ones."""
ASKED_S = 10.0
"""Seconds for which the speeds of the store's runs serve everybody."""


@dataclass(frozen=True)
class _Now:
    """How a sweep stands at this moment."""

    found: list[Member]
    going: bool


def draw(grid: Grid) -> None:
    """Draw how the runs of a sweep stand, and what came of them.

    Parameters
    ----------
    grid : Grid
        Without what cannot be.
    """
    grid = _with_data(grid)
    _say(grid.notes)
    if not grid.cells:
        st.info(_("There is no run in this sweep."), icon=":material/tune:")
        return
    configs = grid.configs
    groups.resume(sweeps.NAME, groups.members(configs))

    def look() -> _Now:
        found = groups.members(configs)
        return _Now(found, groups.carry_on(sweeps.NAME, found))

    def show(now: _Now, period: float) -> None:
        with server().pace.turn(session.holder()):
            _queue(now)
            server().ready.wait()
            choices.new_drawing()
            sweep_results.draw(grid, sweep_cells.cells_of(grid, now.found))
            choices.settle()

    refreshing(look, lambda now: now.going, show)


def _with_data(grid: Grid) -> Grid:
    """Return a grid without runs whose data are not here; say which, and offer what is missing."""
    cells, missing = {}, {}
    for place, config in grid.cells.items():
        try:
            datasets.load(config.dataset, config.data_options)
        except DatasetError as error:
            missing[unplaced(str(error))] = config
        else:
            cells[place] = config
            server().engine.warm_up(config.dataset, config.data_options)
    for reason, config in missing.items():
        if not cells:
            offer_download(datasets.missing(config.dataset, config.data_options), reason)
        else:
            st.warning(reason, icon=":material/download:")
    return Grid(grid.sweep, cells, grid.notes)


def _say(notes: Sequence[str]) -> None:
    if not notes:
        return
    lines = list(notes[:MOST_NOTES])
    if len(notes) > MOST_NOTES:
        lines.append(counted("{count} more note.", "{count} more notes.", len(notes) - MOST_NOTES))
    st.caption("\n".join(f"- {line}" for line in lines))


def _queue(now: _Now) -> None:
    """Draw what there is to train, or how far it is."""
    if now.going:
        groups.follow(sweeps.NAME, now.found)
        return
    groups.say_failures(now.found)
    left = [member for member in now.found if not member.ended]
    if not left:
        ready = sum(member.status == "done" for member in now.found)
        if ready:
            st.caption(
                counted(
                    "{count} run of {epochs}, trained.",
                    "{count} runs of {epochs}, all trained.",
                    ready,
                    epochs=_epochs(now.found),
                )
            )
        return
    with st.container(horizontal=True, vertical_alignment="center", key="sweep.start"):
        begun = any(member.run and member.run.progress().step for member in left)
        pressed = st.button(
            _("Continue") if begun else _("Start"),
            icon=":material/play_arrow:",
            type="primary",
            width="content",
            key=f"sweep.begin.{begun}",
        )
        st.markdown(_preview(now.found, left))
    if pressed:
        sweeps.choose(sweeps.sweep())
        groups.begin(sweeps.NAME, now.found)
        st.rerun()


def _preview(found: Sequence[Member], left: Sequence[Member]) -> str:
    """Return in words what will be trained, and how long that takes."""
    parts = [
        counted(
            "**{count} run** of {epochs}",
            "**{count} runs** of {epochs}",
            len(found),
            epochs=_epochs(found),
        )
    ]
    ready = len(found) - len(left)
    if ready:
        parts.append(counted("{count} is trained already", "{count} are trained already", ready))
    wanted, slots = server().engine.queue()
    known = _paces(server().engine.store.root)
    each = [
        estimate.seconds_of(m.config, known, m.run.progress().step if m.run else 0) for m in left
    ]
    parts.append(_("about {time}", time=about(estimate.together(each, slots))))
    if wanted:
        parts.append(
            counted(
                "longer while {count} other run is trained",
                "longer while {count} other runs are trained",
                wanted,
            )
        )
    return " · ".join(parts)


def _epochs(found: Sequence[Member]) -> str:
    return counted("{count} epoch", "{count} epochs", found[0].config.epochs)


@st.cache_resource(ttl=ASKED_S, max_entries=4, show_spinner=False)
def _paces(root: Path) -> list[Pace]:
    """Return what the runs of the store tell about this machine."""
    recent = sorted(RunStore(root).runs(), key=Run.used_at, reverse=True)[:MOST_ASKED]
    return [found for run in recent if (found := estimate.pace(run))]
