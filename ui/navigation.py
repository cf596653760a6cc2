"""The pages that there are, in the order of the navigation."""

from __future__ import annotations

from dataclasses import dataclass

from aecore.language import marked


@dataclass(frozen=True)
class PageInfo:
    """One entry of the navigation; a page's file is named like its address.

    Attributes
    ----------
    title, icon, address : str
    settings : bool
        Whether the sidebar has the settings there: what they change is to be seen.
    """

    title: str
    icon: str
    address: str
    settings: bool = True


PAGES = (
    PageInfo(marked("Train"), ":material/play_circle:", "train"),
    PageInfo(marked("Lessons"), ":material/school:", "lessons", settings=False),
    PageInfo(marked("Compare"), ":material/view_column:", "compare"),
    PageInfo(marked("Sweep"), ":material/stacked_line_chart:", "sweep"),
    PageInfo(marked("Reconstructions"), ":material/compare:", "reconstructions"),
    PageInfo(marked("Latent space"), ":material/scatter_plot:", "latent_space"),
    PageInfo(marked("Filters"), ":material/grid_view:", "filters"),
    PageInfo(marked("Anomalies"), ":material/search_insights:", "anomalies"),
    PageInfo(marked("Compression"), ":material/compress:", "compression"),
    PageInfo(marked("Own images"), ":material/draw:", "own_images"),
    PageInfo(marked("Guide"), ":material/menu_book:", "guide"),
    PageInfo(marked("Links"), ":material/link:", "links"),
)
"""The first one is where the app opens."""
