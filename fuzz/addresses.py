"""Addresses: settings, pins and sweeps as the part behind a question mark."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs

from aecore import pins, sweeping
from aecore.choosing import nearest
from aecore.config import FIELDS, RunConfig
from fuzz.entry import Entry, for_people


def seeds() -> Iterator[bytes]:
    """Yield an address for each setting, each of its choices, and pins and sweeps."""
    for name, field in FIELDS.items():
        values = [*field.choices, f"{field.low:g}", f"{field.high:g}", "nan", "-inf", "1e999"]
        for value in values:
            yield f"{name}={value}".encode()
    yield b"pin=Wide~bottleneck:64,hidden:256-64&pin=dataset:one-hot,epochs:3&pin=defaults"
    yield b"sweep=bottleneck:2,4,8&sweep=loss:bce,mse"


def check(content: bytes) -> None:
    """Build the nearest settings of an address, its pins and its sweep; write and read them."""
    texts = parse_qs(content.decode("utf-8", "surrogatepass" if len(content) % 2 else "replace")
                     if _decodes(content) else content.decode("latin-1"))  # fmt: skip
    settings = {name: values[-1] for name, values in texts.items()}
    config, notes = nearest(settings, "digits")
    for_people(notes)
    _same(config)
    found, notes = pins.read(texts.get("pin", [])[:20], config)
    for_people(notes)
    for pin in found:
        _same(pin.config)
        assert pins.read([pins.write(pin, config)], config)[0] == [pin]
    sweep, notes = sweeping.parse(texts.get("sweep", []))
    for_people(notes)
    if sweep is not None:
        assert sweeping.parse(sweep.to_texts()) == (sweep, [])
        for_people(sweeping.grid(sweep, config).notes)


def _decodes(content: bytes) -> bool:
    try:
        content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _same(config: RunConfig) -> None:
    """Assert that settings come back from an address and from JSON, and name no folder."""
    assert nearest(config.to_query(), "digits") == (config, [])
    assert RunConfig(**config.as_dict()) == config
    for_people([config.title()])


ENTRY = Entry(seeds, check)
