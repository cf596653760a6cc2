"""Panel “Quality of the codes”: classifiers and clusters on codes, beside pixels and PCA."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.code_quality import MEASURES, Amount, amounts, has_classes, judge
from aecore.language import text as _
from aecore.own_images import OwnImages
from aecore.wording import explained, sentences
from ui import choices
from ui.jobs import ask_for, of_snapshot
from ui.server import server

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ColumnConfig

    from ui.views.frame import Frame


def draw(frame: Frame, picked: tuple[int, ...], own: OwnImages) -> None:
    """Draw the table, or offer to measure what it needs.

    Parameters
    ----------
    frame : Frame
    picked : tuple of int
        Not used: this is about all images.
    own : OwnImages
        Not used.
    """
    from ui.views import quality as views

    if not has_classes(frame.data):
        st.info(
            _(
                "{label} has no classes by which codes could be judged.",
                label=_(frame.data.spec.label),
            ),
            icon=":material/info:",
        )
        return
    amount = _choose(frame)
    found = views.table(frame, amount)
    if found is None:
        _ask(frame, amount)
        return
    st.dataframe(found, column_config=_columns(), width="stretch", key="quality.table")
    how = _(
        "Classifiers are fitted on {train:,} training images and scored on {test:,} test images; "
        "k-means and the same-class share take the test images alone. Times are seconds on one "
        "core.",
        train=amount.train,
        test=amount.test,
    )
    st.caption(sentences([how, _published(frame)]))


def _choose(frame: Frame) -> Amount:
    """Let choose how many images are taken."""
    options = amounts(frame.data)
    if len(options) == 1:
        return options[0]
    index = st.segmented_control(
        **choices.widget("judged", range(len(options))),
        required=True,
        format_func=lambda k: f"{options[k].train:,} + {options[k].test:,}",
    )
    return options[int(index)]


def _ask(frame: Frame, amount: Amount) -> None:
    """Offer to measure."""
    job = of_snapshot(
        frame,
        f"quality/{amount.name}",
        _("Quality of the codes"),
        judge,
        home=str(server().environment.home),
        amount=amount,
    )
    measures = "\n".join(
        "- " + explained(f"**{_(measure.label)}**", _(measure.help))
        for measure in MEASURES.values()
    )
    why = _(
        "Codes, pixels, and PCA with as many numbers as the code are judged "
        "by:\n{measures}\n\nIt is computed on request, for one snapshot, and kept with "
        "the run.",
        measures=measures,
    )
    ask_for(job, _("Judge the codes"), why, frame)


def _columns() -> dict[str, ColumnConfig | str | None]:
    columns: dict[str, ColumnConfig | str | None] = {
        _("On"): st.column_config.TextColumn(pinned=True),
        _("Numbers an image"): st.column_config.NumberColumn(format="localized"),
    }
    for measure in MEASURES.values():
        label = _(measure.label)
        columns[label] = st.column_config.NumberColumn(help=_(measure.help), format="%.3f")
        columns[_("{measure}, s", measure=label)] = st.column_config.NumberColumn(
            help=_("Time that it took, with fitting."), format="%.2f"
        )
    return columns


def _published(frame: Frame) -> str:
    """Return what others measured on the same data, with where it is from."""
    if frame.config.dataset != "mnist":
        return ""
    return _(
        "Published for 7-NN with all 60,000 + 10,000 images: 96.4 % on pixels, 89 % on "
        "a code of 8 numbers in a thousandth of the time (Michelucci 2022)."
    )
