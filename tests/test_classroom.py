"""A teacher's controls: whatever is asked for, locks and limits hold, and settings fit."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aecore import choosing
from aecore.classroom import GROUPS, HIDEABLE, Controls
from aecore.config import FIELDS, RunConfig, defaults
from aecore.control_texts import HELP, from_query, from_texts, to_texts
from aecore.fields import as_text
from aecore.limits import Limit
from aecore.variants import VARIANTS

PAGES = ("train", "anomalies", "links")
DATASETS = tuple(FIELDS["dataset"].choices)


def values_of(name: str) -> st.SearchStrategy[Any]:
    """Return a strategy for the possible values of a setting."""
    field = FIELDS[name]
    if field.kind == "bool":
        return st.booleans()
    if field.kind == "choice":
        return st.sampled_from(list(dict.fromkeys(map(field.stands_for, field.choices))))
    if field.kind == "sizes":
        sizes = st.integers(int(field.low), min(int(field.high), 300))
        return st.lists(sizes, min_size=field.fewest, max_size=3).map(tuple)
    if field.stops:
        return st.sampled_from(field.stops)
    return st.integers(int(field.low), min(int(field.high), 50))


def limits_of(name: str) -> st.SearchStrategy[Limit]:
    """Return a strategy for limits of a setting that allow something."""
    field = FIELDS[name]
    if field.kind in ("bool", "choice"):
        values = st.lists(values_of(name), min_size=1, max_size=3, unique=True)
        return values.map(lambda found: Limit(choices=tuple(found)))
    numbers = values_of(name) if field.kind != "sizes" else st.integers(1, 128)
    pairs = st.tuples(numbers, numbers).map(sorted)
    return pairs.map(lambda ends: Limit(ends[0], ends[1]))


NAMES = st.sampled_from(list(FIELDS))
ASKED = st.lists(NAMES, max_size=5, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: values_of(name) for name in names})
)
LOCKS = st.lists(NAMES, max_size=3, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: st.none() | values_of(name) for name in names})
)
LIMITS = st.lists(NAMES, max_size=3, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: limits_of(name) for name in names})
)
CONTROLS = st.builds(
    Controls,
    st.frozensets(st.sampled_from((*HIDEABLE, *PAGES)), max_size=4),
    LOCKS,
    LIMITS,
    st.booleans(),
)


def in_force(controls: Controls, config: RunConfig) -> None:
    """Check every lock and limit by its definition, where the setting applies."""
    mine = config.as_dict()
    for name, value in controls.locked.items():
        assert value is not None
        assert mine[name] == value or not FIELDS[name].applies(mine)
    for name, limit in controls.limits.items():
        if name in controls.locked or not FIELDS[name].applies(mine):
            continue
        if limit.choices:
            assert mine[name] in limit.choices
        else:
            entries = mine[name] if isinstance(mine[name], tuple) else (mine[name],)
            assert all(limit.low <= entry <= limit.high for entry in entries)


@settings(max_examples=60)
@given(CONTROLS, ASKED, st.lists(ASKED, max_size=3), st.sampled_from(list(VARIANTS)))
def test_locks_and_limits_hold_whatever_is_asked_for(
    controls: Controls, asked: dict[str, Any], later: list[dict[str, Any]], kind: str
) -> None:
    controls, config, _ = controls.opened(asked, "digits")
    in_force(controls, config)
    for values in (*later, {"variant": kind}, defaults(config.dataset)):
        dataset = values.get("dataset", config.dataset)
        config, _ = controls.nearest(values, dataset, config.as_dict(), config)
        in_force(controls, config)


@settings(max_examples=60)
@given(CONTROLS, CONTROLS, ASKED)
def test_what_is_firm_holds_whatever_is_put_beside_it(
    firm: Controls, others: Controls, asked: dict[str, Any]
) -> None:
    firm, _, _ = firm.opened({}, "digits")
    both, config, _ = firm.over(others).opened(asked, "digits", firm)
    in_force(firm, config)
    assert firm.locked.items() <= both.locked.items()
    assert firm.limits.keys() <= both.limits.keys()


@settings(max_examples=60)
@given(CONTROLS)
def test_what_is_written_reads_as_the_same(controls: Controls) -> None:
    texts = to_texts(controls)
    assert set(texts) <= set(HELP)
    assert from_texts(texts, PAGES) == (controls, [])
    assert list(from_texts(texts, PAGES)[0].locked) == list(controls.locked)


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from([*HELP, "page"]),
        st.text(string.printable + "σ|", max_size=30)
        | st.sampled_from(["bottleneck:", "bottleneck:-", "noise:|", "loss:x", "epochs:9-1", ":,"]),
    )
)
def test_nonsense_is_named_and_never_fails(texts: dict[str, str]) -> None:
    controls, notes = from_texts({name: [text] for name, text in texts.items()}, PAGES)
    assert all(note.endswith((".", "?")) for note in notes)
    controls, config, _ = controls.opened({}, "digits")
    in_force(controls, config)


@given(ASKED)
def test_without_controls_nothing_is_different(asked: dict[str, Any]) -> None:
    wanted = choosing.nearest(asked, "digits")
    assert Controls().nearest(asked, "digits") == wanted
    assert Controls().opened(asked, "digits") == (Controls(), *wanted)


def opened(query: str, **asked: str) -> tuple[Controls, RunConfig, list[str]]:
    controls, notes = from_query(query, PAGES)
    controls, config, more = controls.opened(asked, "digits")
    return controls, config, notes + more


def test_an_address_cannot_change_what_it_locks() -> None:
    _, config, notes = opened("lock=bottleneck:8", bottleneck="64")
    assert config.bottleneck == 8
    assert notes == ["Bottleneck size is locked at 8."]


def test_a_lock_without_a_value_takes_the_address_or_the_default() -> None:
    controls, config, notes = opened("lock=bottleneck,loss", bottleneck="64")
    assert dict(controls.locked) == {"bottleneck": 64, "loss": defaults("digits")["loss"]}
    assert config.bottleneck == 64
    assert not notes
    assert to_texts(controls) == {"lock": [f"bottleneck:64,loss:{config.loss}"]}


def test_values_are_brought_inside_their_limits_and_said() -> None:
    _, config, notes = opened("limit=bottleneck:2-12,noise:gaussian|masking", bottleneck="64")
    assert (config.bottleneck, config.noise) == (12, "gaussian")
    assert notes == ["Bottleneck size can be 2 to 12 here: it is now 12."]
    _, config, notes = opened("limit=noise:none|gaussian", noise="masking")
    assert config.noise == "none"
    assert notes == ["Noise can be None or Gaussian here: it is now None."]


def test_a_kind_is_chosen_around_a_lock() -> None:
    controls, config, _ = opened("lock=bottleneck:8")
    config, notes = controls.nearest({"variant": "sparse"}, "digits", config.as_dict(), config)
    assert (config.variant, config.bottleneck) == ("sparse", 8)
    assert notes == ["Bottleneck size is locked at 8."]


def test_conflicts_are_mended_around_what_is_locked() -> None:
    controls, config, notes = opened("lock=output_activation:identity")
    assert (config.output_activation, config.loss) == ("identity", "mse")
    assert len(notes) == 1
    config, notes = controls.nearest({"loss": "bce"}, "digits", config.as_dict(), config)
    assert config.loss == "mse"
    assert "Loss is now Mean squared error" in notes[0]


def test_what_cannot_be_had_leaves_all_as_it_was() -> None:
    controls, config, _ = opened("lock=loss:bce,mean_removal:true,whitening:false")
    assert config.dataset == "digits"
    after, notes = controls.nearest({"dataset": "patches"}, "patches", {}, config)
    assert after == config
    assert notes == [
        "BCE needs pixels between 0 and 1, and these patches go below 0. So all stays as it was."
    ]


def test_locks_that_contradict_each_other_give_way_from_the_last() -> None:
    controls, config, notes = opened("lock=loss:bce,output_activation:identity")
    assert dict(controls.locked) == {"loss": "bce"}
    assert config.output_activation == "sigmoid"
    assert "Output activation is not locked" in notes[0]


def test_a_locked_data_set_is_the_data_set() -> None:
    controls, config, notes = opened("lock=dataset:one-hot", dataset="digits", length="8")
    assert (config.dataset, config.length) == ("one-hot", 8)
    assert notes == ["Data set is locked at " + FIELDS["dataset"].choices["one-hot"] + "."]
    config, _ = controls.nearest({"dataset": "digits"}, "digits", {}, config)
    assert config.dataset == "one-hot"


def test_the_server_s_controls_hold_against_those_of_an_address() -> None:
    server, _ = from_query("lock=bottleneck:8&limit=epochs:1-5&hide=training")
    link, _ = from_query("lock=bottleneck:64,epochs:50&limit=epochs:3-9&hide=loss&present=1")
    both = server.over(link)
    assert dict(both.locked) == {"bottleneck": 8, "epochs": 5}
    assert both.limits["epochs"] == Limit(3, 5)
    assert both.hidden == {"training", "loss"}
    assert both.presenting


def test_a_link_that_contradicts_the_server_gives_way() -> None:
    server, _, _ = opened("lock=output_activation:identity")
    for query in ("limit=loss:bce", "lock=loss:bce"):
        link, _ = from_query(query)
        both, config, notes = server.over(link).opened({}, "digits", server)
        assert both == server
        assert (config.output_activation, config.loss) == ("identity", "mse")
        assert "does not go with the rest" in notes[0]


def test_groups_are_hidden_whole_and_kinds_and_pages_by_name() -> None:
    controls, notes = from_query("hide=training,noise_level,variant,anomalies", PAGES)
    assert not notes
    hidden = {name for name in FIELDS if controls.hides(name)}
    assert hidden == {n for n, f in FIELDS.items() if f.group == "Training"} | {"noise_level"}
    assert controls.hides("variant") and controls.hides("anomalies")
    assert set(GROUPS) == {"data", "network", "loss", "noise", "training"}


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("hide=batchsize", "neither a setting nor a group"),
        ("lock=botleneck:8", "Did you mean bottleneck?"),
        ("lock=bottleneck:many", "must be a number"),
        ("limit=bottleneck:much", "a range such as"),
        ("limit=bottleneck:2-99999", "is 2 to 1024, not"),
        ("limit=noise:none|loud", "can be none"),
        ("present=perhaps", "1 or 0"),
        ("colour=red", "among the controls"),
    ],
)
def test_nonsense_is_said_and_the_rest_works(query: str, part: str) -> None:
    controls, notes = from_query(f"{query}&hide=seed")
    assert len(notes) == 1
    assert part in notes[0]
    assert "seed" in controls.hidden


def test_a_default_outside_its_limit_is_moved_inside() -> None:
    controls, _, _ = opened("limit=bottleneck:2-8&lock=epochs:3")
    usual = controls.usual("digits")
    assert (usual["bottleneck"], usual["epochs"]) == (8, 3)
    assert as_text(usual["bottleneck"]) == "8"
