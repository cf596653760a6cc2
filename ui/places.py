"""Sentences without the server's folders: who looks at a page need not know where they are."""

from __future__ import annotations

from aecore.language import text as _
from ui.server import server


def unplaced(sentence: str) -> str:
    """Return a sentence with folders called by the variables that name them.

    Parameters
    ----------
    sentence : str
        "… put the four files into AE_HOME/data/mnist" is what becomes of a whole path.
    """
    environment = server().environment
    names = {str(environment.home): "AE_HOME"}
    names |= {str(folder): "AE_DATA_DIR" for folder in environment.data_dirs}
    names |= {str(environment.lessons): "AE_LESSONS"} if environment.lessons else {}
    for folder in sorted(names, key=len, reverse=True):
        sentence = sentence.replace(folder, names[folder])
    return sentence


def replaced() -> list[str]:
    """Say which variables made no sense; what they are is for the log alone."""
    return [
        _(
            "{variable} makes no sense on this server, and something else is used: its log says "
            "what.",
            variable=note.split()[0],
        )
        for note in server().environment.notes
    ]
