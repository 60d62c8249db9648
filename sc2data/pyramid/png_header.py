"""The header of a PNG file (ISO/IEC 15948) and the EXIF orientation in it."""

from __future__ import annotations

import mmap
import struct
import zlib
from typing import Any

from sc2data.pyramid.image import ImageError
from sc2data.pyramid.tiff_header import orientation_of

_COLOURS = {0: (1, False), 2: (3, False), 3: (3, False), 4: (1, True), 6: (3, True)}
"""(channels, alpha) by colour type: grey, RGB, palette, grey and alpha, RGB and alpha."""


def read_png(data: mmap.mmap) -> dict[str, Any]:
    """The fields of an `ImageHeader`; every chunk's checksum is checked.

    Raises:
        ImageError: truncated or damaged.
    """
    header: dict[str, Any] = {}
    orientation, position, kind = 1, 8, b""
    while kind != b"IEND":
        start, position = position + 8, position + 12
        if len(data) < position:
            raise ImageError("the PNG is truncated: its last chunk is missing; get it again")
        length, kind = struct.unpack(">I4s", data[start - 8 : start])
        position += length
        if len(data) < position:
            raise ImageError("the PNG is truncated in its pixels; get it again")
        with memoryview(data) as view:
            checksum = zlib.crc32(view[start - 4 : start + length])
        if checksum != int.from_bytes(data[position - 4 : position], "big"):
            raise ImageError(f"the PNG is damaged: chunk {kind.decode('latin-1')!r} has a wrong checksum; get it again")
        if kind == b"IHDR":
            width, height, bits, colour = struct.unpack(">IIBB", data[start : start + 10])
            channels, alpha = _COLOURS.get(colour, (0, False))
            if not channels:
                raise ImageError(f"the PNG is damaged: there is no colour type {colour}; get it again")
            header = {"height": height, "width": width, "channels": channels, "alpha": alpha, "bits": max(bits, 8)}
        elif kind == b"tRNS" and header:
            header["alpha"] = True
        elif kind == b"eXIf":
            orientation = orientation_of(data[start : start + length])
    if not header:
        raise ImageError("the PNG holds no picture; get it again")
    return {**header, "orientation": orientation}
