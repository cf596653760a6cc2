"""Showing charts: all with the same few buttons, the export as a picture among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import session

if TYPE_CHECKING:
    import plotly.graph_objects as go

FORMATS = {"png": "PNG", "svg": "SVG"}
"""What a chart can be saved as; the browser draws it."""


def chart(figure: go.Figure, key: str, *, zoom: bool = False) -> None:
    """Show a chart; the camera that appears over it saves it as a picture.

    Parameters
    ----------
    figure : go.Figure
    key : str
        Stable, and other than those of all other charts of the page; also the file's name.
    zoom : bool
        Whether the mouse wheel zooms.
    """
    config = {
        "displaylogo": False,
        "scrollZoom": zoom,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {
            "format": session.picture_format(),
            "filename": f"autoencoder-{key.replace('.', '-')}",
            "scale": 2,
        },
    }
    st.plotly_chart(figure, key=key, config=config)
