"""The blocks of data that components get, opened again as a browser opens them."""

import json

import numpy as np
import pytest

from ui.components import FOLDER, pack


def opened(block):
    """Return header and arrays by the rules that common.js follows."""
    length = int.from_bytes(block[:4], "little")
    text = json.loads(block[4 : 4 + length])
    start = 4 + length
    arrays = {}
    for name, place in text["arrays"].items():
        assert (start + place["at"]) % 8 == 0
        count = int(np.prod(place["shape"]))
        array = np.frombuffer(block, place["type"], count, start + place["at"])
        arrays[name] = array.reshape(place["shape"])
    return text["header"], arrays


def test_what_is_packed_comes_out_again():
    random = np.random.default_rng(0)
    arrays = {
        "pictures": random.integers(0, 256, (3, 5, 7), np.uint8),
        "points": random.normal(size=(11, 2)).astype(np.float32),
        "places": np.arange(11, dtype=np.int32)[::2],
        "nothing": np.zeros((0, 2), np.float32),
    }
    header, found = opened(pack({"title": "Größe “ü”", "k": [1, 2.5, None]}, **arrays))
    assert header == {"title": "Größe “ü”", "k": [1, 2.5, None]}
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_a_type_that_browsers_do_not_have_is_refused():
    with pytest.raises(TypeError, match="points is of float16"):
        pack({}, points=np.zeros(3, np.float16))


def test_every_script_begins_with_what_it_is():
    for script in FOLDER.glob("*.js"):
        assert script.read_text("utf-8").startswith("// ")
