"""Several runs trained with one press: offered, followed, cancelled, found again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from aecore.config import RunConfig
from aecore.datasets import load
from aecore.runs import Run
from tests.serving import own_server
from tests.waiting import wait_for
from ui.groups import MOST_RUNS, group
from ui.server import server

PATIENCE_S = 60
ENDLESS = 10_000


@pytest.fixture(scope="module", autouse=True)
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with own_server(tmp_path_factory.mktemp("home")):
        yield


def script(seeds: tuple[int, ...], epochs: int) -> None:
    """Show a group of runs, what came of it, and who asks."""
    import streamlit as st

    from aecore.config import RunConfig
    from ui import groups, session

    chosen = st.session_state.get("seeds", seeds)
    configs = [RunConfig(bottleneck=2, batch_size=360, epochs=epochs, seed=k) for k in chosen]
    runs = groups.group("some", configs, "Train them", "Some runs are needed.")
    st.session_state["found"] = None if runs is None else [run.id for run in runs]
    st.session_state["holder"] = session.holder()
    st.session_state["waiting"] = groups.waiting()


def show(*seeds: int, epochs: int = 2) -> AppTest:
    page = AppTest.from_function(
        script, default_timeout=PATIENCE_S, kwargs={"seeds": seeds, "epochs": epochs}
    )
    return page.run()


def runs(*seeds: int, epochs: int = 2) -> list[Run]:
    """Return the runs of some seeds, which are made where they are missing."""
    fingerprint = load("digits").fingerprint
    return [
        server().engine.store.open(
            RunConfig(bottleneck=2, batch_size=360, epochs=epochs, seed=seed), fingerprint
        )
        for seed in seeds
    ]


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def labels(page: AppTest) -> list[str]:
    return [button.label for button in page.button]


def follow(page: AppTest) -> AppTest:
    """Refresh until the group waits no more."""
    wait_for(lambda: not page.run().session_state["waiting"], "the end of a group")
    return page.run()


def test_runs_are_offered_trained_with_one_press_and_found_at_once_ever_after() -> None:
    page = show(1, 2, 3)
    assert page.info[0].value == "Some runs are needed."
    assert not page.session_state["waiting"]
    assert page.session_state["found"] is None
    press(page, "Train them")
    page = follow(page)
    assert not page.exception and not page.info and not labels(page)
    assert page.session_state["found"] == [run.id for run in runs(1, 2, 3)]
    assert all(run.done(2) for run in runs(1, 2, 3))
    again = show(3, 1)
    assert again.session_state["found"] == [run.id for run in runs(3, 1)]
    more = show(1, 4)
    assert "1 of 2 are trained already" in more.info[0].value


def test_progress_is_shown_and_cancelled_but_what_the_session_trains_anyway_goes_on() -> None:
    page = show(11, 12, epochs=ENDLESS)
    holder = page.session_state["holder"]
    engine = server().engine
    config = RunConfig(bottleneck=2, batch_size=360, epochs=ENDLESS, seed=11)
    own = engine.want(config, load("digits").fingerprint, holder)
    press(page, "Train them")
    assert page.session_state["waiting"]
    other = runs(12)[0]
    assert engine.wants(own.id, holder) and engine.wants(other.id, holder)
    wait_for(lambda: other.progress().step, "the first slice of the second run")
    page.run()
    bar = page.get("progress")[0].proto
    assert bar.text.startswith("0 of 2 runs trained, epoch ")
    assert bar.text.count("/10000 of the ") == 1
    press(page, "Cancel")
    assert engine.wants(own.id, holder) and not engine.wants(other.id, holder)
    assert not page.session_state["waiting"]
    assert labels(page) == ["Train them"]
    engine.release(own.id, holder)


def test_a_run_that_fails_is_named_and_left_out() -> None:
    good, bad = runs(1, 23)
    bad.fail(3, "Its loss is not a number.")
    page = show(1, 23)
    assert page.session_state["found"] == [good.id]
    assert "seed 23" in page.warning[0].value
    assert "Its loss is not a number." in page.warning[0].value
    alone = show(23)
    assert alone.session_state["found"] is None
    assert alone.warning and not labels(alone)


def test_a_run_that_is_stopped_or_removed_meanwhile_is_offered_again() -> None:
    page = show(31, 32, epochs=ENDLESS)
    press(page, "Train them")
    first, second = runs(31, 32)
    engine, holder = server().engine, page.session_state["holder"]
    engine.release(first.id, holder)
    page.run()
    assert labels(page) == ["Train them"]
    press(page, "Train them")
    assert labels(page) == ["Cancel"]
    for run in (first, second):
        engine.release(run.id, holder)
        engine.store.remove(run)
    page.run()
    assert not page.exception
    assert labels(page) == ["Train them"]
    assert not page.session_state["waiting"]


def test_other_settings_give_up_what_was_begun_for_the_ones_before() -> None:
    page = show(41, 42, epochs=ENDLESS)
    press(page, "Train them")
    engine, holder = server().engine, page.session_state["holder"]
    page.session_state["seeds"] = (41, 43)
    page.run()
    assert labels(page) == ["Train them"]
    assert not any(engine.wants(run.id, holder) for run in runs(41, 42))


def test_too_many_runs_are_refused() -> None:
    configs = [RunConfig(seed=seed) for seed in range(MOST_RUNS + 1)]
    with pytest.raises(ValueError, match="1 to 7 runs, not 8"):
        group("many", configs, "Train", "Why.")
