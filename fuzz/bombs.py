"""Files that are small to send and meant to be large, slow or endless to read.

Each is made here, none is kept: no scanner of a repository has to be calmed.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

FILE = 19_000_000
"""Bytes of those that are as large as an upload may be."""


def columns() -> bytes:
    """Return a table of one line with nine million columns."""
    return b"1," * (FILE // 2) + b"1"


def names_of_columns() -> bytes:
    """Return a table whose first line names more columns than any image has pixels."""
    return b"a1," * (FILE // 3) + b"a1\n1,2,3,4"


def lines() -> bytes:
    """Return a table of millions of short lines."""
    return b"12\n" * (FILE // 3)


def blank_lines() -> bytes:
    """Return a table of millions of lines with nothing in them, ended in every way."""
    return b"1" + b"\n\r" * (FILE // 2)


def quotes() -> bytes:
    """Return a table with a quote that is never closed."""
    return b"1,2,3,4\n" + b'"1,2,3,4\n' * (FILE // 9)


def flat_archive() -> bytes:
    """Return an archive of files that unpack to a thousand times their size."""
    zeros = b"\0" * 19_000_000
    return _zip({f"{k}.png": zeros for k in range(8)})


def archive_of_arrays() -> bytes:
    """Return an archive of arrays that unpack to a thousand times their size."""
    return _zip({f"{k}.npy": _npy(np.zeros((90, 4000, 100), np.uint8)) for k in range(4)})


def archive_of_entries() -> bytes:
    """Return an archive of as many empty files as fit."""
    return _zip({str(k): b"" for k in range(150_000)}, zipfile.ZIP_STORED)


def archive_of_large_pictures() -> bytes:
    """Return an archive of pictures that are small in bytes and as large as one may be."""
    picture = canvas()
    return _zip({f"{k}.png": picture for k in range(60)}, zipfile.ZIP_STORED)


def nested_archive() -> bytes:
    """Return archives in archives."""
    content = b"\0" * 1_000_000
    for _k in range(8):
        content = _zip({f"{k}.zip": content for k in range(8)})
    return content


def canvas() -> bytes:
    """Return a picture of the largest sides that are taken, half transparent, in a few bytes."""
    return _saved(Image.new("RGBA", (4096, 4096), (250, 250, 250, 120)), "PNG")


def declared_png() -> bytes:
    """Return a PNG that says it is 60,000 pixels wide and high."""
    return _png(60_000, 60_000, zlib.compress(b"\0" * 10_000_000))


def chunks_of_png() -> bytes:
    """Return a PNG of a million chunks that say nothing."""
    begin, end = _png(8, 8, zlib.compress(b"\0" * 72)).split(struct.pack(">I", 0) + b"IEND")
    return begin + _chunk(b"aaAa", b"") * (FILE // 12) + struct.pack(">I", 0) + b"IEND" + end


def texts_of_png() -> bytes:
    """Return a PNG with remarks that unpack to gigabytes."""
    packed = zlib.compress(b"a" * 1_000_000, 9)
    begin, end = _png(8, 8, zlib.compress(b"\0" * 72)).split(struct.pack(">I", 0) + b"IEND")
    remark = _chunk(b"zTXt", b"a\0\0" + packed)
    return begin + remark * 2000 + struct.pack(">I", 0) + b"IEND" + end


def profile_of_png() -> bytes:
    """Return a PNG with a colour profile that unpacks to 100 MB."""
    packed = zlib.compressobj(9)
    profile = b"".join(packed.compress(b"\0" * 10_000_000) for _k in range(10)) + packed.flush()
    header, rest = _png(8, 8, zlib.compress(b"\0" * 72)).split(struct.pack(">I", 0) + b"IEND")
    at = 8 + 25
    return (header[:at] + _chunk(b"iCCP", b"a\0\0" + profile) + header[at:]
            + struct.pack(">I", 0) + b"IEND" + rest)  # fmt: skip


def wide_gif() -> bytes:
    """Return a GIF of 65,535 pixels a side."""
    small = bytearray(_saved(Image.new("P", (8, 8)), "GIF"))
    small[6:10] = b"\xff" * 4
    return bytes(small)


def frames_of_gif() -> bytes:
    """Return a GIF of many frames."""
    first, *more = (Image.new("P", (1, 1), k % 2) for k in range(400))
    content = _saved(first, "GIF", save_all=True, append_images=more)
    body, end = content[:-1], content[-1:]
    return body + body[len(body) // 2 :] * 200 + end


def large_webp() -> bytes:
    """Return a WebP of the longest sides that the format has."""
    return _saved(Image.new("L", (16_383, 1200)).convert("RGB"), "WEBP", lossless=True, method=0)


def tiles_of_tiff() -> bytes:
    """Return a TIFF that names millions of tiles of one pixel."""
    count = FILE // 4
    tags = [
        (256, 4, 1, 4096), (257, 4, 1, 4096), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
        (277, 3, 1, 1), (322, 4, 1, 1), (323, 4, 1, 1), (324, 4, count, 0),
    ]  # fmt: skip
    return _tiff(tags, struct.pack("<I", 8) * count)


def strips_of_tiff() -> bytes:
    """Return a TIFF that names millions of strips."""
    count = FILE // 2
    tags = [
        (256, 4, 1, 16), (257, 4, 1, 16), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
        (273, 3, count, 0), (277, 3, 1, 1), (278, 3, 1, 1),
    ]  # fmt: skip
    return _tiff(tags, struct.pack("<H", 8) * count)


def numbers_of_tiff() -> bytes:
    """Return a TIFF with a remark of millions of fractions."""
    count = FILE // 8
    tags = [
        (256, 4, 1, 16), (257, 4, 1, 16), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
        (273, 4, 1, 8), (277, 3, 1, 1), (278, 3, 1, 16), (532, 5, count, 0),
    ]  # fmt: skip
    return _tiff(tags, struct.pack("<II", 1, 3) * count)


def overlaps_of_tiff() -> bytes:
    """Return a TIFF of thousands of remarks that are all one and the same, of 18 MB."""
    data = b"a" * 18_000_000
    remarks = [(k, 7, len(data), 0) for k in range(300, 9300)]
    return _tiff([(256, 4, 1, 16), (257, 4, 1, 16), *remarks], data)


def overlaps_in_jpeg() -> bytes:
    """Return a JPEG with notes of a camera in many segments, whose remarks are all the same."""
    tags = [(k, 7, 1_000_000, 0) for k in range(300, 5300)]
    notes = _tiff(tags, b"a" * 1_100_000)
    begin, rest = b"\xff\xd8", _saved(Image.new("L", (8, 8)), "JPEG")[2:]
    parts = (notes[k : k + 60_000] for k in range(0, len(notes), 60_000))
    segments = b"".join(
        b"\xff\xe1" + struct.pack(">H", len(part) + 8) + b"Exif\0\0" + part for part in parts
    )
    return begin + segments + rest


def circle_of_tiff() -> bytes:
    """Return a TIFF whose last page is followed by its first."""
    content = bytearray(_tiff([(256, 4, 1, 4), (257, 4, 1, 4), (258, 3, 1, 8), (259, 3, 1, 1),
                               (262, 3, 1, 1), (273, 4, 1, 8), (278, 3, 1, 4)], b""))  # fmt: skip
    content[8 + 2 + 7 * 12 : 8 + 2 + 7 * 12 + 4] = struct.pack("<I", 8)
    return bytes(content)


def runs_of_bmp() -> bytes:
    """Return a BMP, packed by runs, of the largest sides."""
    side = 4096
    data = b"\x01\x05" * (FILE // 2)
    head = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, len(data), 0, 0, 256, 0)
    palette = b"".join(bytes((k, k, k, 0)) for k in range(256))
    begin = 14 + len(head) + len(palette)
    return struct.pack("<2sIHHI", b"BM", begin + len(data), 0, 0, begin) + head + palette + data


def scans_of_jpeg() -> bytes:
    """Return a JPEG, sent in passes, of the largest sides."""
    return _saved(Image.new("L", (4096, 4096), 90), "JPEG", progressive=True, quality=5)


def jpeg_2000() -> bytes:
    """Return the head of a JPEG 2000 of 60,000 pixels a side."""
    size = struct.pack(">HHHIIIIIIIIHBBB", 0xFF51, 41, 0, 60_000, 60_000, 0, 0, 60_000, 60_000,
                       0, 0, 1, 7, 1, 1)  # fmt: skip
    return b"\xff\x4f" + size + b"\0" * 1000


def tall_array() -> bytes:
    """Return an array of as many long rows as are taken, each a picture."""
    return _npy(np.zeros((4700, 1, 4000), np.uint8))


def colours() -> bytes:
    """Return an array of as many colours as fit."""
    return _npy(np.zeros((1500, 64, 64, 3), np.uint8))


def endless_shape() -> bytes:
    """Return an array whose shape is a number of thousands of digits."""
    shape = f"(0x{'f' * 6000}, 28, 28)"
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + b"\1" * 784


BOMBS: dict[str, Callable[[], bytes]] = {
    make.__name__: make
    for make in (
        columns, names_of_columns, lines, blank_lines, quotes, flat_archive, archive_of_arrays,
        archive_of_entries, archive_of_large_pictures, nested_archive, canvas, declared_png,
        chunks_of_png, texts_of_png, profile_of_png, wide_gif, frames_of_gif, large_webp,
        tiles_of_tiff, strips_of_tiff, numbers_of_tiff, overlaps_of_tiff, overlaps_in_jpeg,
        circle_of_tiff, runs_of_bmp,
        scans_of_jpeg, jpeg_2000, tall_array, colours, endless_shape,
    )
}  # fmt: skip


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _zip(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method, compresslevel=1) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def _chunk(name: bytes, data: bytes) -> bytes:
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def _png(width: int, height: int, packed: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", packed)
        + _chunk(b"IEND", b"")
    )


def _tiff(tags: list[tuple[int, int, int, int]], data: bytes) -> bytes:
    """Return a TIFF of one page; the tag with the value 0 and many numbers has `data`."""
    at = 8 + 2 + 12 * len(tags) + 4
    entries = b"".join(
        struct.pack("<HHII", tag, kind, count, at if count > 1 else value)
        for tag, kind, count, value in tags
    )
    head = struct.pack("<2sHI", b"II", 42, 8)
    return head + struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0) + data
