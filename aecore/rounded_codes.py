"""Codes as compressed images: rounded to a few bits a unit, decoded, and what it takes.

See `aecore.quantisation` for the rounding, and `aecore.compression` for picture formats.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from aecore.models import Autoencoder, Dense
from aecore.quantisation import CodeRange, code_range, code_size, dequantise, quantise

FLOAT_BYTES = 4
"""A number as networks hold it."""
BITS = (2, 3, 4, 5, 6, 7, 8)
"""Bits a unit that are looked at; a unit that is a bit has one."""

Decode = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class CodePoint:
    """Images as codes of so many bits a unit.

    Attributes
    ----------
    bits : int
        32 are the codes as they are.
    size : float
        Bytes an image, all levels written out.
    entropy : float
        Bytes an image that an ideal coder needs, see `aecore.quantisation.CodeSize`.
    packed : float
        Bytes an image after zlib.
    mse : float
        Mean squared error per pixel.
    """

    bits: int
    size: float
    entropy: float
    packed: float
    mse: float


def bits_of(kind: str) -> tuple[int, ...]:
    """Return the bits a unit that are worth looking at for codes of `aecore.codes.CODES`."""
    return (1,) if kind == "binary" else BITS


def rounded(codes: Tensor, scale: CodeRange, bits: int) -> Tensor:
    """Return codes (m, q) as they come back after being rounded to 2^bits levels a unit."""
    levels = 2**bits
    return torch.from_numpy(dequantise(quantise(codes.numpy(), scale, levels), scale, levels))


@torch.no_grad()
def code_points(
    decode: Decode,
    train_codes: Tensor,
    codes: Tensor,
    images: Tensor,
    bits: Sequence[int] = BITS,
) -> list[CodePoint]:
    """Measure what codes of so many bits take, and how far their images are off.

    Parameters
    ----------
    decode : callable
        ``codes (m, q) -> images (m, n)``, of a network or of PCA.
    train_codes : Tensor, shape (N, q)
        Say where the levels of each unit lie.
    codes : Tensor, shape (m, q)
        Of the images that are compressed.
    images : Tensor, shape (m, n)
        What they should decode to.
    bits : sequence of int
        1 to 8 each.

    Returns
    -------
    list of CodePoint
        One for each, in their order.
    """
    scale = code_range(train_codes.numpy())
    points = []
    for each in bits:
        quantised = quantise(codes.numpy(), scale, 2**each)
        decoded = decode(torch.from_numpy(dequantise(quantised, scale, 2**each)))
        size = code_size(quantised, 2**each)
        mse = float(mse_loss(decoded, images))
        points.append(CodePoint(each, size.raw, size.entropy, size.packed, mse))
    return points


@torch.no_grad()
def unrounded(decode: Decode, codes: Tensor, images: Tensor) -> CodePoint:
    """Measure codes as they are, four bytes a unit; parameters as for `code_points`."""
    size = float(FLOAT_BYTES * codes.shape[1])
    return CodePoint(32, size, size, size, float(mse_loss(decode(codes), images)))


def decoder_bytes(model: Autoencoder) -> int:
    """Return the bytes of all that decoding needs: weights, and each unit's range of values.

    With tied weights the matrices that the decoder shares with the encoder are among them.
    """
    named = model.named_parameters()
    own: list[Tensor] = [p for name, p in named if name.startswith(("decoder", "from_code"))]
    if isinstance(model, Dense) and model.config.tied:
        own += model.decoder_matrices()
    return FLOAT_BYTES * (sum(p.numel() for p in own) + 2 * model.config.code_size)


def pays_off_from(decoder: float, size: float, other: float) -> int | None:
    """Return from how many images on codes and decoder take less than another format.

    Parameters
    ----------
    decoder : float
        Bytes, once.
    size, other : float
        Bytes an image, of the codes and of the other.

    Returns
    -------
    int or None
        None where it never does.
    """
    return math.floor(decoder / (other - size)) + 1 if other > size else None
