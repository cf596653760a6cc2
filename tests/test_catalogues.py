"""Catalogues: whole, with the same places for values, and nothing that nobody looks up."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Message

from aecore.language import LANGUAGES
from tests.catalogues import entries, in_code, in_registries, lacking, places

OTHERS = [name for name in LANGUAGES if name != "en"]


def forms(of: object) -> list[str]:
    """Return a text, or its forms for one and for many."""
    return [str(each) for each in (of if isinstance(of, (tuple, list)) else [of])]


def all_entries() -> list[tuple[str, str, Message]]:
    return [
        (name, f"{path.name}: {forms(entry.id)[0][:60]}", entry)
        for name in OTHERS
        for path, entry in entries(name)
    ]


@pytest.mark.parametrize("name", OTHERS)
def test_no_text_lacks_a_translation(name: str) -> None:
    assert not lacking(name)


def test_there_are_texts_to_look_for() -> None:
    assert len(in_code()) > 300
    assert "Bottleneck size" in in_registries()


def test_translations_have_the_same_places_for_values() -> None:
    wrong = [
        where
        for _name, where, entry in all_entries()
        for said in forms(entry.string)
        if places(said) != places(forms(entry.id)[-1])
    ]
    assert not wrong


def test_translations_have_the_same_formulas_and_names() -> None:
    marks = ("$", "`", "**", "<br", "%{")
    wrong = [
        f"{where} {mark}"
        for _name, where, entry in all_entries()
        for mark in marks
        if forms(entry.string)[0].count(mark) != forms(entry.id)[-1].count(mark)
    ]
    assert not wrong


def test_nothing_is_unsure_and_no_text_is_translated_two_ways() -> None:
    seen: dict[tuple[str, str], str] = {}
    wrong = []
    for name, where, entry in all_entries():
        said, text = forms(entry.string)[0], forms(entry.id)[0]
        if entry.fuzzy or seen.setdefault((name, text), said) != said:
            wrong.append(where)
    assert not wrong
