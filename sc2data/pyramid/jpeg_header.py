"""The header of a JPEG file (ITU-T T.81) and the EXIF orientation in it."""

from __future__ import annotations

import mmap
import re
from typing import Any

from sc2data.pyramid.image import ImageError
from sc2data.pyramid.tiff_header import orientation_of

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN, _END, _APP1 = 0xDA, 0xD9, 0xE1
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
"""A marker that ends entropy-coded data: neither a stuffed 0xff nor a restart."""


def read_jpeg(data: mmap.mmap) -> dict[str, Any]:
    """The fields of an `ImageHeader`.

    Raises:
        ImageError: no frame, or one that a pyramid does not take; truncated.
        ValueError: the same, found out in passing.
    """
    header: dict[str, Any] = {}
    orientation = 1
    position = 2
    while True:
        found = _MARKER.search(data, position)
        if found is None:
            raise ImageError("the JPEG is truncated: its end marker is missing; get it again")
        marker = data[found.start() + 1]
        position = found.end()
        if marker == _END:
            break
        if marker in _WITHOUT_LENGTH:
            continue
        length = int.from_bytes(data[position : position + 2], "big")
        segment = data[position + 2 : position + length]
        if length < 2 or len(segment) < length - 2:
            raise ImageError("the JPEG is truncated in its header; get it again")
        if marker in _FRAMES and not header:
            header = _frame(segment)
        elif marker == _APP1 and segment[:6] == b"Exif\0\0":
            orientation = orientation_of(segment[6:])
        position += length
    if not header:
        raise ImageError("the JPEG holds no picture; get it again")
    return {**header, "orientation": orientation}


def _frame(segment: bytes) -> dict[str, Any]:
    if len(segment) < 6:
        raise ImageError("the JPEG is truncated in its header; get it again")
    bits, components = segment[0], segment[5]
    if bits != 8:
        raise ImageError(f"a JPEG of {bits} bits; those of 8 are taken: convert it")
    if components not in (1, 3):
        raise ImageError(
            f"a JPEG of {components} components (CMYK); its colours depend on a printing profile: convert it to RGB, "
            "such as `magick in.jpg -colorspace sRGB out.jpg`"
        )
    return {
        "height": int.from_bytes(segment[1:3], "big"),
        "width": int.from_bytes(segment[3:5], "big"),
        "channels": components,
        "alpha": False,
        "bits": bits,
    }
