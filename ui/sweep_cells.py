"""The runs of a sweep, each in its place, and the numbers that are known of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aecore.config import RunConfig
from aecore.runs import Run
from aecore.sweeping import Grid, Place
from ui.groups import Member


@dataclass(frozen=True)
class Cell:
    """One run of a sweep, and what is known of it.

    Attributes
    ----------
    place : Place
    member : Member
    reached : mapping of str to float
        Measures at the end of its epochs; empty before.
    so_far : mapping of str to float
        Measures of a run that is being trained.
    whole : bool
        Whether all images were measured, and not only the first thousand.
    """

    place: Place
    member: Member
    reached: Mapping[str, float]
    so_far: Mapping[str, float]
    whole: bool

    @property
    def config(self) -> RunConfig:
        """The run's settings."""
        return self.member.config

    @property
    def run(self) -> Run | None:
        """The run, once it is trained."""
        return self.member.run if self.member.status == "done" else None


def cells_of(grid: Grid, found: Sequence[Member]) -> list[Cell]:
    """Return the cells of a grid with what is known of their runs."""
    known = {member.config: (member, *_reached(member)) for member in found}
    return [Cell(place, *known[config]) for place, config in grid.cells.items() if config in known]


def _reached(member: Member) -> tuple[Mapping[str, float], Mapping[str, float], bool]:
    """Return measures at the end, measures so far, and whether they are of all images."""
    target = member.config.target_step
    if member.run is None or member.status == "failed":
        return {}, {}, False
    if member.status != "done":
        rows = member.run.metrics() if member.status == "training" else []
        return {}, rows[-1] if rows else {}, False
    whole = member.run.results.load(f"whole-{target}")
    if whole is not None:
        return whole, {}, True
    rows = [row for row in member.run.metrics() if row["step"] <= target]  # it went on, long ago
    return rows[-1] if rows else {}, {}, False
