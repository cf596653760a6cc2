"""Several runs that are trained together with one press: offered, followed, cancelled."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from aecore import datasets
from aecore.config import RunConfig
from aecore.engine import MOST_WANTED, Status
from aecore.runs import Run
from aecore.wording import duration
from ui import session
from ui.server import server

MOST_RUNS = MOST_WANTED - 1
"""Runs of a group: the session's own run can be trained beside them."""

_ASKED = "groups asked for"
"""Name of a group to the ids of the runs that this session began to train for it."""

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")


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
    found = [_find(config) for config in configs]
    states = [
        server().engine.status(run, config.epochs) if run else ("new", "")
        for run, config in zip(found, configs, strict=True)
    ]
    _forget_others(name, [run.id for run in found if run])
    for run in found:
        if run:
            run.touch()
    if all(status in ("done", "failed") for status, _ in states):
        _asked().pop(name, None)
        done = [run for run, (status, _) in zip(found, states, strict=True) if status == "done"]
        _say_failures(configs, found, states)
        if done:
            return [run for run in done if run]
        return None
    statuses = [status for status, _ in states]
    if name in _asked() and not _stopped(found, statuses):
        _follow(name, configs, found, statuses)
    else:
        _offer(name, configs, statuses, button, why)
    return None


def waiting() -> bool:
    """Tell whether a run that this session began to train for a group is still to come."""
    engine, holder = server().engine, session.holder()
    return any(engine.wants(run_id, holder) for ids in _asked().values() for run_id in ids)


def _offer(
    name: str, configs: Sequence[RunConfig], statuses: Sequence[Status], button: str, why: str
) -> None:
    ready = statuses.count("done")
    have = f" {ready} of {len(configs)} are trained already." if ready else ""
    st.info(why + have, icon=":material/hourglass_top:")
    if st.button(button, type="primary", key=f"group.{name}"):
        _begin(name, configs, statuses)
        st.rerun()


def _begin(name: str, configs: Sequence[RunConfig], statuses: Sequence[Status]) -> None:
    engine, holder = server().engine, session.holder()
    mine = _asked().setdefault(name, [])
    try:
        for config, status in zip(configs, statuses, strict=True):
            run = _find(config)
            if status in ("done", "failed") or (run and engine.wants(run.id, holder)):
                continue  # what the session trains anyway is not the group's to cancel
            mine.append(engine.want(config, _fingerprint(config), holder).id)
    except OSError as error:
        _cancel(name)
        session.say(f"The runs cannot be written to disk: {error.strerror or error}.")


def _follow(
    name: str,
    configs: Sequence[RunConfig],
    found: Sequence[Run | None],
    statuses: Sequence[Status],
) -> None:
    """Show how far the runs are, all together, and a way to cancel."""
    reached = [
        min(run.progress().step / config.target_step, 1.0) if run and status != "failed" else 1.0
        for run, config, status in zip(found, configs, statuses, strict=True)
    ]
    ended = sum(status in ("done", "failed") for status in statuses)
    text = f"{ended} of {len(configs)} runs trained"
    under_way = [k for k, status in enumerate(statuses) if status == "training"]
    if under_way:
        ahead = max(under_way, key=reached.__getitem__)
        epochs = configs[ahead].pretraining_span + configs[ahead].epochs
        at = round(4 * reached[ahead] * epochs) / 4
        text += f", epoch {at:g}/{epochs} of the {_ORDINALS[ahead]}"
    if left := _seconds_left(configs, found, statuses):
        text += f" · about {duration(left)} left"
    st.progress(sum(reached) / len(reached), text=text)
    if st.button("Cancel", icon=":material/close:", key=f"group.cancel.{name}"):
        _cancel(name)
        st.rerun()


def _seconds_left(
    configs: Sequence[RunConfig], found: Sequence[Run | None], statuses: Sequence[Status]
) -> float:
    """Return about how long it will take, 0 where nothing was measured yet."""
    images, speeds, unfinished = 0.0, [], 0
    for run, config, status in zip(found, configs, statuses, strict=True):
        if run is None or status in ("done", "failed"):
            continue
        progress = run.progress()
        unfinished += 1
        images += (config.target_step - progress.step) / config.steps_per_epoch * config.train_size
        speeds += [progress.images_per_second] if progress.images_per_second > 0 else []
    wanted, slots = server().engine.queue()
    if not speeds or not wanted:
        return 0.0
    share = min(slots / wanted, 1.0) * unfinished  # of all workers, taken together
    return images / (sum(speeds) / len(speeds)) / share


def _say_failures(
    configs: Sequence[RunConfig],
    found: Sequence[Run | None],
    states: Sequence[tuple[Status, str]],
) -> None:
    failed = [
        (config, message)
        for config, (status, message) in zip(configs, states, strict=True)
        if status == "failed"
    ]
    for config, message in failed:
        st.warning(
            f"The run {config.title()}, seed {config.seed}, could not be trained and is left "
            f"out. {message}",
            icon=":material/error:",
        )


def _stopped(found: Sequence[Run | None], statuses: Sequence[Status]) -> bool:
    """Tell whether a run that is still to come is trained for nobody, or was removed."""
    return any(
        run is None or status in ("new", "paused")
        for run, status in zip(found, statuses, strict=True)
    )


def _forget_others(name: str, ids: Sequence[str]) -> None:
    """Give up what was begun for this group when its settings were others."""
    asked = _asked()
    if name in asked and not set(asked[name]) <= set(ids):
        _cancel(name)


def _cancel(name: str) -> None:
    for run_id in _asked().pop(name, []):
        server().engine.release(run_id, session.holder())


def _find(config: RunConfig) -> Run | None:
    return server().engine.store.find(config, _fingerprint(config))


def _fingerprint(config: RunConfig) -> str:
    return datasets.load(config.dataset, config.data_options).fingerprint


def _asked() -> dict[str, list[str]]:
    asked: dict[str, list[str]] = st.session_state.setdefault(_ASKED, {})
    return asked
