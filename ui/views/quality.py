"""Panel “Quality of the codes”: what was measured, as a table."""

from __future__ import annotations

import pandas as pd

from aecore.code_quality import MEASURES, Amount, kept, spaces
from aecore.language import text as _
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
        row: dict[str, float] = {_("Numbers an image"): space.width}
        row |= {_(measure.label): values[measure.name] for measure in MEASURES.values()}
        for measure in MEASURES.values():
            row[_("{measure}, s", measure=_(measure.label))] = values[f"{measure.name} seconds"]
        rows[_(space.label)] = row
    found = pd.DataFrame.from_dict(rows, orient="index")
    found.index.name = _("On")
    return found
