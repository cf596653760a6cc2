"""Regular places in code space whose decoded images show it as one large picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from aecore.language import text as _
from aecore.planes import Plane
from aecore.principal import pca
from aecore.walks import HIGHEST, LOWEST


@dataclass(frozen=True, eq=False)
class Lattice:
    """Places in rows and columns.

    Attributes
    ----------
    plane : Plane
        Of two directions; the second is zero where codes are one number.
    across, up : array, shape (columns,) and (rows,)
        Coordinates on the plane, increasing.
    axes : tuple of str
        What runs across and upwards: "code 1", "component 2".
    """

    plane: Plane
    across: npt.NDArray[np.float64]
    up: npt.NDArray[np.float64]
    axes: tuple[str, str]

    def codes(self) -> Tensor:
        """Return the codes of all places, (rows · columns, q): row by row, the highest first."""
        places = np.stack(np.meshgrid(self.across, self.up[::-1]), axis=-1).reshape(-1, 2)
        return torch.tensor(self.plane.codes(places), dtype=torch.float32)


def lattice(
    codes: npt.NDArray[np.float32],
    side: int,
    *,
    prior: bool = False,
    reference: npt.NDArray[Any] | None = None,
) -> Lattice:
    """Lay places over codes: over both units where there are two, else over their PCA plane.

    Parameters
    ----------
    codes : ndarray, shape (m, q)
        Each direction goes from the 1st to the 99th percentile of their coordinates.
    side : int
        Places in each direction; codes of one number get one row of them.
    prior : bool
        The codes are meant to follow N(0, 1): the middle is then 0, and the places are
        quantiles of it, so that between any two lies the same share of the prior
        (Kingma & Welling 2013, appendix A).
    reference : ndarray, optional
        Keeps the signs of the components, see `aecore.principal.pca`.
    """
    q = codes.shape[1]
    if q <= 2:
        plane = Plane.of_layout(np.zeros(q), np.eye(2, q))
        axes = (_("code {number}", number=1), _("code {number}", number=2) if q == 2 else "")
    else:
        found = pca(codes, 2, reference)
        plane = Plane.of_layout(np.zeros(q) if prior else found.centre, found.axes)
        axes = (_("component {number}", number=1), _("component {number}", number=2))
    if prior:
        ends = [normal_quantiles(side)] * 2
    else:
        lows, highs = np.quantile(plane.place(codes), [LOWEST, HIGHEST], axis=0)
        ends = [np.linspace(low, high, side) for low, high in zip(lows, highs, strict=True)]
    across, up = ends
    return Lattice(plane, across, up if q > 1 else np.zeros(1), axes)


def normal_quantiles(count: int) -> npt.NDArray[np.float64]:
    """Return the middles of so many equally likely parts of N(0, 1), increasing."""
    shares = (torch.arange(count, dtype=torch.float64) + 0.5) / count
    return np.asarray(torch.special.ndtri(shares).numpy())
