"""A sweep: into an address and back, and to the runs that it is made of."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from aecore.choosing import nearest
from aecore.config import FIELDS, RunConfig, applied, defaults
from aecore.fields import as_text
from aecore.sweep_offers import PRESETS, possible, suggested, usual
from aecore.sweeping import MOST_RUNS, MOST_VALUES, VARIABLE, Axis, Sweep, axis_of, grid, parse

DATASETS = ("digits", "mnist", "one-hot", "patches", "noise")


def base(dataset: str = "digits", **settings: object) -> RunConfig:
    config, notes = nearest(settings, dataset)
    assert not notes
    return config


def some_sweeps(seed: int, count: int = 40) -> list[Sweep]:
    """Return sweeps of any settings with any values that are suggested for them."""
    source = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        config = base(DATASETS[source.integers(len(DATASETS))])
        names = source.permutation(possible(config))[: source.integers(1, 3)]
        axes = []
        for name in names:
            values = suggested(str(name), config) or (getattr(config, name),)
            most = 8 if len(names) == 1 else 6
            picked = source.permutation(len(values))[: source.integers(1, most + 1)]
            axes.append(axis_of(str(name), [values[k] for k in picked])[0])
        found.append(Sweep(tuple(axes)))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_a_sweep_comes_back_from_its_address(seed: int) -> None:
    for sweep in some_sweeps(seed):
        assert parse(sweep.to_texts()) == (sweep, [])


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_setting_that_has_an_effect_can_be_swept(dataset: str) -> None:
    config = RunConfig(**applied(defaults(dataset)))
    names = possible(config)
    for name in VARIABLE:
        assert (name in names) == FIELDS[name].applies(config.as_dict())
    for name in names:
        axis = usual(name, config)
        found = grid(Sweep((axis,)), config)
        assert 1 <= len(axis.values) <= MOST_VALUES
        for place, run in found.cells.items():
            assert getattr(run, name) == axis.values[place[0]]
        assert len(set(found.configs)) == len(found.cells) == len(axis.values)


def test_runs_differ_from_the_base_in_what_is_swept_alone() -> None:
    config = base(epochs=3, noise="masking")
    found = grid(Sweep((Axis("bottleneck", (2, 8)), Axis("seed", (0, 1, 2)))), config)
    assert not found.notes
    assert list(found.cells) == list(product(range(2), range(3)))
    for place, run in found.cells.items():
        wanted = config.as_dict() | found.sweep.values(place)
        assert run.as_dict() == wanted


def test_what_does_not_go_together_is_mended_elsewhere_or_left_out_and_said() -> None:
    loss = grid(Sweep((Axis("loss", ("bce", "mse")),)), base(loss="mse", output_activation="relu"))
    assert [run.output_activation for run in loss.cells.values()] == ["sigmoid", "relu"]
    assert loss.notes == (
        "Loss BCE: BCE needs outputs between 0 and 1, and a ReLU output can leave them. "
        "Output activation is now Sigmoid.",
    )
    active = grid(Sweep((Axis("active", (5, 10, 40)),)), base(code="k-sparse", bottleneck=16))
    assert [run.active for run in active.cells.values()] == [5, 10]
    assert active.notes == (
        "Active units k 40: Active units k can be 1 to 16, the size of the code, not 40. "
        "It is left out.",
    )


def test_a_setting_without_effect_has_no_runs_and_says_why() -> None:
    found = grid(Sweep((Axis("noise_level", (0.1, 0.2)),)), base())
    assert not found.cells
    (note,) = found.notes
    assert "Noise level has no effect here: it needs noise." in note


def test_pairs_that_come_to_the_same_run_are_one_run() -> None:
    sweep = Sweep((Axis("noise", ("none", "masking")), Axis("noise_level", (0.1, 0.2, 0.5))))
    found = grid(sweep, base())
    assert len(found.cells) == 6
    assert len(found.configs) == 4
    assert len({found.cells[0, k] for k in range(3)}) == 1


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        (["bottleneck"], "a colon and its values"),
        (["bottelneck:2"], "Did you mean bottleneck?"),
        (["dataset:mnist"], "Data set cannot be swept"),
        (["epochs:1,2"], "Epochs cannot be swept"),
        (["bottleneck:"], "has no value of Bottleneck size"),
        (["loss:hinge"], "Loss can be"),
    ],
)
def test_an_address_that_makes_no_sense_is_named(texts: list[str], sentence: str) -> None:
    sweep, notes = parse(texts)
    assert sweep is None
    assert sentence in " ".join(notes)


@pytest.mark.parametrize(
    ("texts", "back", "sentence"),
    [
        (["bottleneck:8,2,8"], ["bottleneck:2,8"], ""),
        (["bottleneck:0,2"], ["bottleneck:1,2"], "between 1 and 1024"),
        (["seed:0,1,2,3,4,5,6,7,8"], ["seed:0,1,2,3,4,5,6,7"], "up to 8 values of Seed"),
        (["loss:mse", "loss:bce"], ["loss:mse"], "one or two different settings"),
        (["seed:1", "loss:bce", "tied:true"], ["seed:1", "loss:bce"], "is left out"),
        (
            ["seed:0,1,2,3,4,5,6,7", "bottleneck:1,2,3,4,5,6"],
            ["seed:0,1,2,3,4,5,6,7", "bottleneck:1,2,3,4"],
            "up to 36 runs, and these values would make 48",
        ),
        (["hidden:none,128-64"], ["hidden:none,128-64"], ""),
        (["tied:yes,off"], ["tied:true,false"], ""),
    ],
)
def test_an_address_is_mended(texts: list[str], back: list[str], sentence: str) -> None:
    sweep, notes = parse(texts)
    assert sweep is not None
    assert sweep.to_texts() == back
    assert bool(notes) == bool(sentence)
    assert sentence in " ".join(notes)
    assert len(sweep.places) <= MOST_RUNS


def test_a_sweep_that_is_still_being_chosen_says_what_it_lacks() -> None:
    assert Sweep(()).faults() == ["Choose a setting to vary."]
    assert Sweep((Axis("loss", ()),)).faults() == ["Choose at least one value of Loss."]
    many = Sweep((Axis("seed", tuple(range(8))), Axis("bottleneck", (1, 2, 3, 4, 5))))
    assert "would make 40" in many.faults()[0]
    assert not Sweep((Axis("seed", (1,)),)).faults()


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("name", PRESETS)
def test_what_is_offered_can_be_started_everywhere(dataset: str, name: str) -> None:
    config = base(dataset)
    preset = PRESETS[name]
    sweep, settings = preset.sweep(config), preset.settings(config)
    assert not sweep.faults()
    assert tuple(axis.name for axis in sweep.axes) == preset.names
    assert len(grid(sweep, settings).configs) == len(sweep.places)


def test_values_are_said_as_people_know_them() -> None:
    sweep = Sweep((Axis("loss", ("mse",)), Axis("tied", (True,))))
    assert sweep.said((0, 0)) == "Loss MSE, Tied weights on"
    assert Axis("hidden", ((128, 64),)).said((128, 64)) == as_text((128, 64)) == "128-64"
