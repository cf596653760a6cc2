"""What a browser says is on the drawing pad."""

from __future__ import annotations

import contextlib
import io
import json
from base64 import b64encode
from collections.abc import Iterator

from PIL import Image

from aecore.uploads import UploadError, drawing
from fuzz.entry import Entry, for_people


def seeds() -> Iterator[bytes]:
    """Yield a drawing, and what is none."""
    file = io.BytesIO()
    Image.new("L", (28, 28), 90).save(file, "PNG")
    address = "data:image/png;base64," + b64encode(file.getvalue()).decode()
    yield json.dumps(address).encode()
    yield json.dumps({"picture": address}).encode()
    yield b"null"


def check(content: bytes) -> None:
    """Take a value of any kind that JSON has, or any text, for a drawing."""
    value: object = content.decode("latin-1")
    with contextlib.suppress(ValueError, RecursionError):
        value = json.loads(content)
    try:
        picture = drawing(value)
    except UploadError as error:
        for_people([str(error)])
    else:
        assert picture.ndim == 2


ENTRY = Entry(seeds, check)
