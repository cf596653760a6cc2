"""The settings in the sidebar: one widget a field, made from the field itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from aecore import datasets
from aecore.config import FIELDS, RunConfig, defaults
from aecore.conflicts import remarks
from aecore.corruption import CORRUPTIONS
from aecore.datasets import DATASETS
from aecore.language import LANGUAGES
from aecore.objectives import LOSSES
from aecore.variants import VARIANTS
from ui import session

DATA = (
    "dataset",
    "patch_source",
    "size",
    "mean_removal",
    "whitening",
    "distribution",
    "length",
)
FIRST_LESSON = ("bottleneck", "loss", "noise", "noise_level", "epochs")
"""What is always open beside data set and kind; the rest is folded away in groups."""
SIZES = {
    "hidden": ("none", "128", "256-64", "512-128", "1000-500-250"),
    "channels": ("16-32", "16-8-8", "32-64", "8-16-32"),
}


def sidebar() -> None:
    """Draw all settings that apply."""
    config = session.settings()
    with st.sidebar:
        for name in DATA:
            _row(name, config)
        _variant(config)
        own = VARIANTS[config.variant].controls
        for name in own:
            _row(name, config)
        for name in FIRST_LESSON:
            _row(name, config)
        for sentence in remarks(config.as_dict()):
            st.caption(f":material/lightbulb: {sentence}")
        shown = {*DATA, *own, *FIRST_LESSON}
        groups = dict.fromkeys(FIELDS[name].group for name in FIELDS)
        for group in groups:
            names = [n for n in FIELDS if FIELDS[n].group == group and n not in shown]
            names = [n for n in names if FIELDS[n].applies(config.as_dict())]
            if names:
                changed = sum(session.changed(name) for name in names)
                label = f"More: {group.lower()}" + (f" · {changed} changed" if changed else "")
                with st.expander(label, key=f"group.{group}"):
                    for name in names:
                        _row(name, config)
        st.button(
            "Reset all settings",
            icon=":material/restart_alt:",
            type="tertiary",
            disabled=not config.differences(),
            on_click=session.reset,
            help="Set everything back to the defaults of this data set.",
        )
        _language()


def _language() -> None:
    """Draw the choice of language, each called what it calls itself."""
    key = f"language.{session.language()}"

    def chosen() -> None:
        session.speak(st.session_state[key])

    st.segmented_control(
        "Language · 语言",
        list(LANGUAGES),
        default=session.language(),
        format_func=LANGUAGES.__getitem__,
        required=True,
        key=key,
        on_change=chosen,
    )


def _variant(config: RunConfig) -> None:
    """Draw the choice of the kind of autoencoder, which is what the settings come to."""
    key = f"variant.{config.variant}"
    st.selectbox(
        "Kind of autoencoder",
        list(VARIANTS),
        index=list(VARIANTS).index(config.variant),
        format_func=lambda name: VARIANTS[name].label,
        key=key,
        on_change=lambda: session.choose_variant(st.session_state[key]),
        help=f"{VARIANTS[config.variant].help} Choosing another sets what makes it one; "
        "every setting can be changed after.",
    )


def _row(name: str, config: RunConfig) -> None:
    """Draw one setting, and beside it a way back where it differs from its default."""
    field = FIELDS[name]
    if not field.applies(config.as_dict()):
        return
    # the same frame with and without the way back: the widget keeps its place, and the focus
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        with st.container():
            _draw(name, config)
        if not session.changed(name):
            return
        usual = _shown(name, defaults(config.dataset)[name])
        st.button(
            "",
            key=f"reset.{name}",
            icon=":material/undo:",
            type="tertiary",
            on_click=session.reset,
            args=(name,),
            help=f"{field.label}: back to {field.choices.get(str(usual), usual)}",
            width="content",
        )


def _shown(name: str, value: Any) -> Any:
    """Return a setting's value as its widget shows it."""
    if FIELDS[name].kind == "sizes":
        return "-".join(map(str, value)) or "none"
    return value


def _present(name: str) -> Any:
    """Return a setting's present value as its widget shows it."""
    return _shown(name, getattr(session.settings(), name))


def _draw(name: str, config: RunConfig) -> None:
    field = FIELDS[name]
    if name == "loss":
        st.segmented_control(
            **session.setting_widget(name),
            options=list(field.choices),
            default=_present(name),
            format_func=lambda key: LOSSES[key].short,
            required=True,
            width="stretch",
        )
    elif field.stops:
        _stops(name, getattr(config, name))
    else:
        _KINDS[field.kind](name)


LIMITS: dict[str, Callable[[RunConfig], float]] = {
    "noise_level": lambda config: CORRUPTIONS[config.noise].high,
    "size": lambda config: (
        datasets.largest_patch(config.data_options)
        if "patch_source" in config.data_options
        else FIELDS["size"].high
    ),
    "active": lambda config: config.code_size,
    "batch_size": lambda config: config.train_size,
    "subset": lambda config: DATASETS[config.dataset].train_size,
}
"""The largest value that goes together with the other settings, where that depends on them."""


def _stops(name: str, value: float) -> None:
    """Draw a slider over the usual values that are possible, and over the present one."""
    config = session.settings()
    limit = LIMITS[name](config) if name in LIMITS else FIELDS[name].high
    options = sorted({*(stop for stop in FIELDS[name].stops if stop <= limit), value})
    if len(options) == 1:  # a slider needs two ends
        options.append(sorted(FIELDS[name].stops)[-1])
    widget = session.setting_widget(name)
    if name == "noise_level":
        widget["help"] = CORRUPTIONS[config.noise].level_help
    st.select_slider(**widget, options=sorted(options), value=value, format_func=lambda v: f"{v:g}")


def _number(name: str) -> None:
    field = FIELDS[name]
    st.number_input(
        **session.setting_widget(name),
        min_value=int(field.low),
        max_value=int(field.high),
        value=int(_present(name)),
        step=1,
    )


def _choice(name: str) -> None:
    choices = FIELDS[name].choices
    if name == "dataset":
        missing = {key for key in choices if not datasets.available(key)}
        choices = {
            key: label + (" (download)" if key in missing else "") for key, label in choices.items()
        }
    if name == "outlier_source":
        possible = datasets.outlier_sources(session.settings().dataset)
        choices = {key: label for key, label in choices.items() if key in possible}
    st.selectbox(
        **session.setting_widget(name),
        options=list(choices),
        index=list(choices).index(_present(name)),
        format_func=choices.__getitem__,
    )


def _sizes(name: str) -> None:
    options = list(dict.fromkeys((*SIZES[name], _present(name))))
    st.selectbox(
        **session.setting_widget(name),
        options=options,
        index=options.index(_present(name)),
        accept_new_options=True,
    )


def _switch(name: str) -> None:
    st.toggle(**session.setting_widget(name), value=_present(name))


_KINDS: dict[str, Callable[[str], None]] = {
    "int": _number,
    "float": _number,
    "choice": _choice,
    "sizes": _sizes,
    "bool": _switch,
}
