"""The IDX reader: what it reads, and everything that it refuses."""

import contextlib
import gzip
import struct
import tempfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from aecore.idx import DatasetError, read_images, read_labels

IMAGES = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
LABELS = np.array([7, 0, 9], np.uint8)


def idx_bytes(array: np.ndarray) -> bytes:
    """Return an array of uint8 as an IDX file."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def written(folder: Path, content: bytes, name: str = "file") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("name", ["file", "file.gz"])
def test_reads_gzipped_or_not_whatever_the_name(tmp_path: Path, pack, name: str) -> None:
    images = read_images(written(tmp_path, pack(idx_bytes(IMAGES)), name), (3, 4))
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images, IMAGES)
    labels = read_labels(written(tmp_path, pack(idx_bytes(LABELS)), name), 10)
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(labels, LABELS)


GOOD = idx_bytes(IMAGES)
PACKED = gzip.compress(GOOD)
REFUSED = {
    "empty": (b"", "it is empty"),
    "text": (b"<html>Please log in</html>", "not an IDX file of images"),
    "too short for a magic number": (GOOD[:3], "not an IDX file"),
    "floats": (b"\0\0\x0d\x03" + GOOD[4:], "should begin with 00 00 08 03"),
    "labels": (idx_bytes(LABELS), "holds labels where images belong"),
    "header cut off": (GOOD[:10], "ends within its header"),
    "other shape": (idx_bytes(IMAGES.reshape(2, 4, 3)), "should have 3 x 4 pixels, but have 4 x 3"),
    "no images": (idx_bytes(IMAGES[:0]), "holds 0 images"),
    "absurd count": (b"\0\0\x08\x03" + b"\xff" * 4 + GOOD[8:], "4,294,967,295 images"),
    "truncated": (GOOD[:-1], "should hold 24 bytes after its header, but 23 came"),
    "trailing bytes": (GOOD + b"\0", "but more came"),
    "gzip cut off": (PACKED[:-9], "damaged or cut off"),
    "gzip header only": (PACKED[:5], "damaged or cut off"),
    "gzip with a flipped checksum": (
        PACKED[:-8] + bytes([PACKED[-8] ^ 1]) + PACKED[-7:],
        "damaged or cut off",
    ),
    "gzip with a flipped bit": (
        PACKED[:14] + bytes([PACKED[14] ^ 255]) + PACKED[15:],
        "damaged or cut off",
    ),
    "gzip of trailing bytes": (gzip.compress(GOOD + b"\0"), "but more came"),
    "gzip twice": (gzip.compress(PACKED), "not an IDX file"),
}


@pytest.mark.parametrize(("content", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses_in_one_sentence_that_names_the_file(
    tmp_path: Path, content: bytes, told: str
) -> None:
    path = written(tmp_path, content)
    with pytest.raises(DatasetError) as caught:
        read_images(path, (3, 4))
    message = str(caught.value)
    assert told in message
    assert str(path) in message
    assert "\n" not in message and message.endswith(".")


def test_refuses_images_where_labels_belong(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="holds images where labels belong"):
        read_labels(written(tmp_path, GOOD), 10)


def test_refuses_labels_of_other_classes(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="should be 0 to 8, but 9 is among them"):
        read_labels(written(tmp_path, idx_bytes(LABELS)), 9)


def test_refuses_more_items_than_allowed(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="3 labels, but 1 to 2 were expected"):
        read_labels(written(tmp_path, idx_bytes(LABELS)), 10, max_items=2)


@pytest.mark.parametrize("name", ["missing", "."])
def test_refuses_what_cannot_be_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(DatasetError, match="cannot be read"):
        read_images(tmp_path / name, (3, 4))


@pytest.mark.parametrize("count", [1, 200_000])
def test_takes_no_memory_that_a_header_only_promises(tmp_path: Path, count: int) -> None:
    header = b"\0\0\x08\x03" + struct.pack(">3I", count, 28, 28)
    bomb = gzip.compress(header + bytes(1 << 23 if count == 1 else 100), compresslevel=1)
    path = written(tmp_path, bomb)
    tracemalloc.start()
    try:
        with pytest.raises(DatasetError, match="after its header"):
            read_images(path, (28, 28))
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


@given(
    images=arrays.arrays(
        np.uint8, st.tuples(st.integers(1, 5), st.integers(1, 6), st.integers(1, 6))
    ),
    packed=st.booleans(),
)
def test_round_trip(images: np.ndarray, packed: bool) -> None:
    content = idx_bytes(images)
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), gzip.compress(content) if packed else content)
        np.testing.assert_array_equal(read_images(path, images.shape[1:]), images)
        with pytest.raises(DatasetError):
            read_labels(path, 256)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Draw random bytes, or a good file with a part replaced by random bytes."""
    good = draw(st.sampled_from([b"", GOOD, PACKED, idx_bytes(LABELS)]))
    begin = draw(st.integers(0, len(good)))
    end = draw(st.integers(begin, len(good)))
    return good[:begin] + draw(st.binary(max_size=40)) + good[end:]


@given(content=damaged(), packed=st.booleans())
def test_any_bytes_give_an_array_or_a_dataset_error(content: bytes, packed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), gzip.compress(content) if packed else content)
        with contextlib.suppress(DatasetError):
            assert read_images(path, (3, 4)).shape[1:] == (3, 4)
        with contextlib.suppress(DatasetError):
            assert read_labels(path, 10).max() < 10
