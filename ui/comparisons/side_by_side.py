"""Codes, filters and anomalies: a column for each run."""

from __future__ import annotations

from collections.abc import Sequence

from aecore.language import text as _
from ui.charts import chart
from ui.comparisons.subjects import Subject, abreast
from ui.pictures import gallery, heading, picture

MOST_ANOMALIES = 12


def draw_codes(subjects: Sequence[Subject], key: str) -> None:
    """Draw the codes of test images, coloured by class."""
    from ui.views.frame import knows_pca
    from ui.views.training import live_counts, live_scatter

    for k, (subject, column) in enumerate(abreast(subjects)):
        data = subject.frame.data
        with column:
            heading(
                subject.name,
                _(
                    "{reached} · codes of {count} test {things}",
                    reached=subject.reached,
                    count=f"{live_counts(data)[1]:,}",
                    things=_(data.spec.things),
                ),
            )
            chart(live_scatter(subject.frame, knows_pca(data)), f"{key}.{k}")


def draw_filters(subjects: Sequence[Subject], key: str) -> None:
    """Draw the weights of first-layer units."""
    from ui.views.training import filter_preview

    for subject, column in abreast(subjects):
        source, shown, units = filter_preview(subject.frame)
        with column:
            hint = _(
                "{reached} · {shown} of {units} units",
                reached=subject.reached,
                shown=shown,
                units=f"{units:,}",
            )
            heading(subject.name, hint)
            alt = _("First-layer filters of {name}: {hint}", name=subject.name, hint=hint)
            picture(source, alt)


def draw_anomalies(subjects: Sequence[Subject], key: str) -> None:
    """Draw the test images that each subject reconstructs worst."""
    from aecore.own_images import OwnImages
    from ui.views.anomalies import tiles
    from ui.views.ranking import guests, ranked

    for subject, column in abreast(subjects):
        frame = subject.frame
        found = ranked(frame, [frame], "mean", guests(frame.data, (), OwnImages()))
        with column:
            heading(
                subject.name,
                _(
                    "{reached} · rank and error, all test {things}",
                    reached=subject.reached,
                    things=_(frame.data.spec.things),
                ),
            )
            gallery(tiles(found, MOST_ANOMALIES, False)[0], "4.2rem")
