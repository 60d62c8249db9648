"""Targa pictures, the format of a map's own minimap: uncompressed, 24 bits a pixel."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt

MAX_SIDE = 4096
"""Longest side that is read."""

_HEADER = struct.Struct("<3BHHB4H2B")
_TRUE_COLOUR, _TOP_DOWN = 2, 0x20


class TargaError(ValueError):
    """The bytes are no Targa picture of the supported kind."""


def decode(data: bytes) -> npt.NDArray[np.uint8]:
    """The picture as uint8 (H, W, 3) RGB, row 0 at the top.

    Raises:
        TargaError: for truncated data, and for kinds of Targa that maps do not hold.

    >>> decode(encode(np.array([[[255, 0, 0], [0, 0, 9]]], np.uint8))).tolist()
    [[[255, 0, 0], [0, 0, 9]]]
    """
    if len(data) < _HEADER.size:
        raise TargaError(f"{len(data)} bytes hold no Targa header of {_HEADER.size}")
    comment, palette, kind, *_, width, height, bits, flags = _HEADER.unpack_from(data)
    if (palette, kind, bits) != (0, _TRUE_COLOUR, 24) or flags & ~_TOP_DOWN or not 0 < max(width, height) <= MAX_SIDE:
        raise TargaError(
            f"Targa picture of kind {kind}, palette {palette}, {width} x {height} pixels of {bits} bits, flags "
            f"{flags:#x}: uncompressed pixels of 24 bits, at most {MAX_SIDE} a side, are supported"
        )
    start, size = _HEADER.size + comment, width * height * 3
    if len(data) < start + size:
        raise TargaError(f"Targa picture of {width} x {height} pixels needs {start + size} bytes, not {len(data)}")
    picture = np.frombuffer(data, np.uint8, size, start).reshape(height, width, 3)[..., ::-1]
    return np.ascontiguousarray(picture if flags & _TOP_DOWN else picture[::-1])


def encode(picture: npt.NDArray[np.uint8]) -> bytes:
    """The Targa file of a picture uint8 (H, W, 3) RGB, row 0 at the top."""
    height, width, _ = picture.shape
    header = _HEADER.pack(0, 0, _TRUE_COLOUR, 0, 0, 0, 0, 0, width, height, 24, _TOP_DOWN)
    return header + np.ascontiguousarray(picture[..., ::-1]).tobytes()
