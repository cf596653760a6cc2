"""The table of everything that an address can say, made of what reads it.

``python -m ui.address_table`` writes it as the README has it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from aecore.choosing import SHORTHAND
from aecore.config import FIELDS, defaults
from aecore.control_texts import HELP
from aecore.fields import Field, as_text, shown
from aecore.language import text as _
from aecore.variants import VARIANTS
from aecore.wording import explained
from ui.address import PARAMETERS


@dataclass(frozen=True)
class Row:
    """One parameter of an address, in words.

    Attributes
    ----------
    kind : str
        What it belongs to.
    name : str
    help : str
    values : str
        What it can be.
    """

    kind: str
    name: str
    help: str
    values: str = ""


def rows() -> Iterator[Row]:
    """Yield all parameters: a teacher's controls, what else is looked at, then the settings."""
    for name, help in HELP.items():
        yield Row(_("Controls"), name, _(help))
    for name, parameter in PARAMETERS.items():
        if name not in HELP:
            yield Row(_("What is shown"), name, _(parameter.help))
    yield Row(
        _("Kind"),
        SHORTHAND,
        _("A kind of autoencoder: it stands for the settings that make it one."),
        ", ".join(VARIANTS),
    )
    usual = defaults(None)
    for name, field in FIELDS.items():
        help = explained(_(field.label), _(field.help))
        yield Row(
            _(field.group),
            name,
            help,
            f"{_values(field)} ({as_text(field.usually or usual[name])})",
        )


def _values(field: Field) -> str:
    """Say what a setting can be."""
    if field.choices:
        return ", ".join(field.choices)
    if field.kind == "bool":
        return "true, false"
    ends = _("{low} to {high}", low=shown(field.low), high=shown(field.high))
    return _("such as 128-64, each {ends}", ends=ends) if field.kind == "sizes" else ends


def markdown() -> str:
    """Return the table as Markdown."""
    lines = [
        f"| {_('Belongs to')} | {_('Parameter')} | {_('What it does')} | "
        f"{_('Values (usual value)')} |",
        "| --- | --- | --- | --- |",
    ]
    for row in rows():
        cells = (row.kind, f"`{row.name}`", row.help, row.values)
        lines.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(markdown())
