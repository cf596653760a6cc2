"""How often pages refresh, and who draws when."""

import threading

import pytest

from tests.waiting import wait_for
from ui.pace import AT_ONCE, LONG_S, PERIODS_S, SHARE, SPREAD, WINDOW_S, Pace, spread


class Clock:
    """A server whose refreshes cost what a test says."""

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
                self.time += max(period / viewers, cost)  # no more than one core's worth
            period = self.pace.period(period)
        return period


@pytest.mark.parametrize(
    ("viewers", "cost", "expected"),
    [(1, 0.04, 1.0), (30, 0.025, 1.0), (60, 0.025, 2.0), (100, 0.03, 5.0), (100, 0.2, 8.0)],
)
def test_the_more_there_is_to_do_the_less_often(viewers, cost, expected):
    period = Clock().watch(viewers, cost)
    assert period == expected
    assert viewers * cost / SHARE <= period or period == PERIODS_S[-1]


def test_a_period_holds_still_and_comes_back_when_viewers_have_gone():
    clock = Clock()
    assert clock.watch(60, 0.025) == 2.0
    assert clock.pace.period(2.0) == 2.0
    assert clock.pace.period(3.0) == 3.0  # not twice too long
    assert clock.watch(2, 0.025, 90) == 1.0
    assert clock.pace.period(8.0) == 1.0


def test_the_processor_time_of_all_threads_counts():
    clock = Clock()
    clock.watch(30, 0.01)
    assert clock.pace.period() == 1.0
    for _ in range(100):  # something else keeps the server busy
        clock.spent += WINDOW_S * 0.9
        clock.time += WINDOW_S
        for k in range(10):
            with clock.pace.turn(f"viewer {k}"):
                pass
    assert clock.pace.period() > 1.0


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
