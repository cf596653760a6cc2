"""How commands talk: results on standard output, what is going on on standard error."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence

from aecore.config import RunConfig
from aecore.wording import short

MB = 2**20
INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""


class UsageError(Exception):
    """A command that makes no sense; the message is for a person."""


class StatusLine:
    """What is going on, on standard error: one line that changes, or a line now and then."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._shown = ""
        self._topic: object = None

    def show(self, text: str, topic: object) -> None:
        """Show a text; away from a terminal only when it is about another topic."""
        if self._live:
            text = text[: shutil.get_terminal_size().columns - 1]
            say("\r" + text.ljust(len(self._shown)), end="")
            self._shown = text
        elif topic != self._topic:
            say(text)
        self._topic = topic

    def close(self) -> None:
        """End the line, so that what comes next starts on its own."""
        if self._shown:
            say()
        self._shown = ""


def say(text: object = "", end: str = "\n") -> None:
    """Tell a person something that is not the result."""
    print(text, end=end, file=sys.stderr, flush=True)


def print_json(value: object) -> None:
    """Print a result as one line of JSON."""
    print(json.dumps(value))


def print_table(rows: Sequence[Sequence[str]], aligned: str) -> None:
    """Print rows of texts, each column aligned to the left (``<``) or right (``>``)."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, aligned, widths, strict=True)
        print("  ".join(f"{cell:{side}{width}}" for cell, side, width in cells).rstrip())


def print_numbers(config: RunConfig, numbers: Mapping[str, float]) -> None:
    """Print losses and errors on the whole splits, see `aecore.evaluation.measure_whole`."""
    labels = {"loss": "loss", "mse": "MSE"}
    if config.noise != "none":
        labels["mse_clean"] = "MSE, clean input"
    rows = [["mean per pixel", "train", "test"]]
    for key, label in labels.items():
        rows.append([label, *(short(numbers[f"{split}_{key}"]) for split in ("train", "test"))])
    print_table(rows, "<>>")
