"""Choices of the Filters page."""

from __future__ import annotations

from ui.page_choices import writing
from ui.page_choices.choice import Choice, Entries, described


def _kinds_of_filters() -> Entries:
    from ui.views.filters import FILTER_KINDS
    from ui.views.templates import HELP, LABEL

    return {**described(FILTER_KINDS), "templates": (LABEL, HELP)}


def _limits() -> Entries:
    from aecore.activation_maximisation import LIMITS

    return described(LIMITS)


FILTERS = (
    Choice(
        "filters",
        "filters",
        "Show",
        "Which pictures of units are shown.",
        "raw",
        key="filters.kind",
        entries=_kinds_of_filters,
    ),
    Choice(
        "layer",
        "filters",
        "Layer",
        "Whose units are shown. Only the first layer's weights are pictures; what the "
        "units of deeper layers look for is searched for: choose Most activating input.",
        control="box",
        key="filters.layer",
        write=writing.layer,
    ),
    Choice(
        "pixels",
        "filters",
        "Pixels",
        "What inputs are searched among.",
        "pixels",
        key="filters.limits",
        entries=_limits,
    ),
    Choice(
        "smooth",
        "filters",
        "Smooth",
        "Search among smooth pictures: easier to read, although the unit answers a "
        "little less to them.",
        True,
        "switch",
        key="filters.smooth",
    ),
    Choice(
        "order", "filters", "Order", "Which units come first.", "number", "box", key="filters.order"
    ),
    Choice(
        "units",
        "filters",
        "At most",
        "How many units to show. Inputs of deeper layers are searched for at most 64.",
        64,
        "slider",
        key="filters.most",
    ),
    Choice(
        "unit",
        "filters",
        "Picked unit",
        "The unit that is looked at closely.",
        control="whole number",
        key="filters.unit",
        write=writing.counted_from_one,
    ),
    Choice(
        "template",
        "filters",
        "Picked class",
        "The class whose template is looked at closely.",
        control="whole number",
        key="filters.template",
    ),
)
