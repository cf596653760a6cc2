"""Panel “Quality of the codes”: classifiers and clusters on codes, beside pixels and PCA."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from aecore.code_quality import MEASURES, Amount, amounts, has_classes, judge
from aecore.own_images import OwnImages
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
            f"{frame.data.spec.label} has no classes by which codes could be judged.",
            icon=":material/info:",
        )
        return
    amount = _choose(frame)
    found = views.table(frame, amount)
    if found is None:
        _ask(frame, amount)
        return
    st.dataframe(found, column_config=_columns(), width="stretch", key="quality.table")
    st.caption(
        f"Classifiers are fitted on {amount.train:,} training images and scored on "
        f"{amount.test:,} test images; k-means and the same-class share take the test images "
        f"alone. Times are seconds on one core. {_published(frame)}"
    )


def _choose(frame: Frame) -> Amount:
    """Let choose how many images are taken."""
    options = amounts(frame.data)
    if len(options) == 1:
        return options[0]
    index = st.segmented_control(
        "Images",
        range(len(options)),
        default=0,
        required=True,
        format_func=lambda k: f"{options[k].train:,} + {options[k].test:,}",
        key="quality.amount",
        persist_state="session",
        help="Training images that classifiers are fitted on, and test images they are scored "
        "on. All of them take a minute or two.",
    )
    return options[index]


def _ask(frame: Frame, amount: Amount) -> None:
    """Offer to measure."""
    job = of_snapshot(
        frame,
        f"quality/{amount.name}",
        "Quality of the codes",
        judge,
        home=str(server().environment.home),
        amount=amount,
    )
    measures = "\n".join(f"- **{measure.label}**: {measure.help}" for measure in MEASURES.values())
    why = (
        f"Codes, pixels, and PCA with as many numbers as the code are judged by:\n{measures}\n\n"
        "It is computed on request, for one snapshot, and kept with the run."
    )
    ask_for(job, "Judge the codes", why, frame)


def _columns() -> dict[str, ColumnConfig | str | None]:
    columns: dict[str, ColumnConfig | str | None] = {
        "On": st.column_config.TextColumn(pinned=True),
        "Numbers an image": st.column_config.NumberColumn(format="localized"),
    }
    for measure in MEASURES.values():
        columns[measure.label] = st.column_config.NumberColumn(help=measure.help, format="%.3f")
        columns[f"{measure.label}, s"] = st.column_config.NumberColumn(
            help="Time that it took, with fitting.", format="%.2f"
        )
    return columns


def _published(frame: Frame) -> str:
    """Return what others measured on the same data, with where it is from."""
    if frame.config.dataset != "mnist":
        return ""
    return (
        "Published for 7-NN with all 60,000 + 10,000 images: 96.4 % on pixels, 89 % on "
        "a code of 8 numbers in a thousandth of the time (Michelucci 2022)."
    )
