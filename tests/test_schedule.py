"""The schedule: what is kept later was kept before, and everybody's timeline is the same."""

from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aecore.config import FEWEST_SNAPSHOTS, RunConfig
from aecore.schedule import kept_steps, measured_steps, measured_up_to
from aecore.wording import moment

# (data set, hidden layers): from 96 snapshots down to a dozen
NETWORKS = st.sampled_from(
    [("digits", ()), ("mnist", ()), ("mnist", (1024,)), ("mnist", (1600, 800)), ("digits", (2048,))]
)
BATCHES = st.sampled_from([1, 2, 7, 16, 32, 256, 359, 360, 480, 719, 1000, 1437])


def make(network, batch_size, epochs=1):
    dataset, hidden = network
    return RunConfig(
        dataset=dataset, hidden=hidden, batch_size=batch_size, epochs=epochs, bottleneck=64
    )


@pytest.mark.parametrize("batch_size", [1, 7, 32, 100, 360, 500, 800, 1437])
def test_measured_steps_increase_and_have_every_epochs_end(batch_size):
    config = RunConfig(batch_size=batch_size)
    steps = list(islice(measured_steps(config), 400))
    assert steps[0] == 0
    assert all(a < b for a, b in pairwise(steps))
    ends = range(config.steps_per_epoch, steps[-1] + 1, config.steps_per_epoch)
    assert set(ends) <= set(steps)


def test_the_first_steps_of_mnist():
    config = RunConfig(dataset="mnist", batch_size=256)  # 235 steps an epoch
    assert measured_up_to(config, 235) == [0, 1, 2, 5, 10, 20, 50, 59, 118, 176, 235]
    later = measured_up_to(config, 235 * 40)
    assert [s for s in later if s > 235 * 30] == [235 * k for k in range(31, 41)]


@settings(max_examples=150)
@given(NETWORKS, BATCHES, st.data())
def test_what_is_kept_later_was_kept_before(network, batch_size, data):
    config = make(network, batch_size)
    most = 120 * config.steps_per_epoch
    early, late = sorted(data.draw(st.tuples(st.integers(0, most), st.integers(0, most))))
    before, after = kept_steps(config, early), kept_steps(config, late)
    assert {step for step in after if step <= early} <= set(before)


@settings(max_examples=150)
@given(NETWORKS, BATCHES, st.integers(0, 1000), st.floats(0, 1))
def test_what_is_kept_is_bounded_and_spread(network, batch_size, epochs, part):
    config = make(network, batch_size)
    reached = round((epochs + part) * config.steps_per_epoch)
    kept = kept_steps(config, reached)
    assert kept[0] == 0
    assert all(a < b for a, b in pairwise(kept))
    assert len(kept) <= config.most_snapshots
    measured = measured_up_to(config, reached)
    assert set(kept) <= set(measured)
    assert kept[-1] == measured[-1]
    if len(measured) <= FEWEST_SNAPSHOTS // 2:
        assert kept == measured
    ends = [step for step in kept if step and step % config.steps_per_epoch == 0]
    if epochs >= 200:  # thinned, but evenly, and not to nothing
        assert len(ends) >= config.most_snapshots // 5
        assert max(b - a for a, b in pairwise(ends)) <= 2 * (ends[1] - ends[0])


def test_the_target_changes_nothing():
    few, many = RunConfig(epochs=1), RunConfig(epochs=900)
    assert measured_up_to(few, 5000) == measured_up_to(many, 5000)
    assert kept_steps(few, 5000) == kept_steps(many, 5000)


@pytest.mark.parametrize("settings", [{}, {"hidden": (16,), "pretraining": "autoencoders"}])
@pytest.mark.parametrize("batch_size", [32, 512, 1437])
def test_every_place_on_the_timeline_has_a_name_of_its_own(settings, batch_size):
    config = RunConfig(**settings, batch_size=batch_size)
    steps = measured_up_to(config, config.target_step)
    names = [moment(step, config.steps_per_epoch, config.pretraining_span) for step in steps]
    assert len({*names}) == len(names)
