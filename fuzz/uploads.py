"""Files that somebody brings: pictures, arrays, tables, archives of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import numpy as np
from PIL import Image

from aecore.uploads import UploadError, read
from aecore.uploads.limits import KEPT_SIDE
from fuzz.entry import Entry, for_people

GREY = np.arange(300, dtype=np.uint8).reshape(20, 15)
MOST = 40


def seeds() -> Iterator[bytes]:
    """Yield a small file of each kind that can be read."""
    image = Image.fromarray(GREY)
    exif = Image.Exif()
    exif[0x0112] = 6
    for kind in ("PNG", "GIF", "BMP", "TIFF", "WEBP", "JPEG"):
        yield _saved(image.convert("RGB"), kind)
    yield _saved(image.convert("RGBA"), "PNG", exif=exif, icc_profile=b"x" * 200)
    yield _saved(image.convert("P"), "GIF", save_all=True, append_images=[image.convert("P")] * 2)
    yield _saved(Image.fromarray(GREY.astype(np.float32)), "TIFF", compression="tiff_lzw")
    yield _saved(image, "JPEG", progressive=True)
    array = io.BytesIO()
    np.save(array, GREY[None].repeat(3, 0))
    yield array.getvalue()
    arrays = io.BytesIO()
    np.savez_compressed(arrays, one=GREY, labels=np.arange(7), odd=np.array([{}], object))
    yield arrays.getvalue()
    yield b"label;p1;p2;p3;p4\n3;0,5;1;2;3\n4;0;1;2;3\n"
    files = io.BytesIO()
    with zipfile.ZipFile(files, "w") as archive:
        archive.writestr("../../etc/one.png", _saved(image, "PNG"))
        archive.writestr("/two.gif", _saved(image, "GIF"))
        archive.writestr("inner.zip", arrays.getvalue())
        link = zipfile.ZipInfo("link.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    yield files.getvalue()
    yield b"\x80\x04\x95\x1d\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94."


def check(content: bytes) -> None:
    """Read a file whose name is a part of it, too."""
    name = content[-12:].decode("latin-1")
    try:
        upload = read(name, content, turn_over=bool(len(content) % 2), most=MOST)
    except UploadError as error:
        for_people([str(error)])
        return
    assert 1 <= len(upload.pictures) <= MOST
    assert len(upload.names) == len(upload.pictures)
    for_people([*upload.names, *upload.notes])
    for name, picture in zip(upload.names, upload.pictures, strict=True):
        assert not set(name) & set("/\\"), name
        assert picture.dtype == np.uint8
        assert picture.ndim == 2
        assert min(picture.shape) >= 1
        assert max(picture.shape) <= KEPT_SIDE


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


ENTRY = Entry(seeds, check)
