"""One harness under atheris: ``python -m fuzz.one name corpus [options of libFuzzer]``."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["aecore", "ui", "PIL", "zipfile", "tomllib", "json"]):
    from fuzz import entry

    name, corpus = sys.argv[1:3]
    harness = entry(name)

logging.disable(logging.CRITICAL)  # the store says what it sets aside, thousands of times
os.environ["AE_HOME"] = corpus
for number, content in enumerate(harness.seeds()):
    Path(corpus, f"seed-{number}").write_bytes(content)
atheris.Setup([sys.argv[0], corpus, *sys.argv[3:]], harness.check)
atheris.Fuzz()
