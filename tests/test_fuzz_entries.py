"""Whatever comes in from outside gives something or a sentence: the harnesses of `fuzz`, briefly.

The same examples every time; ``python -m fuzz`` looks for others.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz import NAMES, entry

MOST = 20_000
"""Bytes of a seed that is spoilt here."""
EXAMPLES = {"lessons": 25, "store": 40}

NASTY = (
    b"\0", b"\xff\xff\xff\xff", b"-1", b"1e999", b"NaN", b"<script>alert(1)</script>", b"../../x",
    b"![](http://example.org/x)", b"[x](javascript:alert(1))", b"\\ud800", b"9" * 5000, b"[" * 3000,
    b'"', b"\n", b"{", b",", b":", b"~", b"=", b"\xc3\x28", b"\xed\xa0\x80",
)  # fmt: skip


@st.composite
def spoilt(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """Draw good content of which parts are left out, doubled, or something nasty instead."""
    content = draw(st.sampled_from(seeds))
    for _turn in range(draw(st.integers(1, 3))):
        begin = draw(st.integers(0, len(content)))
        end = min(len(content), begin + draw(st.sampled_from([0, 0, 1, 4, 40, len(content)])))
        part = draw(
            st.sampled_from(NASTY) | st.binary(max_size=8) | st.just(content[begin:end] * 2)
        )
        content = content[:begin] + part + content[end:]
    return content


@pytest.mark.parametrize("name", NAMES)
def test_good_content_passes(name: str) -> None:
    for content in entry(name).seeds():
        entry(name).check(content)


@pytest.mark.parametrize("name", NAMES)
def test_spoilt_content_gives_something_or_a_sentence(name: str) -> None:
    seeds = [content for content in entry(name).seeds() if len(content) <= MOST]

    @settings(
        max_examples=EXAMPLES.get(name, 80), deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(spoilt(seeds) | st.binary(max_size=60))
    def check(content: bytes) -> None:
        entry(name).check(content)

    check()
