"""The settings in the sidebar: one widget a field, made from the field itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from aecore import datasets
from aecore.choosing import SHORTHAND
from aecore.config import FIELDS, RunConfig
from aecore.conflicts import remarks
from aecore.corruption import CORRUPTIONS
from aecore.datasets import DATASETS
from aecore.fields import as_text
from aecore.language import LANGUAGES, marked
from aecore.language import text as _
from aecore.objectives import LOSSES
from aecore.variants import VARIANTS
from aecore.wording import sentences
from ui import classroom, session

DATA = (
    "dataset",
    "patch_source",
    "size",
    "mean_removal",
    "whitening",
    "distribution",
    "length",
)
LOCKED = marked("Locked: your teacher has decided on this value.")
FIRST_LESSON = ("bottleneck", "loss", "noise", "noise_level", "epochs")
"""What is always open beside data set and kind; the rest is folded away in groups."""


def sidebar(*, settings: bool = True) -> None:
    """Draw all settings that apply and are not hidden, the language, and the way to present.

    Parameters
    ----------
    settings : bool
        Whether settings are drawn at all.
    """
    with st.sidebar:
        if settings:
            _settings()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _language()
            classroom.enter_button()


def _settings() -> None:
    config, controls = session.settings(), session.controls()
    for name in DATA:
        _row(name, config)
    if not controls.hides(SHORTHAND):
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
        names = [n for n in names if _there(n, config)]
        if names:
            changed = sum(session.changed(name) for name in names)
            label = _("More: {group}", group=_(group).lower())
            label += " · " + _("{count} changed", count=changed) if changed else ""
            with st.expander(label, key=f"group.{group}"):
                for name in names:
                    _row(name, config)
    if any(_there(name, config) and controls.free(name) for name in FIELDS if name != "dataset"):
        st.button(
            _("Reset all settings"),
            icon=":material/restart_alt:",
            type="tertiary",
            disabled=not any(map(session.changed, FIELDS)),
            on_click=session.reset,
            help=_("Set everything back to the defaults of this data set."),
        )


def _there(name: str, config: RunConfig) -> bool:
    """Tell whether a setting applies and is shown."""
    return FIELDS[name].applies(config.as_dict()) and not session.controls().hides(name)


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
    kinds = session.controls().kinds(config)
    st.selectbox(
        _("Kind of autoencoder"),
        kinds,
        index=kinds.index(config.variant),
        format_func=lambda name: _(VARIANTS[name].label),
        key=key,
        on_change=lambda: session.choose_variant(st.session_state[key]),
        disabled=len(kinds) == 1,
        help=sentences(
            (
                _(VARIANTS[config.variant].help),
                _("Choosing another sets what makes it one; every setting can be changed after."),
            )
        ),
    )


def _row(name: str, config: RunConfig) -> None:
    """Draw one setting, and beside it a way back where it differs from its default."""
    field = FIELDS[name]
    if not _there(name, config):
        return
    # the same frame with and without the way back: the widget keeps its place, and the focus
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        with st.container():
            _draw(name, config)
        if session.controls().fixes(name):
            st.markdown(":material/lock:", width="content")
        if not session.changed(name):
            return
        usual = _shown(name, session.controls().usual(config.dataset)[name])
        st.button(
            "",
            key=f"reset.{name}",
            icon=":material/undo:",
            type="tertiary",
            on_click=session.reset,
            args=(name,),
            help=_(
                "{setting}: back to {value}",
                setting=_(field.label),
                value=_(field.choices.get(str(usual), str(usual))),
            ),
            width="content",
        )


def _widget(name: str) -> dict[str, Any]:
    """Return what `session.setting_widget` does, in words for who may not change it."""
    widget = session.setting_widget(name) | {"disabled": session.controls().fixes(name)}
    widget |= {"label": _(FIELDS[name].label), "help": _(FIELDS[name].help)}
    if widget["disabled"]:
        widget["help"] = sentences((widget["help"], _(LOCKED)))
    elif name in session.controls().limits:
        allowed = session.controls().limits[name].said(name)
        widget["help"] = sentences(
            (widget["help"], _("Here it can be {allowed}.", allowed=allowed))
        )
    return widget


def _allowed(name: str, choices: Mapping[str, str]) -> dict[str, str]:
    """Return the choices that there are here, the present one among them, with their labels."""
    controls, present = session.controls(), getattr(session.settings(), name)
    return {
        key: _(label)
        for key, label in choices.items()
        if key == present or controls.kept(name, key) == key
    }


def _shown(name: str, value: Any) -> Any:
    """Return a setting's value as its widget shows it."""
    if FIELDS[name].kind == "sizes":
        return as_text(value)
    return value


def _present(name: str) -> Any:
    """Return a setting's present value as its widget shows it."""
    return _shown(name, getattr(session.settings(), name))


def _draw(name: str, config: RunConfig) -> None:
    field = FIELDS[name]
    if name == "loss":
        st.segmented_control(
            **_widget(name),
            options=list(_allowed(name, field.choices)),
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


def _range(name: str) -> tuple[float, float]:
    """Return the ends of what a number can be, here and together with the other settings."""
    config, limit = session.settings(), session.controls().limits.get(name)
    low, high = FIELDS[name].low, FIELDS[name].high
    if name in LIMITS:
        high = LIMITS[name](config)
    if limit is not None:
        low, high = max(low, limit.low), min(high, limit.high)
    value = getattr(config, name)
    return min(low, value), max(high, value)


def _stops(name: str, value: float) -> None:
    """Draw a slider over the usual values that are possible, and over the present one."""
    config = session.settings()
    low, high = _range(name)
    ends = {low, high} if name in session.controls().limits else set()
    options = sorted({*(s for s in FIELDS[name].stops if low <= s <= high), *ends, value})
    if len(options) == 1:  # a slider needs two ends
        options.append(sorted(FIELDS[name].stops)[-1])
    widget = _widget(name)
    if name == "noise_level":
        words = FIELDS[name].help
        widget["help"] = widget["help"].replace(_(words), _(CORRUPTIONS[config.noise].level_help))
    st.select_slider(**widget, options=sorted(options), value=value, format_func=lambda v: f"{v:g}")


def _number(name: str) -> None:
    low, high = _range(name)
    st.number_input(
        **_widget(name),
        min_value=int(low),
        max_value=int(high),
        value=int(_present(name)),
        step=1,
    )


def _choice(name: str) -> None:
    choices = FIELDS[name].choices
    if name == "outlier_source":
        possible = datasets.outlier_sources(session.settings().dataset)
        choices = {key: label for key, label in choices.items() if key in possible}
    choices = _allowed(name, choices)
    if name == "dataset":
        choices = {
            key: label if datasets.available(key) else _("{label} (download)", label=label)
            for key, label in choices.items()
        }
    st.selectbox(
        **_widget(name),
        options=list(choices),
        index=list(choices).index(_present(name)),
        format_func=choices.__getitem__,
    )


def _sizes(name: str) -> None:
    options = list(dict.fromkeys((*map(as_text, FIELDS[name].offered), _present(name))))
    st.selectbox(
        **_widget(name),
        options=options,
        index=options.index(_present(name)),
        format_func=_,
        accept_new_options=True,
    )


def _switch(name: str) -> None:
    st.toggle(**_widget(name), value=_present(name))


_KINDS: dict[str, Callable[[str], None]] = {
    "int": _number,
    "float": _number,
    "choice": _choice,
    "sizes": _sizes,
    "bool": _switch,
}
