"""What can be chosen on pages beside the settings: one entry for each control.

The widgets, links, saved sessions and the guide all take names, labels, sentences and defaults
from here. How a choice is begun with and remembered is in `ui.choices`.
"""

from __future__ import annotations

from ui.page_choices.anomalies import ANOMALIES
from ui.page_choices.choice import Choice
from ui.page_choices.filters import FILTERS
from ui.page_choices.latent_space import LATENT_SPACE
from ui.page_choices.others import OTHERS
from ui.page_choices.reconstructions import RECONSTRUCTIONS

__all__ = ["CHOICES", "Choice"]

CHOICES: dict[str, Choice] = {
    choice.name: choice
    for choice in (*RECONSTRUCTIONS, *LATENT_SPACE, *FILTERS, *ANOMALIES, *OTHERS)
}
"""The choices by name, in the order in which their pages draw them."""
