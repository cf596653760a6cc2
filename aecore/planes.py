"""Planes in code space: from a place on a plane to the image that the decoder makes of it.

A place on a plane is two numbers, so a decoder restricted to it begins with a matrix of two
columns; all that a browser needs to decode any place is then a few small matrices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from aecore.models import Autoencoder, Dense

Array: TypeAlias = npt.NDArray[np.float32]
Box: TypeAlias = tuple[tuple[float, float], tuple[float, float]]
"""Ends of a range across, and of one upwards."""


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane in code space: the place (a, b) is the code ``origin + a · first + b · second``.

    Attributes
    ----------
    origin : array, shape (q,)
        Code of the place (0, 0).
    directions : array, shape (d, q)
        Of unit length and at right angles; zero where the plane is only a line. d is 2 here;
        any other number works as well.
    """

    origin: npt.NDArray[np.float64]
    directions: npt.NDArray[np.float64]

    @classmethod
    def of_layout(cls, centre: npt.NDArray[Any], directions: npt.NDArray[Any]) -> Plane:
        """Return the plane of a layout whose points are ``(codes - centre) @ directions.T``.

        Parameters
        ----------
        centre : array, shape (q,)
        directions : array, shape (d, q)
            Orthonormal; a direction that says what those before it say, or that is zero,
            leads nowhere.
        """
        kept: list[npt.NDArray[np.float64]] = []
        for direction in np.asarray(directions, np.float64):
            rest = direction - sum(
                (float(k @ direction) * k for k in kept), np.zeros_like(direction)
            )
            kept.append(direction if np.linalg.norm(rest) > 1e-6 else np.zeros_like(direction))
        return cls(np.asarray(centre, np.float64), np.stack(kept))

    @classmethod
    def whole(cls, q: int) -> Plane:
        """Return all of code space: a place is the code itself, q numbers."""
        return cls(np.zeros(q), np.eye(q))

    def place(self, codes: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Return the places nearest to codes (m, q), (m, d)."""
        return (np.asarray(codes, np.float64) - self.origin) @ self.directions.T

    def codes(self, places: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Return the codes of places (m, d), (m, q)."""
        return self.origin + np.asarray(places, np.float64) @ self.directions

    def through(self, code: npt.NDArray[Any]) -> Plane:
        """Return the plane moved so that it passes through a code (q,), which keeps its place."""
        flat = np.asarray(code, np.float64)
        return Plane(flat - self.place(flat[None])[0] @ self.directions, self.directions)


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer of a decoder: ``activation(weight @ x + bias)``.

    Attributes
    ----------
    weight : array, shape (out, in), float32
    bias : array, shape (out,), float32
    activation : str
        A key of `aecore.activations.ACTIVATIONS`.
    """

    weight: Array
    bias: Array
    activation: str


def layers(model: Autoencoder, plane: Plane) -> list[Layer] | None:
    """Return a dense decoder as it acts on places of a plane; None for any other decoder.

    The first matrix is multiplied with the plane's directions, and its bias holds what the
    origin adds; the other layers stay as they are. Codes of which only the strongest are
    kept, and binary ones, are decoded as they stand at a place: nothing is set to 0 or
    rounded.

    Returns
    -------
    list of Layer
        First to last; the input has as many numbers as the plane has directions.
    """
    if not isinstance(model, Dense):
        return None
    matrices = [m.detach().numpy() for m in model.decoder_matrices()]
    biases = [b.detach().numpy() for b in model.decoder_biases]
    first = matrices[0].astype(np.float64)  # (units, q)
    names = [model.hidden.name] * (len(matrices) - 1) + [model.output.name]
    weights = [first @ plane.directions.T, *matrices[1:]]
    shifts = [first @ plane.origin + biases[0], *biases[1:]]
    return [
        Layer(np.ascontiguousarray(w, np.float32), np.ascontiguousarray(b, np.float32), name)
        for w, b, name in zip(weights, shifts, names, strict=True)
    ]


def size(model: Autoencoder, inputs: int) -> int | None:
    """Return the bytes that `layers` takes for so many inputs; None for other decoders."""
    if not isinstance(model, Dense):
        return None
    first, *others = model.decoder_matrices()
    numbers = [len(first) * inputs, *(m.numel() for m in [*others, *model.decoder_biases])]
    return 4 * sum(map(int, numbers))


@torch.no_grad()
def grid(model: Autoencoder, plane: Plane, box: Box, n: int) -> Tensor:
    """Decode the places of a regular grid over a box of a plane.

    Parameters
    ----------
    model : Autoencoder
        Of any architecture.
    plane : Plane
        Of two directions.
    box : pair of pairs
        Ends of the ranges across and upwards; the outermost places lie on them.
    n : int
        Places in each direction.

    Returns
    -------
    Tensor, shape (n, n, pixels)
        Row by row, lowest first.
    """
    across, up = (np.linspace(*ends, n) for ends in box)
    places = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)  # (n · n, 2)
    codes = torch.tensor(plane.codes(places), dtype=torch.float32)
    return torch.cat([model.decode(part) for part in codes.split(256)]).view(n, n, -1)
