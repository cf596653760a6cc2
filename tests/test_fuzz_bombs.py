"""Files that are made to be slow or large to read: within bounds, and in a process of their own."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator

import numpy as np
import psutil
import pytest

from aecore.uploads import Upload, UploadError, apart
from aecore.uploads.apart import Reader
from fuzz.bombs import BOMBS
from fuzz.entry import for_people
from fuzz.uploads import seeds


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(seconds=1) as opened:
        yield opened


def ask(reader: Reader, content: bytes, **options: object) -> Upload:
    return reader.read("a.png", content, **{"turn_over": True, "most": 50, **options})  # type: ignore[arg-type]


QUICK = (
    "columns", "names_of_columns", "lines", "blank_lines", "flat_archive", "nested_archive",
    "canvas", "profile_of_png", "wide_gif", "strips_of_tiff", "overlaps_of_tiff",
    "overlaps_in_jpeg", "circle_of_tiff", "jpeg_2000", "endless_shape",
)  # fmt: skip
"""Those that take a test little time; ``python -m fuzz bombs`` tries all."""


@pytest.mark.parametrize("name", QUICK)
def test_a_bomb_gives_pictures_or_a_sentence_and_the_server_goes_on(
    name: str, reader: Reader
) -> None:
    before = psutil.Process().memory_info().rss
    content = BOMBS[name]()
    try:
        upload = ask(reader, content)
    except UploadError as error:
        for_people([str(error)])
    else:
        assert max(max(picture.shape) for picture in upload.pictures) <= 256
        for_people(upload.notes)
    assert psutil.Process().memory_info().rss - before < 300 << 20


def test_what_is_read_apart_is_what_is_read_here(reader: Reader) -> None:
    from aecore.uploads import read

    for content in seeds():
        try:
            expected = read("a.png", content, most=3)
        except UploadError as error:
            with pytest.raises(UploadError, match=re.escape(str(error))):
                ask(reader, content, most=3)
            continue
        found = ask(reader, content, most=3)
        assert (found.names, found.notes) == (expected.names, expected.notes)
        for one, other in zip(found.pictures, expected.pictures, strict=True):
            np.testing.assert_array_equal(one, other)


def test_a_reader_that_is_killed_is_replaced_for_the_next_file(reader: Reader) -> None:
    content = next(seeds())
    assert len(ask(reader, content).pictures) == 1
    process = reader._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with pytest.raises(UploadError, match="more time or memory"):
        ask(reader, content)
    assert len(ask(reader, content).pictures) == 1


def test_too_much_time_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "WALL_S", 0)
    with Reader() as reader:
        with pytest.raises(UploadError, match="more time or memory"):
            ask(reader, BOMBS["lines"]())
        assert reader._process is None


def test_the_process_ends_with_its_context() -> None:
    with Reader() as reader:
        ask(reader, next(seeds()))
        process = reader._process
        assert process is not None
    assert process.poll() is not None
