"""Several runs that are trained together with one press: offered, followed, cancelled.

They queue: some are trained side by side, and the next ones follow as those come to their end.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from aecore import datasets
from aecore.config import RunConfig
from aecore.engine import LEASE_S, MOST_WANTED, MOVING, QueueFull, Status
from aecore.language import marked
from aecore.language import text as _
from aecore.runs import Run
from aecore.wording import duration, sentences
from ui import session
from ui.server import is_connected, server

MOST_RUNS = MOST_WANTED - 1
"""Runs of a group that is needed before there is anything to see."""
SIDE_BY_SIDE = MOST_WANTED - 2
"""Runs of a group that a session wants at a time: its own run can be trained beside them."""

_ASKED = "groups asked for"
"""Name of a group to what this session wants for it."""
_CANCELLED = "groups cancelled"

_ORDINALS = (
    marked("the first"),
    marked("the second"),
    marked("the third"),
    marked("the fourth"),
    marked("the fifth"),
    marked("the sixth"),
    marked("the seventh"),
)

Pursuit = tuple[str, frozenset[RunConfig]]
"""A group by its name and its runs."""


@dataclass(frozen=True)
class Member:
    """One run of a group, and where it stands at this moment."""

    config: RunConfig
    run: Run | None
    status: Status
    message: str

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to come."""
        return self.status in ("done", "failed")


@dataclass
class _Asked:
    """What a session wants for a group: ids of runs, those that it wants anyway apart."""

    begun: list[str] = field(default_factory=list)
    anyway: list[str] = field(default_factory=list)


def group(name: str, configs: Sequence[RunConfig], button: str, why: str) -> list[Run] | None:
    """Return the trained runs of some settings, or offer to train them, or show how far they are.

    Runs that are trained already are found at once. A page that calls this passes `waiting` to
    `ui.live.live`, so that it refreshes itself meanwhile.

    Parameters
    ----------
    name : str
        The group's, the same whatever the settings; one group of a name is trained at a time.
    configs : sequence of RunConfig
        Up to `MOST_RUNS` different ones; each run is trained to its number of epochs.
    button : str
        What the button says.
    why : str
        A sentence or two about what will be trained, shown before it is asked for.

    Returns
    -------
    list of Run or None
        In the order of the settings, without those whose training failed, which is said.
        None where not all have come to their end, or all of them failed.
    """
    if not 1 <= len(configs) <= MOST_RUNS:
        raise ValueError(f"A group has 1 to {MOST_RUNS} runs, not {len(configs)}.")
    found = members(configs)
    if carry_on(name, found):
        follow(name, found)
    elif all(member.ended for member in found):
        say_failures(found)
        done = [member.run for member in found if member.run and member.status == "done"]
        return done or None
    else:
        _offer(name, found, button, why)
    return None


def begun(name: str) -> bool:
    """Tell whether this session began to train a group, and did not cancel it."""
    return name in _asked()


def waiting() -> bool:
    """Tell whether a run that this session began to train for a group is still to come."""
    engine, holder = server().engine, session.holder()
    return any(
        engine.wants(run_id, holder) for asked in _asked().values() for run_id in asked.begun
    )


def members(configs: Sequence[RunConfig]) -> list[Member]:
    """Return where the runs of some settings stand; those that are there count as in use."""
    found = []
    for config in configs:
        run = _find(config)
        if run is None:
            found.append(Member(config, None, "new", ""))
            continue
        run.touch()
        found.append(Member(config, run, *server().engine.status(run, config.epochs)))
    return found


def begin(name: str, found: Sequence[Member]) -> None:
    """Want the runs of a group: `carry_on` does the rest each time that it is drawn."""
    _asked()[name] = _Asked()
    _cancelled().discard(_pursuit(name, found))
    _top_up(name, found)


def resume(name: str, found: Sequence[Member]) -> None:
    """Go on with a group that was wanted until just now, such as before the page was reloaded."""
    pursuit = _pursuit(name, found)
    if name in _asked() or pursuit in _cancelled():
        return
    if any(time.monotonic() - at < LEASE_S for at in _pursuits().get(pursuit, {}).values()):
        begin(name, found)


def carry_on(name: str, found: Sequence[Member]) -> bool:
    """See to it that a group that was begun is trained; tell whether it still is.

    Parameters
    ----------
    name : str
    found : sequence of Member
        As they are now. Where they are others than those that were begun, or one of those was
        stopped, the group is over.
    """
    asked = _asked().get(name)
    if asked is None:
        return False
    at = {member.run.id: member.status for member in found if member.run}
    if not {*asked.begun} <= {*at}:
        cancel(name)
        return False
    if all(member.ended for member in found):
        del _asked()[name]
        return False
    if any(at.get(run_id) in ("new", "paused") for run_id in asked.begun + asked.anyway):
        cancel(name)
        return False
    _top_up(name, found)
    return name in _asked()


def going(name: str) -> bool:
    """Tell whether runs of a group of this session are still to come."""
    return name in _asked()


def cancel(name: str) -> None:
    """Give up what was begun for a group; what the session trains anyway goes on."""
    asked = _asked().pop(name, _Asked())
    for run_id in asked.begun:
        server().engine.release(run_id, session.holder())
    for pursuit, holders in list(_pursuits().items()):
        mine = pursuit[0] == name and session.holder() in holders
        for holder in list(holders) if mine else ():
            if holder == session.holder() or not is_connected(holder):
                holders.pop(holder, None)
        if mine:
            _cancelled().add(pursuit)


def _offer(name: str, found: Sequence[Member], button: str, why: str) -> None:
    ready = sum(member.status == "done" for member in found)
    have = _("{ready} of {count} are trained already.", ready=ready, count=len(found))
    st.info(sentences((why, have if ready else "")), icon=":material/hourglass_top:")
    if st.button(button, type="primary", key=f"group.{name}"):
        begin(name, found)
        st.rerun()


def _top_up(name: str, found: Sequence[Member]) -> None:
    """Want as many of the runs as are trained side by side, the first ones first."""
    engine, holder, asked = server().engine, session.holder(), _asked()[name]
    _pursue(_pursuit(name, found), holder)
    wanted = 0
    try:
        for member in found:
            if member.ended or wanted == SIDE_BY_SIDE:
                continue
            wanted += 1
            if member.run and member.run.id in asked.begun:
                continue
            if member.run and engine.wants(member.run.id, holder):
                if member.run.id not in asked.anyway:
                    asked.anyway.append(member.run.id)  # not the group's to cancel
                continue
            run = engine.want(member.config, _fingerprint(member.config), holder)
            asked.begun.append(run.id)
    except QueueFull as error:
        cancel(name)
        session.say(str(error))
    except OSError as error:
        cancel(name)
        session.say(
            _("The runs cannot be written to disk: {reason}.", reason=error.strerror or error)
        )


def follow(name: str, found: Sequence[Member]) -> None:
    """Show how far the runs are, all together, and a way to cancel."""
    reached = [
        min(member.run.progress().step / member.config.target_step, 1.0)
        if member.run and member.status != "failed"
        else float(member.status == "failed")
        for member in found
    ]
    ended = sum(member.ended for member in found)
    values: dict[str, Any] = {"ended": ended, "count": len(found)}
    text = _("{ended} of {count} runs trained", **values)
    under_way = [k for k, member in enumerate(found) if member.status == "training"]
    if under_way and len(found) <= len(_ORDINALS):
        ahead = max(under_way, key=reached.__getitem__)
        config = found[ahead].config
        epochs = config.pretraining_span + config.epochs
        at = round(4 * reached[ahead] * epochs) / 4
        text = _(
            "{ended} of {count} runs trained, epoch {at:g}/{epochs} of {which}",
            **values,
            at=at,
            epochs=epochs,
            which=_(_ORDINALS[ahead]),
        )
    if left := _seconds_left(found):
        text += " · " + _("about {time} left", time=duration(left))
    st.progress(sum(reached) / len(reached), text=text)
    if st.button(_("Cancel"), icon=":material/close:", key=f"group.cancel.{name}"):
        cancel(name)
        st.rerun()


def _seconds_left(found: Sequence[Member]) -> float:
    """Return about how long it will take, 0 where nothing was measured yet."""
    images, speeds, at_work = 0.0, [], 0
    for member in found:
        if member.ended:
            continue
        config = member.config
        images += config.target_step / config.steps_per_epoch * config.train_size
        if member.run is None:
            continue
        progress = member.run.progress()
        at_work += member.status in MOVING
        images -= progress.step / config.steps_per_epoch * config.train_size
        speeds += [progress.images_per_second] if progress.images_per_second > 0 else []
    wanted, slots = server().engine.queue()
    if not speeds or not wanted or not at_work or not slots:
        return 0.0
    share = min(slots / wanted, 1.0) * at_work  # of all workers, taken together
    return images / (sum(speeds) / len(speeds)) / share


def say_failures(found: Sequence[Member]) -> None:
    """Name the runs that could not be trained, and why."""
    for member in found:
        if member.status == "failed":
            left_out = _(
                "The run {title}, seed {seed}, could not be trained and is left out.",
                title=member.config.title(),
                seed=member.config.seed,
            )
            st.warning(sentences((left_out, _(member.message))), icon=":material/error:")


def _find(config: RunConfig) -> Run | None:
    return server().engine.store.find(config, _fingerprint(config))


def _fingerprint(config: RunConfig) -> str:
    return datasets.load(config.dataset, config.data_options).fingerprint


def _asked() -> dict[str, _Asked]:
    asked: dict[str, _Asked] = st.session_state.setdefault(_ASKED, {})
    return asked


def _cancelled() -> set[Pursuit]:
    cancelled: set[Pursuit] = st.session_state.setdefault(_CANCELLED, set())
    return cancelled


def _pursuit(name: str, found: Sequence[Member]) -> Pursuit:
    return name, frozenset(member.config for member in found)


@st.cache_resource(show_spinner=False)
def _pursuits() -> dict[Pursuit, dict[str, float]]:
    """Return the groups that were wanted not long ago: holders, and when each last did."""
    return {}


def _pursue(pursuit: Pursuit, holder: str) -> None:
    """Note that somebody wants a group now, and forget who did long ago."""
    now = time.monotonic()
    _pursuits().setdefault(pursuit, {})[holder] = now
    for other, holders in list(_pursuits().items()):
        for name, at in list(holders.items()):
            if now - at > LEASE_S:
                holders.pop(name, None)
        if not holders:
            _pursuits().pop(other, None)
