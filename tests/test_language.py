"""Texts in the language in use: looked up, filled in, left as they stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aecore import language
from aecore.language import counted, text

CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "{count} runs take turns"
msgstr "{count} 个训练轮流进行"

msgid "one image"
msgid_plural "{count} images"
msgstr[0] "{count} 幅图像"

msgid "not yet"
msgstr ""
"""


@pytest.fixture(autouse=True)
def chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "some.po").write_text(CATALOGUE, "utf-8")
    monkeypatch.setattr(language, "CATALOGUES", tmp_path)
    monkeypatch.setattr(language, "_wanted", lambda: "zh")
    language._catalogue.cache_clear()
    yield
    language._catalogue.cache_clear()


def test_texts_are_looked_up_and_filled_in() -> None:
    assert text("{count} runs take turns", count=3) == "3 个训练轮流进行"
    language.follow(lambda: "en")
    assert text("{count} runs take turns", count=3) == "3 runs take turns"


@pytest.mark.parametrize("message", ["not yet", "in no catalogue", "", "a {brace} of its own"])
def test_what_no_catalogue_has_stays_as_it_is(message: str) -> None:
    assert text(message) == message


def test_numbers_of_things() -> None:
    assert counted("one image", "{count} images", 1) == "1 幅图像"
    assert counted("one image", "{count} images", 12_000) == "12,000 幅图像"
    language.follow(lambda: "en")
    assert counted("one image", "{count} images", 1) == "one image"
    assert counted("one image", "{count} images", 12_000) == "12,000 images"


def test_an_unknown_language_is_english() -> None:
    language.follow(lambda: "../../etc")
    assert text("{count} runs take turns", count=3) == "3 runs take turns"
    assert counted("one image", "{count} images", 2) == "2 images"
