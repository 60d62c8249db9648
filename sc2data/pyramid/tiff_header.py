"""The first directory of a TIFF or BigTIFF file (TIFF 6.0); EXIF data are such a file in small."""

from __future__ import annotations

import mmap
import struct
from typing import Any

from sc2data.pyramid.image import ImageError

_WIDTH, _HEIGHT, _BITS, _COLOURS, _ORIENTATION, _SAMPLES = 256, 257, 258, 262, 274, 277
_OFFSETS, _COUNTS, _FORMAT = (273, 324), (279, 325), 339
_INTEGERS = {1: "B", 3: "H", 4: "I", 16: "Q"}
"""struct codes of the field types that hold unsigned integers."""
_CHANNELS = {1: 1, 2: 3, 3: 3, 6: 3}
"""Channels by photometric interpretation: black is zero, RGB, palette, YCbCr."""
_NAMES = {0: "white is zero", 4: "mask", 5: "CMYK", 8: "CIE Lab", 9: "ICC Lab", 32803: "raw sensor data"}

Buffer = bytes | mmap.mmap


def read_tiff(data: mmap.mmap) -> dict[str, Any]:
    """The fields of an `ImageHeader`, of the first picture in the file.

    Raises:
        ImageError: truncated, or pixels that a pyramid does not take.
    """
    fields = _directory(data)
    if _WIDTH not in fields or _HEIGHT not in fields:
        raise ImageError("the TIFF holds no picture; get it again")
    colours = fields.get(_COLOURS, [1])[0]
    if colours not in _CHANNELS:
        raise ImageError(
            f"a TIFF of colours {_NAMES.get(colours, colours)!r}; grey (black is zero), RGB, palette and YCbCr are "
            "taken: convert it to RGB, such as `magick in.tif -colorspace sRGB out.tif`"
        )
    bits = set(fields.get(_BITS, [1]))
    if len(bits) > 1 or not bits <= {8, 16} or set(fields.get(_FORMAT, [1])) != {1}:
        raise ImageError(
            f"a TIFF of {sorted(bits)} bits a sample, sample format {fields.get(_FORMAT, [1])[0]}; unsigned integers "
            "of 8 or 16 bits are taken: convert it"
        )
    _check_complete(fields, len(data))
    channels = _CHANNELS[colours]
    stored = 1 if colours == 3 else channels
    extra = fields.get(_SAMPLES, [1])[0] - stored
    if extra not in (0, 1):
        raise ImageError(f"a TIFF of {stored + extra} samples a pixel; colours and one alpha are taken: convert it")
    return {
        "height": fields[_HEIGHT][0],
        "width": fields[_WIDTH][0],
        "channels": channels,
        "alpha": extra == 1,
        "bits": bits.pop(),
        "orientation": fields.get(_ORIENTATION, [1])[0],
    }


def orientation_of(exif: bytes) -> int:
    """The orientation of EXIF data; 1 where there is none, or where they are damaged."""
    try:
        return int(_directory(exif).get(_ORIENTATION, [1])[0])
    except (struct.error, ImageError):
        return 1


def _check_complete(fields: dict[int, list[int]], size: int) -> None:
    offsets = next((fields[tag] for tag in _OFFSETS if tag in fields), [])
    counts = next((fields[tag] for tag in _COUNTS if tag in fields), [])
    ends = [offset + count for offset, count in zip(offsets, counts)]
    if not ends or max(ends) > size:
        raise ImageError("the TIFF is truncated: it points at pixels beyond its end; get it again")


def _directory(data: Buffer) -> dict[int, list[int]]:
    """The unsigned integers of the first directory by tag."""
    try:
        return _read_directory(data)
    except struct.error as error:
        raise ImageError("the TIFF is truncated in its header; get it again") from error


def _read_directory(data: Buffer) -> dict[int, list[int]]:
    order = {b"II": "<", b"MM": ">"}.get(bytes(data[:2]))
    if order is None:
        raise ImageError("no TIFF header")
    big = _unpack(order + "H", data, 2)[0] == 43
    start = _unpack(order + ("Q" if big else "I"), data, 8 if big else 4)[0]
    count_code, entry_code = ("Q", "HHQ") if big else ("H", "HHI")
    first = start + struct.calcsize(order + count_code)
    step, inline = (20, 8) if big else (12, 4)
    fields: dict[int, list[int]] = {}
    for index in range(min(_unpack(order + count_code, data, start)[0], 4096)):
        tag, kind, count = _unpack(order + entry_code, data, first + index * step)
        if kind not in _INTEGERS or not count:
            continue
        code = f"{order}{count}{_INTEGERS[kind]}"
        value = first + (index + 1) * step - inline
        if count * struct.calcsize(_INTEGERS[kind]) > inline:
            value = _unpack(order + ("Q" if big else "I"), data, value)[0]
        if value + count > len(data):
            raise ImageError("the TIFF is truncated in its header; get it again")
        fields[tag] = list(_unpack(code, data, value))
    return fields


def _unpack(code: str, data: Buffer, offset: int) -> tuple[Any, ...]:
    return struct.unpack(code, data[offset : offset + struct.calcsize(code)])
