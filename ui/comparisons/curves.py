"""How the runs learned: the curves of all in one chart for each loss."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from aecore.language import text as _
from ui.charts import chart
from ui.comparisons.subjects import Subject, on_same_images
from ui.pictures import heading


def draw(subjects: Sequence[Subject], key: str) -> None:
    """Draw a chart for each loss that is trained, and one of the squared error."""
    from ui.views import comparisons as views
    from ui.views.training import live_counts

    subjects = on_same_images(subjects)
    found = views.curves(
        {subject.name: subject.frame for subject in subjects},
        followed=all(subject.followed for subject in subjects),
    )
    data = subjects[0].frame.data
    count = live_counts(data)[1]
    for column, (name, figure) in zip(st.columns(len(found), gap="medium"), found.items(),
                                      strict=True):  # fmt: skip
        with column:
            heading(
                _("Test error (MSE)") if name == "MSE" else _("Test loss ({loss})", loss=_(name)),
                _(
                    "{count} test {things}, mean per pixel",
                    count=f"{count:,}",
                    things=_(data.spec.things),
                ),
            )
            chart(figure, f"{key}.{name}")
    if not views.reference_lines([subject.frame for subject in subjects]):
        st.caption(
            _(
                "PCA and the mean image are left out: they are not ready yet, or the runs do not "
                "have the same images going in."
            )
        )
