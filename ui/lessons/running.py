"""A chapter's runs: where they stand, and what is measured on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from aecore import datasets
from aecore.config import RunConfig
from aecore.language import text as _
from aecore.runs import Run
from aecore.wording import listed
from ui import groups, jobs
from ui.jobs import Job
from ui.server import server

if TYPE_CHECKING:
    from pathlib import Path

    from aecore.lessons.lesson import Lesson
    from ui.comparisons import Subject


@dataclass(frozen=True)
class Stand:
    """How far the runs of a chapter are at this moment.

    Attributes
    ----------
    configs : dict of str to RunConfig
        By the names that the chapter has for them.
    runs : dict of str to Run
        Those of them that there are.
    values : dict of str to float, optional
        What was measured, once all is trained and measured.
    """

    configs: dict[str, RunConfig]
    runs: dict[str, Run]
    values: dict[str, float] | None

    @property
    def trained(self) -> bool:
        """Whether all runs have come to their end."""
        return len(self.runs) == len(self.configs) and all(
            run.done(self.configs[name].epochs) for name, run in self.runs.items()
        )


def stand(lesson: Lesson) -> Stand:
    """Return how far a chapter's runs are; all data must be on this machine.

    Raises
    ------
    DatasetError
        If it is damaged.
    """
    configs = lesson.configs()
    store = server().engine.store
    found = {name: store.find(config, _fingerprint(config)) for name, config in configs.items()}
    now = Stand(configs, {name: run for name, run in found.items() if run}, None)
    if not now.trained:
        return now
    server().ready.wait()
    from aecore.lessons.measuring import measured  # torch: not before there is something to look up

    return Stand(configs, now.runs, measured(_home(), lesson.experiment, now.runs))


def begin(lesson: Lesson) -> None:
    """Have everything trained."""
    groups.begin(_group(lesson), groups.members(list(lesson.configs().values())))


def resume(lesson: Lesson) -> None:
    """Go on with what was begun until just now, such as before the page was reloaded."""
    groups.resume(_group(lesson), groups.members(list(lesson.configs().values())))


def see_to(lesson: Lesson, now: Stand) -> None:
    """Show how far training or measuring is, or offer to go on where somebody stopped it."""
    trained = groups.group(
        _group(lesson),
        list(now.configs.values()),
        _("Train them"),
        _("This chapter needs these runs: {names}.", names=listed(lesson.names.values())),
    )
    if trained is None:
        return
    if not now.trained:  # what failed was said
        st.info(_("Without all of its runs the chapter cannot be measured."))
        return
    from aecore.lessons.measuring import measure, name

    job = Job(
        name(_home(), lesson.experiment, now.runs),
        _("Measuring"),
        measure,
        {"home": str(_home()), "experiment": lesson.experiment},
    )
    jobs.see_to(job)


def waiting() -> bool:
    """Tell whether training or measuring that this session asked for is under way."""
    return groups.waiting() or jobs.waiting()


def subjects(lesson: Lesson, now: Stand, names: Sequence[str]) -> list[Subject]:
    """Return the newest snapshot of each named run, as far as there is one."""
    from ui.comparisons import Subject
    from ui.other_runs import frame_at

    found = []
    for name in names:
        run, config = now.runs.get(name), now.configs[name]
        if run is None or not run.steps():
            continue
        data = datasets.load(config.dataset, config.data_options)
        frame = frame_at(run, config.epochs, data)
        if frame is not None:
            found.append(Subject(lesson.names[name], frame))
    return found


def figures(lesson: Lesson, now: Stand) -> dict[str, Path]:
    """Return the pictures that the measuring drew, by name."""
    from aecore.lessons.measuring import figures as drawn

    return drawn(_home(), lesson.experiment, now.runs)


def _group(lesson: Lesson) -> str:
    return f"lesson.{lesson.slug}"


def _home() -> Path:
    return server().environment.home


def _fingerprint(config: RunConfig) -> str:
    return datasets.load(config.dataset, config.data_options).fingerprint
