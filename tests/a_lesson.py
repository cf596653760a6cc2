"""A small lesson on digits for the tests of the Lessons page, and one that is broken."""

from __future__ import annotations

from pathlib import Path

TITLE = "A small code on digits"
SLUG, NUMBER = "small", 90
LESSON = f"""
title = "{TITLE}"
minutes = 3
source = "Somebody 1986"
dataset = "digits"
formula = '\\hat{{x}} = g(W_2 h + b_2)'
idea = "Only $q$ numbers get through."
notice = ["The rows of the larger code are sharper."]

[settings]
batch_size = 360
epochs = 2

[runs."q = 2"]
bottleneck = 2

[runs."q = 16"]
bottleneck = 16

[[measures]]
analysis = "errors"

[prediction]
question = "Which code draws better?"
kind = "choice"
options = ["2 numbers", "16 numbers"]
values = ["q = 2 MSE", "q = 16 MSE"]
answer = "smallest"
explanation = "More numbers say more."

[[published]]
what = "test error"
published = "falls with the size of the code"
unit = "MSE per pixel"
why = "Only an ordering was published."
rising = ["q = 16 MSE", "q = 2 MSE"]

[[views]]
name = "rows"
caption = "The same digits from both codes."

[[try_next]]
text = "A code of three numbers."
page = "reconstructions"
settings = {{ dataset = "digits", bottleneck = 3 }}
"""
BROKEN = LESSON.replace('analysis = "errors"', 'analysis = "terrors"').replace(TITLE, "Broken")
BROKEN_LINE = 1 + BROKEN.strip().splitlines().index('analysis = "terrors"')


def write(folder: Path) -> Path:
    """Write the lesson and the broken one into a folder, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NUMBER}-{SLUG}.toml").write_text(LESSON.lstrip("\n"), "utf-8")
    (folder / "91-broken.toml").write_text(BROKEN.lstrip("\n"), "utf-8")
    return folder
