"""Asking for a slow layout of codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aecore.projections import project
from ui.jobs import ask_for, of_snapshot
from ui.server import server

if TYPE_CHECKING:
    from ui.views.frame import Frame


def ask_for_layout(frame: Frame, label: str, method: str, dimensions: int, count: int) -> None:
    """Offer to compute a layout of this snapshot, or show the progress of it."""
    if method == "umap":  # it compiles at first, which can begin before it is asked for
        server().analyst.warm()
    seed = frame.config.seed
    job = of_snapshot(
        frame,
        f"{method}/{dimensions}/{count}/{seed}",
        f"{label} of {count:,} test images",
        project,
        method=method,
        dimensions=dimensions,
        count=count,
        seed=seed,
    )
    why = (
        f"{label} is computed on request, for one snapshot, beside training and without "
        "slowing it. The result is kept with the run."
    )
    ask_for(job, f"Compute {label} of {count:,} test images", why, frame)
