"""The live part of every page: status, controls, timeline, and what the page draws below.

One fragment refreshes itself while the run moves, and stands still otherwise.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from aecore import datasets
from aecore.config import RunConfig
from aecore.datasets import Dataset, DatasetError
from aecore.engine import MOVING, QueueFull, Status
from aecore.language import counted
from aecore.language import text as _
from aecore.runs import Progress, Run, RunError, SnapshotGone
from aecore.schedule import kept_steps
from aecore.wording import duration, moment, rounded_count, short
from ui import choices, classroom, pins, session
from ui.downloads import offer_download
from ui.places import unplaced
from ui.refreshing import refreshing
from ui.server import server
from ui.share import share
from ui.take_away import take_away

if TYPE_CHECKING:
    from ui.views.frame import Frame

FIRST_PICTURE_S = 0.45
"""How long a press of Train waits for the first picture before it returns."""
MORE_EPOCHS = 10
MEASURED_S = 0.5
"""Seconds of training before speed and time left are more than a guess."""


@dataclass(frozen=True)
class Now:
    """Where the session's run stands at this moment."""

    config: RunConfig
    data: Dataset
    run: Run | None
    status: Status
    message: str
    steps: list[int]

    @property
    def moving(self) -> bool:
        """Whether there will be something new to see in a second."""
        return self.status in MOVING


def live(
    draw: Callable[[Frame], None],
    before: Callable[[Now], None] | None = None,
    busy: Callable[[], bool] = lambda: False,
) -> None:
    """Draw status, controls and timeline, then a page's own part for the chosen snapshot.

    Parameters
    ----------
    draw : callable
        Draws what is below the timeline.
    before : callable, optional
        Draws it where nothing was trained yet.
    busy : callable
        Whether the page waits for something of its own, and should refresh for it.
    """
    beside(lambda now: _draw(now, draw, before), busy)


def beside(draw: Callable[[Now], None], busy: Callable[[], bool] = lambda: False) -> None:
    """Draw status and controls of the session's run, then a page that is not about it alone.

    Parameters
    ----------
    draw : callable
        Draws what is below the controls, whether or not there is something of the run to see.
    busy : callable
        As for `live`.
    """
    config = session.settings()
    try:
        data = datasets.load(config.dataset, config.data_options)
    except DatasetError as error:
        offer_download(datasets.missing(config.dataset, config.data_options), unplaced(str(error)))
        return
    server().engine.warm_up(config.dataset, config.data_options)
    _join(config, data)

    def show(now: Now, period: float) -> None:
        _controls(now, period)
        server().ready.wait()
        with server().pace.turn(session.holder()):
            draw(now)

    refreshing(lambda: _now(config, data), lambda now: now.moving or busy(), show)


def _draw(now: Now, draw: Callable[[Frame], None], before: Callable[[Now], None] | None) -> None:
    """Draw what is below the controls."""
    if now.message:
        st.error(_(now.message), icon=":material/error:")
    if now.run is None or not now.steps:
        _nothing_yet(now, before)
        return
    step = _timeline(now)
    from ui.views.frame import newest_frame  # torch: not before there is a picture to draw

    try:
        choices.new_drawing()
        draw(newest_frame(now.run, step, now.data))
        choices.settle()
    except SnapshotGone as error:  # the run was removed meanwhile
        st.warning(str(error), icon=":material/info:")
    except RunError as error:
        st.warning(str(error), icon=":material/healing:")
        _mend(now)
    except DatasetError as error:  # of another data set, whose images are strangers here
        st.warning(unplaced(str(error)), icon=":material/error:")


def _now(config: RunConfig, data: Dataset) -> Now:
    engine = server().engine
    run = engine.store.find(config, data.fingerprint)
    if run is None:
        return Now(config, data, None, "new", "", [])
    status, message = engine.status(run, config.epochs)
    return Now(config, data, run, status, message, server().together.steps(run, status))


def _join(config: RunConfig, data: Dataset) -> None:
    """Who opens a run that others are training wants it to go on, too."""
    engine = server().engine
    run = engine.store.find(config, data.fingerprint)
    if run is None:
        return
    run.touch()
    others = engine.holders(run.id) and not engine.wants(run.id, session.holder())
    stopped = st.session_state.get("stopped") == run.id
    if others and not stopped and not run.done(config.epochs):
        with suppress(QueueFull):  # the others gave it up this moment
            engine.want(config, data.fingerprint, session.holder())


# -- controls ------------------------------------------------------------------------


def _controls(now: Now, period: float) -> None:
    """Draw the button that fits, and the status line beside it."""
    more = session.controls().kept("epochs", now.config.epochs + MORE_EPOCHS) - now.config.epochs
    label, icon, act = {
        "new": (_("Train"), ":material/play_arrow:", _train),
        "queued": (_("Stop"), ":material/stop:", _stop),
        "training": (_("Stop"), ":material/stop:", _stop),
        "paused": (_("Continue"), ":material/resume:", _train),
        "done": (_more(more or MORE_EPOCHS), ":material/fast_forward:", _further),
        "failed": (_("Try again"), ":material/replay:", _train),
    }[now.status]
    if now.moving and not server().engine.wants(now.run.id if now.run else "", session.holder()):
        label, icon, act = _("Keep it going"), ":material/play_arrow:", _train
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="controls"):
        pressed = st.button(
            label,
            icon=icon,
            type="primary" if now.status in ("new", "paused") else "secondary",
            disabled=(now.status == "done" and not more)
            or (now.status == "failed" and now.run is not None and bool(now.run.failure())),
            shortcut=classroom.TRAIN_KEY if classroom.presenting() else None,
            width="content",
            key=f"act.{act.__name__}.{label}",
        )
        st.html(f'<div class="ae-status" role="status">{_status(now, period)}</div>')
        if not classroom.presenting():
            with st.container(
                horizontal=True,
                vertical_alignment="center",
                gap="small",
                width="content",
                key="actions",
            ):
                pins.control(now.config, wanted=now.moving or now.status == "done")
                share()
                take_away(now.config, now.run, _looked_at(now))
    if pressed:
        act(now)
        st.rerun()


def _more(epochs: int) -> str:
    return counted("Train {count} epoch more", "Train {count} epochs more", epochs)


def _train(now: Now) -> None:
    st.session_state.pop("stopped", None)
    try:
        run = server().engine.want(now.config, now.data.fingerprint, session.holder())
    except OSError as error:
        session.say(
            _("The run cannot be written to disk: {reason}.", reason=error.strerror or error)
        )
        return
    except QueueFull as error:
        session.say(str(error))
        return
    waited_until = time.monotonic() + FIRST_PICTURE_S
    while not run.steps() and time.monotonic() < waited_until:
        time.sleep(0.01)


def _stop(now: Now) -> None:
    if now.run is not None:
        st.session_state["stopped"] = now.run.id
        server().engine.release(now.run.id, session.holder())


def _further(now: Now) -> None:
    session.change(epochs=now.config.epochs + MORE_EPOCHS)
    _train(Now(session.settings(), now.data, now.run, now.status, "", now.steps))


def _status(now: Now, period: float) -> str:
    """Return the status line: settings, epoch, error, speed, time left."""
    config = now.config
    parts = [f"<b>{escape(config.title())}</b>"]
    if now.run is None:
        parts.append(_("{count:,} parameters", count=config.parameters))
        parts.append(_planned(now))
        return _parts(parts)
    progress = now.run.progress()
    reached = max([progress.step, *now.steps[-1:]]) / config.steps_per_epoch
    parts.append(_epoch(config, reached))
    rows = now.run.metrics()
    if rows:
        looked = session.step()
        row = rows[-1]
        if looked is not None:
            row = next((r for r in reversed(rows) if r["step"] <= looked), rows[0])
            parts[-1] = _(
                "{epoch}, looking at {moment}",
                epoch=parts[-1],
                moment=_moment(config, int(row["step"])),
            )
        parts.append(_("test MSE {error} a pixel", error=short(row["test_mse"])))
    parts += _pace(now, progress)
    if now.moving and now.run and not server().engine.wants(now.run.id, session.holder()):
        parts.append(_("others want it to go on"))
    if now.moving and period > 1:
        parts.append(_("updates every {period:g} s: the server is busy", period=period))
    return _parts(parts)


def _planned(now: Now) -> str:
    """Return what training will be: epochs, those of pretraining before them, and images."""
    values = {
        "images": f"{len(now.data.train_images):,}",
        "things": _(now.data.spec.things),
    }
    epochs, before = now.config.epochs, now.config.pretraining_span
    if before:
        return _(
            "{before} + {epochs} epochs on {images} {things}",
            before=before,
            epochs=epochs,
            **values,
        )
    return counted(
        "{count} epoch on {images} {things}",
        "{count} epochs on {images} {things}",
        epochs,
        **values,
    )


def _moment(config: RunConfig, step: int) -> str:
    return moment(step, config.steps_per_epoch, config.pretraining_span)


def _epoch(config: RunConfig, reached: float) -> str:
    """Return how far training has come, in epochs: pretraining counts its own."""
    layer = int(reached / config.pretraining_epochs)
    if layer < config.pretrained_layers:
        return _(
            "pretraining layer {layer} of {layers}",
            layer=layer + 1,
            layers=config.pretrained_layers,
        )
    tuned = round(4 * (reached - config.pretraining_span)) / 4
    # others may have trained it further than this session asked for
    return _("epoch {epoch:g}/{epochs}", epoch=tuned, epochs=max(config.epochs, math.ceil(tuned)))


def _pace(now: Now, progress: Progress) -> list[str]:
    """Return speed and time left, or why there are none."""
    engine, speed = server().engine, progress.images_per_second
    if now.status == "queued":
        wanted, slots = engine.queue()
        if wanted <= slots:
            return [_("starting")]
        return [
            _(
                "waiting for a turn: {count} runs, {ahead} before yours",
                count=wanted,
                ahead=engine.ahead(now.run.id if now.run else ""),
            )
        ]
    if now.status == "training" and progress.seconds < MEASURED_S:
        return [_("measuring the speed")]
    if now.status != "training" or speed <= 0:
        words = {"paused": _("paused"), "done": _("finished"), "failed": _("stopped")}
        return [words[now.status]] if now.status in words else []
    wanted, slots = engine.queue()
    if not slots:  # all workers are gone for the time being
        return []
    effective = speed * min(1.0, slots / max(wanted, 1))
    left = (now.config.target_step - progress.step) / now.config.steps_per_epoch
    left *= len(now.data.train_images) / effective
    parts = [
        _("{speed} images/s", speed=rounded_count(effective)),
        _("{time} left", time=duration(left)),
    ]
    if wanted > slots:
        parts.append(_("{count} runs take turns", count=wanted))
    return parts


def _parts(parts: list[str]) -> str:
    return " ".join(f'<span class="ae-part">{part}</span>' for part in parts)


# -- timeline ------------------------------------------------------------------------


def _timeline(now: Now) -> int:
    """Draw the slider over the snapshots, and return the step to look at."""
    config, reached = now.config, now.steps[-1]
    # the whole range from the start, so that the slider stands still while the run grows
    lasting = lasting_steps(config, reached)
    options = [step for step in lasting if step > reached or step in now.steps]
    step = _looked_at(now)
    assert step is not None, "there are snapshots"
    shown = newest_until(options, step)

    if len(options) > 1:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="time"):
            if classroom.presenting():
                classroom.transport(now.steps, step)
            _slider(options, shown, config)
            if not classroom.presenting():
                _follow(shown)
    return step


def _looked_at(now: Now) -> int | None:
    """Return the step of the snapshot to look at; None where there is none yet."""
    if not now.steps:
        return None
    chosen = session.step()
    return now.steps[-1] if chosen is None else newest_until(now.steps, chosen)


def _slider(options: Sequence[int], shown: int, config: RunConfig) -> None:
    """Draw the slider; the one that was last moved stays as long as it shows the right step.

    Any other is a new one, with a key of its own: a value pushed into a slider that exists
    would come back from a browser that has not heard of it yet, as if it had been chosen.
    For the same reason what comes back is looked at twice.
    """
    turn = session.turn()
    key = str(st.session_state.get("timeline"))
    if session.step() is None or st.session_state.get(key) != shown:
        key = f"timeline.{turn}.{shown}"
        if session.step() is not None:
            st.session_state["timeline"] = key

    def looked() -> None:
        value = st.session_state[key]
        following = session.step() is None
        echo = value == shown if following else key != st.session_state.get("timeline")
        if not echo and turn == session.turn():
            st.session_state["timeline"] = key
            session.look_at(value, by_slider=True)

    st.select_slider(
        _("Timeline"),
        options,
        value=shown,
        key=key,
        on_change=looked,
        format_func=lambda step: _moment(config, step),
        help=_(
            "Every position is a snapshot of the network; all pictures below are drawn "
            "for it. With Follow off, the arrow keys step through them."
        ),
    )


def _follow(step: int) -> None:
    following, turn = session.step() is None, session.turn()
    key = f"follow.{turn}.{following}"

    def switched() -> None:
        if st.session_state[key] != following and turn == session.turn():
            session.look_at(step if following else None)

    st.toggle(
        _("Follow"),
        value=following,
        key=key,
        on_change=switched,
        help=_("Always show the newest snapshot."),
        width="content",
    )


def lasting_steps(config: RunConfig, reached: int) -> tuple[int, ...]:
    """Return the steps whose snapshots will be there when the run has reached its epochs."""
    return _kept(config, max(config.target_step, reached))


@lru_cache(256)
def _kept(config: RunConfig, reached: int) -> tuple[int, ...]:
    return tuple(kept_steps(config, reached))


def newest_until(steps: Sequence[int], step: int) -> int:
    """Return the last of increasing steps up to a step, or the first of all."""
    return max((s for s in steps if s <= step), default=steps[0])


def _nothing_yet(now: Now, before: Callable[[Now], None] | None) -> None:
    if now.moving:
        st.info(_("The first picture is on its way."), icon=":material/hourglass_top:")
    elif before is not None:
        before(now)
    else:
        st.info(
            _("Nothing is trained with these settings yet. Press **Train**, and watch."),
            icon=":material/play_circle:",
        )


def _mend(now: Now) -> None:
    """Have a damaged recording made again."""
    with suppress(QueueFull):  # the next refresh asks again
        server().engine.want(now.config, now.data.fingerprint, session.holder())
