"""Panel “Quality of the codes”: what was measured, as a table."""

from __future__ import annotations

import pandas as pd

from aecore.code_quality import MEASURES, Amount, kept, spaces
from ui.server import server
from ui.views.frame import Frame


def table(frame: Frame, amount: Amount) -> pd.DataFrame | None:
    """Return a row for codes, pixels and PCA each; None where some are still to be measured."""
    home, fingerprint = server().environment.home, frame.data.fingerprint
    rows = {}
    for space in spaces(frame.config):
        values = kept(frame.run, home, fingerprint, frame.step, space, amount)
        if values is None:
            return None
        row: dict[str, float] = {"Numbers an image": space.width}
        row |= {measure.label: values[measure.name] for measure in MEASURES.values()}
        for measure in MEASURES.values():
            row[f"{measure.label}, s"] = values[f"{measure.name} seconds"]
        rows[space.label] = row
    found = pd.DataFrame.from_dict(rows, orient="index")
    found.index.name = "On"
    return found
