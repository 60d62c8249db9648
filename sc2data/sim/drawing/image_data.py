"""Arrays to and from the API's `ImageData`: what is packed how at 1, 8, 24 and 32 bits per pixel.

Convention:
    Arrays are [row, column] with row 0 first, whatever that row is (feature layers and pictures start at the top, the
    raw grids of game 4.8.5 and later in the south). 1 bit: most significant bit first, rows not padded, zero bits only
    after the last pixel. 8: one byte a pixel. 24: red, green, blue. 32: signed, little endian (sc2-api.md 1.7).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

BITS = (1, 8, 24, 32)


class ImageDataError(ValueError):
    """An array or a byte string that does not fit the bits per pixel asked for."""


def encode(array: npt.NDArray[Any], bits: int) -> bytes:
    """The bytes of `ImageData.data` for `array`: (H, W), or (H, W, 3) at 24 bits.

    Values are taken modulo the range of the target type, non-zero is 1 at 1 bit. Raises `ImageDataError` for a shape
    that does not fit.

    >>> encode(np.array([[1, 0, 0], [0, 0, 1], [0, 1, 0]]), 1).hex()
    '8500'
    >>> encode(np.array([[1, -1]]), 32).hex()
    '01000000ffffffff'
    """
    _check_bits(bits)
    if array.ndim != (3 if bits == 24 else 2) or (bits == 24 and array.shape[2] != 3):
        shape = "(H, W, 3)" if bits == 24 else "(H, W)"
        raise ImageDataError(f"an array of shape {array.shape} has no {bits} bit image; it must be {shape}")
    if bits == 1:
        return np.packbits(array != 0 if array.dtype != np.bool_ else array).tobytes()
    if bits == 32:
        return array.astype("<i4", copy=False).tobytes()
    return array.astype(np.uint8, copy=False).tobytes()


def decode(data: bytes, bits: int, width: int, height: int) -> npt.NDArray[Any]:
    """The array that `encode` packed: bool, uint8, uint8 (H, W, 3) or int32; raises `ImageDataError` on a wrong length.

    >>> decode(bytes.fromhex("8500"), 1, width=3, height=3).astype(int).tolist()
    [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    """
    _check_bits(bits)
    expected = (width * height * bits + 7) // 8
    if len(data) != expected:
        raise ImageDataError(f"{len(data)} bytes for a {width} x {height} image of {bits} bits; {expected} are needed")
    if bits == 1:
        return np.unpackbits(np.frombuffer(data, np.uint8), count=width * height).reshape(height, width).astype(bool)
    if bits == 32:
        return np.frombuffer(data, "<i4").reshape(height, width)
    return np.frombuffer(data, np.uint8).reshape((height, width, 3) if bits == 24 else (height, width))


def _check_bits(bits: int) -> None:
    if bits not in BITS:
        raise ImageDataError(f"{bits} bits per pixel is none of {BITS}")
