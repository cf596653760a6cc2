"""What every control, picture and number means, put together from the registries themselves.

Entries are made in the language in use. What is explained of pages, in files, is in
``assets/guide``; what only the pages know, the page adds itself.
"""

from aecore.guide.entries import Entry, Section
from aecore.guide.searching import found
from aecore.guide.sections import SECTIONS

__all__ = ["SECTIONS", "Entry", "Section", "found"]
