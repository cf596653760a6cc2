"""Getting a server ready, so that its first viewer waits for nothing."""

from __future__ import annotations

import importlib
import pkgutil

import numpy as np
import torch

from aecore import figures, images
from aecore.config import RunConfig
from aecore.models import initialise
from aecore.principal import pca
from ui import views
from ui.pictures import source


def get_ready() -> None:
    """Compute and draw a little of everything, so that the first viewer waits for none of it."""
    for module in pkgutil.iter_modules(views.__path__):
        importlib.import_module(f"{views.__name__}.{module.name}")
    torch.set_num_threads(1)
    config = RunConfig(dataset="digits")
    network, x = initialise(config), torch.zeros(12, config.pixels)
    x[0, 0] = 1
    with torch.no_grad():
        points = pca(network.encode(x).numpy(), 2).scores
    places = np.arange(12)
    charts = [
        figures.scatter(points, places % 2, ("0", "1"), places, ("", "")),
        figures.curves([0, 1], {"Test": [2, 1]}, {"PCA": 1.0}, title="", last_epoch=1, at=0.5),
    ]
    for chart in charts:
        chart.to_json(validate=False)
    source(images.signed(x.numpy().reshape(-1, 8, 8)), 4)
