"""What can be taken out of the app: the model, its training as a script, its measurements.

Nothing is made before it is asked for: the buttons are drawn while they are open, and a file's
content is made when it is pressed.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from functools import partial

import streamlit as st

from aecore import export
from aecore.config import RunConfig
from aecore.language import text as _
from aecore.runs import Run
from aecore.script import file_name, script
from aecore.wording import moment
from ui import choices
from ui.charts import FORMATS


def take_away(config: RunConfig, run: Run | None, step: int | None) -> None:
    """Offer what there is of a run to be saved, and say what is not there yet.

    Parameters
    ----------
    config : RunConfig
        The session's settings.
    run : Run, optional
    step : int, optional
        The snapshot that is looked at; None where there is none.
    """
    offer = st.popover(
        _("Take away"),
        icon=":material/download:",
        type="tertiary",
        help=_("Save the model, its training as a plain PyTorch script, or its measurements."),
        width="content",
        key="take away",
        on_change="rerun",
    )
    if offer.open:
        with offer:
            _model(config, run, step)
            _script(config)
            _measurements(config, run)
            _pictures()


def _model(config: RunConfig, run: Run | None, step: int | None) -> None:
    label, make = _("Model (.zip)"), None
    if run is not None and step is not None:
        when = moment(step, config.steps_per_epoch, config.pretraining_span)
        label, make = _("Model of {when} (.zip)", when=when), partial(export.archive, run, step)
    _button(
        "model",
        label,
        export.archive_name(config, step or 0),
        make,
        ":material/deployed_code:",
        _("The weights as safetensors, all settings as JSON, and how to load them."),
    )
    if make is None:
        st.caption(_("There is a model to take once training has begun."))


def _script(config: RunConfig) -> None:
    _button(
        "script",
        _("PyTorch script (.py)"),
        file_name(config),
        partial(script, config),
        ":material/code:",
        _(
            "The same training in plain PyTorch: it needs nothing of this app, and reaches the "
            "same errors within the spread of seeds."
        ),
    )


def _measurements(config: RunConfig, run: Run | None) -> None:
    _button(
        "measurements",
        _("Measurements (.csv)"),
        export.measurements_name(config),
        partial(export.measurements, run) if run is not None and run.steps() else None,
        ":material/table:",
        _("Losses and errors of every snapshot, on training and test images, means per pixel."),
    )


def _button(
    name: str, label: str, file: str, make: Callable[[], str | bytes] | None, icon: str, help: str
) -> None:
    """Draw a button that makes a file when it is pressed; one that cannot be, without a maker."""
    st.download_button(
        label,
        data=make or b"",
        file_name=file,
        mime=mimetypes.guess_type(file)[0],
        icon=icon,
        help=help,
        on_click="ignore",
        disabled=make is None,
        width="stretch",
        key=f"take away.{name}",
    )


def _pictures() -> None:
    st.segmented_control(
        **choices.widget("charts", list(FORMATS)), format_func=FORMATS.__getitem__, required=True
    )
