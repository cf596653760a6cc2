"""How often pages refresh, and who draws when."""

import threading
from types import SimpleNamespace

import pytest

from tests.waiting import wait_for
from ui import refreshing
from ui.pace import AT_ONCE, LONG_S, MOST_S, PERIODS_S, SENDING_S, SHARE, SPREAD, Pace, spread


class Clock:
    """A server whose drawing costs what a test says."""

    def __init__(self):
        self.time = self.spent = 0.0
        self.pace = Pace(lambda: self.time, lambda: self.spent)

    def watch(self, viewers, cost, seconds=60.0):
        """Let so many viewers refresh as often as they are told to; return the last period."""
        period, end = PERIODS_S[0], self.time + seconds
        while self.time < end:
            for k in range(viewers):
                with self.pace.turn(f"viewer {k}"):
                    self.spent += cost
                self.time += period / viewers
            period = self.pace.period(period)
        return period


@pytest.mark.parametrize(
    ("viewers", "cost", "expected"),
    [(1, 0.04, 1.0), (30, 0.012, 1.0), (60, 0.012, 2.0), (100, 0.011, 3.0), (100, 0.2, 8.0)],
)
def test_the_more_there_is_to_do_the_less_often(viewers, cost, expected):
    assert Clock().watch(viewers, cost) == expected
    assert viewers * (min(cost, MOST_S) + SENDING_S) / SHARE <= expected


def test_a_period_holds_still_and_comes_back_when_viewers_have_gone():
    clock = Clock()
    assert clock.watch(60, 0.012) == 2.0
    assert clock.pace.period(2.0) == 2.0
    assert clock.pace.period(3.0) == 3.0  # not twice too long
    assert clock.watch(2, 0.012, 90) == 1.0
    assert clock.pace.period(8.0) == 1.0


def test_a_first_look_is_not_what_goes_on_and_on():
    clock = Clock()
    clock.watch(10, 0.012)
    for k in range(10):
        with clock.pace.turn(f"viewer {k}"):
            clock.spent += 3.0
    assert clock.pace.period() == 1.0


def test_few_draw_at_a_time_but_whoever_takes_long_holds_nobody_up():
    pace, drawing, done = Pace(), [], threading.Event()

    def draw(viewer):
        with pace.turn(viewer):
            drawing.append(viewer)
            done.wait(20)

    threads = [threading.Thread(target=draw, args=(f"viewer {k}",)) for k in range(AT_ONCE + 1)]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(drawing) >= AT_ONCE, "the first ones")
    assert len(drawing) == AT_ONCE or LONG_S < 0.01
    wait_for(lambda: len(drawing) == AT_ONCE + 1, "another one, while they still draw")
    done.set()
    for thread in threads:
        thread.join()
    assert not pace._drawing


def test_viewers_come_at_moments_of_their_own():
    periods = [spread(2.0, f"viewer {k}") for k in range(200)]
    assert periods == [spread(2.0, f"viewer {k}") for k in range(200)]
    assert 2.0 * (1 - SPREAD / 2) <= min(periods) < 1.92
    assert 2.08 < max(periods) <= 2.0 * (1 + SPREAD / 2)


def test_a_browser_is_told_another_rhythm_without_a_page_drawn_anew(monkeypatch):
    context = SimpleNamespace(fragment_ids_this_run=["ours"], sent=[])
    context.enqueue = context.sent.append
    monkeypatch.setattr(refreshing, "get_script_run_ctx", lambda: context)
    assert refreshing._refresh_every(2.1)
    (message,) = context.sent
    assert message.auto_rerun.fragment_id == "ours"
    assert message.auto_rerun.interval == pytest.approx(2.1)
    for others in ([], ["ours", "another"]):  # not known which is ours
        context.fragment_ids_this_run = others
        assert not refreshing._refresh_every(3.0)
    assert len(context.sent) == 1
