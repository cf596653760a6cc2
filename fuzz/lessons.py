"""Files of lessons, a teacher's own, and translations of them."""

from __future__ import annotations

from collections.abc import Iterator

from aecore.lessons.course import SHIPPED
from aecore.lessons.lesson import LessonError
from aecore.lessons.reading import read_lesson
from fuzz.entry import Entry, for_people

APART = b"\n# translation\n"
"""Between a lesson and its translation."""


def seeds() -> Iterator[bytes]:
    """Yield the lessons that come with the app, some with a translation."""
    for path in sorted(SHIPPED.glob("*.toml")):
        yield path.read_bytes()
    first = next(iter(sorted(SHIPPED.glob("*.toml"))))
    yield first.read_bytes() + APART + (SHIPPED / "zh" / first.name).read_bytes()
    yield b"idea = '![](http://example.org/x.png)'\n[runs.'![a](b)']\n"


def check(content: bytes) -> None:
    """Read a lesson; one that is in order has nothing in it that a page would fetch."""
    lesson, apart, translation = content.partition(APART)
    found = read_lesson("07-name.toml", lesson, translation if apart else None)
    if isinstance(found, LessonError):
        for_people([str(found)])
        assert found.line >= 1
        return
    texts = [
        found.title, found.idea, found.formula, found.prediction.question, found.source,
        found.prediction.explanation, found.prediction.unit, found.budget_note,
        *found.prediction.options, *found.notice, *found.names, *found.names.values(),
        *(view.caption for view in found.views), *(other.text for other in found.try_next),
    ]  # fmt: skip
    assert not [text for text in texts if "![" in text]


ENTRY = Entry(seeds, check)
