"""The Compare page: which runs are pinned, how far each is, and what is compared of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from aecore import datasets
from aecore import pins as pinning
from aecore.datasets import Dataset, DatasetError
from aecore.engine import MOVING, Status
from aecore.language import counted
from aecore.language import text as _
from aecore.pins import MOST_LETTERS, MOST_PINS, Pin
from aecore.runs import Run, RunError
from aecore.wording import explained, listed, plain, sentences, short
from ui import choices, groups, other_runs, pins, session
from ui.comparisons import COMPARISONS, Subject
from ui.live import newest_until
from ui.places import unplaced
from ui.server import server

if TYPE_CHECKING:
    from ui.live import Now
    from ui.views.frame import Frame

GROUP = "compare"


@dataclass(frozen=True)
class Standing:
    """A pinned run, and how far it is.

    Attributes
    ----------
    pin : Pin
    title : str
        What it is called beside the others.
    data : Dataset or None
        None where it is not on this machine.
    run : Run or None
    status : Status
    message : str
        Why it cannot be had, if so.
    """

    pin: Pin
    title: str
    data: Dataset | None
    run: Run | None
    status: Status
    message: str = ""


def standings() -> list[Standing]:
    """Return how all pinned runs stand, in their order."""
    present = pins.pins()
    return [
        _standing(pin, title)
        for pin, title in zip(present, pinning.titles(present), strict=True)
    ]  # fmt: skip


def _standing(pin: Pin, title: str) -> Standing:
    config, engine = pin.config, server().engine
    try:
        data = datasets.load(config.dataset, config.data_options)
    except DatasetError as error:
        return Standing(pin, title, None, None, "new", unplaced(str(error)))
    run = engine.store.find(config, data.fingerprint)
    if run is None:
        return Standing(pin, title, data, None, "new")
    run.touch()
    return Standing(pin, title, data, run, *engine.status(run, config.epochs))


def moving() -> bool:
    """Tell whether a pinned run is being trained, by whomever."""
    return groups.waiting() or any(s.status in MOVING for s in standings())


def compare(now: Now) -> None:
    """Draw the pins, and what is compared of their runs."""
    found = standings()
    _pin_bar(now, found)
    if found:
        _train(found)
        choices.new_drawing()
        _compare(found)
        choices.settle()
    else:
        _nothing_pinned(now)


def _compare(found: list[Standing]) -> None:
    """Draw the comparisons that are chosen, at the epoch that is chosen."""
    epoch = _choose_epoch(found)
    subjects = _subjects(found, epoch)
    if not subjects:
        return
    for name in _choose_comparisons():
        entry = COMPARISONS[name]
        st.markdown(f"#### {_(entry.label)}")
        st.caption(_(entry.hint))
        entry.draw(subjects, f"compare.{name}")


# -- pins ----------------------------------------------------------------------------


def _pin_bar(now: Now, found: list[Standing]) -> None:
    """Draw a button for each pin, behind which it is renamed, moved and let go of."""
    with st.container(horizontal=True, vertical_alignment="center", key="pins"):
        for place, standing in enumerate(found):
            _pin_menu(standing, place, len(found))
        if 0 < len(found) < MOST_PINS:
            _add_menu(now, found)


def _pin_menu(standing: Standing, place: int, count: int) -> None:
    pin = standing.pin
    key = f"compare.pin.{_id(pin)}"
    menu = st.popover(
        plain(standing.title),
        icon=":material/keep:",
        width="content",
        key=key,
        on_change="rerun",
        help=_("Rename, move or unpin this run."),
    )
    if not menu.open:
        return
    with menu:
        st.markdown(f"**{plain(pin.config.title())}** · {_reached(standing)}")
        name = st.text_input(
            _("Name"),
            pin.name,
            max_chars=MOST_LETTERS,
            placeholder=standing.title,
            key=f"{key}.name.{pin.name}",
            help=_("What this run is called here; empty for its settings."),
        )
        with st.container(horizontal=True):
            earlier = st.button(
                _("Earlier"),
                icon=":material/arrow_back:",
                disabled=place == 0,
                key=f"{key}.earlier",
                help=_("Put it one place to the front."),
            )
            later = st.button(
                _("Later"),
                icon=":material/arrow_forward:",
                disabled=place == count - 1,
                key=f"{key}.later",
                help=_("Put it one place to the back."),
            )
            gone = st.button(_("Unpin"), icon=":material/keep_off:", key=f"{key}.unpin",
                             help=_("Let go of it; the run itself stays."))  # fmt: skip
            shown = st.button(
                _("Use its settings"),
                icon=":material/tune:",
                key=f"{key}.open",
                help=_("Make it the run that all other pages show."),
            )
    if pinning.tidy(name) != pin.name:
        pins.rename(pin.config, name)
        st.rerun()
    if earlier or later:
        pins.move(pin.config, 1 if later else -1)
        st.rerun()
    if gone:
        pins.remove(pin.config)
        st.rerun()
    if shown:
        session.change(**pin.config.as_dict())
        st.rerun()


def _id(pin: Pin) -> str:
    """Return what a pin's widgets are called by, wherever it stands."""
    return pin.config.run_id("")


def _reached(standing: Standing) -> str:
    """Return in words how far a pinned run is."""
    if standing.message:
        return _(standing.message)
    if standing.run is None or not standing.run.steps():
        return _("not trained yet")
    reached = other_runs.reached(standing.run)
    rows = standing.run.metrics()
    if not rows:
        return reached
    return _("{reached}, test MSE {error} a pixel", reached=reached,
             error=short(rows[-1]["test_mse"]))  # fmt: skip


def _add_menu(now: Now, found: list[Standing]) -> None:
    """Draw the choice of runs of the store that can be pinned, too."""
    menu = st.popover(
        _("Pin others"),
        icon=":material/add:",
        type="tertiary",
        width="content",
        key="compare.add",
        on_change="rerun",
        help=_("Choose among all runs on the same data, also of others."),
    )
    if not menu.open:
        return
    with menu:
        _add(now, found)


def _add(now: Now, found: list[Standing]) -> None:
    turn = st.session_state.setdefault("compare.add.turn", 0)
    chosen = other_runs.choose_beside(
        now.config,
        now.data.fingerprint,
        f"compare.add.{turn}",
        MOST_PINS - len(found),
        beside=[standing.run.id for standing in found if standing.run],
    )
    if st.button(
        _("Pin the chosen"), icon=":material/keep:", disabled=not chosen, key="compare.add.go"
    ):
        for run in chosen:
            pins.add(run.config)
        st.session_state["compare.add.turn"] += 1
        st.rerun()


def _nothing_pinned(now: Now) -> None:
    words = _(
        "No run is pinned yet. Press **Pin** above or on any other page to keep its run at hand: "
        "up to {most} stand side by side here, on the same images.",
        most=MOST_PINS,
    )
    if now.run is None or not now.steps:
        st.info(
            sentences((words, _("**Train** begins with the settings at the side."))),
            icon=":material/keep:",
        )
    else:
        st.markdown(words)
    _add(now, [])


# -- training and what is looked at --------------------------------------------------


def _train(found: list[Standing]) -> None:
    """Offer to train what is not trained, or show how far that is."""
    for standing in found:
        if standing.data is None:
            said = explained(plain(standing.title), standing.message)
            st.caption(f":material/info: {said}")
    there = []
    for standing in found:
        refused = session.refused(standing.pin.config) if standing.status != "done" else []
        if refused:
            st.caption(f":material/lock: {_not_here(standing.title, refused)}")
        elif standing.data is not None:
            there.append(standing)
    missing = [standing for standing in there if standing.status in ("new", "paused")]
    if not (missing or groups.begun(GROUP)) or not there:
        return
    names = _("; ").join(plain(standing.title) for standing in missing)
    groups.group(
        GROUP,
        [standing.pin.config for standing in there],
        counted("Train {count} run", "Train {count} runs", len(missing)),
        _("Not trained to the end yet: {names}.", names=names),
    )


def _not_here(title: str, refused: list[str]) -> str:
    return _(
        "{run} is not trained here: {settings} cannot be as it says.",
        run=plain(title),
        settings=listed(refused),
    )


def _choose_epoch(found: list[Standing]) -> float | None:
    """Let choose at which epoch all runs are looked at; None stands for the newest of each."""
    ends = [s.pin.config.epochs for s in found if s.run is not None and s.run.steps()]
    if not ends:
        return None
    last = max(ends)
    quarters = [k / 4 for k in range(4 * min(last, 5))]
    epochs = [*quarters, *(float(e) for e in range(min(last, 5), last))]
    options: list[float | None] = [*epochs, None]
    chosen: float | None = st.select_slider(
        **choices.widget("epoch", options, at=str(last)),
        format_func=lambda epoch: _("newest") if epoch is None else f"{epoch:g}",
    )
    return chosen


def _subjects(found: list[Standing], epoch: float | None) -> list[Subject]:
    """Return the snapshots to compare, of all runs that have any."""
    from ui.views.frame import newest_frame

    subjects = []
    for standing in found:
        run, data = standing.run, standing.data
        steps = server().together.steps(run, standing.status) if run else []
        if run is None or data is None or not steps:
            continue
        try:
            frame: Frame = newest_frame(run, _step(run, steps, epoch), data)
        except RunError as error:
            st.caption(f":material/info: {explained(plain(standing.title), str(error))}")
            continue
        subjects.append(Subject(standing.title, frame, followed=epoch is None))
    return subjects


def _step(run: Run, steps: list[int], epoch: float | None) -> int:
    if epoch is None:
        return steps[-1]
    return newest_until(
        steps, round((run.config.pretraining_span + epoch) * run.config.steps_per_epoch)
    )


def _choose_comparisons() -> list[str]:
    """Let choose what is compared; return keys of `COMPARISONS` in their order."""
    chosen = st.pills(
        **choices.widget("compared", list(COMPARISONS)),
        selection_mode="multi",
        format_func=lambda name: _(COMPARISONS[name].label),
        width="content",
    )
    return [name for name in COMPARISONS if name in chosen]
