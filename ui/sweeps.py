"""What a session sweeps: chosen, kept, and written into the address."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from aecore import sweep_offers, sweeping
from aecore.config import FIELDS, RunConfig
from aecore.fields import as_text
from aecore.language import counted
from aecore.language import text as _
from aecore.sweep_offers import PRESETS
from aecore.sweeping import MOST_VALUES, Axis, Grid, Sweep
from aecore.wording import explained, sentences
from ui import session

_SWEEP, _VERSION = "sweep", "sweep version"
NAME = "sweep"
"""Of the group of runs, and of the parameter of an address."""


def sweep() -> Sweep:
    """Return the session's sweep; before any was chosen, the first one that is offered."""
    chosen = st.session_state.get(_SWEEP)
    if chosen is None:
        return next(iter(PRESETS.values())).sweep(session.settings())
    assert isinstance(chosen, Sweep)
    return chosen


def choose(chosen: Sweep, *, by_widget: bool = False) -> None:
    """Make this the session's sweep; widgets that do not show it begin anew."""
    st.session_state[_SWEEP] = chosen
    if not by_widget:
        st.session_state[_VERSION] = _version() + 1


def read_address(texts: list[str]) -> list[str]:
    """Take in the sweep of an address; return sentences on what did not fit."""
    chosen, notes = sweeping.parse(texts)
    if chosen is not None:
        choose(chosen)
    return notes


def write_address() -> list[str]:
    """Return the session's sweep as an address has it; nothing where none was chosen."""
    return sweep().to_texts() if _SWEEP in st.session_state else []


def allowed(found: Grid) -> Grid:
    """Return a grid without the runs that a teacher's decisions rule out, which is said."""
    controls = session.controls()
    cells, names = {}, []
    for place, config in found.cells.items():
        broken = controls.breaks(config.as_dict())
        names += broken
        if not broken:
            cells[place] = config
    notes = [
        _(
            "{setting} is fixed or limited here: runs with other values are left out.",
            setting=_(FIELDS[name].label),
        )
        for name in dict.fromkeys(names)
    ]
    return Grid(found.sweep, cells, (*found.notes, *notes))


def draw_choice(base: RunConfig) -> None:
    """Draw the choice of settings and values."""
    _presets(base)
    present = sweep()
    for k, column in enumerate(st.columns(sweeping.MOST_AXES, gap="medium")):
        with column:
            axis = present.axes[k] if k < len(present.axes) else None
            if k <= len(present.axes):
                _axis(k, axis, present, base)


def _presets(base: RunConfig) -> None:
    options = [
        name for name, preset in PRESETS.items() if all(_can_vary(axis) for axis in preset.names)
    ]
    fits = _fitting(base)
    key = f"sweep.preset.{_version()}.{fits}"

    def chosen() -> None:
        preset = PRESETS.get(st.session_state[key] or "")
        # a browser also tells of pills that are gone, which showed what was chosen before
        gone = key != f"sweep.preset.{_version()}.{_fitting(session.settings())}"
        if preset is not None and not gone:
            changes = preset.changes(session.settings())
            if changes:
                session.change(**changes)
            choose(preset.sweep(session.settings()))

    st.pills(
        _("Ready to start"),
        options,
        default=fits or None,
        format_func=lambda name: _(PRESETS[name].label),
        key=key,
        on_change=chosen,
        help=sentences(explained(_(PRESETS[n].label), _(PRESETS[n].help)) for n in options),
    )


def _fitting(base: RunConfig) -> str:
    """Return the first of the sweeps that are ready to start that is the present one, if any."""
    present = sweep()
    return next(
        (
            name
            for name, preset in PRESETS.items()
            if all(map(_can_vary, preset.names))
            and preset.settings(base) == base
            and preset.sweep(base) == present
        ),
        "",
    )


def _can_vary(name: str) -> bool:
    return session.controls().free(name)


def _axis(k: int, axis: Axis | None, present: Sweep, base: RunConfig) -> None:
    """Draw the choice of one setting and its values."""
    taken = {other.name for j, other in enumerate(present.axes) if j != k}
    names = [n for n in sweep_offers.possible(base) if n not in taken and _can_vary(n)]
    if axis and axis.name not in names:
        names.append(axis.name)
    options = [*([None] if k or not names else []), *names]
    turn = _version()
    key = f"sweep.setting.{k}.{turn}.{axis.name if axis else ''}"

    def chosen() -> None:
        name = st.session_state[key]
        if _gone(k, axis, turn) or name == (axis.name if axis else None):
            return
        others = [other for j, other in enumerate(present.axes) if j != k]
        if name is not None:
            others.insert(k, sweep_offers.usual(name, session.settings()))
        choose(Sweep(tuple(others)))

    st.selectbox(
        _("Setting") if k == 0 else _("Second setting"),
        options,
        index=options.index(axis.name if axis else None),
        format_func=lambda name: _(FIELDS[name].label) if name else _("None"),
        key=key,
        on_change=chosen,
        help=_("What varies; everything else is as in the sidebar.")
        if k == 0
        else _("A second setting makes a run for every pair of values; with the seed, a mean."),
    )
    if axis:
        _values(k, axis, present, base)


def _values(k: int, axis: Axis, present: Sweep, base: RunConfig) -> None:
    texts = [as_text(value) for value in axis.values]
    suggested = [as_text(value) for value in sweep_offers.suggested(axis.name, base)]
    values = {as_text(v): v for v in (*sweep_offers.suggested(axis.name, base), *axis.values)}
    turn = _version()
    key = f"sweep.values.{k}.{turn}.{axis.name}"

    def chosen() -> None:
        if _gone(k, axis, turn):
            return
        now, notes = sweeping.axis_of(axis.name, st.session_state[key])
        axes = tuple(now if j == k else other for j, other in enumerate(present.axes))
        unlike = {as_text(v) for v in now.values} != set(st.session_state[key])
        choose(replace(present, axes=axes), by_widget=not unlike)
        for note in notes:
            session.say(note)

    st.multiselect(
        _("Values of {setting}", setting=_(axis.label)),
        list(dict.fromkeys((*suggested, *texts))),
        default=texts,
        format_func=lambda text: _(axis.said(values[text])) if text in values else text,
        max_selections=MOST_VALUES,
        accept_new_options=FIELDS[axis.name].kind in ("int", "float", "sizes"),
        placeholder=_("Choose values"),
        select_all=False,
        key=key,
        on_change=chosen,
        help=counted(
            "Up to {count} values; others than those offered can be typed.",
            "Up to {count} values; others than those offered can be typed.",
            MOST_VALUES,
        )
        if FIELDS[axis.name].kind in ("int", "float", "sizes")
        else _("Which of them to try."),
    )


def _gone(k: int, axis: Axis | None, turn: int) -> bool:
    """Tell whether a widget is no longer there, of which a browser may still tell."""
    axes = sweep().axes
    present = axes[k].name if k < len(axes) else None
    return turn != _version() or present != (axis.name if axis else None)


def _version() -> int:
    return int(st.session_state.get(_VERSION, 0))
