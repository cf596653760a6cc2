"""All sections of the guide: those of the library, and what only the pages know."""

from __future__ import annotations

from functools import lru_cache

from aecore import language
from aecore.guide import SECTIONS as LIBRARY
from aecore.guide import Entry, Section
from aecore.guide.entries import slug
from aecore.guide.written import of_page
from aecore.language import text as _
from ui.address import PARAMETERS
from ui.choices import CHOICES
from ui.navigation import PAGES

EVERYWHERE = "everywhere"
_TITLES = {EVERYWHERE: "On every page", **{page.address: page.title for page in PAGES}}


def _pages() -> tuple[Entry, ...]:
    return tuple(entry for page, title in _TITLES.items() for entry in of_page(page, _(title)))


def _choices() -> tuple[Entry, ...]:
    return tuple(
        Entry(
            slug("choice", name),
            _(choice.label),
            _(choice.help),
            name=name,
            group=_(_TITLES[page]),
            choices=tuple((_(label), _(said)) for label, said in choice.entries().values()),
        )
        for page in _TITLES
        for name, choice in CHOICES.items()
        if (choice.page or EVERYWHERE) == page
    )


def _parameters() -> tuple[Entry, ...]:
    return tuple(
        Entry(slug("parameter", name), f"{name}=", _(parameter.help), name=name)
        for name, parameter in PARAMETERS.items()
        if name not in CHOICES
    )


_OWN = (
    Section(
        "pages",
        "Pages",
        "What is seen on each page, and the controls that are not settings. Every picture is that "
        "of the snapshot that is chosen on the timeline.",
        _pages,
    ),
    Section(
        "choices",
        "Choices on pages",
        "What can be chosen on a page for looking at a network. It changes nothing about the "
        "network. Behind each stands what a link calls it.",
        _choices,
    ),
    Section(
        "addresses",
        "Links",
        "What an address can say behind its question mark, beside the settings and the choices on "
        "pages, which go by the names that stand beside them here: "
        "`?dataset=mnist&bottleneck=8&step=0`.",
        _parameters,
    ),
)

_ORDER = (
    *("pages", "settings", "networks", "functions", "noise", "data", "numbers", "oddness"),
    *("layouts", "choices", "experiments", "addresses", "glossary"),
)
_ALL = {**LIBRARY, **{section.name: section for section in _OWN}}

SECTIONS: dict[str, Section] = {name: _ALL[name] for name in _ORDER}
"""All sections by name, in the order in which the page offers them."""


def entries(section: str) -> tuple[Entry, ...]:
    """Return a section's entries in the language in use, made once."""
    return _made(section, language.current())


@lru_cache(maxsize=len(SECTIONS) * len(language.LANGUAGES))
def _made(section: str, spoken: str) -> tuple[Entry, ...]:
    return SECTIONS[section].entries()
