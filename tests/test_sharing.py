"""Addresses that others can reach, QR codes, and sessions as files."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from aecore import environment
from aecore.sharing import (
    MOST_BYTES,
    Saved,
    is_loopback,
    is_open,
    link,
    local_address,
    qr_code,
    reachable,
    read,
)

PAGES = ["start", "train", "filters"]


def address(
    seen: str = "http://localhost:8501/filters",
    listening: str = "",
    public: str = "",
    local: str = "192.168.1.7",
    **others: Any,
) -> str:
    return reachable(public, seen, PAGES, listening, 8501, lambda: local, **others)


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]", "0.0.0.0",
     "::ffff:127.0.0.1"],
)  # fmt: skip
def test_hosts_that_mean_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["192.168.1.7", "example.edu", "localhost.example.edu", "fe80::1"])
def test_hosts_that_others_can_reach(host: str) -> None:
    assert not is_loopback(host)


def test_the_host_that_the_browser_used_is_taken_unless_it_is_this_machine() -> None:
    assert address("http://pc7.school:8501/filters") == "http://pc7.school:8501"
    assert address("https://school.edu/ae/filters") == "https://school.edu/ae"
    assert address("https://school.edu/ae/") == "https://school.edu/ae"
    assert address("http://[fd00::5]:8501/") == "http://[fd00::5]:8501"
    assert address() == "http://192.168.1.7:8501"
    assert address("http://localhost:9/ae/train") == "http://192.168.1.7:8501/ae"
    assert address(scheme="https") == "https://192.168.1.7:8501"


@pytest.mark.parametrize("listening", ["localhost", "127.0.0.1", "::1"])
def test_a_server_that_listens_to_this_machine_alone_cannot_be_reached(listening: str) -> None:
    assert not is_open(listening)
    assert address(listening=listening) == ""
    # what a browser elsewhere used goes through some tunnel, and is right
    assert address("http://pc7:80/", listening=listening) == "http://pc7:80"


def test_a_server_that_listens_to_one_address_is_reached_there() -> None:
    assert is_open("10.0.0.3")
    assert address(listening="10.0.0.3") == "http://10.0.0.3:8501"
    assert address(listening="fd00::9") == "http://[fd00::9]:8501"


def test_without_a_network_there_is_none_and_a_public_address_always_wins() -> None:
    for local in ("", "127.0.1.1"):
        assert address(local=local) == ""
    for listening in ("localhost", "0.0.0.0"):
        assert address(listening=listening, public="https://e.edu/x/") == "https://e.edu/x"
    assert not address("nonsense", local="") and not address("http://[", local="")
    assert not is_loopback(local_address() or "example.edu")


@pytest.mark.parametrize("text", ["https://a.edu", "http://10.0.0.3:8501", " https://a.edu/ae/ "])
def test_a_public_address_is_read_from_the_environment(text: str) -> None:
    found = environment.read({"AE_ADDRESS": text})
    assert found.address == text.strip().rstrip("/")
    assert not found.notes


@pytest.mark.parametrize("text", ["a.edu", "ftp://a.edu", "https://", "https://a?b", "http://a:x"])
def test_a_public_address_that_is_none_is_ignored_with_a_note(text: str) -> None:
    found = environment.read({"AE_ADDRESS": text})
    assert found.address == ""
    assert "AE_ADDRESS" in found.notes[0]


def test_links_are_short() -> None:
    assert link("http://a", "", "") == "http://a/"
    assert link("http://a", "filters", "order=norm") == "http://a/filters?order=norm"


def modules(code: str) -> list[list[int]]:
    """Return the dark modules of a QR code as segno draws it: horizontal strokes."""
    svg = ElementTree.fromstring(unquote(code.partition(",")[2]))
    sides = [int(n) for n in svg.attrib["viewBox"].split()][2:]
    dark = [[0] * sides[0] for _ in range(sides[1])]
    stroke = next(p for p in svg.iter() if p.attrib.get("stroke") == "#000")
    x, y = 0.0, 0.0
    for letter, numbers in re.findall(r"([Mmh])([-\d. ]+)", stroke.attrib["d"]):
        values = [float(n) for n in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", numbers)]
        if letter == "h":
            for k in range(int(values[0])):
                dark[int(y)][int(x) + k] = 1
            x += values[0]
        elif letter == "M":
            x, y = values
        else:
            x, y = x + values[0], y + values[1]
    return dark


@pytest.mark.parametrize("text", ["http://10.0.0.3:8501/", "http://a/filters?pin=" + "x" * 700])
def test_the_qr_code_says_the_link(text: str) -> None:
    drawn = modules(qr_code(text))
    expected = [list(row) for row in segno.make(text, error="l", micro=False).matrix_iter(border=4)]
    assert drawn == expected


def test_what_is_too_long_for_a_qr_code_has_none() -> None:
    assert qr_code("x" * 5000) == ""


# -- files ---------------------------------------------------------------------------

NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)
TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=30)
SAVED = st.builds(
    Saved,
    NAMES,
    st.dictionaries(NAMES, st.lists(TEXTS, min_size=1, max_size=6).map(tuple), max_size=6),
    st.dictionaries(NAMES, TEXTS, max_size=6),
    st.dictionaries(NAMES, st.dictionaries(NAMES, st.integers() | st.booleans()), max_size=3),
)


@settings(max_examples=60)
@given(SAVED)
def test_a_session_comes_back_from_its_file(saved: Saved) -> None:
    assert read(saved.as_text().encode()) == (saved, [])


def test_a_file_is_one_that_a_person_can_read() -> None:
    content = json.loads(Saved("filters", {"dataset": ("digits",), "pin": ("a", "b")}).as_text())
    assert content["parameters"] == {"dataset": "digits", "pin": ["a", "b"]}
    assert content["page"] == "filters"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@settings(max_examples=60)
@given(
    st.binary(max_size=60)
    | st.fixed_dictionaries(
        {"format": st.just("autoencoder explorer session"), "version": st.just(1) | JSON},
        optional=dict.fromkeys(("page", "parameters", "choices", "predictions", "more"), JSON),
    ).map(lambda content: json.dumps(content).encode())
)
def test_whatever_a_file_holds_is_read_or_said_in_sentences(content: bytes) -> None:
    saved, notes = read(content)
    assert saved is not None or notes
    assert all(note.endswith(".") for note in notes)
    if saved is not None:
        assert all(isinstance(t, str) for texts in saved.parameters.values() for t in texts)
        assert all(isinstance(text, str) for text in saved.choices.values())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"x" * (MOST_BYTES + 1), "larger than 200 kB"),
        (b"[" * 100_000, "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[]", "no session"),
        (b'{"format": "autoencoder explorer session", "version": 9}', "another version"),
    ],
)
def test_what_is_no_session_is_said(content: bytes, said: str) -> None:
    saved, notes = read(content)
    assert saved is None
    assert said in notes[0]


def test_wrong_parts_are_left_out_and_the_rest_is_good() -> None:
    content = json.loads(Saved("filters", {"epochs": ("3",)}, {"order": "norm"}).as_text())
    content["parameters"] |= {"bottleneck": 8, "pin": ["a", None]}
    content |= {"predictions": 3, "colour": "red"}
    saved, notes = read(json.dumps(content).encode())
    assert saved == Saved("filters", {"epochs": ("3",)}, {"order": "norm"})
    assert len(notes) == 4
