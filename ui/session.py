"""What belongs to one session: its settings (one typed object), the snapshot, the language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from aecore import datasets
from aecore.choosing import SHORTHAND, carried
from aecore.classroom import Controls
from aecore.config import FIELDS, RunConfig, applied
from aecore.datasets import DATASETS
from aecore.fields import quoted, read
from aecore.language import LANGUAGES, use
from aecore.language import text as _
from aecore.wording import sentences

_SETTINGS, _NOTES, _VERSIONS = "settings", "notes", "widget versions"
_IDLE = "idle settings"
_STEP, _TURN = "step", "turn"
_LANGUAGE = "language"
_PAGE = "page"
_CONTROLS = "controls"
LAST_STEP = 10**9
"""The largest step that a link can name."""


def begin(given: Mapping[str, str], firm: Controls | None = None) -> None:
    """Take settings from an address or a file; what does not go together is mended and said.

    Parameters
    ----------
    given : mapping of str to str
        Texts by the names of settings; the others take the data set's defaults.
    firm : Controls, optional
        Decisions that hold against all others.
    """
    controlled, config, notes = controls().opened(given, datasets.default_name(), firm)
    control(controlled)
    _idle().clear()
    for name in FIELDS:
        _versions()[name] = _versions().get(name, 0) + 1
    st.session_state[_SETTINGS] = config
    st.session_state[_NOTES] = notes


def settings() -> RunConfig:
    """Return the session's settings."""
    if _SETTINGS not in st.session_state:
        begin({})
    config = st.session_state[_SETTINGS]
    assert isinstance(config, RunConfig)
    return config


def change(*, by: str = "", **values: Any) -> None:
    """Change settings; what does not go together is mended and said.

    Parameters
    ----------
    by : str
        The setting whose own widget asked for the change.
    **values
        Settings by name.
    """
    old = settings()
    active = {name for name, field in FIELDS.items() if field.applies(old.as_dict())}
    # a setting that has no effect for a while comes back as it was
    chosen = _idle() | {name: getattr(old, name) for name in active}
    refused = ""
    if by:
        value, complaint = read(FIELDS[by], values[by])
        if value is None:  # what stood there is worth more than the default
            kept = _("{setting} stays as it was.", setting=_(FIELDS[by].label))
            refused = sentences((complaint, kept))
            values = {}
            _versions()[by] = _versions().get(by, 0) + 1
    dataset = controls().kept("dataset", values.get("dataset", old.dataset))
    if dataset != old.dataset:
        chosen = carried(old, dataset) if dataset in DATASETS else {}
        _idle().clear()
    _idle().update(chosen | values)
    config, notes = controls().nearest(values, dataset, chosen, old)
    st.session_state[_SETTINGS] = config
    st.session_state[_NOTES] = [refused, *notes] if refused else notes
    for name in FIELDS:
        shown = values[by] if name == by in values else getattr(old, name)
        if getattr(config, name) != shown:
            _versions()[name] = _versions().get(name, 0) + 1
    if config.identity != old.identity:
        look_at(None)


def reset(name: str | None = None) -> None:
    """Set one setting, or all but the data set, back to the data set's default."""
    usual = controls().usual(settings().dataset)
    if name is None:
        _idle().clear()
        free = {key: value for key, value in applied(usual).items() if controls().free(key)}
        change(**free)
    else:
        change(**{name: usual[name]})


def choose_variant(name: str) -> None:
    """Set what makes a network one of a kind, a key of `aecore.variants.VARIANTS`."""
    change(**{SHORTHAND: name})


def changed(name: str) -> bool:
    """Tell whether a setting differs from its default, and can be set back."""
    config = settings()
    return (
        name in config.differences()
        and controls().free(name)
        and getattr(config, name) != controls().usual(config.dataset)[name]
    )


def controls() -> Controls:
    """Return what a teacher has decided for this session."""
    found = st.session_state.get(_CONTROLS, Controls())
    assert isinstance(found, Controls)
    return found


def control(controlled: Controls) -> None:
    """Put a teacher's decisions in force; settings follow with the next `begin` or `change`."""
    st.session_state[_CONTROLS] = controlled


def refused(config: RunConfig) -> list[str]:
    """Return the labels of settings that keep a run from being trained for this session."""
    return [_(FIELDS[name].label) for name in controls().breaks(config.as_dict())]


def notes() -> list[str]:
    """Return what was changed in the settings to make sense of them."""
    return list(st.session_state.get(_NOTES, []))


def say(sentence: str) -> None:
    """Add a note for the person in front of this session."""
    st.session_state[_NOTES] = [*notes(), sentence]


def forget_notes() -> None:
    """Drop the notes; they have been read."""
    st.session_state[_NOTES] = []


def language() -> str:
    """Return the language of the pages: the one that was chosen, or the browser's if it is known.

    Outside of a page there is English.
    """
    if get_script_run_ctx(suppress_warning=True) is None:
        return "en"
    chosen = st.session_state.get(_LANGUAGE)
    if chosen is None:
        locale = str(st.context.locale or "en").replace("_", "-").split("-")[0]
        return locale if locale in LANGUAGES else "en"
    return str(chosen)


def language_chosen() -> bool:
    """Tell whether the language was chosen, and not only guessed from the browser."""
    return _LANGUAGE in st.session_state


def speak(name: str) -> list[str]:
    """Choose the language of the pages, a key of `aecore.language.LANGUAGES`.

    Returns
    -------
    list of str
        A sentence where there is no such language.
    """
    if name not in LANGUAGES:
        return [
            _(
                "There is no language {given}: it can be {known}.",
                given=quoted(name),
                known=_(" or ").join(LANGUAGES),
            )
        ]
    st.session_state[_LANGUAGE] = name
    use(name)
    return []


def visit(page: str) -> bool:
    """Note which page is looked at, by its address; tell whether it was another before."""
    before = st.session_state.get(_PAGE)
    st.session_state[_PAGE] = page
    return bool(before != page)


def page() -> str:
    """Return the address of the page that is looked at."""
    return str(st.session_state.get(_PAGE, ""))


def step() -> int | None:
    """Return the snapshot that is looked at, or None to follow the newest."""
    return st.session_state.get(_STEP)


def look_at(step: int | None, *, by_slider: bool = False) -> None:
    """Look at a snapshot, or follow the newest (None)."""
    st.session_state[_STEP] = step
    if not by_slider:
        st.session_state[_TURN] = turn() + 1


def turn() -> int:
    """Return how often what is looked at was changed by anything but the timeline's slider."""
    return int(st.session_state.get(_TURN, 0))


def holder() -> str:
    """Return the session's id, under which it holds leases."""
    context = get_script_run_ctx()
    assert context is not None, "only while a page runs"
    return context.session_id


def _idle() -> dict[str, Any]:
    idle: dict[str, Any] = st.session_state.setdefault(_IDLE, {})
    return idle


def _versions() -> dict[str, int]:
    versions: dict[str, int] = st.session_state.setdefault(_VERSIONS, {})
    return versions


def setting_widget(name: str) -> dict[str, Any]:
    """Return key, label, help and callback of the widget of a setting, in English.

    The key is a new one whenever the setting is changed by anything but its widget, and a new
    widget is to begin with the setting as its default. No value is therefore ever pushed into
    a widget: a browser that has not heard of it yet would send the old one back, or the least
    one, as if it had been chosen.
    """
    version = _versions().get(name, 0)
    key = f"setting.{name}.{version}"

    def changed() -> None:
        if _versions().get(name, 0) == version:
            change(by=name, **{name: st.session_state[key]})

    field = FIELDS[name]
    return {"key": key, "label": field.label, "help": field.help, "on_change": changed}
